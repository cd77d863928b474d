"""Routes that will go: told beside every answer, long before, and in the document.

Within `/v1` things are added, never changed or taken away without this: `Deprecation` (RFC 9745)
says since when nobody should begin to use a route, `Sunset` (RFC 8594) from when it may be gone,
and `Link` what stands in its place.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from typing import Any

from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope
from msgspec import Struct

# A season of the index passes in between, so that every region meets the notice at its busiest.
NOTICE = timedelta(days=365)
_OPTION = "retiring"


class Retiring(Struct, frozen=True, kw_only=True):
    """`since` when it is deprecated, when it `ends`, and the address that stands in its place."""

    since: date
    ends: date
    successor: str


def retiring(since: date, ends: date, successor: str) -> Mapping[str, Any]:
    """What a route's decorator is given: `@get(PATH, **retiring(…))`."""
    assert ends - since >= NOTICE, "a route is announced a year before it goes"
    told = Retiring(since=since, ends=ends, successor=successor)
    return {"deprecated": True, "opt": {_OPTION: told}}


async def tell(message: Message, scope: Scope) -> None:
    """Say so beside every answer of such a route, also a refusal."""
    handler = scope.get("route_handler")
    told = getattr(handler, "opt", {}).get(_OPTION)
    if message["type"] != "http.response.start" or not isinstance(told, Retiring):
        return
    headers = MutableScopeHeaders.from_message(message)
    headers["Deprecation"] = f"@{round(_midnight(told.since).timestamp())}"
    headers["Sunset"] = format_datetime(_midnight(told.ends), usegmt=True)
    headers.add("Link", f'<{told.successor}>; rel="successor-version"')


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
