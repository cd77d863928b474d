"""A moment someone asks about, in the time of a province, and how it is read aloud.

History is kept to the second, so a moment includes the whole of its second, and a date means the
end of that day where the province is.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from shared.kernel import clocks
from shared.kernel.errors import Refused

SECOND = timedelta(seconds=1)
COMPARED_BEFORE = timedelta(days=7)

# Nobody asks about an index before there was one, nor about a day calendars cannot reckon from.
YEARS = range(2000, 9999)

# Later than any fact: what a ranking without a moment is bounded by.
END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC)

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})\Z"
)


class Moment(Struct, frozen=True, kw_only=True):
    """All that happened before `until` (exclusive, UTC) belongs to it."""

    until: datetime

    @property
    def last_second(self) -> datetime:
        """The second the moment includes: `until` is where it ends."""
        return self.until - SECOND


def parse(given: str, zone: str) -> Moment:
    """The moment that a date or an ISO moment with its zone means; `Refused` if it is neither."""
    # A plus sign that was not escaped in an address arrives as a space.
    text = given.strip().replace(" ", "+")
    try:
        if _DATE.match(text) and int(text[:4]) in YEARS:
            midnight = datetime.combine(
                date.fromisoformat(text) + timedelta(days=1), time(), ZoneInfo(zone)
            )
            return Moment(until=midnight.astimezone(UTC))
        if _MOMENT.match(text) and int(text[:4]) in YEARS:
            return at(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        pass
    raise Refused("ranking.unreadable_moment", given=given)


def at(moment: datetime) -> Moment:
    """The moment that includes the whole second of a point in time."""
    return Moment(until=moment.astimezone(UTC).replace(microsecond=0) + SECOND)


def earlier(moment: Moment) -> Moment:
    """The moment a ranking is compared with when nobody names one: a week before."""
    return Moment(until=moment.until - COMPARED_BEFORE)


def is_date(given: str) -> bool:
    """Whether the text is spelt as a date alone."""
    return _DATE.match(given.strip()) is not None


def days_since(then: datetime, now: datetime) -> int:
    """Whole days that have passed; 0 while none has."""
    return max(0, (now - then).days)


def asked_of(until: Moment | None, zone: str) -> datetime | None:
    """The last second that an answer includes, as it is stamped; None for the present."""
    return None if until is None else clocks.local(until.last_second, zone)
