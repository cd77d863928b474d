"""A season's calendar: facts of the ministry or a province, and a region's entry into it."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

# The stages (tahapan) of a season, in their order.
PhaseName = Literal["penjaringan", "pengukuran", "presentasi", "validasi_lapangan", "penetapan"]


class Phase(Struct, frozen=True, kw_only=True):
    """One stage of a season's calendar; `closes_at` is the last moment that belongs to it."""

    name: PhaseName
    opens_at: datetime
    closes_at: datetime


class SeasonOpened(Struct, frozen=True, kw_only=True, tag="season.opened.1"):
    """An assessment year was opened for reporting under a rule set (tenant: ministry, province)."""

    year: int
    rule_set: str
    rule_digest: str
    letter: str = ""


class SeasonScheduled(Struct, frozen=True, kw_only=True, tag="season.scheduled.1"):
    """The calendar of the season was published by a letter; a later one replaces it.

    The end of `penjaringan` is the deadline of reporting.
    """

    year: int
    phases: tuple[Phase, ...]
    letter: str


class SeasonExtended(Struct, frozen=True, kw_only=True, tag="season.extended.1"):
    """A phase was prolonged by a letter (*radiogram perpanjangan*), to the moment included."""

    year: int
    phase: PhaseName
    closes_at: datetime
    letter: str


class SeasonClosed(Struct, frozen=True, kw_only=True, tag="season.closed.1"):
    """Reporting ended at the moment; what is received later is kept and does not count."""

    year: int
    letter: str = ""
    at: datetime | None = None


class SeasonFrozen(Struct, frozen=True, kw_only=True, tag="season.frozen.1"):
    """From the moment on no claim, verdict or correction changes the season's scores."""

    year: int
    at: datetime
    letter: str


class SeasonReopened(Struct, frozen=True, kw_only=True, tag="season.reopened.1"):
    """Reporting was opened again by a letter, from one moment to another, both included."""

    year: int
    opens_at: datetime
    closes_at: datetime
    letter: str


class SeasonEntered(Struct, frozen=True, kw_only=True, tag="season.entered.1"):
    """The region's first fact in a season: from here its own log says which rules apply.

    `opened_by` and `opened_seq` name the season's opening in the other tenant's log.
    """

    year: int
    rule_set: str
    rule_digest: str
    opened_by: str
    opened_seq: int
