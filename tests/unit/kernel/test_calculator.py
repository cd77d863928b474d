"""The calculator: worked examples to the hundredth; what is wrong is named by its path."""

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.io import rulebook
from shared.kernel.calculator import Calculator
from shared.kernel.errors import Refused
from shared.kernel.rules import ruleset
from tests import reference

ROOT = Path(__file__).parent.parent.parent.parent
RULES = rulebook.rule_set_for_year(2026)
REGION = [row.code for row in ruleset.region_rows(RULES)]
INNOVATION = [row.code for row in ruleset.innovation_rows(RULES)]


def calculator(year: int = 2026) -> Calculator:
    rules = rulebook.rule_set_for_year(year)
    return Calculator(rules, rulebook.rule_digests()[rules.id], rulebook.affairs())


def levels_worth(points: int, codes: list[str]) -> dict[str, int]:
    """Some levels of these rows that are worth exactly so many points."""
    reachable: dict[int, dict[str, int]] = {0: {}}
    for code in codes:
        weight = ruleset.weight_hundredths(ruleset.row(RULES, code))
        for sum_so_far, chosen in list(reachable.items()):
            for level in range(1, 4):
                reachable.setdefault(sum_so_far + weight * level, {**chosen, code: level})
    return reachable[points * 100]


def season(spd: int, maturities: list[int], affairs: int) -> dict[str, Any]:
    return {
        "spd": levels_worth(spd, REGION),
        "innovations": [
            {"affair": 1 + place % affairs, "levels": levels_worth(points, INNOVATION)}
            for place, points in enumerate(maturities)
        ],
    }


@pytest.mark.parametrize(
    ("year", "given_season", "iid", "predikat"),
    [
        (2026, season(40, [70] * 20, 5), "47.04", "Inovatif"),
        (2026, season(40, [70] * 20, 4), "44.00", "Inovatif"),
        (2026, season(40, [80] * 8, 5), "38.55", "Kurang Inovatif"),
        (2026, season(40, [80] * 12, 5), "49.82", "Inovatif"),
        (2026, season(40, [70] * 11, 5), "43.34", "Inovatif"),
        (2027, season(40, [70] * 11, 5), "38.00", "Kurang Inovatif"),
        (2026, season(40, [65] * 25, 5), "45.80", "Inovatif"),
        (2026, season(40, [65] * 25 + [20] * 9, 5), "42.40", "Inovatif"),
        (2026, season(40, [65] * 25 + [60] * 9, 5), "46.64", "Inovatif"),
        (2026, season(63, [111] * 200, 6), "100.00", "Sangat Inovatif"),
        (2026, {}, "0.00", "Tidak Dapat Dinilai"),
    ],
)
def test_worked_examples_hold_exactly(
    year: int, given_season: dict[str, Any], iid: str, predikat: str
) -> None:
    answer = calculator(year).calculate(given_season)
    assert (answer.iid, answer.predikat) == (Decimal(iid), predikat)
    assert answer.complete


tables = st.dictionaries(st.sampled_from(INNOVATION), st.integers(0, 3), max_size=6)
seasons = st.fixed_dictionaries(
    {
        "spd": st.dictionaries(st.sampled_from(REGION), st.integers(0, 3), max_size=6),
        "innovations": st.lists(
            st.fixed_dictionaries({"affair": st.integers(1, 38), "levels": tables}), max_size=15
        ),
    }
)


@given(seasons, st.sampled_from([2024, 2026, 2027, 2029]))
def test_it_agrees_with_the_reference(given_season: dict[str, Any], year: int) -> None:
    known = {row.code for row in rulebook.rule_set_for_year(year).rows}
    spd = {code: level for code, level in given_season["spd"].items() if code in known}
    facts: list[reference.Fact] = [
        {"type": "indicator.claimed.1", "indicator": code, "level": level}
        for code, level in spd.items()
    ]
    for place, innovation in enumerate(given_season["innovations"]):
        profile = {"tahapan": "penerapan", "main_urusan": innovation["affair"]}
        name = {"innovation": str(place)}
        facts.append({"type": "innovation.registered.1", **name, "profile": profile})
        facts.extend(
            {"type": "indicator.claimed.1", **name, "indicator": code, "level": level}
            for code, level in innovation["levels"].items()
        )
    answer = calculator(year).calculate({**given_season, "spd": spd})
    told = (answer.iid, answer.innovations, answer.affairs_covered)
    assert told == reference.index(year, facts, "mandiri")


@given(seasons)
def test_the_explained_rows_sum_to_the_parts(given_season: dict[str, Any]) -> None:
    answer = calculator().calculate(given_season)
    rows = list(calculator().explain(given_season))
    spd = sum((row.points for row in rows if row.of_innovation == 0), Decimal(0))
    maturity = sum((row.points for row in rows if row.of_innovation), Decimal(0))
    assert spd == answer.spd
    assert abs(maturity / answer.divisor - answer.mean) <= Decimal("0.0000005")


@pytest.mark.parametrize(
    ("given_season", "reason", "path"),
    [
        ([], "calculator.shape", "$"),
        (None, "calculator.shape", "$"),
        ({"spd": []}, "calculator.shape", "$.spd"),
        ({"innovations": {}}, "calculator.shape", "$.innovations"),
        ({"innovations": [1]}, "calculator.shape", "$.innovations[0]"),
        ({"skor": 1}, "calculator.unknown_field", "$"),
        ({"spd": {"SPD-99": 1}}, "calculator.unknown_code", "$.spd"),
        ({"spd": {"SID-VIDEO": 1}}, "calculator.unknown_code", "$.spd"),
        ({"spd": {"SPD-01": 4}}, "calculator.level", "$.spd.SPD-01"),
        ({"spd": {"SPD-01": -1}}, "calculator.level", "$.spd.SPD-01"),
        ({"spd": {"SPD-01": 1.5}}, "calculator.level", "$.spd.SPD-01"),
        ({"spd": {"SPD-01": float("nan")}}, "calculator.level", "$.spd.SPD-01"),
        ({"spd": {"SPD-01": True}}, "calculator.level", "$.spd.SPD-01"),
        ({"spd": {"SPD-01": "3"}}, "calculator.level", "$.spd.SPD-01"),
        ({"spd": {"SPD-01": {"figure": "3"}}}, "calculator.without_bands", "$.spd.SPD-01"),
        ({"spd": {"SPD-05b": {"figure": 4.37}}}, "calculator.figure", "$.spd.SPD-05b"),
        ({"spd": {"SPD-05b": {"figure": "NaN"}}}, "calculator.figure", "$.spd.SPD-05b"),
        ({"spd": {"SPD-05b": {"angka": "4.37"}}}, "calculator.level", "$.spd.SPD-05b"),
        ({"innovations": [{"levels": {}}]}, "calculator.affair", "$.innovations[0].affair"),
        (
            {"innovations": [{"affair": 39, "levels": {}}]},
            "calculator.affair",
            "$.innovations[0].affair",
        ),
        (
            {"innovations": [{"affair": 1, "levels": {"SID-VIDEO": 9}}]},
            "calculator.level",
            "$.innovations[0].levels.SID-VIDEO",
        ),
    ],
)
def test_what_does_not_fit_is_named_by_its_path(given_season: Any, reason: str, path: str) -> None:
    with pytest.raises(Refused) as refused:
        calculator().calculate(given_season)
    assert (refused.value.reason, refused.value.facts["path"]) == (reason, path)


def test_a_raw_figure_earns_the_level_of_its_band() -> None:
    told = {figure: {"spd": {"SPD-05b": {"figure": figure}}} for figure in ("6.10", "4.37", "2.1")}
    points = {figure: calculator().calculate(given).spd for figure, given in told.items()}
    assert points == {"6.10": Decimal("0.75"), "4.37": Decimal("1.5"), "2.1": Decimal("2.25")}
    (row,) = calculator().explain(told["4.37"])
    assert (row.level, row.points) == (2, Decimal("1.50"))


def test_affairs_may_be_named() -> None:
    names = ["pendidikan", "Kesehatan", "pekerjaan_umum-dan penataan-ruang", 4, "sosial"]
    season_of_five = {"innovations": [{"affair": name, "levels": {}} for name in names]}
    assert calculator().calculate(season_of_five).affairs_covered == 5


def test_ten_thousand_innovations_are_answered() -> None:
    many = {"innovations": [{"affair": 1 + n % 6, "levels": {}} for n in range(10_000)]}
    answer = calculator().calculate(many)
    assert (answer.number, answer.divisor) == (Decimal(76), 10_000)


def test_the_command_line_answers_line_by_line(tmp_path: Path) -> None:
    lines = [
        json.dumps(season(40, [70] * 20, 5)),
        '{"spd": {"SPD-01": NaN}}',
        "",
        '{"spd": {"SPD-01": ' + "[" * 980 + "]" * 980 + "}}",
        '{"spd": {"SPD-01": 4}}',
        "{}",
    ]
    file = tmp_path / "daerah.jsonl"
    file.write_text("\n".join(lines))
    told = _run("score", "--rules", "2026", str(file))
    first, second, deep, third, fourth = map(json.loads, told.stdout.splitlines())
    assert deep["error"] in ("calculator.level", "calculator.malformed")
    assert told.returncode == 1
    assert (first["iid"], first["ruleset"]) == (47.04, "2026.1")
    assert first["digest"] == rulebook.rule_digests()["2026.1"]
    assert second["line"] == 2
    assert "Baris 2" in second["detail"]
    assert third["detail"].startswith("$.spd.SPD-01: tingkat 4 tidak ada")
    assert fourth["iid"] == 0


def test_the_command_line_reads_one_object_over_many_lines(tmp_path: Path) -> None:
    file = tmp_path / "daerah.json"
    file.write_text(json.dumps(season(40, [80] * 8, 5), indent=2))
    told = _run("score", "--rules", "2026", "--explain", str(file))
    assert told.returncode == 0
    answer = json.loads(told.stdout)
    assert answer["iid"] == 38.55
    assert sum(row["points"] for row in answer["rows"] if not row["of_innovation"]) == 40


@pytest.mark.parametrize(
    "arguments", [["--rules", "1999", "-"], ["--rules", "2026", "/tidak/ada.json"]]
)
def test_the_command_line_says_what_is_missing(arguments: list[str]) -> None:
    told = _run("score", *arguments)
    assert told.returncode == 1
    assert told.stderr.strip().endswith(".")
    assert "Traceback" not in told.stderr


def _run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "services.scoring", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
