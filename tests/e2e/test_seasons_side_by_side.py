"""Published history, targets, other years' rules and ranges, each through the whole product."""

from collections.abc import AsyncIterator
from fractions import Fraction
from pathlib import Path

import pytest

from deploy.local.nats import Server
from shared.io import rulebook
from tests.databases import Database
from tests.system import PDF_SHA256, System, exact, running
from tests.waiting import eventually

MINISTRY = ("00", "ministry")
VERIFIER = ("63", "verifier")
BASIS = "Kepmendagri"


@pytest.fixture
async def system(database: Database, nats_server: Server, tmp_path: Path) -> AsyncIterator[System]:
    with running(database, nats_server, tmp_path) as system:
        await system.ready()
        yield system


# Year, region, stage, score, predikat, innovations, agencies: as published.
PUBLISHED = [
    (2020, "19.71", "final", "1462", "Sangat Inovatif", 43, 11),
    (2021, "19.71", "final", "59.02", "Inovatif", 25, 15),
    (2022, "19.71", "final", "50.21", "Inovatif", 40, 21),
    (2023, "19.71", "mandiri", "63.85", "Sangat Inovatif", 29, 21),
    (2024, "12.74", "final", "34.28", "Kurang Inovatif", None, None),
]


async def test_published_scores_stand_under_their_own_years_rules(system: System) -> None:
    for year, region, stage, score, predikat, innovations, agencies in PUBLISHED:
        system.open_season(year, f"{year}.1")
        body = {
            "score": score,
            "predikat": predikat,
            "source": f"pemberitaan {year}",
            "innovations": innovations,
            "agencies": agencies,
        }
        place = "result" if stage == "final" else f"scores/{stage}"
        path = f"/v1/regions/{region}/seasons/{year}/{place}"
        assert system.send((region, "region_admin"), "PUT", path, body).status_code == 403
        system.must(MINISTRY, "PUT", path, body)
    target = {"target": "60.00", "instrument": "Perda RPJMD 2018–2023"}
    system.must(("19.71", "region_admin"), "PUT", "/v1/regions/19.71/targets/2022", target)

    def heard() -> bool:
        told = [
            system.read(f"/v1/regions/{code}/history")["seasons"] for code in ("19.71", "12.74")
        ]
        # The regions' logs and the ministry's, which opened the seasons, are heard side by side.
        opened = all(season["rule_digest"] for seasons in told for season in seasons)
        return opened and [len(seasons) for seasons in told] == [4, 1]

    await eventually(heard)
    digests = rulebook.rule_digests()
    for year, region, stage, score, predikat, innovations, agencies in PUBLISHED:
        history = system.read(f"/v1/regions/{region}/history")
        season = next(one for one in history["seasons"] if one["year"] == year)
        assert (season["rule_set"], season["rule_digest"]) == (f"{year}.1", digests[f"{year}.1"])
        (told,) = season["stages"]
        assert (told["stage"], told["score"], told["predikat"]) == (stage, score, predikat)
        assert told["predikat_by_rules"] == predikat
        assert (told["stated"], told["official"]) == (True, stage == "final")
        assert (told["innovations"], told["agencies"]) == (innovations, agencies)
        assert told["source"] == f"pemberitaan {year}"
        ranking = system.read(f"/v1/provinces/{region[:2]}/seasons/{year}/ranking", stage=stage)
        row = next(row for row in ranking["rows"] if row["region"] == region)
        assert (row["score"], row["predikat"], row["rank"]) == (score, predikat, 1)
    seasons = system.read("/v1/regions/19.71/history")["seasons"]
    compared = [season["against_previous"] for season in seasons]
    assert compared[0] is None
    assert compared[1] == {"comparable": "no", "reasons": ["scale"]}
    assert {one["comparable"] for one in compared[2:]} == {"with_care"}
    assert [season["stages"][0]["target_gap"] for season in seasons] == [None, None, "-9.79", None]
    assert seasons[2]["target"]["instrument"] == "Perda RPJMD 2018–2023"
    rows = system.read("/v1/provinces/19/seasons/2022/ranking", stage="final")["rows"]
    row = next(row for row in rows if row["region"] == "19.71")
    assert (row["target"], row["target_gap"]) == ("60.00", "-9.79")


async def test_a_season_of_told_scores_is_told_and_not_taken_apart(system: System) -> None:
    system.open_season(2024, "2024.1")
    told = {"63.10": "42.63", "63.09": "44.00", "63.72": "40.27"}
    body = {
        "predikat": "Inovatif",
        "source": "data contoh",
        "sample": True,
        "occurred_at": "2024-12-10T10:00:00+08:00",
        "basis": BASIS,
    }
    for region, score in told.items():
        path = f"/v1/regions/{region}/seasons/2024/result"
        system.must(MINISTRY, "PUT", path, {**body, "score": score})
    later = {**body, "score": "45.06", "occurred_at": "2025-03-03T10:00:00+08:00"}
    system.must(MINISTRY, "PUT", "/v1/regions/63.10/seasons/2024/result", later)
    await eventually(lambda: _knows(system, 2024))
    season = "/v1/regions/63.10/seasons/2024"
    moments = {"since": "2025-02-10", "as_of": "2025-03-17"}

    def moved() -> bool:
        movement = system.read(season + "/movement", stage="final", **moments)["movement"]
        return (movement["rank_then"], movement["rank_now"]) == (2, 1)

    await eventually(moved)
    movement = system.read(season + "/movement", **moments)
    assert movement["movement"]["stage"] == "final"
    assert (movement["notice"], movement["rules"]) == (
        "Data contoh, bukan hasil resmi Kemendagri",
        None,
    )
    assert "nilai contohnya sendiri" in movement["sentence"]["indonesian"]
    _refused(
        system,
        season,
        {
            "/explanation": "ranking.nothing_claimed",
            "/waterfall": "ranking.nothing_claimed",
            "/next-steps": "ranking.nothing_claimed",
            "/rescored": "ranking.nothing_claimed",
            "/movement?stage=mandiri": "ranking.nothing_claimed",
            "/movement?stage=final&rules=2025": "movement.rules_of_told_scores",
        },
    )
    province = "/v1/provinces/63/seasons/2024"
    _refused(
        system,
        province,
        {
            "/rescored?rules=abc": "rules.unknown",
            "/outlook": "rules.incomplete",
            "/outlook?rules=2026": "ranking.nothing_claimed",
        },
    )
    assert system.read(province + "/rescored", rules="2026")["regions"] == []


def _refused(system: System, below: str, reasons: dict[str, str]) -> None:
    for path, reason in reasons.items():
        answer = system.http.get(system.url("projection") + below + path)
        assert answer.json()["title"] == reason, (path, answer.text)


async def test_a_computed_score_goes_before_one_that_was_told(system: System) -> None:
    system.open_season(2026, "2026.1")
    system.upload("63.10")
    path = "/v1/regions/63.10/seasons/2026/scores/mandiri"
    body = {"score": "63.85", "predikat": "Inovatif", "source": "pemberitaan"}
    system.must(MINISTRY, "PUT", path, body)
    await eventually(lambda: _knows(system, 2026))
    await eventually(lambda: system.row("63.10", 2026, stage="mandiri")["score"] == "63.85")
    assert system.row("63.10", 2026, stage="mandiri")["stated"]
    system.claim("63.10", 2026, "SPD-01", 3)
    await eventually(lambda: system.row("63.10", 2026, stage="mandiri")["score"] == "1.20")
    assert not system.row("63.10", 2026, stage="mandiri")["stated"]
    later = body | {"score": "64.00"}
    system.must(MINISTRY, "PUT", path, later)
    refused = system.send(MINISTRY, "PUT", path.replace("mandiri", "final"), later)
    assert (refused.status_code, refused.json()["title"]) == (422, "ranking.unknown_stage")
    system.claim("63.10", 2026, "SPD-09", 3)
    await eventually(lambda: system.row("63.10", 2026, stage="mandiri")["score"] == "2.40")


def _knows(system: System, year: int) -> bool:
    return year in {one["year"] for one in system.read("/v1/seasons")["seasons"]}


def _season(system: System, year: int, region: str, claims: int, accepted: int) -> None:
    """So many innovations with a video each, and so many of them accepted."""
    for number in range(1, claims + 1):
        name = f"inovasi-{number}"
        system.register(region, year, name, urusan=number)
        system.claim(region, year, "SID-VIDEO", 3, name)
    for number in range(1, accepted + 1):
        entry = f"/v1/regions/{region}/seasons/{year}/innovations/inovasi-{number}"
        system.submit(region, year, f"inovasi-{number}")
        seen = {"level": 3, "evidence": [PDF_SHA256]}
        system.must(VERIFIER, "POST", entry + "/indicators/SID-VIDEO/acceptance", seen)


async def test_a_range_needs_a_past_and_is_drawn_alike_by_everyone(system: System) -> None:
    for year in (2025, 2026):
        system.open_season(year, f"{year}.1")
    for region in ("63.09", "63.10"):
        system.upload(region)
    _season(system, 2026, "63.10", claims=4, accepted=0)
    _season(system, 2026, "63.09", claims=3, accepted=0)
    outlook = "/v1/provinces/63/seasons/2026/outlook"
    await eventually(lambda: _knows(system, 2026))
    await eventually(lambda: system.row("63.09", 2026, stage="mandiri")["innovations"] == 3)
    await eventually(lambda: system.row("63.10", 2026, stage="mandiri")["score"] == "1.60")
    blank = system.read(outlook)["regions"]
    assert {(one["span"], one["reason"]) for one in blank} == {(None, "no_past")}
    _season(system, 2025, "63.10", claims=5, accepted=3)
    first, second = system.read(outlook), system.read(outlook)
    assert first == second
    told = next(one for one in first["regions"] if one["region"] == "63.10")
    assert (told["index"], told["rank"], told["basis"]["own_levels"]) == ("1.60", 1, 9)
    span = told["span"]
    assert Fraction(span["index_low"]) <= Fraction(span["index_middle"])
    assert Fraction(span["index_middle"]) <= Fraction(span["index_high"]) <= Fraction("1.60")
    assert "bukan hasil" in told["sentence"]["indonesian"]
    assert sum(Fraction(chance) for chance in span["chance"].values()) == 1
    verified = system.read(outlook, stage="terverifikasi")
    assert verified["seed"] != first["seed"]
    # One more fact of an earlier season changes what is drawn from, and so the seed.
    assert first["position"]["cut"]["63.10"] > 0
    system.claim("63.10", 2025, "SID-SDM", 1, "inovasi-1")
    assert system.read(outlook)["seed"] != first["seed"]


async def test_what_the_rules_did_is_told_apart_from_what_the_facts_did(system: System) -> None:
    for year in (2025, 2026):
        system.open_season(year, f"{year}.1")
    system.upload("63.10")
    _season(system, 2025, "63.10", claims=2, accepted=0)
    _season(system, 2026, "63.10", claims=3, accepted=0)
    await eventually(lambda: _knows(system, 2026))
    province = system.read(
        "/v1/provinces/63/seasons/2026/rescored", rules="2026", since_year="2025"
    )
    (told,) = province["regions"]
    earlier = told["earlier"]
    whole = exact(earlier["rule_effect"]) + exact(earlier["real_change"])
    # 24 points over a divisor of 10 in 2025, the same over 12 in 2026, then 36; too few affairs.
    before = Fraction(24, 10) * 100 / 250
    assert exact(earlier["rule_effect"]) == Fraction(24, 12) * 100 / 250 - before
    assert exact(earlier["real_change"]) == Fraction(12, 12) * 100 / 250
    assert whole == Fraction(36, 12) * 100 / 250 - before
    assert told["effect"]["own"] == told["effect"]["other"]
    assert told["effect"]["changes"] == []

    def scored() -> bool:
        nation = system.read("/v1/seasons/2026/rescored", rules="2027")
        return bool(nation["innovations"] == 3)

    await eventually(scored)
    nation = system.read("/v1/seasons/2026/rescored", rules="2027")
    assert nation["notice"] == "Proyeksi, bukan hasil resmi Kemendagri"
    (region,) = nation["regions"]
    assert region["region"] == "63.10"
    effect = region["effect"]
    assert (effect["own"]["divisor"], effect["other"]["divisor"]) == (12, 14)
    assert (
        system.http.get(
            system.url("projection") + "/v1/seasons/2026/rescored?rules=1999"
        ).status_code
        == 404
    )
