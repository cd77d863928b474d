"""Whether one season's index may be read beside another's: a line is only drawn where it may."""

from typing import Literal

from msgspec import Struct

from shared.kernel.rules import ruleset
from shared.kernel.rules.ruleset import RuleSet

Comparable = Literal["yes", "with_care", "no"]

# What changes the worth of the same evidence; each is a reason to compare with care.
CARE = (
    "maturity_max",
    "spd_max",
    "score_max",
    "divisor_floor",
    "count_weight",
    "count_max",
    "affairs_min",
    "rejected_in_divisor",
)


class Comparison(Struct, frozen=True, kw_only=True):
    """Whether a season compares with the one before it, and what stands between them.

    Reasons are `scale` (open sum against 0 to 100), the names of the rules that changed,
    `predikat` (other bands), `rows` (other indicators or weights), `incomplete`.
    """

    comparable: Comparable
    reasons: tuple[str, ...]


def compare(before: RuleSet, after: RuleSet) -> Comparison:
    """What a reader must know who sees two seasons side by side."""
    if before.formula != after.formula:
        return Comparison(comparable="no", reasons=("scale",))
    reasons = [
        field for field in CARE if getattr(before, field).value != getattr(after, field).value
    ]
    if _bands(before) != _bands(after):
        reasons.append("predikat")
    if _weights(before) != _weights(after):
        reasons.append("rows")
    if not (ruleset.is_complete(before) and ruleset.is_complete(after)):
        reasons.append("incomplete")
    return Comparison(comparable="with_care" if reasons else "yes", reasons=tuple(reasons))


def _bands(rules: RuleSet) -> tuple[object, ...]:
    return tuple((each.nama, each.at_least.value) for each in rules.predikat)


def _weights(rules: RuleSet) -> dict[str, object]:
    return {row.code: row.weight.value for row in rules.rows}
