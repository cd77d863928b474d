"""What scoring says: the index of a region at a moment, and the cut of the log it was read from."""

from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from shared.kernel.events.recovery import EpochRaised


class ScoreCalculated(Struct, frozen=True, kw_only=True, tag="score.calculated.1"):
    """The index of one region, year and stage changed.

    `happened_at` is when the facts took place, `known_at` when this log knew them, `cut_seq` the
    last fact of the region's intake log that counted. Points are exact decimals; `index` is
    rounded by the rule set. `complete` is false where the rule set has rows of unknown weight;
    `rejected` innovations are reported and worth nothing.
    """

    year: int
    stage: str
    rule_set: str
    rule_digest: str
    index: Decimal
    predikat: str
    spd: Decimal
    mean: Decimal
    number: Decimal
    innovations: int
    divisor: int
    affairs: int
    complete: bool
    cut_seq: int
    happened_at: datetime
    known_at: datetime
    rejected: int = 0


ScoringEvent = ScoreCalculated | EpochRaised
