"""What came after the deadline, and what became of it."""

from datetime import datetime

from msgspec import Struct

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

Late = (
    InnovationRegistered
    | InnovationRevised
    | InnovationSubmitted
    | InnovationWithdrawn
    | TrialAssigned
    | TrialReported
    | TrialDecided
    | InnovationReplicated
    | IndicatorClaimed
)


class LateReceived(Struct, frozen=True, kw_only=True, tag="late.received.1"):
    """Something was reported after the deadline: it is kept, and counts only if admitted.

    `received_at` is when it had been received completely, or happened where that is stated;
    `deadline` what it missed. `facts` are what would have been recorded.
    """

    year: int
    item: int
    received_at: datetime
    deadline: datetime
    facts: tuple[Late, ...]


class LateAdmitted(Struct, frozen=True, kw_only=True, tag="late.admitted.1"):
    """An extension or reopening covers the late item: what it said is recorded beside this."""

    year: int
    item: int
    keeper: str
    letter: str


class LateDismissed(Struct, frozen=True, kw_only=True, tag="late.dismissed.1"):
    """The late item was covered, but can no longer be recorded: `reason` says why."""

    year: int
    item: int
    reason: str
