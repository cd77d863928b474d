"""What verifiers send beside verdicts, and what regions ask of them."""

from typing import Annotated

from msgspec import Meta

from services.intake.bodies.indicator import FileBody
from services.intake.bodies.region import Name
from services.intake.bodies.stated import Level, Sha256, Stated


class VerifierBody(Stated, frozen=True, kw_only=True):
    """Who verifies the innovation, or the region's own rows."""

    verifier: Name


class ReviewBody(Stated, frozen=True, kw_only=True):
    """A second look (quality control): the level that holds, 0 for none with a reason."""

    level: Level
    evidence: tuple[Sha256, ...]
    reason: str = ""
    note: str = ""


class SampleBody(Stated, frozen=True, kw_only=True):
    """Draw a share of the verdicts that stand for a second look.

    The draw follows from the seed alone.
    """

    seed: Annotated[str, Meta(description="Misalnya nomor berita acara")]
    percent: int


class ClarificationBody(Stated, frozen=True, kw_only=True):
    """Ask that a level be accepted after all; without evidence the claim's own files are meant."""

    level: Level
    argument: str
    evidence: tuple[FileBody, ...] = ()


class AnswerBody(Stated, frozen=True, kw_only=True):
    """Grant a level, at most the one asked for, or refuse with level 0; the note says why."""

    granted: bool
    note: str
    level: Level = 0
