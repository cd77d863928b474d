"""What-ifs that a region keeps."""

from msgspec import Struct

from shared.kernel.events.indicator import IndicatorAccepted, IndicatorClaimed
from shared.kernel.events.innovation import (
    InnovationRegistered,
    InnovationRevised,
    InnovationSubmitted,
    InnovationWithdrawn,
)

Hypothesis = (
    InnovationRegistered
    | InnovationRevised
    | InnovationSubmitted
    | InnovationWithdrawn
    | IndicatorClaimed
    | IndicatorAccepted
)


class BranchSaved(Struct, frozen=True, kw_only=True, tag="branch.saved.1"):
    """A what-if: hypothetical facts over a cut of the region's log. It changes no score.

    `cut_seq` is the last fact the branch rests on; a later one of the same name replaces it.
    """

    year: int
    branch: str
    name: str
    cut_seq: int
    hypotheses: tuple[Hypothesis, ...]


class BranchDiscarded(Struct, frozen=True, kw_only=True, tag="branch.discarded.1"):
    """The branch is no longer shown."""

    year: int
    branch: str
