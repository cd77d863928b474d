"""What came after the deadline: kept whole and labelled, and admitted if the deadline moves.

A late item changes no claim and no score. The region may go on reporting behind it: late items are
decided upon as if those before them had counted.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from services.intake.core import indicator, innovation, trial
from shared.kernel.errors import Corrupt, Refused
from shared.kernel.events.indicator import IndicatorClaimed
from shared.kernel.events.innovation import (
    InnovationRegistered,
    InnovationReplicated,
    InnovationRevised,
    InnovationSubmitted,
    InnovationWithdrawn,
    TrialAssigned,
    TrialDecided,
    TrialReported,
)
from shared.kernel.events.late import Late, LateAdmitted, LateDismissed, LateReceived
from shared.kernel.recorded import Event

# What a region reports: the facts for which it matters when they were received.
REPORTS = (
    InnovationRegistered,
    InnovationRevised,
    InnovationSubmitted,
    InnovationWithdrawn,
    TrialAssigned,
    TrialReported,
    TrialDecided,
    InnovationReplicated,
    IndicatorClaimed,
)

# Every report of a region is decided beside all that waits; one item holds thousands of facts.
WAITING_MAX = 1_000

Report = (
    innovation.Register
    | innovation.Revise
    | innovation.Submit
    | innovation.Withdraw
    | trial.Command
    | indicator.Claim
)


class Admit(Struct, frozen=True, kw_only=True):
    """Let a late item count, since the calendar now covers the moment it was received."""

    year: int
    item: LateReceived
    keeper: str
    letter: str


class Letterbox(Struct, frozen=True, kw_only=True):
    """A region's late items of a season: how many there were, and those that still wait."""

    received: int = 0
    waiting: tuple[LateReceived, ...] = ()


EMPTY = Letterbox()


def evolve(box: Letterbox, event: Event) -> Letterbox:
    """The letterbox after one of its events."""
    match event:
        case LateReceived():
            return Letterbox(received=box.received + 1, waiting=(*box.waiting, event))
        case LateAdmitted() | LateDismissed():
            left = tuple(item for item in box.waiting if item.item != event.item)
            return replace(box, waiting=left)
        case _:
            return box


def receive(
    box: Letterbox, year: int, received_at: datetime, deadline: datetime, facts: Sequence[Event]
) -> tuple[Event, ...]:
    """The late item that keeps these facts; nothing where there are none."""
    kept = tuple(fact for fact in facts if isinstance(fact, REPORTS))
    if len(kept) != len(facts):
        raise Corrupt("late.no_report", facts=len(facts))
    if not kept:
        return ()
    if len(box.waiting) >= WAITING_MAX:
        raise Refused("late.too_many_waiting", waiting_max=WAITING_MAX)
    return (
        LateReceived(
            year=year,
            item=box.received + 1,
            received_at=received_at,
            deadline=deadline,
            facts=kept,
        ),
    )


def supposed(box: Letterbox) -> Sequence[Late]:
    """The facts of all that waits, in the order they came."""
    return [fact for item in box.waiting for fact in item.facts]


def command_of(fact: Late) -> Report:
    """The command that a late fact answers, to be decided again on what stands now."""
    kind = _COMMANDS[type(fact)]
    shared = [name for name in kind.__struct_fields__ if name in fact.__struct_fields__]
    return kind(**{name: getattr(fact, name) for name in shared})


_COMMANDS: Mapping[type[Late], type[Report]] = {
    InnovationRegistered: innovation.Register,
    InnovationRevised: innovation.Revise,
    InnovationSubmitted: innovation.Submit,
    InnovationWithdrawn: innovation.Withdraw,
    TrialAssigned: trial.Assign,
    TrialReported: trial.Report,
    TrialDecided: trial.Decide,
    InnovationReplicated: trial.Replicate,
    IndicatorClaimed: indicator.Claim,
}
