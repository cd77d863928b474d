"""The regional head's decree that names the innovations of a year."""

from collections.abc import Collection
from datetime import date

from msgspec import Struct

from shared.kernel import text
from shared.kernel.errors import Missing, Refused
from shared.kernel.events.agency import InnovationsDecreed
from shared.kernel.recorded import Event

NUMBER_CHARACTERS_MAX = 200
INNOVATIONS_MAX = 500
# What is dated later than this was mistyped.
YEARS_AHEAD_MAX = 2


class Decree(Struct, frozen=True, kw_only=True):
    """Record the decree, in place of an earlier one; `sha256` is its file where one was sent."""

    year: int
    number: str
    dated: date
    innovations: tuple[str, ...]
    sha256: str = ""


class Decreed(Struct, frozen=True, kw_only=True):
    """What the decree in force says."""

    said: InnovationsDecreed | None = None


EMPTY = Decreed()


def evolve(decreed: Decreed, event: Event) -> Decreed:
    """The later decree holds."""
    return Decreed(said=event) if isinstance(event, InnovationsDecreed) else decreed


def decide(command: Decree, decreed: Decreed, registered: Collection[str]) -> tuple[Event, ...]:
    """What follows; every innovation named must be `registered`."""
    text.check("number", command.number, NUMBER_CHARACTERS_MAX)
    if not command.number.strip():
        raise Refused("text.missing", field="number")
    year_max = command.year + YEARS_AHEAD_MAX
    if command.dated.year > year_max:
        raise Refused("decree.too_far_ahead", dated=command.dated, year_max=year_max)
    if not 1 <= len(command.innovations) <= INNOVATIONS_MAX:
        raise Refused("decree.innovations_out_of_range", innovations_max=INNOVATIONS_MAX)
    if len(set(command.innovations)) < len(command.innovations):
        raise Refused("decree.innovation_named_twice")
    for name in command.innovations:
        if name not in registered:
            raise Missing("innovation.unknown", innovation=name)
    said = InnovationsDecreed(
        year=command.year,
        number=command.number,
        dated=command.dated,
        innovations=command.innovations,
        sha256=command.sha256,
    )
    return () if said == decreed.said else (said,)
