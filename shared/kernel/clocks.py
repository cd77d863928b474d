"""Moments as a province reads them off its own clocks, in two languages."""

from datetime import datetime
from zoneinfo import ZoneInfo

from shared.kernel.moments import LETTERS

MONTHS = {
    "id": [
        "Januari",
        "Februari",
        "Maret",
        "April",
        "Mei",
        "Juni",
        "Juli",
        "Agustus",
        "September",
        "Oktober",
        "November",
        "Desember",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}


def local(moment: datetime, zone: str) -> datetime:
    """The same point in time on the province's clocks."""
    return moment.astimezone(ZoneInfo(zone))


def iso(moment: datetime, zone: str) -> str:
    """To the second, with the province's offset: `2025-02-10T23:59:59+08:00`."""
    return local(moment, zone).replace(microsecond=0).isoformat()


def day(moment: datetime, zone: str, language: str = "id") -> str:
    """`17 Maret 2025`."""
    there = local(moment, zone)
    return f"{there.day} {MONTHS[language][there.month - 1]} {there.year}"


def short_day(moment: datetime, zone: str, language: str = "id") -> str:
    """`17 Mar 2025`, for a table's cell."""
    there = local(moment, zone)
    return f"{there.day} {MONTHS[language][there.month - 1][:3]} {there.year}"


def spoken(moment: datetime, zone: str, language: str = "id") -> str:
    """`17 Maret 2025 pukul 23.59 WITA`; the last second of a minute is read as its minute."""
    joint = "pukul" if language == "id" else "at"
    return f"{day(moment, zone, language)} {joint} {hour(moment, zone, language)}"


def hour(moment: datetime, zone: str, language: str = "id") -> str:
    """`23.59 WITA`; seconds are read only where a minute would not say the same."""
    there = local(moment, zone)
    mark = "." if language == "id" else ":"
    read = "%H{0}%M" if there.second in (0, 59) else "%H{0}%M{0}%S"
    return f"{there.strftime(read.format(mark))} {LETTERS[zone]}"
