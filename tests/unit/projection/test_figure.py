"""Numbers as people read them and as machines do."""

from decimal import Decimal

import pytest

from services.projection.core import figure
from shared.kernel import figures
from shared.kernel.rules import formula
from shared.kernel.rules.formula import Tally
from tests.histories import RULES


@pytest.mark.parametrize(
    ("value", "places", "indonesian", "english"),
    [
        ("47.04", 2, "47,04", "47.04"),
        ("61.5", 2, "61,50", "61.50"),
        ("0", 2, "0,00", "0.00"),
        ("100", 2, "100,00", "100.00"),
        ("1462", 0, "1.462", "1,462"),
        ("74400", 0, "74.400", "74,400"),
        ("1E+2", 0, "100", "100"),
        ("60.01", 0, "60,01", "60.01"),
        ("35.00", 0, "35", "35"),
        ("1234.5", 2, "1.234,50", "1,234.50"),
    ],
)
def test_points_have_a_comma_and_hide_nothing(
    value: str, places: int, indonesian: str, english: str
) -> None:
    assert figures.points(Decimal(value), places) == indonesian
    assert figures.points(Decimal(value), places, "en") == english


def test_counts_have_dots_for_thousands() -> None:
    assert figures.count(1462) == "1.462"
    assert figures.count(12) == "12"
    assert figures.count(1462, "en") == "1,462"


def test_machines_get_the_digits_as_kept() -> None:
    assert figures.plain(Decimal("61.50")) == "61.50"
    assert figures.plain(Decimal("1E+2")) == "100"


def test_a_score_is_told_without_digits_that_nobody_reads() -> None:
    tally = Tally(spd=5000, maturity=1000, innovations=13, affairs=2)
    told, exact = figure.score(RULES, tally), formula.score(RULES, tally)
    assert len(str(exact.mean)) > 40
    assert (str(told.mean), str(told.total)) == ("0.769231", "50.769231")
    assert (told.index, told.predikat, told.spd) == (exact.index, exact.predikat, exact.spd)
