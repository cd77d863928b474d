"""Which innovations may be assessed: applied or renewed in the two years before, and described."""

from datetime import date

import msgspec
import pytest

from shared.io import rulebook
from shared.kernel.rules import eligibility
from shared.kernel.rules.eligibility import Candidate
from shared.kernel.rules.ruleset import Sourced

RULES = rulebook.rule_set_for_year(2026)
FINE = Candidate(implementation_date=date(2025, 1, 1), words=300)


def of(applied: date | None, developed: date | None = None, words: int = 300) -> Candidate:
    return Candidate(implementation_date=applied, development_date=developed, words=words)


@pytest.mark.parametrize(
    ("asked", "unmet"),
    [
        (of(date(2024, 1, 1)), ()),
        (of(date(2025, 12, 31)), ()),
        (of(date(2023, 12, 31)), ("outside_window",)),
        (of(date(2026, 1, 1)), ("outside_window",)),
        (of(date(2019, 5, 1), date(2024, 1, 1)), ()),
        (of(date(2019, 5, 1), date(2023, 12, 31)), ("outside_window",)),
        (of(date(2019, 5, 1), date(2026, 1, 1)), ("outside_window",)),
        (of(date(2026, 2, 1), date(2025, 6, 1)), ("outside_window",)),
        (of(None), ("undated",)),
        (of(None, date(2025, 1, 1)), ("undated",)),
        (of(date(2025, 1, 1), words=299), ("too_short",)),
        (of(None, words=0), ("undated", "too_short")),
    ],
)
def test_the_rules_of_2026(asked: Candidate, unmet: tuple[str, ...]) -> None:
    assert eligibility.unmet(RULES, 2026, asked) == unmet


def test_the_window_moves_with_the_season_that_other_rules_are_read_for() -> None:
    later = rulebook.rule_set_for_year(2027)
    early = of(date(2024, 3, 1))
    assert eligibility.unmet(later, 2026, early) == ()
    assert eligibility.unmet(later, 2027, early) == ("outside_window",)
    window = eligibility.window_of(later, 2026)
    assert window == RULES.window.value


def test_a_condition_that_nobody_knows_is_met() -> None:
    unknown = msgspec.structs.replace(
        RULES, window=Sourced(certainty="unknown"), words_min=Sourced(certainty="unknown")
    )
    assert eligibility.unmet(unknown, 2026, Candidate()) == ()


def test_words_are_what_stands_between_spaces() -> None:
    asked = eligibility.candidate(date(2025, 1, 1), None, " satu\n dua\ttiga  ")
    assert asked.words == 3
