"""What intake says: every fact a region, a verifier or the ministry hands in.

The tags are the storage format. Who said it, when, and why stands in `Meta`, not here.
"""

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
from shared.kernel.events.branch import (
    BranchDiscarded,
    BranchSaved,
)
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
from shared.kernel.events.late import (
    LateAdmitted,
    LateDismissed,
    LateReceived,
)
from shared.kernel.events.recovery import EpochRaised
from shared.kernel.events.result import (
    ResultPublished,
    ScoreReported,
    TargetSet,
)
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

IntakeEvent = (
    SeasonOpened
    | SeasonScheduled
    | SeasonExtended
    | SeasonClosed
    | SeasonFrozen
    | SeasonReopened
    | SeasonEntered
    | InnovationRegistered
    | InnovationRevised
    | InnovationSubmitted
    | InnovationWithdrawn
    | InnovationRejected
    | InnovationReinstated
    | TrialAssigned
    | TrialReported
    | TrialDecided
    | InnovationReplicated
    | IndicatorClaimed
    | IndicatorAccepted
    | IndicatorReturned
    | IndicatorReviewed
    | VerifierAssigned
    | SampleDrawn
    | ClarificationOpened
    | ClarificationAnswered
    | LateReceived
    | LateAdmitted
    | LateDismissed
    | ResultPublished
    | ScoreReported
    | TargetSet
    | FindingDismissed
    | EpochRaised
    | AgencyRegistered
    | AgencyRevised
    | AgencyClosed
    | InnovationsDecreed
    | CoachAssigned
    | StepAgreed
    | StepClosed
    | BranchSaved
    | BranchDiscarded
    | KeyIssued
    | KeyRevoked
    | RoleGranted
    | RoleWithdrawn
    | PersonErased
    | PersonInvited
)
