"""The formula against an independent reference: fractions, read straight from the files."""

import tomllib
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.io import rulebook
from shared.kernel.rules import formula
from shared.kernel.rules.formula import Score, Tally

YEARS = range(2021, 2030)
LAWS: dict[int, dict[str, Any]] = {
    year: tomllib.loads(rulebook.rule_files()[f"{year}.toml"].decode()) for year in YEARS
}

years = st.sampled_from(YEARS)
floors = {year: int(LAWS[year]["divisor_floor"]["value"]) for year in YEARS}


@st.composite
def tallies(draw: st.DrawFn) -> Tally:
    innovations = draw(st.integers(0, 400) | st.sampled_from([9, 10, 12, 14, 199, 200, 201]))
    return Tally(
        spd=draw(st.integers(0, 6300)),
        maturity=draw(st.integers(0, 15000 * innovations)),
        innovations=innovations,
        affairs=draw(st.integers(0, 6)),
        rejected=draw(st.integers(0, 20)),
    )


def scored(year: int, tally: Tally) -> Score:
    return formula.score(rulebook.rule_set_for_year(year), tally)


def changed(tally: Tally, **changes: int) -> Tally:
    fields = {name: getattr(tally, name) for name in Tally.__struct_fields__}
    return Tally(**(fields | changes))


def test_rejected_innovations_divide_where_the_years_rules_say_so() -> None:
    told = {year: LAWS[year]["rejected_in_divisor"].get("value") for year in YEARS}
    assert told[2022] is True
    tally = Tally(spd=0, maturity=120_000, innovations=15, affairs=0, rejected=5)
    assert scored(2022, tally).divisor == 20


def reference(law: dict[str, Any], tally: Tally) -> tuple[int, str]:
    """The index in hundredths and its predikat, the long way round."""

    def number(name: str) -> Fraction:
        return Fraction(str(law[name]["value"]))

    covered = tally.affairs >= law["affairs_min"].get("value", 0)
    counted = min(Fraction(tally.innovations), number("count_max")) if covered else Fraction(0)
    dividing = tally.innovations
    if law["rejected_in_divisor"].get("value"):
        dividing += tally.rejected
    share = Fraction(tally.maturity, 100) / max(number("divisor_floor"), Fraction(dividing))
    points = Fraction(tally.spd, 100) + share + counted * number("count_weight")
    hundredths = round(points / number("score_max") * 100 * 100)  # Fraction rounds half to even
    floors_reached = [
        (Fraction(band["at_least"]["value"]), band["nama"])
        for band in law["predikat"]
        if Fraction(band["at_least"]["value"]) * 100 <= hundredths
    ]
    return hundredths, max(floors_reached)[1]


@given(years, tallies())
def test_every_index_is_the_one_fractions_give(year: int, tally: Tally) -> None:
    reached = scored(year, tally)
    assert (int(reached.index * 100), reached.predikat) == reference(LAWS[year], tally)
    assert reached.index.as_tuple().exponent == -2


@given(years, tallies(), st.integers(0, 1000))
def test_more_points_for_the_region_never_lower_the_index(
    year: int, tally: Tally, more: int
) -> None:
    richer = changed(tally, spd=tally.spd + more)
    assert scored(year, richer).index >= scored(year, tally).index


@given(years, tallies(), st.integers(0, 100_000))
def test_more_maturity_never_lowers_the_index(year: int, tally: Tally, more: int) -> None:
    riper = changed(tally, maturity=tally.maturity + more)
    assert scored(year, riper).index >= scored(year, tally).index


@given(years, tallies())
def test_the_affairs_cliff_costs_exactly_the_number_score(year: int, tally: Tally) -> None:
    least = LAWS[year]["affairs_min"].get("value", 0)
    over = scored(year, changed(tally, affairs=least))
    expected = min(tally.innovations, 200) * Decimal("0.38")
    assert over.number == expected
    if least:
        under = scored(year, changed(tally, affairs=least - 1))
        assert under.number == 0
        assert abs(over.total - under.total - expected) < Decimal("1e-40")


@given(years, tallies())
def test_the_divisor_never_falls_below_its_floor_nor_has_a_ceiling(year: int, tally: Tally) -> None:
    kept = tally.rejected if LAWS[year]["rejected_in_divisor"].get("value") else 0
    assert scored(year, tally).divisor == max(floors[year], tally.innovations + kept)


@given(years, tallies())
def test_one_more_that_is_rejected_never_helps(year: int, tally: Tally) -> None:
    refused = scored(year, changed(tally, rejected=tally.rejected + 1))
    assert refused.index <= scored(year, tally).index
    assert refused.number == scored(year, tally).number


@given(years, st.data())
def test_below_the_floor_another_innovation_never_lowers_the_index(
    year: int, data: st.DataObject
) -> None:
    innovations = data.draw(st.integers(0, floors[year] - 1))
    maturity = data.draw(st.integers(0, 11100 * innovations))
    tally = Tally(spd=0, maturity=maturity, innovations=innovations, affairs=6)
    added = changed(tally, innovations=innovations + 1)
    assert scored(year, added).index >= scored(year, tally).index


@given(years, tallies())
def test_the_parts_add_up_to_the_total(year: int, tally: Tally) -> None:
    reached = scored(year, tally)
    parts = reached.spd + reached.mean + reached.number
    assert abs(parts - reached.total) < Decimal("1e-20")


@given(tallies())
def test_the_open_sum_is_the_plain_sum(tally: Tally) -> None:
    reached = scored(2020, tally)
    assert reached.total * 100 == tally.spd + tally.maturity
    assert reached.index == round(Fraction(tally.spd + tally.maturity, 100))
