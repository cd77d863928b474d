"""Which stream each fact of intake stands in: it follows from the fact alone."""

from collections.abc import Callable
from typing import Any

from shared.kernel import names
from shared.kernel.events.access import (
    KeyIssued,
    KeyRevoked,
    PersonErased,
    PersonInvited,
    RoleGranted,
    RoleWithdrawn,
)
from shared.kernel.events.agency import (
    AgencyClosed,
    AgencyRegistered,
    AgencyRevised,
    CoachAssigned,
    InnovationsDecreed,
    StepAgreed,
    StepClosed,
)
from shared.kernel.events.branch import BranchDiscarded, BranchSaved
from shared.kernel.events.finding import FindingDismissed
from shared.kernel.events.indicator import (
    IndicatorAccepted,
    IndicatorClaimed,
    IndicatorReturned,
    IndicatorReviewed,
)
from shared.kernel.events.innovation import (
    InnovationRegistered,
    InnovationReinstated,
    InnovationRejected,
    InnovationReplicated,
    InnovationRevised,
    InnovationSubmitted,
    InnovationWithdrawn,
    TrialAssigned,
    TrialDecided,
    TrialReported,
)
from shared.kernel.events.late import LateAdmitted, LateDismissed, LateReceived
from shared.kernel.events.recovery import EpochRaised
from shared.kernel.events.result import ResultPublished, ScoreReported, TargetSet
from shared.kernel.events.season import (
    SeasonClosed,
    SeasonEntered,
    SeasonExtended,
    SeasonFrozen,
    SeasonOpened,
    SeasonReopened,
    SeasonScheduled,
)
from shared.kernel.events.verification import (
    ClarificationAnswered,
    ClarificationOpened,
    SampleDrawn,
    VerifierAssigned,
)
from shared.kernel.recorded import Event


def stream_of(event: Event) -> str:
    """The stream that a fact of intake is recorded in."""
    return _STREAMS[type(event)](event)


def _of_year(stream: Callable[[int], str]) -> Callable[[Any], str]:
    return lambda event: stream(event.year)


def _innovation(event: Any) -> str:
    return names.innovation(event.year, event.innovation)


def _claim(event: Any) -> str:
    return names.claim(event.year, event.innovation or names.REGION, event.indicator)


def _clarification(event: Any) -> str:
    return names.clarification(event.year, event.innovation or names.REGION, event.indicator)


def _agency(event: Any) -> str:
    return names.agency(event.year, event.agency)


def _coaching(event: Any) -> str:
    return names.coaching(event.year, event.agency)


def _person(event: Any) -> str:
    return names.person(event.person)


def _branch(event: Any) -> str:
    return names.branch(event.year, event.branch)


_STREAMS: dict[type, Callable[[Any], str]] = {
    **dict.fromkeys(
        (
            SeasonOpened,
            SeasonScheduled,
            SeasonExtended,
            SeasonClosed,
            SeasonFrozen,
            SeasonReopened,
        ),
        _of_year(names.season),
    ),
    SeasonEntered: _of_year(names.entry),
    **dict.fromkeys(
        (
            InnovationRegistered,
            InnovationRevised,
            InnovationSubmitted,
            InnovationWithdrawn,
            InnovationRejected,
            InnovationReinstated,
            TrialAssigned,
            TrialReported,
            TrialDecided,
            InnovationReplicated,
        ),
        _innovation,
    ),
    **dict.fromkeys(
        (IndicatorClaimed, IndicatorAccepted, IndicatorReturned, IndicatorReviewed), _claim
    ),
    **dict.fromkeys((ClarificationOpened, ClarificationAnswered), _clarification),
    KeyIssued: lambda event: names.key(event.key),
    KeyRevoked: lambda event: names.key(event.key),
    **dict.fromkeys((RoleGranted, PersonInvited, RoleWithdrawn, PersonErased), _person),
    VerifierAssigned: lambda event: names.verifier(event.year, event.innovation or names.REGION),
    SampleDrawn: _of_year(names.sample),
    **dict.fromkeys((LateReceived, LateAdmitted, LateDismissed), _of_year(names.late)),
    ResultPublished: _of_year(names.result),
    ScoreReported: lambda event: names.reported(event.year, event.stage),
    TargetSet: _of_year(names.target),
    EpochRaised: lambda _: names.EPOCH,
    FindingDismissed: lambda event: names.finding(event.year, event.finding),
    **dict.fromkeys((AgencyRegistered, AgencyRevised, AgencyClosed), _agency),
    InnovationsDecreed: _of_year(names.decree),
    **dict.fromkeys((CoachAssigned, StepAgreed, StepClosed), _coaching),
    **dict.fromkeys((BranchSaved, BranchDiscarded), _branch),
}
