"""What a person is shown of their own account."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from services.intake.accounts.people import People
from shared.io.identity import Caller
from shared.io.pages.wording import Words
from shared.kernel.moments import LETTERS
from shared.kernel.regions import Register

CAPITAL = "Asia/Jakarta"


class RoleRow(Struct, frozen=True, kw_only=True):
    """A role that is held."""

    id: str
    name: str
    agency: str
    since: str
    used: str
    current: bool


class SessionRow(Struct, frozen=True, kw_only=True):
    """A place where the person is signed in."""

    begun: str
    used: str
    ends: str
    method: str
    current: bool


async def shown(
    people: People, caller: Caller, regions: Register, words: Words
) -> Mapping[str, Any]:
    """All that the page says of a person who is signed in."""
    (person,) = await people.all(caller.tenant, caller.client)
    region = regions.by_code.get(caller.tenant)
    zone = region.time_zone if region else CAPITAL
    letters = LETTERS[zone]

    def told(at: datetime | None) -> str:
        return "" if at is None else f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H.%M} {letters}"

    return {
        "id": caller.client,
        "who": person.who,
        "place": region.name if region else words("account.ministry"),
        "acting": words(f"role.{caller.role}"),
        "roles": [
            RoleRow(
                id=role.id,
                name=words(f"role.{role.role}"),
                agency=role.agency,
                since=told(role.granted_at),
                used=told(role.last_used_at),
                current=role.id == caller.grant,
            )
            for role in person.roles
            if role.withdrawn_at is None
        ],
        "sessions": [
            SessionRow(
                begun=told(one.begun_at),
                used=told(one.used_at),
                ends=told(one.ends_at),
                method=words(f"way.{one.method}"),
                current=one.current,
            )
            for one in await people.sessions(caller.tenant, caller.client, caller.session)
        ],
    }
