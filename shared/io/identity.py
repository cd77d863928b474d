"""Who is asking, for which tenant, in which role: told by what they show alone.

A key is `jejak_<id>_<secret>`; the database keeps the SHA-256 of the secret, which has 256 random
bits, so a plain hash is enough. A revoked or expired key is refused within `KEY_SECONDS_MAX`.
"""

import hashlib
import hmac
from typing import Literal

from msgspec import Struct

from shared.io import clock, postgres
from shared.kernel import names
from shared.kernel.errors import Missing, Refused

Role = Literal["operator", "region_admin", "verifier", "coordinator", "ministry", "auditor"]
# Intake itself, acting on what a keeper of seasons said; no key has this role.
Service = Literal["service"]

# How long a key's row is believed before it is read again: the longest a revoked key still works.
KEY_SECONDS_MAX = 5.0
KEYS_MAX = 10_000
# A key's use is noted this often at most.
NOTED_SECONDS = 60.0

PREFIX = "jejak"

_SELECT = "select * from intake.key_shown(%(id)s)"
_USED = "select intake.key_used(%(id)s)"


# The roles that a program or a person holds today.
_HELD = "select * from intake.roles_of_client(%(client)s)"


# Roles that end at the region's border.
OF_A_REGION: tuple[Role, ...] = ("operator", "region_admin")


class Caller(Struct, frozen=True, kw_only=True):
    """A known key or person: the tenant, the role, and whether it may state moments in the past.

    `client` is the program that holds the key, or the person; the program's next key has the same.
    `agency` is the one that an operator speaks for. `grant` is the role that a person acts in and
    `session` the hash of a signed-in person's token; both are empty for programs.
    """

    key: str
    client: str
    tenant: str
    role: Role | Service
    agency: str = ""
    history: bool = False
    reads_only: bool = False
    grant: str = ""
    session: bytes = b""

    def must_be(self, *roles: Role) -> None:
        """Refuse any other role."""
        if self.role not in roles:
            raise Refused("role.not_allowed", role=self.role, needed=", ".join(roles))

    def reaches(self, region: str) -> bool:
        """Whether the region is the key's own, or below it."""
        above = self.role not in OF_A_REGION and self.tenant in (
            names.MINISTRY,
            names.province_of(region),
        )
        return names.is_tenant(region) and (region == self.tenant or above)

    def must_be_national(self) -> None:
        """Refuse whoever keeps a province only: decrees are the ministry's own."""
        if self.tenant != names.MINISTRY:
            raise Refused("role.not_national")

    def must_reach(self, region: str) -> None:
        """A region outside the key's reach is answered exactly like one that does not exist."""
        if not self.reaches(region):
            raise Missing("region.unknown", region=region)


def must_stand(tenant: str, role: Role, agency: str) -> None:
    """Refuse a role that cannot be held there.

    A ministry's and a coordinator's stand above regions, the ministry itself is no region, and an
    operator speaks for one agency.
    """
    above = tenant == names.province_of(tenant)
    too_low = role in ("ministry", "coordinator") and not above
    if too_low or (role in OF_A_REGION and tenant == names.MINISTRY):
        raise Refused("tenant.without_role", tenant=tenant, role=role)
    if (role == "operator") != names.is_innovation(agency):
        raise Refused("role.agency", role=role)


def must_fit(tenant: str, role: Role, client: str, agency: str = "", *, taken: bool) -> None:
    """Refuse a key that the table would not hold, or a client's name that is another's."""
    must_stand(tenant, role, agency)
    if not names.is_client(client):
        raise Refused("client.malformed", characters_max=names.CLIENT_CHARACTERS_MAX)
    if taken or names.is_person(client):
        raise Refused("client.of_another", client=client)


def presented(identity: str) -> str:
    """A fresh key as its holder presents it."""
    return f"{PREFIX}_{identity}_{clock.new_token()}"


def secret_of(key: str) -> str:
    """The part that proves it."""
    return key.split("_", 2)[2]


class Keys:
    """The door's memory of API keys."""

    def __init__(self, pool: postgres.Pool) -> None:
        self._pool = pool
        self._known: dict[str, tuple[float, bytes, Caller]] = {}
        self._noted: dict[str, float] = {}

    async def caller(self, authorization: str) -> Caller:
        """Who sent this header; `Refused` if nobody we know."""
        scheme, _, presented = authorization.partition(" ")
        if scheme.lower() != "bearer" or not presented:
            raise Refused("identity.missing")
        prefix, _, rest = presented.strip().partition("_")
        identity, _, secret = rest.partition("_")
        if prefix != PREFIX or not identity or not secret:
            raise Refused("identity.unknown")
        secret_hash, caller = await self._look_up(identity)
        if not hmac.compare_digest(secret_hash, hashlib.sha256(secret.encode()).digest()):
            raise Refused("identity.unknown")
        await self._note_use(identity)
        return caller

    def remembers(self, authorization: str) -> bool:
        """Whether the id of a key was known here of late, whatever secret it is shown with."""
        presented = authorization.partition(" ")[2].strip().partition("_")[2]
        return presented.partition("_")[0] in self._known

    async def _note_use(self, identity: str) -> None:
        """Which keys nobody needs is seen by when each was used last, to the minute."""
        now = clock.monotonic_seconds()
        if now - self._noted.get(identity, -NOTED_SECONDS) < NOTED_SECONDS:
            return
        if len(self._noted) >= KEYS_MAX:
            self._noted.clear()
        self._noted[identity] = now
        async with postgres.borrowed(self._pool) as connection:
            await postgres.execute(connection, _USED, {"id": identity})

    async def must_know(self, client: str, region: str, *roles: Role) -> None:
        """Refuse to give work in a region to a program that no key of these roles lets do it."""
        async with postgres.borrowed(self._pool) as connection:
            rows = await postgres.fetch(connection, _HELD, {"client": client})
        held = [Caller(key="", client=client, **row) for row in rows]
        if not any(caller.role in roles and caller.reaches(region) for caller in held):
            raise Refused("client.unknown", client=client, region=region, needed=", ".join(roles))

    async def _look_up(self, identity: str) -> tuple[bytes, Caller]:
        now = clock.monotonic_seconds()
        known = self._known.get(identity)
        if known is not None and now - known[0] < KEY_SECONDS_MAX:
            return known[1], known[2]
        async with postgres.borrowed(self._pool) as connection:
            rows = await postgres.fetch(connection, _SELECT, {"id": identity})
        if not rows:
            self._known.pop(identity, None)
            raise Refused("identity.unknown")
        row = rows[0]
        caller = Caller(
            key=row["id"],
            client=row["client"],
            tenant=row["tenant"],
            role=row["role"],
            agency=row["agency"],
            history=row["history"],
            reads_only=row["reads_only"],
        )
        if len(self._known) >= KEYS_MAX:
            self._known.clear()
        self._known[identity] = (now, row["secret_hash"], caller)
        return row["secret_hash"], caller
