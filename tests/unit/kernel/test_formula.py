"""The worked examples: what an index is, number by number."""

from decimal import Decimal

import pytest

from shared.io import rulebook
from shared.kernel.rules import formula
from shared.kernel.rules.formula import Score, Tally


def score(year: int, *, spd: str, maturities: list[str], affairs: int) -> Score:
    tally = Tally(
        spd=int(Decimal(spd) * 100),
        maturity=int(sum(map(Decimal, maturities)) * 100),
        innovations=len(maturities),
        affairs=affairs,
    )
    return formula.score(rulebook.rule_set_for_year(year), tally)


def test_twenty_innovations_of_seventy_with_five_affairs_score_47_04() -> None:
    reached = score(2026, spd="40", maturities=["70"] * 20, affairs=5)
    assert reached == Score(
        index=Decimal("47.04"),
        predikat="Inovatif",
        spd=Decimal(40),
        mean=Decimal(70),
        number=Decimal("7.6"),
        total=Decimal("117.6"),
        divisor=20,
        innovations=20,
        affairs=5,
        complete=True,
    )


def test_the_same_with_four_affairs_loses_the_whole_number_score() -> None:
    reached = score(2026, spd="40", maturities=["70"] * 20, affairs=4)
    assert (reached.index, reached.number) == (Decimal("44.00"), Decimal(0))


def test_eight_innovations_of_eighty_are_divided_by_twelve() -> None:
    reached = score(2026, spd="40", maturities=["80"] * 8, affairs=5)
    assert (reached.index, reached.divisor) == (Decimal("38.55"), 12)
    assert reached.predikat == "Kurang Inovatif"


def test_twelve_innovations_of_eighty_fill_the_divisor() -> None:
    assert score(2026, spd="40", maturities=["80"] * 12, affairs=5).index == Decimal("49.82")


@pytest.mark.parametrize(("year", "affairs"), [(2026, 5), (2027, 6), (2028, 6), (2029, 6)])
def test_the_best_possible_region_reaches_exactly_100(year: int, affairs: int) -> None:
    reached = score(year, spd="63", maturities=["111"] * 200, affairs=affairs)
    assert (reached.index, reached.total) == (Decimal("100.00"), Decimal(250))
    assert [reached.spd, reached.mean, reached.number] == [63, 111, 76]
    assert reached.predikat == "Sangat Inovatif"


def test_beyond_two_hundred_the_count_earns_nothing_but_still_divides() -> None:
    reached = score(2026, spd="63", maturities=["111"] * 201, affairs=6)
    assert [reached.number, reached.divisor] == [76, 201]


def test_ten_perfect_innovations_cannot_pass_71_12_where_ten_is_the_floor() -> None:
    reached = score(2024, spd="63", maturities=["111"] * 10, affairs=0)
    assert reached.index == Decimal("71.12")


def test_a_weak_innovation_can_lower_the_index() -> None:
    strong = score(2026, spd="40", maturities=["80"] * 12, affairs=5)
    weakened = score(2026, spd="40", maturities=["80"] * 12 + ["20"], affairs=5)
    assert weakened.index < strong.index


def test_below_the_floor_even_a_weak_innovation_raises_the_index() -> None:
    few = score(2026, spd="40", maturities=["80"] * 11, affairs=5)
    more = score(2026, spd="40", maturities=["80"] * 11 + ["20"], affairs=5)
    assert more.index > few.index


def test_2027_divides_by_at_least_fourteen_and_asks_for_all_six_affairs() -> None:
    five = score(2027, spd="40", maturities=["80"] * 8, affairs=5)
    six = score(2027, spd="40", maturities=["80"] * 8, affairs=6)
    assert [five.divisor, five.number] == [14, 0]
    assert six.number == Decimal("3.04")


def test_years_without_a_known_gate_give_the_number_score_to_everyone() -> None:
    assert score(2024, spd="0", maturities=["50"], affairs=0).number == Decimal("0.38")


def test_nothing_reported_cannot_be_assessed() -> None:
    reached = score(2026, spd="0", maturities=[], affairs=0)
    assert (reached.index, reached.predikat) == (Decimal("0.00"), "Tidak Dapat Dinilai")
    assert [reached.divisor, reached.mean] == [12, 0]


def test_a_region_without_innovations_keeps_its_own_points() -> None:
    assert score(2026, spd="63", maturities=[], affairs=0).index == Decimal("25.20")


@pytest.mark.parametrize(
    ("spd", "index", "predikat"),
    [
        ("100.00", "40.00", "Kurang Inovatif"),
        ("100.01", "40.00", "Kurang Inovatif"),
        ("100.02", "40.01", "Inovatif"),
        ("100.03", "40.01", "Inovatif"),
        ("162.50", "65.00", "Inovatif"),
        ("162.53", "65.01", "Sangat Inovatif"),
    ],
)
def test_the_predikat_is_chosen_on_the_rounded_index(spd: str, index: str, predikat: str) -> None:
    reached = score(2026, spd=spd, maturities=[], affairs=0)
    assert (reached.index, reached.predikat) == (Decimal(index), predikat)


@pytest.mark.parametrize(("maturity", "index"), [(15, "0.00"), (45, "0.02")])
def test_a_tie_goes_to_the_even_hundredth(maturity: int, index: str) -> None:
    # Fifteen hundredths over twelve innovations are 0.0125 points: an index of exactly 0.005.
    tally = Tally(spd=0, maturity=maturity, innovations=12, affairs=0)
    reached = formula.score(rulebook.rule_set_for_year(2026), tally)
    assert reached.index == Decimal(index)


def test_the_open_sum_of_2020_adds_points_without_a_ceiling() -> None:
    reached = score(2020, spd="62", maturities=["100"] * 14, affairs=0)
    assert (reached.index, reached.predikat) == (Decimal(1462), "Sangat Inovatif")
    assert [reached.divisor, reached.number] == [1, 0]
    assert not reached.complete


def test_years_whose_region_rows_are_unknown_are_never_complete() -> None:
    assert not score(2024, spd="0", maturities=["111"] * 10, affairs=6).complete
