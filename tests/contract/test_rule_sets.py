"""The laws all years obey, and the promise that a published file is never edited."""

import shutil
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from msgspec import Struct

from shared.io import rulebook
from shared.kernel.errors import Corrupt, Missing
from shared.kernel.rules import affairs, formula, ruleset
from shared.kernel.rules.formula import Tally
from shared.kernel.rules.ruleset import Row, RuleSet, Sourced

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


def best(rows: tuple[Row, ...]) -> int:
    return sum(3 * ruleset.weight_hundredths(row) for row in rows)


def test_there_is_one_rule_set_for_every_year_from_2020_to_2029() -> None:
    assert list(rulebook.rule_sets()) == [f"{year}.1" for year in range(2020, 2030)]
    assert rulebook.rule_set_for_year(2026).id == "2026.1"


def test_a_year_without_rules_is_missing() -> None:
    with pytest.raises(Missing, match=r"rulebook\.year"):
        rulebook.rule_set_for_year(2019)


@every_year
def test_codes_are_unique(rules: RuleSet) -> None:
    codes = [row.code for row in rules.rows]
    assert len(set(codes)) == len(codes)
    for code in codes:
        assert ruleset.row(rules, code).code == code


@every_year
def test_levels_climb_from_one_to_three(rules: RuleSet) -> None:
    for row in (*ruleset.region_rows(rules), *ruleset.innovation_rows(rules)):
        levels = ruleset.declared(row.levels)
        assert [level.level for level in levels] == [1, 2, 3], row.code
        assert len({level.label for level in levels}) == 3, row.code


@every_year
def test_rows_stand_in_the_order_of_the_catalogue(rules: RuleSet) -> None:
    newest = [row.code for row in ruleset.innovation_rows(rulebook.rule_set_for_year(2026))]
    assert [row.code for row in ruleset.innovation_rows(rules)] in ([], newest)
    assert [row.code for row in ruleset.region_rows(rules)] in (
        [],
        [row.code for row in rulebook.rule_set_for_year(2026).rows if row.aspek == "spd"],
    )


@every_complete_year
def test_the_best_possible_region_scores_exactly_the_maximum(rules: RuleSet) -> None:
    count = ruleset.declared(rules.count_max)
    tally = Tally(
        spd=best(ruleset.region_rows(rules)),
        maturity=best(ruleset.innovation_rows(rules)) * count,
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
    assert best(ruleset.innovation_rows(rules)) == stated
    assert stated == (150_00 if rules.year == 2021 else 111_00)


@every_scaled_year
def test_the_row_of_the_count_has_the_weight_of_the_formula(rules: RuleSet) -> None:
    counts = [row for row in rules.rows if row.unit == "count"]
    assert [row.weight.value for row in counts] == [rules.count_weight.value]


@every_year
def test_floors_descend_and_the_last_takes_zero(rules: RuleSet) -> None:
    floors = [band.at_least.value for band in rules.predikat if band.at_least.value is not None]
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
def test_every_indicator_names_a_source(rules: RuleSet) -> None:
    for row in rules.rows:
        assert row.weight.sources, row.code
        assert row.levels.sources, row.code


@every_year
def test_every_value_is_certain_or_says_so_and_cites_what_the_file_lists(rules: RuleSet) -> None:
    cited: set[str] = set()
    for path, value in sourced_in(rules):
        cited |= set(value.sources)
        assert set(value.sources) <= set(rules.sources), path
        assert value.certainty == "unknown" or value.sources, path
        assert value.certainty != "unknown" or value.sources or value.note or ".rows" in path, path
    assert cited == set(rules.sources)


@pytest.mark.parametrize("year", [2027, 2028, 2029])
def test_a_prognosis_confirms_nothing(year: int) -> None:
    rules = rulebook.rule_set_for_year(year)
    assert rules.standing == "prognosis"
    assert all(value.certainty != "confirmed" for _, value in sourced_in(rules))


def test_a_region_row_of_2026_gives_every_raw_figure_a_level() -> None:
    banded = [row for row in rulebook.rule_set_for_year(2026).rows if row.bands]
    assert len(banded) == 10
    for row in banded:
        assert row.bands is not None
        levels = [ruleset.level_of(row.bands, Decimal(h).scaleb(-2)) for h in range(-9999, 12_000)]
        assert set(levels) == {1, 2, 3}, row.code
        assert levels == sorted(levels, reverse=not row.bands.higher_is_better), row.code


def test_where_printed_bands_overlap_the_higher_level_is_declared_to_win() -> None:
    bands = ruleset.row(rulebook.rule_set_for_year(2026), "SPD-05b").bands
    assert bands is not None
    assert bands.precedence.certainty == "unknown"
    assert ruleset.level_of(bands, Decimal("2.35")) == 3
    assert ruleset.level_of(bands, Decimal("5.92")) == 2
    assert ruleset.level_of(bands, Decimal("5.93")) == 1


def test_the_affairs_are_38_of_which_six_are_basic_services() -> None:
    listed = rulebook.affairs()
    assert [each.number for each in listed] == list(range(1, 39))
    assert affairs.basic(listed) == frozenset(range(1, 7))


# ---- published once, never edited ----------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(rulebook.RULES, tmp_path / "rules"))


def test_digests_are_unchanged_and_every_score_can_cite_one() -> None:
    assert set(rulebook.rule_digests()) == set(rulebook.rule_sets())
    files = rulebook.rule_files()
    assert rulebook.rule_digests()["2026.1"] == ruleset.digest(files["2026.toml"])


def test_an_edited_file_is_corrupt(folder: Path) -> None:
    path = folder / "2026.toml"
    path.write_bytes(path.read_bytes().replace(b'"65.01"', b'"60.01"'))
    with pytest.raises(Corrupt, match=r"rulebook\.edited_after_publication: .*2026\.toml"):
        rulebook.rule_sets(folder)


def test_a_file_that_is_not_listed_is_corrupt(folder: Path) -> None:
    shutil.copy(folder / "2026.toml", folder / "2030.toml")
    with pytest.raises(Corrupt, match=r"rulebook\.not_as_listed: .*2030\.toml"):
        rulebook.rule_sets(folder)


def test_a_listed_file_that_is_gone_is_corrupt(folder: Path) -> None:
    (folder / "2021.toml").unlink()
    with pytest.raises(Corrupt, match=r"rulebook\.not_as_listed: .*2021\.toml"):
        rulebook.rule_sets(folder)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (b"divisor_floor ", b"divisor_flor ", r"divisor_flor"),
        (b'at_least = { value = "65.01"', b'at_least = { valu = "65.01"', r"\$\.predikat\[0\]"),
        (b'weight    = { value = "1"', b"weight    = { value = 1.0", r"1\.0 must be quoted"),
        (b'value = "65.01", certainty = "confirmed"', b'certainty = "confirmed"', r"needs a value"),
        (b'id       = "2026.1"', b'id       = "2026.2"', r"not year\.revision"),
    ],
)
def test_a_mistyped_file_fails_where_it_is_wrong(old: bytes, new: bytes, problem: str) -> None:
    raw = rulebook.rule_files()["2026.toml"]
    assert old in raw
    with pytest.raises(Corrupt, match=problem):
        ruleset.decode(raw.replace(old, new, 1))
