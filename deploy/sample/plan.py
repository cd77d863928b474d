"""What one region hands in during the open season, as steps in the order they take place.

Scoring is cheapest, and a history is believable, when a region's facts come in the order of their
moments; so a region's steps are sent one after the other, and whatever one step sends at the same
time happened at the same moment.
"""

from msgspec import Struct

from deploy.sample.evidence import Document
from services.intake.bodies import (
    AcceptanceItemBody,
    ClaimItemBody,
    RegisterBody,
    RejectionBody,
    ReturnBody,
    SubmissionBody,
    WithdrawalBody,
)


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


Step = Registrations | Claims | Submissions | Acceptances | Returns | Rejections | Withdrawals


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


def level_of(claim: ClaimItemBody) -> int:
    """The level claimed: the sample never gives the raw figure instead."""
    assert claim.level is not None
    return claim.level
