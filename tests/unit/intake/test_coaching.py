"""What may be agreed on with an agency: by when, and how much may be promised."""

import math
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from services.intake.core import coaching
from shared.kernel.errors import Failure
from shared.kernel.rules import formula, ruleset
from shared.kernel.rules.formula import Tally
from shared.kernel.rules.ruleset import RuleSet
from tests.desk import RULES, YEAR

DUE = date(2026, 7, 1)
# Three levels of weight 4 over the smallest divisor of 2026, 12, out of 250: 0.40; a gain is the
# difference of two rounded indexes.
MOST = Decimal("0.41")


def agreed(**changed: Any) -> coaching.Agree:
    told = {
        "year": YEAR,
        "agency": "dinas",
        "step": "langkah-1",
        "innovation": "tapis",
        "indicator": "SID-VIDEO",
        "level": 3,
        "due": DUE,
    }
    return coaching.Agree(**{**told, **changed})


def refused(command: coaching.Agree, reason: str, rules: RuleSet = RULES) -> None:
    with pytest.raises(Failure, match=reason.replace(".", r"\.")):
        coaching.decide(command, coaching.EMPTY, rules)


def taken(command: coaching.Agree, rules: RuleSet = RULES) -> bool:
    return len(coaching.decide(command, coaching.EMPTY, rules)) == 1


def test_a_step_is_not_due_before_the_day_it_is_agreed() -> None:
    assert taken(agreed(agreed_on=DUE))
    refused(agreed(agreed_on=date(2026, 7, 2)), "step.due_before_agreement")


def test_said_again_when_it_is_due_already_it_is_no_news() -> None:
    (event,) = coaching.decide(agreed(agreed_on=DUE), coaching.EMPTY, RULES)
    held = coaching.evolve(coaching.EMPTY, event)
    assert coaching.decide(agreed(agreed_on=date(2026, 8, 1)), held, RULES) == ()


def test_no_more_is_promised_than_the_level_can_bring() -> None:
    assert taken(agreed(gain=MOST))
    refused(agreed(gain=MOST + Decimal("0.01")), "step.gain_out_of_range")
    refused(agreed(gain=MOST, level=2), "step.gain_out_of_range")
    refused(agreed(gain=Decimal(999)), "step.gain_out_of_range")


def test_a_row_of_the_region_is_divided_by_nobody() -> None:
    row = next(one for one in ruleset.region_rows(RULES) if one.weight.value)
    points = 3 * ruleset.weight_hundredths(row)
    gain = formula.exact_index(RULES, Tally(spd=points, maturity=0, innovations=0, affairs=0))
    command = agreed(innovation="", indicator=row.code, gain=Decimal(math.floor(gain * 100)) / 100)
    assert taken(command)
    assert command.gain is not None
    refused(replace(command, gain=command.gain + Decimal("0.02")), "step.gain_out_of_range")


def test_where_a_weight_is_not_known_no_gain_is_more_than_an_index() -> None:
    row = ruleset.row(RULES, "SID-VIDEO")
    unknown = replace(row, weight=replace(row.weight, value=None, certainty="unknown"))
    rules = replace(RULES, rows=tuple(unknown if one == row else one for one in RULES.rows))
    assert taken(agreed(gain=Decimal(100)), rules)
    refused(agreed(gain=Decimal("100.01")), "step.gain_out_of_range", rules)
