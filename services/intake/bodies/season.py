"""What keepers of a season send: its calendar, and what becomes of it."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from services.intake.bodies.stated import Stated
from shared.kernel.events.season import PhaseName

Until = Annotated[
    datetime,
    Meta(description="Saat terakhir yang masih dihitung, dengan zona: 2026-08-23T23:59:59+07:00"),
]


class SeasonBody(Stated, frozen=True, kw_only=True):
    """Open a season: the rule set's id, as `2026.1`, and the letter that orders it."""

    rule_set: str
    letter: str = ""


class PhaseBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One stage (tahapan) of the calendar, its last moment included."""

    name: PhaseName
    opens_at: datetime
    closes_at: Until


class CalendarBody(Stated, frozen=True, kw_only=True):
    """The season's calendar by its letter; `penjaringan` ends with the deadline of reporting."""

    phases: tuple[PhaseBody, ...]
    letter: str


class ExtensionBody(Stated, frozen=True, kw_only=True):
    """Prolong a phase by a letter (radiogram perpanjangan)."""

    closes_at: Until
    letter: str
    phase: PhaseName = "penjaringan"


class ClosingBody(Stated, frozen=True, kw_only=True):
    """Close a season by a letter."""

    letter: str = ""


class FreezeBody(Stated, frozen=True, kw_only=True):
    """Let nothing change the scores any more, by a letter."""

    letter: str


class ReopeningBody(Stated, frozen=True, kw_only=True):
    """Open reporting again until a moment, by a letter; what came late since `opens_at` counts."""

    closes_at: Until
    letter: str
    opens_at: datetime | None = None
