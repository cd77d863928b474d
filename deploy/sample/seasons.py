"""The seasons that are over, out of `seasons.toml`: opened, closed, decided, and what says so."""

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

from deploy.sample import calendar
from services.intake.bodies.season import ClosingBody, SeasonBody

# Minutes of the day; what was reported are days, never hours.
OPENING = 8 * 60
CLOSING = 23 * 60 + 59
DECIDING = 10 * 60


class Closed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One season that is over. The decree is that of its results, as far as it is known."""

    year: int
    rule_set: str
    opened: date
    opened_basis: str
    closed: date
    closed_basis: str
    decided: date
    decided_basis: str
    letter: str = ""
    decree_number: str = ""
    decree_date: date | None = None

    @property
    def opening(self) -> SeasonBody:
        """As the ministry opens it."""
        return SeasonBody(
            rule_set=self.rule_set,
            letter=self.letter,
            occurred_at=calendar.at(self.opened, OPENING),
            basis=self.opened_basis,
        )

    @property
    def closing(self) -> ClosingBody:
        """As the ministry closes it."""
        return ClosingBody(occurred_at=self.closed_at, basis=self.closed_basis)

    @property
    def closed_at(self) -> datetime:
        """The last moment of reporting."""
        return calendar.at(self.closed, CLOSING)

    @property
    def decided_at(self) -> datetime:
        """When its results came to hold."""
        return calendar.at(self.decided, DECIDING)


class _File(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    season: tuple[Closed, ...]


@cache
def closed() -> Mapping[int, Closed]:
    """The seasons by year, the earliest first; read once."""
    raw = (Path(__file__).parent / "seasons.toml").read_text(encoding="utf-8")
    told = msgspec.convert(tomllib.loads(raw), _File)
    return {each.year: each for each in told.season}
