"""What is explained and advised over HTTP agrees with the ranking, and comes true when done."""

from collections.abc import AsyncIterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from deploy.local.nats import Server
from tests.databases import Database
from tests.system import PDF_SHA256, System, exact, running
from tests.waiting import eventually

YEAR = 2026
SEASON = f"/v1/regions/63.10/seasons/{YEAR}"
VERIFIER = ("63", "verifier")
ADMIN = ("63.10", "region_admin")


@pytest.fixture
async def system(database: Database, nats_server: Server, tmp_path: Path) -> AsyncIterator[System]:
    with running(database, nats_server, tmp_path) as system:
        await system.ready()
        system.open_season(YEAR, "2026.1")
        for region in ("63.09", "63.10"):
            system.upload(region)
        for number in range(1, 7):
            system.register("63.10", YEAR, f"inovasi-{number}", urusan=number)
            system.claim("63.10", YEAR, "SID-VIDEO", 1 + number % 3, f"inovasi-{number}")
        system.claim("63.10", YEAR, "SPD-01", 2)
        system.claim("63.09", YEAR, "SPD-08", 3)
        system.claim("63.09", YEAR, "SPD-01", 3)
        await eventually(lambda: _knows_season(system))
        yield system


def _knows_season(system: System) -> bool:
    return bool(system.read("/v1/seasons")["seasons"])


async def _settled(system: System, score: str) -> None:
    await eventually(lambda: system.row("63.10", YEAR, stage="mandiri")["score"] == score)


async def test_an_explanation_is_of_the_score_that_the_ranking_shows(system: System) -> None:
    told = system.read(SEASON + "/explanation")["explanation"]
    await _settled(system, told["score"]["index"])
    total = sum((exact(line["share"]) for line in told["lines"]), exact(told["rounding"]))
    assert total == Fraction(Decimal(told["score"]["index"]))
    video = next(line for line in told["lines"] if line["innovation"] == "inovasi-2")
    assert video["evidence"] == [PDF_SHA256]
    (seq,) = video["seqs"]
    topic = system.query(
        "select topic, stream from intake.event where tenant = '63.10' and seq = %s", seq
    )
    assert topic == [("indicator.claimed.1", f"claim/{YEAR}/inovasi-2/SID-VIDEO")]
    fact = system.read(f"/v1/regions/63.10/events/{seq}")
    assert (fact["event"]["indicator"], fact["event"]["level"]) == ("SID-VIDEO", video["level"])
    assert [one["sha256"] for one in fact["event"]["evidence"]] == video["evidence"]
    leaf = "select encode(leaf_hash, 'hex') from intake.event where tenant = '63.10' and seq = %s"
    assert system.query(leaf, seq) == [(fact["leaf_hash"],)]
    for unknown in ("0", "-1", "999999", "9" * 30):
        url = system.url("projection") + f"/v1/regions/63.10/events/{unknown}"
        assert system.http.get(url).status_code == 404


async def test_the_best_step_comes_true(system: System) -> None:
    """Every advised gain is a promise: carry out the first document step and compare."""
    advice = system.read(SEASON + "/next-steps", limit="500")
    await _settled(system, advice["score"]["index"])
    promised = next(one for one in advice["steps"] if one["step"]["kind"] == "raise_region")
    step, outcome = promised["step"], promised["outcome"]
    system.claim("63.10", YEAR, step["indicator"], step["to_level"])
    await _settled(system, outcome["index"])
    row = system.row("63.10", YEAR, stage="mandiri")
    assert (row["rank"], row["predikat"]) == (outcome["rank"], outcome["predikat"])


async def test_a_province_is_told_whom_to_visit(system: System) -> None:
    own = system.read(SEASON + "/next-steps")
    await _settled(system, own["score"]["index"])
    await eventually(lambda: system.row("63.09", YEAR, stage="mandiri")["score"] == "3.00")
    told = system.read(f"/v1/provinces/63/seasons/{YEAR}/next-steps", limit="3")["regions"]
    assert {one["context"]["region"] for one in told} == {"63.09", "63.10"}
    most = [exact(one["steps"][0]["outcome"]["gain"]) for one in told]
    assert most == sorted(most, reverse=True)
    mine = next(one for one in told if one["context"]["region"] == "63.10")
    assert mine["steps"] == system.read(SEASON + "/next-steps")["steps"][:3]


async def test_a_waterfall_names_what_the_verifier_did(system: System) -> None:
    for number in (1, 2, 3):
        system.submit("63.10", YEAR, f"inovasi-{number}")
    seen = {"evidence": [PDF_SHA256]}
    lowered = {"reason": "tingkat_terlalu_tinggi", "note": "Dua unsur saja."}
    slot = SEASON + "/innovations/inovasi-{}/indicators/SID-VIDEO/{}"
    system.must(VERIFIER, "POST", slot.format(2, "acceptance"), {"level": 1, **lowered, **seen})
    system.must(VERIFIER, "POST", slot.format(3, "return"), {"reason": "tidak_terbaca", **seen})
    fall = system.read(SEASON + "/waterfall")["waterfall"]
    causes = {step["cause"]: step for step in fall["steps"]}
    assert [one["innovation"] for one in causes["downgraded"]["items"]] == ["inovasi-2"]
    assert [one["reasons"] for one in causes["returned"]["items"]] == [["tidak_terbaca"]]
    total = sum((exact(step["change"]) for step in fall["steps"]), exact(fall["rounding"]))
    lost = Decimal(fall["verified"]["index"]) - Decimal(fall["claimed"]["index"])
    assert total == Fraction(lost)
    verified = fall["verified"]["index"]
    await eventually(lambda: system.row("63.10", YEAR, stage="terverifikasi")["score"] == verified)


async def test_the_same_facts_under_next_years_rules(system: System) -> None:
    own = system.read(SEASON + "/explanation")["explanation"]["score"]
    other = system.read(SEASON + "/explanation", rules="2027")["explanation"]["score"]
    assert (own["divisor"], other["divisor"]) == (12, 14)
    province = system.read(f"/v1/provinces/63/seasons/{YEAR}/rescored", rules="2027")
    told = {region["region"]: region for region in province["regions"]}
    assert set(told) == {"63.09", "63.10"}
    alone = system.read(SEASON + "/rescored", rules="2027")
    assert alone["rescored"] == told["63.10"]
    effect = told["63.10"]["effect"]
    assert (effect["own"], effect["other"]) == (own, other)
    shares = sum((exact(one["share"]) for one in effect["changes"]), exact(effect["rounding"]))
    assert shares == Fraction(other["index"]) - Fraction(own["index"]) != 0


NOT_TO_BE_ANALYSED = {
    "/v1/regions/63.99/seasons/2026/explanation": 404,
    "/v1/regions/63.01/seasons/2026/explanation": 404,
    "/v1/regions/63.10/seasons/2019/explanation": 404,
    "/v1/regions/63.10/seasons/2026/explanation?stage=final": 422,
    "/v1/regions/63.10/seasons/2026/explanation?rules=1999": 404,
    "/v1/regions/63.10/seasons/2026/explanation?as_of=kemarin": 422,
    "/v1/regions/63.10/seasons/2026/next-steps?limit=0": 400,
    "/v1/provinces/99/seasons/2026/rescored?rules=2027": 404,
    "/v1/rule-sets/1999.1": 404,
    "/v1/regions/63.10/seasons/2026/next-steps?rules=2025": 422,
    "/v1/regions/63.10/seasons/2026/next-steps?rules=2020": 422,
    "/v1/regions/63.10/seasons/2026/movement?rules=2024": 422,
    "/v1/provinces/63/seasons/2026/outlook?rules=2023": 422,
}


async def test_what_cannot_be_analysed_is_said(system: System) -> None:
    for path, status in NOT_TO_BE_ANALYSED.items():
        response = system.http.get(system.url("projection") + path)
        assert (path, response.status_code) == (path, status), response.text
        assert response.json()["detail"].endswith(".")


async def test_the_calculator_answers_over_http(system: System) -> None:
    url = system.url("projection") + "/v1/rule-sets/2026.1/score"
    answer = system.http.post(url, json={"spd": {"SPD-01": 3}})
    assert (answer.status_code, answer.json()["iid"]) == (200, "1.20")
    cited = system.http.get(url, params={"given": '{"spd": {"SPD-01": 3}}'})
    assert (cited.status_code, cited.json()) == (200, answer.json())
    assert system.http.get(url, params={"given": "{"}).status_code == 400
    of_year = system.http.post(url.replace("2026.1", "2026"), json={"spd": {"SPD-01": 3}})
    assert of_year.json() == answer.json()
    refused = system.http.post(url, json={"spd": {"SPD-01": 4}})
    assert refused.status_code == 422
    assert refused.json()["facts"]["path"] == "$.spd.SPD-01"
