"""What a citizen is told of a rule set: where each row stands, and what nobody knows."""

import msgspec
import pytest

from shared.io import rulebook
from shared.kernel.rules import reading, ruleset
from shared.kernel.rules.ruleset import RuleSet, Sourced

ALL = list(rulebook.rule_sets().values())

every_year = pytest.mark.parametrize("rules", ALL, ids=lambda rules: rules.id)


def cited(year: int, code: str) -> str:
    rules = rulebook.rule_set_for_year(year)
    return reading.article(rules, ruleset.row(rules, code))


def missing(rules: RuleSet) -> list[str]:
    return [gap.what for gap in reading.gaps(rules)]


def test_a_row_of_a_known_instrument_is_cited_by_it_and_its_number() -> None:
    letter = "Lampiran II Surat Kepala BSKDN 400.10.11/1887/BSKDN, 29 April 2026"
    assert cited(2026, "SID-REGULASI") == f"{letter}, indikator 16"
    assert cited(2026, "SPD-05b") == f"{letter}, indikator 5b"
    assert cited(2028, "SPD-05b") == f"{letter}, indikator 5b (disimpulkan)"


def test_a_row_of_an_unknown_instrument_names_who_passed_it_on() -> None:
    assert cited(2024, "SID-REGULASI") == "indikator 16; instrumen belum diketahui, menurut BRI"


def test_a_row_whose_number_is_unknown_is_cited_by_its_name() -> None:
    assert cited(2021, "SPD-02a") == (
        "indikator “APBD tepat waktu”; instrumen belum diketahui, menurut ANT21, MTK, FRM"
    )


def test_what_2026_does_not_know_is_listed_though_it_is_complete() -> None:
    rules = rulebook.rule_set_for_year(2026)
    assert ruleset.is_complete(rules)
    overlapping = ("03", "04", "05a", "05b", "06", "07", "10b", "11a")
    assert missing(rules) == [
        "rejected_in_divisor",
        "affairs_counted",
        "counted_stages",
        *(f"row_precedence:SPD-{number}" for number in overlapping),
        "row_base_rule:SID-KEMANFAATAN",
    ]


def test_what_2025_does_not_know_begins_with_its_instrument_and_ends_with_its_rows() -> None:
    assert missing(rulebook.rule_set_for_year(2025)) == [
        "catalogue",
        "divisor_floor",
        "affairs_counted",
        "counted_stages",
        "row_weight:SPD-15",
        "row_levels:SPD-15",
        "spd_rows",
    ]


@pytest.mark.parametrize("year", [2018, 2019, 2020])
def test_an_open_sum_misses_its_rows_but_no_divisor(year: int) -> None:
    found = missing(rulebook.rule_set_for_year(year))
    assert {"catalogue", "window", "spd_rows", "maturity_rows"} <= set(found)
    assert not {"score_max", "divisor_floor", "count_weight", "affairs_min"} & set(found)
    assert ("predikat:Inovatif" in found) == (year < 2020)


@every_year
def test_a_gap_is_named_once_and_explained(rules: RuleSet) -> None:
    found = missing(rules)
    assert len(set(found)) == len(found)
    assert all(gap.note for gap in reading.gaps(rules))


@every_year
def test_an_incomplete_set_has_gaps_and_missing_rows_make_it_incomplete(rules: RuleSet) -> None:
    assert reading.gaps(rules)
    rows = {"spd_rows", "maturity_rows"} & set(missing(rules))
    assert bool(rows) != ruleset.is_complete(rules)


def test_a_value_nobody_knows_any_more_becomes_a_gap_with_its_note() -> None:
    rules = rulebook.rule_set_for_year(2026)
    lost = Sourced[int](value=12, certainty="unknown", note="Surat dicabut")
    doubted = msgspec.structs.replace(rules, id="1.1", year=1, divisor_floor=lost)
    assert reading.Gap(what="divisor_floor", note="Surat dicabut") in reading.gaps(doubted)
    assert "divisor_floor" not in missing(rules)


def test_a_row_that_is_gone_leaves_the_sum_short() -> None:
    rules = rulebook.rule_set_for_year(2026)
    shorter = msgspec.structs.replace(rules, id="2.1", year=2, rows=rules.rows[1:])
    gap = next(gap for gap in reading.gaps(shorter) if gap.what == "spd_rows")
    assert gap.note == "Baris daerah yang bobotnya diketahui belum berjumlah 63"
    assert "spd_rows" not in missing(rules)
