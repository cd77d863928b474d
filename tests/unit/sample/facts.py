"""The facts told around claims and verdicts, as the door hands them to intake's core."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import asdict

from deploy.sample.plan import Fact
from deploy.sample.traits import YEAR_OPEN
from services.intake.bodies.region import (
    AgencyBody,
    CoachBody,
    DecreeBody,
    ReplicationBody,
    StepBody,
    StepClosingBody,
    TrialBody,
    TrialDecisionBody,
    TrialReportBody,
)
from services.intake.bodies.verification import (
    AnswerBody,
    ClarificationBody,
    ReviewBody,
    SampleBody,
    VerifierBody,
)
from services.intake.core import (
    agency,
    assignment,
    clarification,
    coaching,
    decree,
    result,
    sample,
    trial,
    verdict,
)
from shared.kernel.events.indicator import EvidenceReference

# The command of each body, and what of the fact names its subject.
COMMANDS: Mapping[type, tuple[Any, tuple[str, ...]]] = {
    AgencyBody: (agency.Describe, ("agency",)),
    DecreeBody: (decree.Decree, ()),
    CoachBody: (coaching.Assign, ("agency",)),
    StepBody: (coaching.Agree, ("agency", "step")),
    StepClosingBody: (coaching.Close, ("agency", "step")),
    TrialBody: (trial.Assign, ("innovation",)),
    TrialReportBody: (trial.Report, ("innovation",)),
    TrialDecisionBody: (trial.Decide, ("innovation",)),
    ReplicationBody: (trial.Replicate, ("innovation",)),
    VerifierBody: (assignment.Assign, ("innovation",)),
    SampleBody: (sample.Draw, ()),
    ReviewBody: (verdict.Review, ("innovation", "indicator")),
    ClarificationBody: (clarification.Open, ("innovation", "indicator")),
    AnswerBody: (clarification.Answer, ("innovation", "indicator")),
}


def command_of(fact: Fact, files: Mapping[str, EvidenceReference]) -> Any:
    """The command; `files` are the region's, and everything named must be among them."""
    command, subject = COMMANDS[type(fact.body)]
    told = asdict(fact.body)
    told.pop("basis")
    moment = told.pop("occurred_at")
    match fact.body:
        case DecreeBody(sha256=sha256):
            assert sha256 in files
        case TrialReportBody(files=shown):
            assert set(shown) <= set(files)
        case StepBody(gain=gain):
            told["gain"] = None if gain is None else result.score(gain)
        case SampleBody():
            told["candidates"] = ()
        case ClarificationBody(evidence=shown):
            assert not shown
            told["at"] = moment
        case _:
            pass
    return command(year=YEAR_OPEN, **told, **{name: getattr(fact, name) for name in subject})
