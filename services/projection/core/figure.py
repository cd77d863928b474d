"""Numbers as they are read: a decimal comma and dots for thousands in Indonesian."""

from decimal import ROUND_HALF_EVEN, Decimal

from msgspec.structs import replace

from shared.kernel.rules import formula
from shared.kernel.rules.formula import Score, Tally
from shared.kernel.rules.ruleset import EXACT, RuleSet

# What is exact only as a fraction is shown to so many decimals.
SHOWN = Decimal("0.000001")

_TO_INDONESIAN = str.maketrans(",.", ".,")


def points(value: Decimal, places: int, language: str = "id") -> str:
    """`47,04`; more decimals are shown where the value has them, for none may be hidden."""
    exponent = value.normalize().as_tuple().exponent
    held = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    shown = value.quantize(Decimal(1).scaleb(-max(places, held)), ROUND_HALF_EVEN)
    text = f"{shown:,f}"
    return text if language == "en" else text.translate(_TO_INDONESIAN)


def count(value: int, language: str = "id") -> str:
    """`1.462`."""
    text = f"{value:,d}"
    return text if language == "en" else text.translate(_TO_INDONESIAN)


def plain(value: Decimal) -> str:
    """For machines: no exponent, a point, the digits as they are kept."""
    return f"{value:f}"


def shown(value: Decimal) -> Decimal:
    """To six decimals, for what has more than anybody reads."""
    return EXACT.quantize(value, SHOWN)


def score(rules: RuleSet, tally: Tally) -> Score:
    """The score of a tally as it is told: what comes of a division is shown, the rest as it is."""
    exact = formula.score(rules, tally)
    return replace(exact, mean=shown(exact.mean), total=shown(exact.total))
