"""What came after the deadline: by how much, what it holds, and what became of it.

A late item counts for nothing while it waits; admitted, what it says stands beside as facts.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from shared.kernel import clocks
from shared.kernel.events.late import LateAdmitted, LateDismissed, LateReceived
from shared.kernel.recorded import Recorded, topic

State = Literal["waiting", "admitted", "dismissed"]
STATES: tuple[State, ...] = ("waiting", "admitted", "dismissed")

MINUTES, HOURS, DAYS = 60, 60 * 60, 24 * 60 * 60


class Content(Struct, frozen=True, kw_only=True):
    """One thing a late item says: the tag of the fact it would have been, and what of."""

    fact: str
    innovation: str
    indicator: str
    level: int | None


class LateItem(Struct, frozen=True, kw_only=True):
    """One late item of a region. `missed_by_seconds` is how long after the deadline it had come.

    Admitted, `letter` of `keeper` covers it; dismissed, `reason` says why it can no longer be
    recorded. `decided_seq` is the fact that says so.
    """

    item: int
    seq: int
    received_at: datetime
    deadline: datetime
    missed_by_seconds: int
    holds: tuple[Content, ...]
    state: State
    keeper: str = ""
    letter: str = ""
    reason: str = ""
    decided_seq: int | None = None
    decided_at: datetime | None = None


def items(facts: Iterable[Recorded], zone: str) -> tuple[LateItem, ...]:
    """A region's late items in the order they came; moments are the region's."""
    found: dict[int, LateItem] = {}
    for fact in facts:
        match fact.event:
            case LateReceived() as event:
                found[event.item] = _item(fact.seq, event, zone)
            case LateAdmitted() as event if event.item in found:
                found[event.item] = replace(
                    _decided(found[event.item], fact, zone, "admitted"),
                    keeper=event.keeper,
                    letter=event.letter,
                )
            case LateDismissed() as event if event.item in found:
                found[event.item] = replace(
                    _decided(found[event.item], fact, zone, "dismissed"), reason=event.reason
                )
            case _:
                pass
    return tuple(found[number] for number in sorted(found))


def counts(late: Iterable[LateItem]) -> dict[str, int]:
    """How many there are of each state."""
    held = list(late)
    return {state: sum(1 for one in held if one.state == state) for state in STATES}


def length(seconds: int) -> tuple[int, int, int]:
    """Days, hours and minutes that are over; all are 0 where not even a minute is."""
    return seconds // DAYS, seconds % DAYS // HOURS, seconds % HOURS // MINUTES


def _item(seq: int, event: LateReceived, zone: str) -> LateItem:
    missed = event.received_at - event.deadline
    return LateItem(
        item=event.item,
        seq=seq,
        received_at=clocks.local(event.received_at, zone),
        deadline=clocks.local(event.deadline, zone),
        missed_by_seconds=max(0, int(missed.total_seconds())),
        holds=tuple(
            Content(
                fact=topic(fact),
                innovation=fact.innovation,
                indicator=getattr(fact, "indicator", ""),
                level=getattr(fact, "level", None),
            )
            for fact in event.facts
        ),
        state="waiting",
    )


def _decided(item: LateItem, fact: Recorded, zone: str, state: State) -> LateItem:
    return replace(
        item,
        state=state,
        decided_seq=fact.seq,
        decided_at=clocks.local(fact.happened_at, zone),
    )
