"""Keys made and revoked over HTTP: the fact and the row stand in one transaction, or neither does.

The secret is told once and kept by nobody here; the row has its SHA-256.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from services.intake.core import credential
from services.intake.handle import Intake
from services.intake.orders import Order
from shared.io import identity, postgres, store
from shared.kernel.appending import Receipt
from shared.kernel.errors import Failure, Outrun, Refused

# A program changes its key while the old one still works; a third would be forgotten somewhere.
LIVE_MAX = 2
ATTEMPTS_MAX = 3

_SQL = postgres.queries(Path(__file__).parent / "credentials.sql")


class Key(Struct, frozen=True, kw_only=True):
    """What may be told of a key: everything but its secret."""

    id: str
    client: str
    role: str
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
        """Both in one transaction; decided anew where somebody else wrote meanwhile."""
        for attempt in range(1, ATTEMPTS_MAX + 1):
            try:
                return await self._attempt(order, statement, row)
            except Outrun:
                if attempt == ATTEMPTS_MAX:
                    raise
        raise AssertionError("the last attempt returns or raises")

    async def _attempt(
        self, order: Order, statement: str, row: Mapping[str, object]
    ) -> tuple[Receipt, bool]:
        prepared = await self._intake.prepared(order)
        if isinstance(prepared, Receipt):
            return prepared, False
        async with postgres.transaction(self._pool) as connection:
            (outcome,) = await store.append_within(connection, [prepared])
            if isinstance(outcome, Failure):
                raise outcome
            if statement == "issue" and prepared.drafts:
                await self._must_be_free(connection, row)
            touched = await postgres.execute(connection, _SQL[statement], row)
        return outcome, bool(touched)

    async def _must_be_free(
        self, connection: postgres.Connection, row: Mapping[str, object]
    ) -> None:
        """The tenant's head is locked here, so two requests cannot both find the last place."""
        (found,) = await postgres.fetch(connection, _SQL["of_client"], row)
        if found["foreign"]:
            raise Refused("client.of_another", client=row["client"])
        if found["live"] >= LIVE_MAX:
            raise Refused("key.too_many_live", client=row["client"], live_max=LIVE_MAX)
