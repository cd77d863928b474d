"""Moments as people of a region speak of them: their day, and the clock on their wall."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

# Three zones without summer time, by the letters everyone knows.
LETTERS = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}


def day(moment: datetime, zone: str) -> date:
    """The day it is in the zone."""
    return moment.astimezone(ZoneInfo(zone)).date()


def spoken(moment: datetime, zone: str) -> str:
    """To the second, with the zone's letters: `2026-08-23 23.59.59 WITA`."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local:%Y-%m-%d %H.%M.%S} {LETTERS.get(zone, zone)}"
