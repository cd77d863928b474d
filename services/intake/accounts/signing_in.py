"""Signing in and out: by password, by invitation, or by an identity provider.

Every way begins a session with a new token, and so does a change of role: a token that somebody
knew before stands for nobody after.
"""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from msgspec import Struct

from services.intake.accounts.people import SQL, People, login_of
from shared.io import postgres, sessions
from shared.io.allowances import Allowances
from shared.io.identity import Caller
from shared.io.passwords import CHARACTERS_MAX, Passwords, must_be_strong
from shared.io.sealing import Sealing
from shared.kernel.errors import Refused

LASTING = timedelta(seconds=sessions.SECONDS_MAX)
# Signed in at more places than this, the one longest unused is signed out.
SESSIONS_MAX = 10
SWEEP_SECONDS = 3600.0

_BY_LOGIN = "select * from people_by_login(%(shown)s, %(tenant)s)"
_BY_IDENTITY = "select * from people_by_identity(%(shown)s, %(tenant)s)"
_INVITED = "select * from person_invited(%(shown)s)"


class Attempt(Struct, frozen=True, kw_only=True):
    """What somebody who signs in tells; `tenant` only where they have accounts in several."""

    email: str
    password: str
    address: str
    tenant: str = ""


class Provided(Struct, frozen=True, kw_only=True):
    """Whom an identity provider vouches for; `email` is empty unless it was verified there."""

    identity: bytes
    email: str
    session: str
    tenant: str = ""


class SigningIn:
    """The only place where sessions begin."""

    def __init__(
        self, pool: postgres.Pool, people: People, sealing: Sealing, allowances: Allowances
    ) -> None:
        self._pool = pool
        self._people = people
        self._sealing = sealing
        self._allowances = allowances
        self._passwords = Passwords()

    async def sign_in(self, attempt: Attempt) -> str:
        """A new session's token. Unknown addresses and wrong passwords are told alike, and take
        equally long; too many tries for one account or from one address are refused unheard.
        """
        login = self._sealing.index(login_of(attempt.email))
        await self._allowances.take(f"address/{attempt.address}", "sign_in_from")
        await self._allowances.take(f"login/{login.hex()}", "sign_in")
        password = attempt.password[: CHARACTERS_MAX + 1]
        found = await self._found(_BY_LOGIN, login, attempt.tenant)
        for row in found:
            kept = await self._kept(row)
            if await self._passwords.fits(kept, password) and kept is not None:
                current = await self._renew_hash(row, kept, password)
                return await self._begin({**row, "password": current}, "password")
        if not found:
            await self._passwords.fits(None, password)
        raise Refused("sign_in.wrong")

    async def accept(self, code: str, password: str, address: str) -> str:
        """Choose a password with an invitation; all who knew the one before are signed out."""
        await self._allowances.take(f"address/{address}", "sign_in_from")
        shown = hashlib.sha256(code.encode()).digest()
        rows = await self._found(_INVITED, shown)
        if not rows:
            raise Refused("invitation.over")
        await self._set_password(rows[0], password, shown)
        return await self._begin(rows[0], "password")

    async def change_password(self, caller: Caller, former: str, password: str) -> str:
        """Choose another password: the former one must be known, and every session ends."""
        await self._allowances.take(f"login/{caller.client}", "sign_in")
        row = _row(caller)
        if not await self._passwords.fits(await self._kept(row), former[: CHARACTERS_MAX + 1]):
            raise Refused("password.former_wrong")
        await self._set_password(row, password, None)
        return await self._begin(row | {"grant": caller.grant}, "password")

    async def provided(self, provided: Provided) -> str:
        """Sign in whom the provider vouches for; the first time, by the address it verified."""
        found = await self._found(_BY_IDENTITY, provided.identity, provided.tenant)
        if not found and provided.email:
            login = self._sealing.index(login_of(provided.email))
            known = await self._found(_BY_LOGIN, login, provided.tenant)
            found = [row for row in known if await self._linked(row, provided.identity)]
        if not found:
            raise Refused("sign_in.not_invited")
        return await self._begin(found[0], "oidc", provided.session)

    async def change_role(self, caller: Caller, grant: str) -> str:
        """Go on in another role of the same person, under a new token."""
        token = sessions.new_token()
        row = _row(caller) | {"grant": grant, "former": caller.session}
        async with postgres.reaching(self._pool, [caller.tenant]) as connection:
            begun = {"token": sessions.hashed(token)}
            if not await postgres.execute(connection, SQL["change_role"], row | begun):
                raise Refused("sign_in.no_role")
            await postgres.execute(connection, SQL["note_use"], row | begun)
        return token

    async def sign_out(self, caller: Caller) -> None:
        """End the session."""
        await self._end(caller, "end_one")

    async def sign_out_elsewhere(self, caller: Caller) -> None:
        """End every other session of the person, and what a provider has issued until now."""
        await self._end(caller, "end_others")
        await self._end(caller, "end_tokens")

    async def run(self) -> None:
        """Forget sessions that are over, for ever."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            await self.sweep()

    async def sweep(self) -> None:
        """Forget sessions and taken-back tokens that are over by themselves."""
        async with postgres.transaction(self._pool) as connection:
            await postgres.reach_all(connection)
            await postgres.execute(connection, SQL["sweep"])
            await postgres.execute(connection, SQL["sweep_tokens"])

    async def _end(self, caller: Caller, statement: str) -> None:
        async with postgres.reaching(self._pool, [caller.tenant]) as connection:
            row = _row(caller) | {"token": caller.session}
            await postgres.execute(connection, SQL[statement], row)

    async def _begin(
        self, whose: Mapping[str, Any], method: str, provider_session: str = ""
    ) -> str:
        token = sessions.new_token()
        row = {
            "grant": "",
            "password": None,
            **whose,
            "token": sessions.hashed(token),
            "method": method,
            "provider_session": provider_session,
            "lasting": LASTING,
            "most": SESSIONS_MAX,
        }
        async with postgres.reaching(self._pool, [whose["tenant"]]) as connection:
            if not await postgres.execute(connection, SQL["begin"], row):
                raise Refused("sign_in.no_role")
            await postgres.execute(connection, SQL["note_use"], row)
            await postgres.execute(connection, SQL["forget_oldest"], row)
        return token

    async def _found(
        self, query: str, shown: bytes, tenant: str = ""
    ) -> Sequence[Mapping[str, Any]]:
        """Who is known by it, before it is known whose they are; in one tenant if one is named."""
        async with postgres.borrowed(self._pool) as connection:
            return await postgres.fetch(connection, query, {"shown": shown, "tenant": tenant})

    async def _kept(self, row: Mapping[str, Any]) -> str | None:
        rows = await postgres.fetch_of(self._pool, [row["tenant"]], SQL["password"], row)
        return rows[0]["password"] if rows else None

    async def _set_password(
        self, row: Mapping[str, Any], password: str, invitation: bytes | None
    ) -> None:
        (found,) = await self._people.all(row["tenant"], row["person"])
        assert found.who is not None
        must_be_strong(password, [found.who.name, *found.who.email.split("@")])
        hashed = await self._passwords.hash(password)
        asked = {**row, "password": hashed, "invitation": invitation}
        async with postgres.reaching(self._pool, [row["tenant"]]) as connection:
            if not await postgres.execute(connection, SQL["set_password"], asked):
                raise Refused("invitation.over")
            await postgres.execute(connection, SQL["end_all"], row)

    async def _renew_hash(self, row: Mapping[str, Any], kept: str, password: str) -> str:
        """What was hashed more cheaply once is hashed as today's are; the hash that is kept now."""
        if not self._passwords.is_outdated(kept):
            return kept
        renewed = {"password": await self._passwords.hash(password), "former": kept}
        async with postgres.reaching(self._pool, [row["tenant"]]) as connection:
            await postgres.execute(connection, SQL["rehash"], {**row, **renewed})
        return renewed["password"]

    async def _linked(self, row: Mapping[str, Any], identity: bytes) -> bool:
        async with postgres.reaching(self._pool, [row["tenant"]]) as connection:
            asked = {**row, "identity": identity}
            return bool(await postgres.execute(connection, SQL["link"], asked))


def _row(caller: Caller) -> dict[str, Any]:
    return {"tenant": caller.tenant, "person": caller.client}
