"""Scores as they are told: what comes of a division to six decimals."""

from decimal import Decimal

from msgspec.structs import replace

from shared.kernel.rules import formula
from shared.kernel.rules.formula import Score, Tally
from shared.kernel.rules.ruleset import EXACT, RuleSet

# What is exact only as a fraction is shown to so many decimals.
SHOWN = Decimal("0.000001")


def shown(value: Decimal) -> Decimal:
    """To six decimals, for what has more than anybody reads."""
    return EXACT.quantize(value, SHOWN)


def score(rules: RuleSet, tally: Tally) -> Score:
    """The score of a tally as it is told: what comes of a division is shown, the rest as it is."""
    exact = formula.score(rules, tally)
    return replace(exact, mean=shown(exact.mean), total=shown(exact.total))
