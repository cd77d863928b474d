"""The laws all years obey."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from msgspec import Struct

from shared.io import rulebook
from shared.kernel.errors import Missing
from shared.kernel.rules import affairs, formula, reading, ruleset
from shared.kernel.rules.formula import Tally
from shared.kernel.rules.ruleset import RuleSet, Sourced

ALL = list(rulebook.rule_sets().values())
SCALED = [rules for rules in ALL if rules.formula == "mean_with_floor"]
COMPLETE = [rules for rules in ALL if ruleset.is_complete(rules)]

every_year = pytest.mark.parametrize("rules", ALL, ids=lambda rules: rules.id)
every_scaled_year = pytest.mark.parametrize("rules", SCALED, ids=lambda rules: rules.id)
every_complete_year = pytest.mark.parametrize("rules", COMPLETE, ids=lambda rules: rules.id)


def sourced_in(value: object, path: str = "$") -> Iterator[tuple[str, Sourced[object]]]:
    """Every sourced value below, with the path to it."""
    if isinstance(value, Sourced):
        yield path, value
    if isinstance(value, Struct):
        for name in value.__struct_fields__:
            yield from sourced_in(getattr(value, name), f"{path}.{name}")
    if isinstance(value, tuple):
        for index, each in enumerate(value):
            yield from sourced_in(each, f"{path}[{index}]")


def bare(value: object) -> object:
    """A value without certainties, sources and notes: what a calculation sees of it."""
    if isinstance(value, Sourced):
        return bare(value.value)
    if isinstance(value, Struct):
        return {name: bare(getattr(value, name)) for name in value.__struct_fields__}
    return tuple(map(bare, value)) if isinstance(value, tuple) else value


def test_there_is_one_rule_set_for_every_year_from_2018_to_2029() -> None:
    assert list(rulebook.rule_sets()) == [f"{year}.1" for year in range(2018, 2030)]
    assert rulebook.rule_set_for_year(2026).id == "2026.1"


def test_a_year_without_rules_is_missing() -> None:
    with pytest.raises(Missing, match=r"rulebook\.year"):
        rulebook.rule_set_for_year(2017)


@every_year
def test_codes_are_unique_and_say_their_aspect(rules: RuleSet) -> None:
    codes = [row.code for row in rules.rows]
    assert len(set(codes)) == len(codes)
    for row in rules.rows:
        assert ruleset.row(rules, row.code) is row
        assert re.fullmatch(r"(SPD|SID)-([A-Z][A-Z_]+|\d\d[ab]?)", row.code), row.code
        assert row.code.lower().startswith(f"{row.aspek}-")
        assert row.number or row.levels.value is None, row.code


@every_year
def test_levels_climb_from_one_to_three(rules: RuleSet) -> None:
    for row in (*ruleset.region_rows(rules), *ruleset.innovation_rows(rules)):
        levels = row.levels.value
        if levels is None:
            assert row.unit == "region", row.code
            assert row.weight.value is None, row.code
            assert row.bands is None, row.code
            continue
        assert [level.level for level in levels] == [1, 2, 3], row.code
        assert len({level.label for level in levels}) == 3, row.code


@every_year
def test_rows_stand_in_the_order_of_the_catalogue(rules: RuleSet) -> None:
    newest = [row.code for row in ruleset.innovation_rows(rulebook.rule_set_for_year(2026))]
    assert [row.code for row in ruleset.innovation_rows(rules)] in ([], newest)
    latest = [row.code for row in ruleset.region_rows(rulebook.rule_set_for_year(2026))]
    codes = [row.code for row in ruleset.region_rows(rules)]
    kept = [code for code in latest if code in codes]
    assert codes[: len(kept)] == kept
    assert len(codes) - len(kept) == (3 if rules.year == 2021 else 0)


@pytest.mark.parametrize(
    ("year", "rows"), [(2020, 0), (2021, 15), (2022, 0), (2023, 0), (2024, 0), (2025, 1)]
)
def test_region_rows_known_by_name_are_worth_nothing_yet(year: int, rows: int) -> None:
    rules = rulebook.rule_set_for_year(year)
    named = ruleset.region_rows(rules)
    assert len(named) == rows
    assert ruleset.best(named) == 0
    assert {(row.weight.value, row.levels.value) for row in named} <= {(None, None)}
    assert not ruleset.is_complete(rules)


@every_complete_year
def test_the_best_possible_region_scores_exactly_the_maximum(rules: RuleSet) -> None:
    count = ruleset.declared(rules.count_max)
    tally = Tally(
        spd=ruleset.best(ruleset.region_rows(rules)),
        maturity=ruleset.best(ruleset.innovation_rows(rules)) * count,
        innovations=count,
        affairs=ruleset.declared(rules.affairs_min),
    )
    score = formula.score(rules, tally)
    assert [score.spd, score.mean, score.number] == [63, 111, 76]
    assert (score.total, score.index) == (rules.score_max.value, Decimal("100.00"))
    assert score.complete


def test_only_2026_and_its_prognoses_are_complete() -> None:
    assert [rules.year for rules in COMPLETE] == [2026, 2027, 2028, 2029]


@every_scaled_year
def test_innovation_weights_add_up_to_the_stated_maximum(rules: RuleSet) -> None:
    stated = ruleset.hundredths(ruleset.declared(rules.maturity_max))
    assert ruleset.best(ruleset.innovation_rows(rules)) == stated
    assert stated == (150_00 if rules.year == 2021 else 111_00)


@every_scaled_year
def test_the_row_of_the_count_has_the_weight_of_the_formula(rules: RuleSet) -> None:
    counts = [row for row in rules.rows if row.unit == "count"]
    assert [row.weight.value for row in counts] == [rules.count_weight.value]


@every_year
def test_floors_descend_and_the_last_takes_zero(rules: RuleSet) -> None:
    floors = [ruleset.declared(band.at_least) for band in rules.predikat]
    assert all(higher > lower for higher, lower in pairwise(floors))
    assert floors[-1] == 0
    assert [band.nama for band in rules.predikat] == [
        "Sangat Inovatif",
        "Inovatif",
        "Kurang Inovatif",
        "Tidak Dapat Dinilai",
    ]


@every_scaled_year
def test_every_index_from_0_to_100_has_a_predikat(rules: RuleSet) -> None:
    named = [formula.predikat_of(rules, Decimal(h).scaleb(-2)) for h in range(10_001)]
    assert named[0] == "Tidak Dapat Dinilai"
    assert named[1] == "Kurang Inovatif"
    assert named[-1] == "Sangat Inovatif"
    assert sum(one != other for one, other in pairwise(named)) == 3


@pytest.mark.parametrize(
    ("year", "score", "predikat"),
    [
        (2019, "5320", "Sangat Inovatif"),
        (2019, "120", "Kurang Inovatif"),
        (2020, "1462", "Sangat Inovatif"),
        (2020, "59", "Kurang Inovatif"),
        (2020, "3", "Kurang Inovatif"),
        (2021, "70.63", "Sangat Inovatif"),
        (2021, "59.02", "Inovatif"),
        (2021, "38.76", "Inovatif"),
        (2021, "27.32", "Kurang Inovatif"),
        (2021, "0", "Tidak Dapat Dinilai"),
        (2022, "60.49", "Sangat Inovatif"),
        (2022, "59.88", "Inovatif"),
        (2022, "37.06", "Inovatif"),
        (2023, "60.72", "Sangat Inovatif"),
        (2023, "57.64", "Inovatif"),
        (2024, "66", "Sangat Inovatif"),
        (2024, "58.41", "Inovatif"),
        (2024, "34.28", "Kurang Inovatif"),
        (2025, "72.94", "Sangat Inovatif"),
        (2025, "58.29", "Inovatif"),
    ],
)
def test_published_scores_keep_their_published_predikat(
    year: int, score: str, predikat: str
) -> None:
    assert formula.predikat_of(rulebook.rule_set_for_year(year), Decimal(score)) == predikat


@every_year
def test_every_indicator_names_a_source_and_has_an_article(rules: RuleSet) -> None:
    for row in rules.rows:
        assert row.weight.sources, row.code
        assert row.levels.sources, row.code
        article = reading.article(rules, row)
        assert f"indikator {row.number or f'“{row.nama}”'}" in article
        known_through = rules.catalogue.value or ", ".join(row.weight.sources)
        assert known_through in article


@every_year
def test_a_window_is_the_two_calendar_years_before(rules: RuleSet) -> None:
    window = rules.window.value
    assert (window is None) == (rules.formula == "open_sum")
    if window is not None:
        days = (date(rules.year - 2, 1, 1), date(rules.year - 1, 12, 31))
        assert (window.first, window.last) == days


@every_year
def test_every_value_is_certain_or_says_so_and_cites_what_the_file_lists(rules: RuleSet) -> None:
    cited: set[str] = set()
    for path, value in sourced_in(rules):
        cited |= set(value.sources)
        assert set(value.sources) <= set(rules.sources), path
        if value.certainty == "unknown":
            assert value.note, path
        else:
            assert value.value not in {None, ""}, path
            assert value.sources, path
    assert cited == set(rules.sources)


@pytest.mark.parametrize("year", [2027, 2028, 2029])
def test_a_prognosis_confirms_nothing(year: int) -> None:
    rules = rulebook.rule_set_for_year(year)
    assert rules.standing == "prognosis"
    assert all(value.certainty != "confirmed" for _, value in sourced_in(rules))


@pytest.mark.parametrize(("year", "floor"), [(2027, 14), (2028, 16), (2029, 18)])
def test_a_prognosis_changes_only_the_divisor_the_gate_and_the_window(
    year: int, floor: int
) -> None:
    told, base = (rulebook.rule_set_for_year(each) for each in (year, 2026))
    assert (told.divisor_floor.value, told.affairs_min.value) == (floor, 6)
    said_of_itself = {"id", "year", "standing", "title", "basis", "sources"}
    changed = {
        name
        for name in RuleSet.__struct_fields__
        if bare(getattr(told, name)) != bare(getattr(base, name))
    }
    assert changed - said_of_itself == {"divisor_floor", "affairs_min", "window"}
    assert told.sources == base.sources


def test_the_affairs_are_38_of_which_six_are_basic_services() -> None:
    listed = rulebook.affairs()
    assert [each.number for each in listed] == list(range(1, 39))
    assert affairs.basic(listed) == frozenset(range(1, 7))
