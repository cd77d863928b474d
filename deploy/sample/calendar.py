"""When things took place in the sample: on working days of the open season, never in the future.

All dates follow from one anchor, the moment the sample's keys were first known to the database;
so a load that was interrupted goes on with exactly the same facts.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

# Central Indonesian time holds in all of Kalimantan Selatan; computers write UTC.
ZONE = ZoneInfo("Asia/Makassar")

OPENING = date(2026, 6, 2)
ENDING = date(2026, 10, 31)
# On a clock that stands before the season has run this long, its dates are moved into the past.
DAYS_MIN = 60
DAYS_MOVED = 120


class Season(Struct, frozen=True, kw_only=True):
    """The days of the open season, from the first, inclusive, to the last, exclusive.

    `today` is the day of the anchor, where it is later than the last.
    """

    first: date
    last: date
    today: date | None = None

    @property
    def days(self) -> int:
        return (self.last - self.first).days

    @property
    def closing(self) -> date:
        """The last day of the season: all appointments are before it."""
        return self.last - timedelta(days=1)

    @property
    def yesterday(self) -> date:
        """The day before the anchor's: what is told of it is still fresh."""
        return max(self.last, self.today or self.last) - timedelta(days=1)


def season(anchor: datetime) -> Season:
    """The open season as far as it has run at the anchor."""
    today = anchor.astimezone(ZONE).date()
    last = min(today, ENDING)
    if (last - OPENING).days < DAYS_MIN:
        return Season(first=today - timedelta(days=DAYS_MOVED), last=today, today=today)
    return Season(first=OPENING, last=last, today=today)


def slot(season: Season, place: int, places: int) -> date:
    """The day of one of `places` appointments, evenly spread after the first day."""
    return season.first + timedelta(days=1 + (season.days - 1) * place // places)


def at(day: date, minutes: float) -> datetime:
    """So many minutes after midnight in Kalimantan Selatan, to the second, in UTC."""
    moment = datetime.combine(day, time(), ZONE) + timedelta(seconds=round(minutes * 60))
    return moment.astimezone(UTC)
