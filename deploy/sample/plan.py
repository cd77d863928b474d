"""What one region hands in during the open season, as steps in the order they take place.

Scoring is cheapest, and a history is believable, when a region's facts come in the order of their
moments; so a region's steps are sent one after the other, and whatever one step sends at the same
time happened at the same moment.
"""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from deploy.sample.evidence import Document
from services.intake.bodies.indicator import AcceptanceItemBody, ClaimItemBody, ReturnBody
from services.intake.bodies.innovation import RegisterBody, RejectionBody, WithdrawalBody
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
from services.intake.bodies.submission import SubmissionBody
from services.intake.bodies.verification import (
    AnswerBody,
    ClarificationBody,
    ReviewBody,
    SampleBody,
    VerifierBody,
)

SEED = "jejak-inovasi/contoh/1"
BASIS = "data contoh"
# Why a level below the claim is accepted, by its code.
LOWERED_FOR = "tingkat_terlalu_tinggi"

# An innovation, or nothing for the region itself, and its indicator.
Slot = tuple[str, str]


class Registrations(Struct, frozen=True, kw_only=True):
    """Innovations registered in one sitting."""

    name: str
    items: tuple[RegisterBody, ...]


class Claims(Struct, frozen=True, kw_only=True):
    """Levels claimed, innovation after innovation."""

    name: str
    items: tuple[ClaimItemBody, ...]


class Submissions(Struct, frozen=True, kw_only=True):
    """Innovations sent for verification in one sitting."""

    name: str
    items: tuple[tuple[str, SubmissionBody], ...]


class Acceptances(Struct, frozen=True, kw_only=True):
    """Levels accepted by the province's verifier."""

    name: str
    items: tuple[AcceptanceItemBody, ...]


class Returns(Struct, frozen=True, kw_only=True):
    """Claims given back in one sitting: innovation, indicator, verdict."""

    name: str
    items: tuple[tuple[str, str, ReturnBody], ...]


class Rejections(Struct, frozen=True, kw_only=True):
    """Innovations that the verifier finds may not be assessed."""

    name: str
    items: tuple[tuple[str, RejectionBody], ...]


class Withdrawals(Struct, frozen=True, kw_only=True):
    """Innovations that the region takes out of the season."""

    name: str
    items: tuple[tuple[str, WithdrawalBody], ...]


# What else is told of a season; the body says what it is, and so to which address it goes.
Told = (
    AgencyBody
    | DecreeBody
    | CoachBody
    | StepBody
    | StepClosingBody
    | TrialBody
    | TrialReportBody
    | TrialDecisionBody
    | ReplicationBody
    | VerifierBody
    | SampleBody
    | ReviewBody
    | ClarificationBody
    | AnswerBody
)

# The region itself, the province's verifier, or the ministry's, who looks a second time.
By = Literal["region", "verifier", "second"]


class Fact(Struct, frozen=True, kw_only=True):
    """One fact: who says what of which innovation, indicator, agency or step."""

    body: Told
    by: By = "region"
    innovation: str = ""
    indicator: str = ""
    agency: str = ""
    step: str = ""

    @property
    def occurred_at(self) -> datetime | None:
        """When it took place."""
        return self.body.occurred_at

    @property
    def slot(self) -> Slot:
        """The indicator it is about."""
        return self.innovation, self.indicator


class Facts(Struct, frozen=True, kw_only=True):
    """Facts of any other kind that were told at one moment."""

    name: str
    items: tuple[Fact, ...]


Step = (
    Registrations | Claims | Submissions | Acceptances | Returns | Rejections | Withdrawals | Facts
)


class Plan(Struct, frozen=True, kw_only=True):
    """A region's whole season. `last` is sent when all regions are done: it says so."""

    region: str
    documents: tuple[Document, ...]
    steps: tuple[Step, ...]
    last: Submissions | None = None

    @property
    def sent(self) -> tuple[Step, ...]:
        """Every step, the last one included."""
        return (*self.steps, self.last) if self.last is not None else self.steps

    @property
    def registered(self) -> tuple[RegisterBody, ...]:
        """Every innovation as it was first reported."""
        sittings = (step.items for step in self.sent if isinstance(step, Registrations))
        return tuple(body for items in sittings for body in items)


def moments_of(step: Step) -> list[datetime]:
    """When each of a step's facts took place: the sample always says so."""
    told = [(item[-1] if isinstance(item, tuple) else item).occurred_at for item in step.items]
    return [moment for moment in told if moment is not None]


def level_of(claim: ClaimItemBody) -> int:
    """The level claimed: the sample never gives the raw figure instead."""
    assert claim.level is not None
    return claim.level
