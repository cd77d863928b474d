"""Printed cut points overlap and run backwards; read with precedence they must hold together."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

import pytest

from shared.io import rulebook
from shared.kernel.rules import ruleset
from shared.kernel.rules.ruleset import LEVEL_MAX, Bands, Cut

BANDED = [
    pytest.param(row.bands, id=f"{rules.id}-{row.code}")
    for rules in rulebook.rule_sets().values()
    for row in rules.rows
    if row.bands is not None
]

every_banded_row = pytest.mark.parametrize("bands", BANDED)

# Beyond any figure a region could report, in the unit of the row.
FAR = Decimal(1_000_000)

# How many units of the last printed place are walked to either side of a cut point.
STEPS = 7


def edges(bands: Bands) -> Iterator[Decimal]:
    for cut in bands.cuts:
        yield from (edge for edge in (cut.at_least, cut.at_most) if edge is not None)


def sweep(bands: Bands) -> list[Decimal]:
    """Raw figures around every cut point, a tenth of the last place apart, and far from all."""
    fine = Decimal(1).scaleb(-bands.places - 1)
    near = {edge + fine * step for edge in edges(bands) for step in range(-10 * STEPS, 10 * STEPS)}
    return sorted(near | {-FAR, FAR} | {Decimal(each) for each in range(-200, 201)})


def holds(cut: Cut, figure: Decimal) -> bool:
    return (cut.at_least is None or figure >= cut.at_least) and (
        cut.at_most is None or figure <= cut.at_most
    )


def test_ten_rows_of_2026_and_of_each_prognosis_are_banded() -> None:
    assert len(BANDED) == 4 * 10


@every_banded_row
def test_cuts_are_one_for_each_level_as_finely_printed_as_stated(bands: Bands) -> None:
    assert [cut.level for cut in bands.cuts] == [1, 2, 3]
    for edge in edges(bands):
        assert edge.as_tuple().exponent == -bands.places, edge


@every_banded_row
def test_every_raw_figure_earns_one_level_and_better_never_earns_less(bands: Bands) -> None:
    figures = sweep(bands)
    levels = [ruleset.level_of(bands, figure) for figure in figures]
    assert set(levels) == set(range(1, LEVEL_MAX + 1))
    better = levels if bands.higher_is_better else levels[::-1]
    assert all(lower <= higher for lower, higher in pairwise(better))
    assert (better[0], better[-1]) == (1, LEVEL_MAX)


@every_banded_row
def test_precedence_is_in_doubt_exactly_where_the_print_overlaps(bands: Bands) -> None:
    printed = {round(figure, bands.places) for figure in sweep(bands)}
    overlapping = [
        figure for figure in printed if sum(holds(cut, figure) for cut in bands.cuts) > 1
    ]
    assert bool(overlapping) == (bands.precedence.certainty == "unknown")


@pytest.mark.parametrize(
    ("code", "raw", "level"),
    [
        ("SPD-03", "-50.33", 2),
        ("SPD-03", "-50.34", 1),
        ("SPD-05b", "2.35", 3),
        ("SPD-05b", "5.92", 2),
        ("SPD-05b", "5.93", 1),
        ("SPD-05a", "0.36", 3),
        ("SPD-11b", "69.994", 1),
        ("SPD-11b", "69.996", 2),
    ],
)
def test_where_the_print_overlaps_the_higher_level_is_declared_to_win(
    code: str, raw: str, level: int
) -> None:
    bands = ruleset.row(rulebook.rule_set_for_year(2026), code).bands
    assert bands is not None
    assert ruleset.level_of(bands, Decimal(raw)) == level


# Where the level changes in 2026: the last figure of the lower level, the first of the higher, as
# the rule file's cut points read; where the print overlaps, the higher level has the figure.
CHANGES = {
    "SPD-03": (("-50.34", "-50.33"), ("8.16", "8.17")),
    "SPD-04": (("2.04", "2.05"), ("5.22", "5.23")),
    "SPD-05a": (("0.00", "0.01"), ("0.35", "0.36")),
    "SPD-05b": (("5.93", "5.92"), ("2.36", "2.35")),
    "SPD-06": (("-47.44", "-47.43"), ("94.75", "94.76")),
    "SPD-07": (("-5.16", "-5.15"), ("33.84", "33.85")),
    "SPD-10a": (("0.07", "0.08"), ("1.15", "1.16")),
    "SPD-10b": (("13.12", "13.11"), ("4.83", "4.82")),
    "SPD-11a": (("0.55", "0.56"), ("0.89", "0.90")),
    "SPD-11b": (("69.99", "70.00"), ("79.99", "80.00")),
}


@pytest.mark.parametrize("code", CHANGES)
def test_the_level_changes_exactly_at_the_cut_point(code: str) -> None:
    bands = ruleset.row(rulebook.rule_set_for_year(2026), code).bands
    assert bands is not None
    told = [ruleset.level_of(bands, Decimal(raw)) for pair in CHANGES[code] for raw in pair]
    assert told == [1, 2, 2, 3]


@pytest.mark.parametrize(
    ("code", "raw", "level"),
    [
        ("SPD-03", "8.165", 2),  # half goes to the even place: 8.16
        ("SPD-03", "8.1650001", 3),
        ("SPD-07", "33.845", 2),  # 33.84
        ("SPD-10a", "0.075", 2),  # 0.08
        ("SPD-11b", "79.995", 3),  # 80.00
        ("SPD-11b", "79.9949999", 2),
        ("SPD-05b", "2.355", 2),  # 2.36, and less is better
        ("SPD-05b", "2.3549999", 3),
    ],
)
def test_a_figure_is_rounded_half_even_before_it_meets_a_cut_point(
    code: str, raw: str, level: int
) -> None:
    bands = ruleset.row(rulebook.rule_set_for_year(2026), code).bands
    assert bands is not None
    assert ruleset.level_of(bands, Decimal(raw)) == level
