"""Who people are, and the roles they hold: facts in the log, names beside it, sealed.

An account belongs to one tenant, whose administrators invite the person, renew the invitation and
withdraw the roles; whoever has accounts in two tenants has two, so neither can take over the other.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from msgspec import Struct

from services.intake import beside
from services.intake.accounts.giving import must_stand_above
from services.intake.core import person
from services.intake.handle import Intake
from services.intake.orders import Order
from shared.io import clock, postgres
from shared.io.identity import Caller
from shared.io.sealing import Sealing
from shared.kernel.appending import Receipt
from shared.kernel.errors import Missing, Refused

INVITED = timedelta(hours=72)
NAME_CHARACTERS_MAX = 200
EMAIL_CHARACTERS_MAX = 254

SQL = postgres.queries(Path(__file__).parent / "people.sql")


# One @, and a domain of at least two labels; whether it takes mail is seen by the invitation.
_ADDRESS = re.compile(r"[^\s@\x00-\x1f\x7f]+@[^\W_]([\w-]*[^\W_])?(\.[^\W_]([\w-]*[^\W_])?)+\Z")


class Who(Struct, frozen=True, kw_only=True):
    """What is kept of a person, sealed; told to whoever looks after the tenant alone."""

    name: str
    email: str


class Role(Struct, frozen=True, kw_only=True):
    """A role that is or was held; `last_used_at` is to the minute."""

    id: str
    person: str
    role: str
    agency: str
    granted_at: datetime
    last_used_at: datetime | None
    withdrawn_at: datetime | None


class Person(Struct, frozen=True, kw_only=True):
    """A person as their tenant sees them; `who` is None once they are erased.

    `state` is invited, lapsed (the invitation ran out), active or erased.
    """

    id: str
    who: Who | None
    state: str
    created_at: datetime
    roles: Sequence[Role]


class Session(Struct, frozen=True, kw_only=True):
    """Where somebody is signed in; `id` tells the session apart and opens nothing."""

    id: str
    method: str
    begun_at: datetime
    used_at: datetime
    ends_at: datetime
    current: bool


class Invited(Struct, frozen=True, kw_only=True):
    """A role that was granted; `code` is told once, where a password is yet to be chosen."""

    receipt: Receipt
    person: str
    code: str


class People:
    """The accounts of all tenants, one tenant at a time."""

    def __init__(self, pool: postgres.Pool, intake: Intake, sealing: Sealing) -> None:
        self._pool = pool
        self._intake = intake
        self._sealing = sealing

    async def invite(
        self, tenant: str, who: Who, fresh_id: str, order_of: Callable[[str], Order]
    ) -> Invited:
        """Grant a role to whoever has this address; who is new is given an account."""
        must_be_a_person(who)
        return await beside.tried(lambda: self._invite(tenant, who, fresh_id, order_of))

    async def grant(self, order: Order) -> Receipt:
        """Grant a further role to somebody the tenant knows."""
        command = order.command
        assert isinstance(command, person.Grant)
        asked = {"tenant": order.tenant, "person": command.person}
        if not await postgres.fetch_of(self._pool, [order.tenant], SQL["known"], asked):
            raise Missing("person.unknown")
        return (await self._with_rows(order, _granted(order, command)))[0]

    async def withdraw(self, order: Order) -> Receipt:
        """Withdraw a role; whoever is signed in with it is no more."""
        command = order.command
        assert isinstance(command, person.Withdraw)
        row = {"tenant": order.tenant, "grant": command.grant}
        rows = _ending(order.caller, row, "role_of", "withdraw", "end_of_role")
        return (await self._with_rows(order, rows))[0]

    async def erase(self, order: Order) -> Receipt:
        """Forget who somebody is: the name, the address, the password, and the key to them."""
        command = order.command
        assert isinstance(command, person.Erase)
        row = {"tenant": order.tenant, "person": command.person}
        statements = ("withdraw_all", "end_all", "erase_key", "erase")
        rows = _ending(order.caller, row, "roles_now", *statements)
        return (await self._with_rows(order, rows))[0]

    async def renew(self, order: Order) -> str:
        """A new code to choose a password with; the one before it opens nothing any more."""
        command = order.command
        assert isinstance(command, person.Invite)
        code = clock.new_token()
        row = {"tenant": order.tenant, "person": command.person, **_invitation(code)}
        await self._with_rows(order, _ending(order.caller, row, "roles_now", "invite"))
        return code

    async def all(self, tenant: str, person_id: str = "") -> Sequence[Person]:
        """The tenant's people, in the order in which they came; or one of them."""
        asked = {"tenant": tenant, "person": person_id}
        rows = await postgres.fetch_of(self._pool, [tenant], SQL["all"], asked)
        held = await postgres.fetch_of(self._pool, [tenant], SQL["roles"], asked)
        roles = [Role(**row) for row in held]
        return [
            Person(
                id=row["id"],
                who=self._opened(row["id"], row["wrapped"], row["sealed"]),
                state=row["state"],
                created_at=row["created_at"],
                roles=[role for role in roles if role.person == row["id"]],
            )
            for row in rows
        ]

    async def sessions(self, tenant: str, person_id: str, current: bytes) -> Sequence[Session]:
        """Where the person is signed in, the latest use first."""
        asked = {"tenant": tenant, "person": person_id}
        rows = await postgres.fetch_of(self._pool, [tenant], SQL["sessions"], asked)
        return [
            Session(
                id=hashlib.sha256(row["token_hash"]).hexdigest()[:16],
                method=row["method"],
                begun_at=row["begun_at"],
                used_at=row["used_at"],
                ends_at=row["ends_at"],
                current=row["token_hash"] == current,
            )
            for row in rows
        ]

    async def _invite(
        self, tenant: str, who: Who, fresh_id: str, order_of: Callable[[str], Order]
    ) -> Invited:
        login = self._sealing.index(login_of(who.email))
        asked = {"tenant": tenant, "login": login}
        found = await postgres.fetch_of(self._pool, [tenant], SQL["by_login"], asked)
        person_id = found[0]["id"] if found else fresh_id
        order, code = order_of(person_id), clock.new_token()
        command = order.command
        assert isinstance(command, person.Grant)
        granted = _granted(order, command)

        async def rows(connection: postgres.Connection, fresh: bool) -> str:  # noqa: FBT001 - see `Rows`
            row = {"tenant": tenant, "person": person_id}
            if not found:
                wrapped = self._sealing.new_key(person_id)
                sealed = self._sealing.seal(wrapped, person_id, msgspec.json.encode(who))
                own = row | {"login": login, "sealed": sealed, "wrapped": wrapped}
                await postgres.execute(connection, SQL["insert"], own)
                await postgres.execute(connection, SQL["insert_key"], own)
            await granted(connection, fresh)
            if found and found[0]["active"]:
                return ""
            await _must_stand_above(connection, order.caller, "roles_now", row)
            await postgres.execute(connection, SQL["invite"], row | _invitation(code))
            return code

        receipt, told = await beside.recorded(self._pool, self._intake, order, rows)
        return Invited(receipt=receipt, person=person_id, code=told or "")

    async def _with_rows(self, order: Order, rows: beside.Rows[None]) -> tuple[Receipt, None]:
        return await beside.tried(lambda: beside.recorded(self._pool, self._intake, order, rows))

    def _opened(self, person_id: str, wrapped: bytes | None, sealed: bytes | None) -> Who | None:
        if wrapped is None or sealed is None:
            return None
        return msgspec.json.decode(self._sealing.open(wrapped, person_id, sealed), type=Who)


def must_be_a_person(who: Who) -> None:
    """Refuse a name or an e-mail address that cannot be one."""
    if not who.name.strip() or len(who.name) > NAME_CHARACTERS_MAX or not who.name.isprintable():
        raise Refused("person.name", characters_max=NAME_CHARACTERS_MAX)
    local, _, domain = login_of(who.email).rpartition("@")
    if not _ADDRESS.match(f"{local}@{domain}") or len(who.email) > EMAIL_CHARACTERS_MAX:
        raise Refused("person.email")


def login_of(email: str) -> str:
    """The one spelling of an address: people do not mind capitals, nor do mail servers; what looks
    the same is the same (NFKC), so that nobody is invited beside themselves.
    """
    return unicodedata.normalize("NFKC", email).strip().casefold()


def _invitation(code: str) -> dict[str, object]:
    return {"invitation": hashlib.sha256(code.encode()).digest(), "lasting": INVITED}


def _granted(order: Order, command: person.Grant) -> beside.Rows[None]:
    async def rows(connection: postgres.Connection, fresh: bool) -> None:  # noqa: FBT001 - see `Rows`
        if fresh:
            row = {
                "tenant": order.tenant,
                "grant": command.grant,
                "person": command.person,
                "role": command.role,
                "agency": command.agency,
            }
            await postgres.execute(connection, SQL["grant"], row)

    return rows


def _ending(caller: Caller, row: Mapping[str, object], held: str, *names: str) -> beside.Rows[None]:
    """Rows that end or hand over the roles which `held` finds, if they are the caller's to give."""

    async def rows(connection: postgres.Connection, _: bool) -> None:  # noqa: FBT001 - see `Rows`
        await _must_stand_above(connection, caller, held, row)
        for name in names:
            await postgres.execute(connection, SQL[name], row)

    return rows


async def _must_stand_above(
    connection: postgres.Connection, caller: Caller, held: str, row: Mapping[str, object]
) -> None:
    found = await postgres.fetch(connection, SQL[held], row)
    must_stand_above(caller, [one["role"] for one in found])
