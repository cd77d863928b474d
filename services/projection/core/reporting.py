"""What a region's facts say of its agencies, and when each of its innovations was last reported on.

A unit's report counts for its agency; a unit whose agency is closed stands for itself. What is said
of an innovation counts as activity of the agency that reported it last, also where that came late.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import get_args

from msgspec import Struct

from shared.kernel import clocks
from shared.kernel.events.agency import (
    AgencyClosed,
    AgencyRegistered,
    AgencyRevised,
    InnovationsDecreed,
)
from shared.kernel.events.innovation import InnovationRegistered, InnovationRevised
from shared.kernel.events.late import Late, LateReceived
from shared.kernel.recorded import Event, Recorded

# What a region itself reports: neither verdicts nor how it is organised.
REPORTS: tuple[type, ...] = get_args(Late)


class Known(Struct):
    """An agency as it was described last."""

    name: str
    kind: str
    parent: str
    closed: bool = False


class Told(Struct):
    """What the facts say beside the dossier; the activity is the last moment per innovation."""

    agencies: dict[str, Known]
    belongs: dict[str, str]
    active: dict[str, datetime]
    last_at: datetime | None = None
    decreed: tuple[InnovationsDecreed, int] | None = None


def names(facts: Iterable[Recorded], zone: str) -> dict[str, str]:
    """What the region's agencies are called, by their ids."""
    return {agency: known.name for agency, known in told_of(facts, zone).agencies.items()}


def top_of(agencies: Mapping[str, Known], name: str) -> str:
    """The agency that a report counts for: the topmost above, as long as none between is closed."""
    parent = agencies[name].parent
    while parent in agencies and not agencies[parent].closed:
        name, parent = parent, agencies[parent].parent
    return name


def told_of(facts: Iterable[Recorded], zone: str) -> Told:
    """All of it; `facts` in the order in which they count, moments in the region's zone."""
    told = Told(agencies={}, belongs={}, active={})
    for fact in facts:
        match fact.event:
            case AgencyRegistered() | AgencyRevised() as event:
                told.agencies[event.agency] = Known(
                    name=event.name, kind=event.kind, parent=event.parent
                )
            case AgencyClosed() as event if event.agency in told.agencies:
                told.agencies[event.agency].closed = True
            case InnovationsDecreed() as event:
                told.decreed = (event, fact.seq)
            case _:
                _report(told, fact, zone)
    return told


def _report(told: Told, fact: Recorded, zone: str) -> None:
    """As it was known, a later fact may have happened earlier: the latest moment is kept."""
    for event in reports(fact.event):
        at = clocks.local(fact.happened_at, zone)
        told.last_at = max(told.last_at or at, at)
        innovation: str = getattr(event, "innovation", "")
        told.active[innovation] = max(told.active.get(innovation, at), at)
        if isinstance(event, InnovationRegistered | InnovationRevised):
            told.belongs[innovation] = event.profile.agency


def reports(event: Event) -> Iterator[Event]:
    """What a fact reports for the region: itself, or all that came late with it."""
    if isinstance(event, LateReceived):
        yield from event.facts
    elif isinstance(event, REPORTS):
        yield event
