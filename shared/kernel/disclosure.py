"""Who is shown which kind of fact: one table, so that no new kind is shown by oversight."""

from collections.abc import Mapping
from typing import Literal, get_args

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
from shared.kernel.events.scoring import ScoreCalculated
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

# Beside the region itself, which sees all of its log:
#   everyone   whoever asks               coaching   who coaches its agencies
#   verifying  who verifies it            planning   nobody: what-ifs are its own
#   keys       who looks after its keys and its people
Circle = Literal["everyone", "verifying", "coaching", "planning", "keys"]

_KINDS: Mapping[Circle, tuple[type[Event], ...]] = {
    "everyone": (
        SeasonOpened,
        SeasonScheduled,
        SeasonExtended,
        SeasonClosed,
        SeasonFrozen,
        SeasonReopened,
        SeasonEntered,
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
        IndicatorClaimed,
        IndicatorAccepted,
        IndicatorReturned,
        IndicatorReviewed,
        SampleDrawn,
        LateReceived,
        LateAdmitted,
        LateDismissed,
        ResultPublished,
        ScoreReported,
        TargetSet,
        AgencyRegistered,
        AgencyRevised,
        AgencyClosed,
        InnovationsDecreed,
        ScoreCalculated,
        EpochRaised,
    ),
    "verifying": (FindingDismissed, VerifierAssigned, ClarificationOpened, ClarificationAnswered),
    "coaching": (CoachAssigned, StepAgreed, StepClosed),
    "planning": (BranchSaved, BranchDiscarded),
    "keys": (KeyIssued, KeyRevoked, RoleGranted, PersonInvited, RoleWithdrawn, PersonErased),
}
_CIRCLES: Mapping[type[Event], Circle] = {
    kind: circle for circle, kinds in _KINDS.items() for kind in kinds
}
assert set(_CIRCLES) == set(get_args(Event)), "say who is shown each kind of fact"


def kinds_in(*circles: Circle) -> frozenset[type[Event]]:
    """The kinds of facts that belong to any of the circles."""
    return frozenset(kind for circle in circles for kind in _KINDS[circle])


# What each role is shown of the logs that it reaches.
OF_ROLES: Mapping[str, tuple[Circle, ...]] = {
    "region_admin": ("everyone", "verifying", "coaching", "planning", "keys"),
    "verifier": ("everyone", "verifying"),
    "coordinator": ("everyone", "verifying", "coaching"),
    "ministry": ("everyone", "verifying", "coaching", "keys"),
    "auditor": ("everyone", "verifying", "coaching", "keys"),
}


def topics_in(*circles: Circle) -> frozenset[str]:
    """The topics of those kinds."""
    return frozenset(str(kind.__struct_config__.tag) for kind in kinds_in(*circles))


def circle_of(event: Event) -> Circle:
    """Who is shown the fact."""
    return _CIRCLES[type(event)]
