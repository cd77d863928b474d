"""Keys made and revoked over HTTP: the fact and the row stand in one transaction, or neither does.

The secret is told once and kept by nobody here; the row has its SHA-256.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from services.intake import beside
from services.intake.accounts.giving import must_stand_above
from services.intake.core import credential
from services.intake.handle import Intake
from services.intake.orders import Order
from shared.io import identity, postgres
from shared.kernel.appending import Receipt
from shared.kernel.errors import Refused

# A program changes its key while the old one still works; a third would be forgotten somewhere.
LIVE_MAX = 2

_SQL = postgres.queries(Path(__file__).parent / "credentials.sql")


class Key(Struct, frozen=True, kw_only=True):
    """What may be told of a key: everything but its secret."""

    id: str
    client: str
    role: str
    agency: str
    reads_only: bool
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class Issued(Struct, frozen=True, kw_only=True):
    """A key that was asked for; `shown` is empty where the same request was answered before."""

    receipt: Receipt
    shown: str


class Credentials:
    """Keys of tenants."""

    def __init__(self, pool: postgres.Pool, intake: Intake) -> None:
        self._pool = pool
        self._intake = intake

    async def all(self, tenant: str) -> Sequence[Key]:
        """Every key the tenant ever had, the newest first."""
        rows = await postgres.fetch_of(self._pool, [tenant], _SQL["all"], {"tenant": tenant})
        return [Key(**row) for row in rows]

    async def issue(self, order: Order) -> Issued:
        """Record that a program has a key, and keep the hash of its secret."""
        command = order.command
        assert isinstance(command, credential.Issue)
        shown = identity.presented(command.key)
        row = {
            "id": command.key,
            "client": command.client,
            "tenant": order.tenant,
            "role": command.role,
            "agency": command.agency,
            "secret_hash": hashlib.sha256(identity.secret_of(shown).encode()).digest(),
            "reads_only": command.reads_only,
            "expires_at": command.expires_at,
        }
        receipt, made = await self._record(order, "issue", row)
        return Issued(receipt=receipt, shown=shown if made else "")

    async def revoke(self, order: Order) -> Receipt:
        """Record that a key is refused from now on, and refuse it."""
        command = order.command
        assert isinstance(command, credential.Revoke)
        row = {"id": command.key, "tenant": order.tenant}
        return (await self._record(order, "revoke", row))[0]

    async def _record(
        self, order: Order, statement: str, row: Mapping[str, object]
    ) -> tuple[Receipt, bool]:
        async def rows(connection: postgres.Connection, fresh: bool) -> bool:  # noqa: FBT001 - see `Rows`
            if statement == "issue" and fresh:
                await self._must_be_free(connection, row)
            if statement == "revoke":
                held = await postgres.fetch(connection, _SQL["role_of"], row)
                must_stand_above(order.caller, [one["role"] for one in held])
            return bool(await postgres.execute(connection, _SQL[statement], row))

        receipt, touched = await beside.tried(
            lambda: beside.recorded(self._pool, self._intake, order, rows)
        )
        return receipt, bool(touched)

    async def _must_be_free(
        self, connection: postgres.Connection, row: Mapping[str, object]
    ) -> None:
        """The tenant's head is locked here, so two requests cannot both find the last place."""
        (found,) = await postgres.fetch(connection, _SQL["of_client"], row)
        if found["foreign"]:
            raise Refused("client.of_another", client=row["client"])
        if found["live"] >= LIVE_MAX:
            raise Refused("key.too_many_live", client=row["client"], live_max=LIVE_MAX)
