"""A level of an indicator, as somebody names it: of a row that the rules have, from 0 to 3."""

import re
from decimal import Decimal

from shared.kernel.errors import Refused
from shared.kernel.rules import ruleset
from shared.kernel.rules.ruleset import LEVEL_MAX, RuleSet

SPELLING_CHARACTERS_SHOWN = 40
# More digits than any statistic of a region has; `Decimal` reads far more than numbers.
_FIGURE = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?\Z", re.ASCII)


def must_exist(rules: RuleSet, indicator: str, *, of_innovation: bool) -> None:
    """Levels are of rows that the rules have, of an innovation or of the region itself."""
    rows = ruleset.innovation_rows(rules) if of_innovation else ruleset.region_rows(rules)
    if indicator in {row.code for row in rows}:
        return
    others = ruleset.region_rows(rules) if of_innovation else ruleset.innovation_rows(rules)
    if indicator in {row.code for row in others}:
        if of_innovation:
            raise Refused("indicator.of_the_region", indicator=indicator)
        raise Refused("indicator.of_an_innovation", indicator=indicator)
    if indicator in {row.code for row in rules.rows}:
        raise Refused("indicator.computed", indicator=indicator)
    raise Refused("indicator.unknown", indicator=indicator, rule_set=rules.id)


def must_be_level(level: int, *, level_min: int) -> None:
    """A level is one that an indicator can have."""
    if not level_min <= level <= LEVEL_MAX:
        raise Refused("indicator.level_out_of_range", level=level, level_max=LEVEL_MAX)


def figure(spelt: str) -> Decimal:
    """A raw figure as it was sent: a number with a point, at most six decimals."""
    if not is_figure(spelt):
        raise Refused("indicator.figure_malformed", figure=spelt[:SPELLING_CHARACTERS_SHOWN])
    return Decimal(spelt)


def is_figure(spelt: str) -> bool:
    """Whether the text is spelt as a raw figure is."""
    return _FIGURE.match(spelt) is not None
