"""Which seasons may stand on one line, and why not."""

import pytest

from services.projection.core import chronicle
from shared.io import rulebook


@pytest.mark.parametrize(
    ("before", "after", "comparable", "reason"),
    [
        (2019, 2020, "with_care", "incomplete"),
        (2020, 2021, "no", "scale"),
        (2021, 2022, "with_care", "maturity_max"),
        (2024, 2025, "with_care", "predikat"),
        (2025, 2026, "with_care", "rows"),
        (2026, 2027, "with_care", "divisor_floor"),
        (2026, 2026, "yes", ""),
    ],
)
def test_neighbouring_years(before: int, after: int, comparable: str, reason: str) -> None:
    told = chronicle.compare(rulebook.rule_set_for_year(before), rulebook.rule_set_for_year(after))
    assert told.comparable == comparable
    assert reason in (*told.reasons, "")
    assert bool(told.reasons) == (comparable != "yes")
