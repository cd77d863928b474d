"""What a region's own plan (RPJMD) promises for a year; a later one replaces the earlier."""

from decimal import Decimal

from msgspec import Struct

from services.intake.core import season
from shared.kernel import text
from shared.kernel.errors import Refused
from shared.kernel.events.result import TargetSet
from shared.kernel.recorded import Event

INSTRUMENT_CHARACTERS_MAX = 500


class Set(Struct, frozen=True, kw_only=True):
    """Promise an index for a year, by the regulation that says so."""

    year: int
    target: Decimal
    instrument: str


class Target(Struct, frozen=True, kw_only=True):
    """The promise as its stream says."""

    promised: TargetSet | None = None


EMPTY = Target()


def evolve(target: Target, event: Event) -> Target:
    """The promise after one of its events."""
    match event:
        case TargetSet():
            return Target(promised=event)
        case _:
            return target


def decide(command: Set, target: Target) -> tuple[Event, ...]:
    """Years need not be open: a plan looks ahead. Saying the same again says nothing."""
    season.must_be_a_year(command.year)
    if not command.instrument.strip():
        raise Refused("target.instrument_missing")
    text.check("instrument", command.instrument, INSTRUMENT_CHARACTERS_MAX)
    promised = TargetSet(year=command.year, target=command.target, instrument=command.instrument)
    return () if promised == target.promised else (promised,)
