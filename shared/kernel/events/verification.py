"""Who verifies what, second looks, and clarifications with their answers."""

from datetime import datetime

from msgspec import Struct

from shared.kernel.events.indicator import EvidenceReference


class VerifierAssigned(Struct, frozen=True, kw_only=True, tag="verifier.assigned.1"):
    """Who verifies an innovation, or the region's own rows (`innovation` empty): a client's name.

    `verifier` empty takes the assignment back.
    """

    year: int
    verifier: str
    innovation: str = ""


class Sampled(Struct, frozen=True, kw_only=True):
    """One indicator that was drawn for a second look."""

    indicator: str
    innovation: str = ""


class SampleDrawn(Struct, frozen=True, kw_only=True, tag="sample.drawn.1"):
    """Verdicts of the region drawn for quality control; the draw follows from `seed` alone."""

    year: int
    seed: str
    percent: int
    drawn: tuple[Sampled, ...]


class ClarificationOpened(Struct, frozen=True, kw_only=True, tag="clarification.opened.1"):
    """A region asks that a verdict be looked at again (klarifikasi), with files and reasons.

    `answer_by` is when an answer is due. `claimed_level` and `claimed_evidence` are the claim that
    was judged: another in its place settles the question.
    """

    year: int
    indicator: str
    level: int
    argument: str
    answer_by: datetime
    innovation: str = ""
    evidence: tuple[EvidenceReference, ...] = ()
    claimed_level: int = 0
    claimed_evidence: tuple[str, ...] = ()


class ClarificationAnswered(Struct, frozen=True, kw_only=True, tag="clarification.answered.1"):
    """The answer; what is granted follows as a claim with the new files and its acceptance."""

    year: int
    indicator: str
    granted: bool
    level: int
    note: str
    innovation: str = ""
