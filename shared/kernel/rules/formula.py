"""From tallied points to an index: the shapes of the sum, whose every number is in the rule set.

Points come in as whole hundredths, so sums are exact; the index comes from one division of
whole numbers, rounded once, and the predikat is chosen on the rounded index.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType

from msgspec import Struct

from shared.kernel.rules.ruleset import (
    EXACT,
    RULE_SETS_MAX,
    Formula,
    RuleSet,
    declared,
    hundredths,
    is_complete,
)


class Tally(Struct, frozen=True, kw_only=True):
    """What counts for one region, year and stage; `spd` and `maturity` in hundredths of points.

    `maturity` is the sum over all counted innovations, `innovations` their number n, `affairs`
    how many of the six basic-service affairs they cover, `rejected` those that were reported and
    may not count.
    """

    spd: int
    maturity: int
    innovations: int
    affairs: int
    rejected: int = 0


class Score(Struct, frozen=True, kw_only=True):
    """The index and its parts. `index` is rounded by the rule set; the parts are not.

    `spd` and `number` are exact, `mean` and `total` correct to 50 significant digits. Under
    `open_sum` the divisor is 1 and `mean` is the plain sum. `complete` is false where the rule
    set does not know every number it needs: the index is then only the known part.
    """

    index: Decimal
    predikat: str
    spd: Decimal
    mean: Decimal
    number: Decimal
    total: Decimal
    divisor: int
    innovations: int
    affairs: int
    complete: bool
    rejected: int = 0


class _Plan(Struct, frozen=True, kw_only=True):
    """A rule set reduced to the numbers one calculation needs; points in hundredths.

    `scale` is the total worth an index of 100: `score_max`, or 100 points where the sum is open.
    """

    floor: int
    scale: int
    count_weight: int
    count_max: int
    affairs_min: int
    rejected_divide: bool
    quantum: Decimal
    predikat: tuple[tuple[Decimal, str], ...]
    complete: bool


def score(rules: RuleSet, tally: Tally) -> Score:
    """The score of a tally under a rule set: a pure function, cheap enough for every event."""
    plan = _plan(rules)
    shape = SHAPES[rules.formula](plan, tally)
    divisor, number = shape.divisor, shape.number
    index = EXACT.quantize(_divide(*_exact(plan, tally, shape)), plan.quantum)
    total = (tally.spd + number) * divisor + tally.maturity
    return Score(
        index=index,
        predikat=_band(plan, index),
        spd=_divide(tally.spd, 100),
        mean=_divide(tally.maturity, 100 * divisor),
        number=_divide(number, 100),
        total=_divide(total, 100 * divisor),
        divisor=divisor,
        innovations=tally.innovations,
        affairs=tally.affairs,
        complete=plan.complete,
        rejected=tally.rejected,
    )


def exact_index(rules: RuleSet, tally: Tally) -> Fraction:
    """The index before rounding: what differences and shares are taken of, so that they sum."""
    plan = _plan(rules)
    return Fraction(*_exact(plan, tally, SHAPES[rules.formula](plan, tally)))


def scale_hundredths(rules: RuleSet) -> int:
    """How many hundredths of points an index of 100 is worth."""
    return _plan(rules).scale


def predikat_of(rules: RuleSet, index: Decimal) -> str:
    """The predikat of an index already rounded, such as a published one."""
    return _band(_plan(rules), index)


class Shape(Struct, frozen=True):
    """What a formula's shape makes of a tally; `number` in hundredths of points."""

    divisor: int
    number: int


def _open_sum(_: _Plan, __: Tally) -> Shape:
    """Until 2020: points are added up, without a ceiling and without a scale of 100."""
    return Shape(divisor=1, number=0)


def _mean_with_floor(plan: _Plan, tally: Tally) -> Shape:
    """From 2021: SPD + mean maturity over at least `floor` innovations + number, out of 100.

    The count is uncapped in the divisor and capped in the number score, which falls to nothing
    when too few basic-service affairs are covered. A rejected innovation is worth nothing, and
    keeps its place in the divisor where the year's rules say so.
    """
    gated = tally.affairs < plan.affairs_min
    number = 0 if gated else min(tally.innovations, plan.count_max) * plan.count_weight
    dividing = tally.innovations + (tally.rejected if plan.rejected_divide else 0)
    return Shape(divisor=max(plan.floor, dividing), number=number)


# A year that changes the shape of the sum adds a name; the old function stays.
SHAPES: Mapping[Formula, Callable[[_Plan, Tally], Shape]] = MappingProxyType(
    {"open_sum": _open_sum, "mean_with_floor": _mean_with_floor}
)


def _exact(plan: _Plan, tally: Tally, shape: Shape) -> tuple[int, int]:
    """The unrounded index as one division of whole numbers."""
    total = (tally.spd + shape.number) * shape.divisor + tally.maturity
    return 100 * total, plan.scale * shape.divisor


def _band(plan: _Plan, index: Decimal) -> str:
    return next(nama for at_least, nama in plan.predikat if index >= at_least)


def _divide(numerator: int, denominator: int) -> Decimal:
    return EXACT.divide(Decimal(numerator), Decimal(denominator))


@lru_cache(maxsize=RULE_SETS_MAX)
def _plan(rules: RuleSet) -> _Plan:
    scaled = rules.formula == "mean_with_floor"
    return _Plan(
        floor=declared(rules.divisor_floor) if scaled else 1,
        scale=hundredths(declared(rules.score_max)) if scaled else 100_00,
        count_weight=hundredths(declared(rules.count_weight)) if scaled else 0,
        count_max=declared(rules.count_max) if scaled else 0,
        affairs_min=rules.affairs_min.value or 0,
        rejected_divide=bool(rules.rejected_in_divisor.value),
        quantum=Decimal((0, (1,), -declared(rules.places))),
        predikat=_floors(rules),
        complete=is_complete(rules),
    )


def _floors(rules: RuleSet) -> tuple[tuple[Decimal, str], ...]:
    """The bands whose floor is known, highest first as in the file."""
    return tuple(
        (each.at_least.value, each.nama)
        for each in rules.predikat
        if each.at_least.value is not None
    )
