"""The open season's calendar by an invented letter, and its extension by an invented radiogram.

The extended deadline lies after the day on which the sample is loaded, so that whoever tries it out
is still in time; nothing that the sample tells is late.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from deploy.sample import calendar
from deploy.sample.calendar import Season
from deploy.sample.plan import BASIS
from deploy.sample.traits import RULES_OPEN
from services.intake.bodies.season import CalendarBody, ExtensionBody, PhaseBody, SeasonBody
from shared.kernel.events.season import PhaseName

# Letters of the ministry count in western Indonesian time.
ZONE = ZoneInfo("Asia/Jakarta")

OPENING_LETTER = "data contoh, menurut surat 400.10.11/1887/BSKDN, 29 April 2026"
CALENDAR_LETTER = "data contoh: surat rekaan 400.10.11/CONTOH-1/BSKDN tentang jadwal"
RADIOGRAM = "data contoh: radiogram rekaan 400.10.11/CONTOH-2/SJ tentang perpanjangan"
OPENING = 8 * 60
SCHEDULING = 8 * 60 + 20
EXTENDING = 9 * 60

# When nine tenths of the season were over, it was prolonged.
EXTENDED_AT = (9, 10)
EXTENDED_UNTIL = date(2026, 12, 11)
# Whoever tries the sample out has at least so long.
OPEN_DAYS_MIN = 30

# Measuring follows the reporting that was planned, and ends well after the extended deadline.
# The other stages, in days after the deadline: first and last.
LATER: tuple[tuple[PhaseName, int, int], ...] = (
    ("presentasi", 27, 31),
    ("validasi_lapangan", 34, 38),
    ("penetapan", 55, 66),
)
MEASURED_FOR = 24


class Schedule(Struct, frozen=True, kw_only=True):
    """What the ministry says of the open season, in this order."""

    opening: SeasonBody
    calendar: CalendarBody
    extension: ExtensionBody


def of(days: Season) -> Schedule:
    """The season's letters."""
    deadline = max(EXTENDED_UNTIL, (days.today or days.last) + timedelta(days=OPEN_DAYS_MIN))
    return Schedule(
        opening=SeasonBody(
            rule_set=RULES_OPEN,
            letter=OPENING_LETTER,
            occurred_at=calendar.at(days.first, OPENING),
            basis="data contoh: tanggal pembukaan diperkirakan",
        ),
        calendar=CalendarBody(
            phases=_phases(days, deadline),
            letter=CALENDAR_LETTER,
            occurred_at=calendar.at(days.first, SCHEDULING),
            basis=BASIS,
        ),
        extension=ExtensionBody(
            closes_at=_end(deadline),
            letter=RADIOGRAM,
            occurred_at=calendar.at(calendar.slot(days, *EXTENDED_AT), EXTENDING),
            basis=BASIS,
        ),
    )


def _phases(days: Season, deadline: date) -> tuple[PhaseBody, ...]:
    reported = max(days.last, calendar.ENDING)
    measured = deadline + timedelta(days=MEASURED_FOR)
    return (
        _phase("penjaringan", days.first, reported),
        _phase("pengukuran", reported + timedelta(days=1), measured),
        *(
            _phase(name, deadline + timedelta(days=first), deadline + timedelta(days=last))
            for name, first, last in LATER
        ),
    )


def _phase(name: PhaseName, first: date, last: date) -> PhaseBody:
    opens_at = datetime.combine(first, time(), ZONE).astimezone(UTC)
    return PhaseBody(name=name, opens_at=opens_at, closes_at=_end(last))


def _end(day: date) -> datetime:
    """The last second of the day."""
    return datetime.combine(day, time(23, 59, 59), ZONE).astimezone(UTC)
