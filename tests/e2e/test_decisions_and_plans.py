"""Rejections, withdrawals, raw figures, what-ifs and movement, over HTTP and real processes."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from deploy.local.nats import Server
from tests.databases import Database
from tests.system import PDF_SHA256, PROFILE, System, exact, running
from tests.waiting import eventually

YEAR = 2026
SEASON = f"/v1/regions/63.10/seasons/{YEAR}"
VERIFIER = ("63", "verifier")
ADMIN = ("63.10", "region_admin")
EVIDENCE = [{"sha256": PDF_SHA256}]


@pytest.fixture
async def system(database: Database, nats_server: Server, tmp_path: Path) -> AsyncIterator[System]:
    with running(database, nats_server, tmp_path) as system:
        await system.ready()
        system.open_season(YEAR, "2026.1")
        for region in ("63.09", "63.10"):
            system.upload(region)
        for number in range(1, 4):
            system.register("63.10", YEAR, f"inovasi-{number}", urusan=number)
            system.claim("63.10", YEAR, "SID-VIDEO", number, f"inovasi-{number}")
        system.claim("63.09", YEAR, "SPD-01", 2)
        system.claim("63.09", YEAR, "SPD-08", 2)
        for region in ("63.09", "63.10"):
            path = f"/v1/regions/{region}/seasons/{YEAR}/explanation"
            index = system.read(path)["explanation"]["score"]["index"]
            await _ranked(system, "mandiri", index, region)
        yield system


async def _ranked(system: System, stage: str, index: str, region: str = "63.10") -> None:
    """The ranking comes to show what was folded from the log."""

    def shown() -> bool:
        response = system.get(f"/v1/provinces/63/seasons/{YEAR}/ranking", stage=stage)
        rows = response.json().get("rows", ())
        return any((row["region"], row["score"]) == (region, index) for row in rows)

    await eventually(shown)


def _verify(system: System, number: int, level: int) -> None:
    entry = f"{SEASON}/innovations/inovasi-{number}"
    system.submit("63.10", YEAR, f"inovasi-{number}")
    path = entry + "/indicators/SID-VIDEO/acceptance"
    system.must(VERIFIER, "POST", path, {"level": level, "evidence": [PDF_SHA256]})


def _spoilt(system: System, name: str, changed: dict[str, str]) -> None:
    """An innovation that was sent as it should be, and revised into what may not be assessed."""
    system.register("63.10", YEAR, name)
    system.submit("63.10", YEAR, name)
    entry = f"{SEASON}/innovations/{name}"
    version = system.send(ADMIN, "GET", entry).headers["etag"]
    body = {"profile": {**PROFILE, **changed}}
    system.must(ADMIN, "PUT", entry, body, headers={"If-Match": version})


async def test_a_rejected_innovation_is_worth_nothing_until_it_is_mended(system: System) -> None:
    for number in (1, 2, 3):
        _verify(system, number, number)
    before = system.read(SEASON + "/waterfall")["waterfall"]["verified"]["index"]
    await _ranked(system, "terverifikasi", before)
    entry = SEASON + "/innovations/inovasi-3"
    refusal = {"reason": "bukan_pembaruan", "note": "Sudah ada sejak 2019."}
    assert system.send(ADMIN, "POST", entry + "/rejection", refusal).status_code == 403
    system.must(VERIFIER, "POST", entry + "/rejection", refusal)
    told = system.read(SEASON + "/waterfall")
    fall = told["waterfall"]
    (lost,) = next(one for one in fall["steps"] if one["cause"] == "ineligible")["items"]
    assert (lost["innovation"], lost["reasons"]) == ("inovasi-3", ["bukan_pembaruan"])
    assert (fall["verified"]["innovations"], fall["verified"]["rejected"]) == (2, 1)
    total = sum((exact(step["change"]) for step in fall["steps"]), exact(fall["rounding"]))
    claimed, verified = fall["claimed"]["index"], fall["verified"]["index"]
    assert total == Fraction(verified) - Fraction(claimed)
    await _ranked(system, "terverifikasi", verified)
    assert system.row("63.10", YEAR, stage="terverifikasi")["rejected"] == 1
    again = system.send(ADMIN, "POST", entry + "/submission", {})
    assert (again.status_code, again.json()["title"]) == (422, "innovation.rejected")
    # A mistaken rejection is taken back; then it is found again, and for another reason.
    system.must(VERIFIER, "POST", entry + "/reinstatement", {"note": "Salah baca."})
    await _ranked(system, "terverifikasi", before)
    system.must(VERIFIER, "POST", entry + "/rejection", refusal)
    corrected = system.must(VERIFIER, "POST", entry + "/rejection", {"reason": "dilaporkan_ganda"})
    assert corrected["recorded"] == 1
    await _ranked(system, "terverifikasi", verified)
    # Nor does it come back by being withdrawn and handed in as it was.
    system.must(ADMIN, "POST", entry + "/withdrawal", {})
    system.register("63.10", YEAR, "inovasi-3", urusan=3)
    again = system.send(ADMIN, "POST", entry + "/submission", {})
    assert (again.status_code, again.json()["title"]) == (422, "innovation.rejected")
    version = system.http.get(
        system.url("intake") + entry, headers={"Authorization": f"Bearer {system.key(*ADMIN)}"}
    ).headers["etag"]
    mended = {"profile": {**PROFILE, "main_urusan": 3, "outcome": "Terbukti baru"}}
    system.must(ADMIN, "PUT", entry, mended, headers={"If-Match": version})
    system.submit("63.10", YEAR, "inovasi-3")
    await _ranked(system, "terverifikasi", before)


async def test_scoring_restarted_scores_what_it_scored_before(system: System) -> None:
    """What was rejected, too thin, or too old and renewed comes back from the tables as it was."""
    for number in (1, 2, 3):
        _verify(system, number, number)
    path = f"{SEASON}/innovations"
    for name, changed in {
        "tipis": {"design": "kata " * 299},
        "baru-lagi": {"implementation_date": "2019-01-01", "development_date": "2025-01-01"},
    }.items():
        _spoilt(system, name, changed)
    system.must(VERIFIER, "POST", path + "/inovasi-2/rejection", {"reason": "lainnya"})
    told = system.read(SEASON + "/explanation", stage="terverifikasi")["explanation"]["score"]
    assert (told["innovations"], told["rejected"]) == (3, 2)
    await _ranked(system, "terverifikasi", told["index"])
    system.kill("scoring")
    system.start("scoring")
    await system.ready("scoring")
    for level in (1, 2):
        system.claim("63.10", YEAR, "SPD-01", level)
        body = {"level": level, "evidence": [PDF_SHA256]}
        system.must(VERIFIER, "POST", SEASON + "/indicators/SPD-01/acceptance", body)
        told = system.read(SEASON + "/explanation", stage="terverifikasi")["explanation"]["score"]
        await _ranked(system, "terverifikasi", told["index"])
        row = system.row("63.10", YEAR, stage="terverifikasi")
        assert (row["innovations"], row["rejected"]) == (3, 2)
        system.kill("scoring")
        system.start("scoring")
        await system.ready("scoring")


async def test_what_is_too_old_or_too_thin_counts_as_claimed_only(system: System) -> None:
    for name, changed in {
        "usang": {"implementation_date": "2023-12-31"},
        "tipis": {"design": "kata " * 299},
    }.items():
        _spoilt(system, name, changed)
    told = system.read(SEASON + "/explanation")["explanation"]
    reasons = {one["innovation"]: one["reasons"] for one in told["refused"]}
    assert reasons == {"usang": ["outside_window"], "tipis": ["too_short"]}
    assert told["score"]["innovations"] == 5
    verified = system.read(SEASON + "/explanation", stage="terverifikasi")["explanation"]
    assert (verified["score"]["innovations"], verified["score"]["rejected"]) == (0, 2)
    steps = system.read(SEASON + "/next-steps", stage="terverifikasi", limit="500")["steps"]
    kinds = {one["step"]["innovation"]: one["step"]["kind"] for one in steps}
    assert kinds["inovasi-1"] == "submit_innovation"
    mends = [one["step"] for one in steps if one["step"]["kind"] == "complete_profile"]
    assert {one["innovation"] for one in mends} == {"usang", "tipis"}


async def test_withdrawing_an_innovation_does_what_was_supposed(system: System) -> None:
    supposed = {"hypotheses": [{"do": "withdraw", "innovation": "inovasi-1"}]}
    url = system.url("projection") + SEASON + "/what-if"
    promised = system.http.post(url, json=supposed).json()["brought"]
    entry = SEASON + "/innovations/inovasi-1"
    system.must(ADMIN, "POST", entry + "/withdrawal", {"reason": "Digabung dengan inovasi-2"})
    await _ranked(system, "mandiri", promised["supposed"]["index"])
    refused = system.send(
        ADMIN, "PUT", entry + "/indicators/SID-VIDEO/claim", {"level": 2, "evidence": EVIDENCE}
    )
    assert refused.json()["title"] == "innovation.withdrawn"
    system.register("63.10", YEAR, "inovasi-1", urusan=1)
    await _ranked(system, "mandiri", promised["score"]["index"])


async def test_a_raw_figure_becomes_the_level_that_the_bands_say(system: System) -> None:
    path = SEASON + "/indicators/{}/claim"
    rules = "/v1/rule-sets/2026.1/indicators/SPD-05b/level"
    for figure, level in {"6.10": 1, "4.37": 2, "2.10": 3}.items():
        told = system.read(rules, figure=figure)
        assert (told["level"], bool(told["label"]), bool(told["article"])) == (level, True, True)
        body = {"figure": figure, "evidence": EVIDENCE}
        system.must(ADMIN, "PUT", path.format("SPD-05b"), body)
        lines = system.read(SEASON + "/explanation")["explanation"]["lines"]
        (line,) = (one for one in lines if one["indicator"] == "SPD-05b")
        assert line["level"] == level
        assert "1887" in line["article"]
    refusals: dict[str, tuple[str, dict[str, Any]]] = {
        "indicator.figure_disagrees": ("SPD-05b", {"figure": "4.37", "level": 3}),
        "indicator.without_bands": ("SPD-01", {"figure": "4.37"}),
        "indicator.figure_malformed": ("SPD-05b", {"figure": "4,37"}),
        "indicator.level_missing": ("SPD-05b", {}),
    }
    for reason, (code, given) in refusals.items():
        refused = system.send(ADMIN, "PUT", path.format(code), {**given, "evidence": EVIDENCE})
        assert (refused.status_code, refused.json()["title"]) == (422, reason), refused.text


SUPPOSED = [
    {"do": "raise", "indicator": "SPD-08", "level": 3},
    {"do": "add", "innovation": "baru", "profile": {**PROFILE, "main_urusan": 4}},
    {"do": "raise", "innovation": "baru", "indicator": "SID-VIDEO", "level": 2},
]


async def test_a_saved_what_if_comes_true_when_it_is_carried_out(system: System) -> None:
    tried = system.http.post(
        system.url("projection") + SEASON + "/what-if", json={"hypotheses": SUPPOSED}
    ).json()["brought"]
    assert exact(tried["gain"]) > 0
    branch = SEASON + "/branches/rencana"
    system.must(ADMIN, "PUT", branch, {"name": "Opini dan satu lagi", "hypotheses": SUPPOSED})
    key = system.key(*ADMIN)
    kept = system.read(branch, key)
    assert kept["branch"]["present"] == tried == kept["branch"]["promised"]
    assert (kept["happened"], len(kept["fates"])) == (0, 6)
    assert system.row("63.10", YEAR, stage="mandiri")["score"] != tried["supposed"]["index"]

    body = {"level": 3, "evidence": EVIDENCE}
    system.must(ADMIN, "PUT", SEASON + "/indicators/SPD-08/claim", body)
    system.register("63.10", YEAR, "baru", urusan=4)
    system.submit("63.10", YEAR, "baru")
    system.claim("63.10", YEAR, "SID-VIDEO", 2, "baru")
    await _ranked(system, "mandiri", tried["supposed"]["index"])
    assert system.row("63.10", YEAR, stage="mandiri")["rank"] == tried["supposed_rank"]
    after = system.read(branch, key)
    assert [one["happened"] for one in after["fates"]] == [True, False, True, True, True, False]
    assert after["fates"][0]["seqs"]
    assert after["branch"]["promised"] == tried
    assert exact(after["branch"]["present"]["gain"]) == 0

    everything = system.read(SEASON + "/branches", key)["branches"]
    assert [one["saved"]["event"]["branch"] for one in everything] == ["rencana"]
    system.must(ADMIN, "POST", branch + "/discarding", {})
    assert system.get(branch, key).status_code == 404


async def test_plans_are_shown_to_nobody_else(system: System) -> None:
    branch = SEASON + "/branches/rencana"
    system.must(ADMIN, "PUT", branch, {"name": "Rencana", "hypotheses": SUPPOSED})
    for path in (branch, SEASON + "/branches"):
        assert system.get(path).status_code == 401
        neighbour = system.get(path, system.key("63.09", "region_admin"))
        unknown = system.get(path.replace("63.10", "63.77"), system.key("63.09", "region_admin"))
        assert (neighbour.status_code, unknown.status_code) == (404, 404)
        assert neighbour.json()["title"] == unknown.json()["title"]
        assert system.get(path, system.key(*VERIFIER)).status_code == 403
    again = system.must(ADMIN, "PUT", branch, {"name": "Rencana", "hypotheses": SUPPOSED})
    assert again["recorded"] == 0
    # A plan of a region that has said nothing yet begins no season, for it nor in the ranking.
    who, early = ("63.01", "region_admin"), "/v1/regions/63.01/seasons/2026/branches/awal"
    plan = {"name": "Awal", "hypotheses": SUPPOSED[:1]}
    system.must(who, "PUT", early, plan)
    kept = system.read(early, system.key(*who))
    assert kept["branch"]["present"]["supposed"]["index"] == "1.80"
    topics = system.query("select topic from intake.event where tenant = '63.01'")
    assert topics == [("branch.saved.1",)]
    assert system.get("/v1/regions/63.01/events/1").status_code == 404


NOT_SUPPOSABLE: dict[str, list[dict[str, Any]]] = {
    "branch.hypotheses_out_of_range": [],
    "indicator.unknown": [{"do": "raise", "indicator": "SPD-99", "level": 1}],
    "indicator.level_out_of_range": [{"do": "raise", "indicator": "SPD-01", "level": 4}],
    "innovation.unknown": [{"do": "withdraw", "innovation": "entah"}],
    "innovation.already_registered": [{"do": "add", "innovation": "inovasi-1", "profile": PROFILE}],
    "innovation.name_malformed": [{"do": "add", "innovation": "../x", "profile": PROFILE}],
    "innovation.unknown_urusan": [
        {"do": "add", "innovation": "baru", "profile": {**PROFILE, "main_urusan": 39}}
    ],
    "indicator.of_an_innovation": [{"do": "raise", "indicator": "SID-VIDEO", "level": 1}],
    "indicator.of_the_region": [
        {"do": "raise", "innovation": "inovasi-1", "indicator": "SPD-01", "level": 1}
    ],
}


async def test_what_cannot_be_supposed_is_said(system: System) -> None:
    for reason, supposed in NOT_SUPPOSABLE.items():
        tried = system.http.post(
            system.url("projection") + SEASON + "/what-if", json={"hypotheses": supposed}
        )
        body = {"name": "Rencana", "hypotheses": supposed}
        saved = system.send(ADMIN, "PUT", SEASON + "/branches/rencana", body)
        for answer in (tried, saved):
            assert (answer.status_code in (404, 409, 422), answer.json()["title"]) == (True, reason)


async def test_why_the_place_moved_is_told_in_parts_that_sum(system: System) -> None:
    assert system.row("63.10", YEAR, stage="mandiri")["rank"] == 2
    since = datetime.now(UTC).isoformat()
    await eventually(lambda: datetime.now(UTC).isoformat()[:19] > since[:19])
    system.claim("63.10", YEAR, "SPD-08", 3)
    system.claim("63.10", YEAR, "SPD-01", 3)
    told = system.read(SEASON + "/movement", since=since)
    moved = told["movement"]
    assert (moved["rank_then"], moved["rank_now"], moved["places_gained"]) == (2, 1, 1)
    parts = {part["cause"]: part for part in moved["parts"]}
    assert (parts["own"]["places"], len(parts["own"]["seqs"])) == (1, 2)
    assert sum(part["places"] for part in moved["parts"]) == 1
    total = sum((exact(part["change"]) for part in moved["parts"]), exact(moved["rounding"]))
    assert total == Fraction(moved["index_now"]) - Fraction(moved["index_then"])
    assert [one["region"] for one in moved["neighbours"]] == ["63.09"]
    assert "naik 1 peringkat, dari ke-2 menjadi ke-1 dari 13" in told["sentence"]["indonesian"]
    ruled = system.read(SEASON + "/movement", since=since, rules="2027")["movement"]
    rules = next(part for part in ruled["parts"] if part["cause"] == "rules")
    assert exact(rules["change"]) < 0
    last = system.read("/v1/regions/63.09/seasons/2026/movement", since=since)["movement"]
    assert (last["places_gained"], last["neighbours"][0]["way"]) == (-1, "overtook")
