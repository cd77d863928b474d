"""One season of two regions, told through the interface: from the calendar to the decree.

Tanah Bumbu tries an innovation out, is returned, answers, is looked at twice and asks for a
clarification; Pangkalpinang reports 29 innovations of 21 of its 34 agencies and claims 63.85.
"""

import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from deploy.local.nats import Server
from shared.io import rulebook
from shared.kernel.rules import ruleset
from tests import papers
from tests.databases import Database
from tests.system import PDF_SHA256, PROFILE, System, running
from tests.waiting import eventually

YEAR = 2026
RULES = rulebook.rule_set_for_year(YEAR)
MINISTRY = ("00", "ministry")
TANBU, TANBU_ADMIN = "63.10", ("63.10", "region_admin")
PANGKAL, PANGKAL_ADMIN = "19.71", ("19.71", "region_admin")
FIRST, SECOND = ("63", "verifier"), ("00", "verifier")
VIDEO = "SID-VIDEO"
BEGIN = datetime.now(UTC)
NAMED = [{"sha256": PDF_SHA256, "document_number": "188.45/7/2025", "document_date": "2025-06-02"}]

# What 29 innovations claim so that Pangkalpinang comes to 63.85: 28 of 87 points, one of 90, and
# 61.50 points of the region's own rows.
EIGHTY_SEVEN = {VIDEO: 1, "SID-REGULASI": 1, "SID-KEMANFAATAN": 1, "SID-SDM": 1}
NINETY = {VIDEO: 1, "SID-REGULASI": 1, "SID-KEMANFAATAN": 1, "SID-BIMTEK": 2}
OWN_ROWS = {"SPD-06": 2}
INNOVATIONS, AGENCIES, REPORTING = 29, 34, 21


@pytest.fixture
async def system(database: Database, nats_server: Server, tmp_path: Path) -> AsyncIterator[System]:
    with running(database, nats_server, tmp_path) as system:
        await system.ready()
        yield system


def season(region: str, rest: str = "") -> str:
    return f"/v1/regions/{region}/seasons/{YEAR}{rest}"


def row(code: str, rest: str, innovation: str = "tapis", region: str = TANBU) -> str:
    return season(region, f"/innovations/{innovation}/indicators/{code}{rest}")


def at(days: float) -> str:
    return (BEGIN + timedelta(days=days)).isoformat()


async def scored(system: System, region: str, stage: str, index: str) -> None:
    """The province's ranking comes to show the index."""
    path = f"/v1/provinces/{region[:2]}/seasons/{YEAR}/ranking"

    def shown() -> bool:
        rows = system.get(path, stage=stage).json().get("rows", ())
        return any((one["region"], one["score"]) == (region, index) for one in rows)

    await eventually(shown)


def publish_calendar(system: System) -> None:
    system.open_season(YEAR, RULES.id)
    phases = [
        {"name": "penjaringan", "opens_at": at(0), "closes_at": at(60)},
        {"name": "pengukuran", "opens_at": at(60), "closes_at": at(120)},
        {"name": "presentasi", "opens_at": at(120), "closes_at": at(125)},
        {"name": "validasi_lapangan", "opens_at": at(125), "closes_at": at(130)},
        {"name": "penetapan", "opens_at": at(130), "closes_at": at(160)},
    ]
    body = {"letter": "400.10.11/1887/BSKDN", "phases": phases}
    system.must(MINISTRY, "PUT", f"/v1/seasons/{YEAR}/calendar", body)
    again = system.must(MINISTRY, "PUT", f"/v1/seasons/{YEAR}/calendar", body)
    assert again["recorded"] == 0


def try_it_out(system: System) -> None:
    """From an idea to an application; the dates write themselves."""
    dinas = {"name": "Dinas Perikanan", "kind": "dinas"}
    system.must(TANBU_ADMIN, "PUT", season(TANBU, "/agencies/dinas-perikanan"), dinas)
    idea = {**PROFILE, "tahapan": "inisiatif", "agency": "dinas-perikanan"}
    del idea["trial_date"], idea["implementation_date"]
    body = {"innovation": "tapis", "profile": idea}
    system.must(TANBU_ADMIN, "POST", season(TANBU, "/innovations"), body)
    tapis = season(TANBU, "/innovations/tapis")
    laboratory = {
        "agency": "dinas-perikanan",
        "begins_on": "2025-03-01",
        "instrument": "SK Bupati 188.45/3/2025",
    }
    system.must(TANBU_ADMIN, "PUT", tapis + "/trial", laboratory)
    finding = {"reported_on": "2025-06-02", "finding": "Layanan 1 hari.", "files": [PDF_SHA256]}
    system.must(TANBU_ADMIN, "POST", tapis + "/trial/reports", finding)
    decision = {
        "decision": "diterapkan",
        "decided_on": "2025-06-30",
        "instrument": "SK Bupati 188.45/9/2025",
    }
    system.must(TANBU_ADMIN, "POST", tapis + "/trial/decision", decision)
    held = system.must(TANBU_ADMIN, "GET", tapis)["profile"]
    told = (held["tahapan"], held["trial_date"], held["implementation_date"])
    assert told == ("penerapan", "2025-03-01", "2025-06-30")


def send(system: System) -> None:
    """Checked, mended, explained, sent; the receipt says what was received and when."""
    tapis = season(TANBU, "/innovations/tapis")
    version = system.send(TANBU_ADMIN, "GET", tapis).headers["etag"]
    held = system.must(TANBU_ADMIN, "GET", tapis)["profile"]
    short = {"profile": {**held, "design": "Terlalu singkat."}}
    system.must(TANBU_ADMIN, "PUT", tapis, short, headers={"If-Match": version})
    check = system.must(TANBU_ADMIN, "GET", tapis + "/check")
    assert not check["ready"]
    assert [one["code"] for one in check["errors"]] == ["eligibility.too_short"]
    unready = {"statement": check["statement"]["code"], "signer_office": "Kepala Bapperida"}
    refused = system.send(TANBU_ADMIN, "POST", tapis + "/submission", unready)
    assert (refused.status_code, refused.json()["title"]) == (422, "submission.errors")
    version = system.send(TANBU_ADMIN, "GET", tapis).headers["etag"]
    system.must(TANBU_ADMIN, "PUT", tapis, {"profile": held}, headers={"If-Match": version})
    check = system.must(TANBU_ADMIN, "GET", tapis + "/check")
    assert check["ready"]
    assert {one["code"] for one in check["questions"]} == {"claims.mandatory", "evidence.kind"}
    refused = system.send(TANBU_ADMIN, "POST", tapis + "/submission", unready)
    assert refused.json()["title"] == "submission.unexplained"
    explained = {one["key"]: "Belum ada pada tahun ini." for one in check["questions"]}
    unsigned = {**unready, "statement": "", "explained": explained}
    refused = system.send(TANBU_ADMIN, "POST", tapis + "/submission", unsigned)
    assert refused.json()["title"] == "submission.statement_missing"
    sent = {**unready, "signature": "TTE-778", "explained": explained}
    answer = system.send(TANBU_ADMIN, "POST", tapis + "/submission", sent)
    assert answer.status_code == 201, answer.text
    receipt = system.must(TANBU_ADMIN, "GET", answer.headers["location"])
    assert receipt["files"] == [PDF_SHA256]
    assert receipt["leaf_hash"] == answer.json()["leaf_hashes"][-1]
    assert receipt["local_time"].endswith(" WITA")
    assert (receipt["late"], receipt["signer_office"]) == (False, "Kepala Bapperida")
    assert receipt["number"] in receipt["sentence"]
    other = answer.headers["location"].replace("63.10", "63.09")
    assert system.send(TANBU_ADMIN, "GET", other).status_code == 404


def verdicts(system: System) -> None:
    """Returned, answered with another file, accepted, looked at again, clarified."""
    system.must(MINISTRY, "PUT", season(TANBU, "/innovations/tapis/verifier"), _given_to(system))
    returned = {"reason": "tidak_ditandatangani", "evidence": [PDF_SHA256], "note": "Hal. 2"}
    assert system.send(SECOND, "POST", row(VIDEO, "/return"), returned).status_code == 422
    system.must(FIRST, "POST", row(VIDEO, "/return"), returned)
    signed = papers.pdf("bertanda tangan")
    sha256 = hashlib.sha256(signed).hexdigest()
    path = f"/v1/regions/{TANBU}/evidence/{sha256}"
    system.must(TANBU_ADMIN, "PUT", path, signed, {"Content-Type": "application/pdf"})
    answered = {"level": 3, "evidence": [{"sha256": sha256}]}
    system.must(TANBU_ADMIN, "PUT", row(VIDEO, "/claim"), answered)
    stale = {"level": 3, "evidence": [PDF_SHA256]}
    refused = system.send(FIRST, "POST", row(VIDEO, "/acceptance"), stale)
    assert refused.json()["title"] == "verification.other_files"
    system.must(FIRST, "POST", row(VIDEO, "/acceptance"), {"level": 3, "evidence": [sha256]})
    drawn = {"seed": "Berita Acara 7", "percent": 100}
    system.must(MINISTRY, "POST", season(TANBU, "/samples"), drawn)
    waiting = system.read(season(TANBU, "/verification-queue"), system.key(*SECOND))["queue"]
    assert [(one["indicator"], one["state"]) for one in waiting["rows"]] == [
        (VIDEO, waiting["rows"][0]["state"])
    ]
    second = {
        "level": 1,
        "evidence": [sha256],
        "reason": "tingkat_terlalu_tinggi",
        "note": "Dua unsur saja.",
    }
    own = system.send(FIRST, "POST", row(VIDEO, "/review"), second)
    assert own.json()["title"] == "verification.same_verifier"
    system.must(SECOND, "POST", row(VIDEO, "/review"), second)


def _given_to(system: System) -> dict[str, str]:
    """The first verifier's client."""
    return {"verifier": system.key(*FIRST).split("_")[1]}


async def clarify(system: System) -> None:
    """Asked with reasons, its effect told beforehand, granted in part: exactly that."""
    await scored(system, TANBU, "terverifikasi", "0.13")
    asked = {"level": 3, "argument": "Lima unsur ada pada menit 1 sampai 4."}
    system.must(TANBU_ADMIN, "POST", row(VIDEO, "/clarification"), asked)
    path = season(TANBU, "/clarifications")

    def told() -> list[dict[str, Any]]:
        answer: list[dict[str, Any]] = system.read(path, system.key(*TANBU_ADMIN))["clarifications"]
        return answer

    (waiting,) = told()
    assert waiting["clarification"]["state"] != "answered"
    without_level: dict[str, Any] = {"granted": True, "note": "Ya."}
    refused = system.send(FIRST, "POST", row(VIDEO, "/clarification/answer"), without_level)
    assert refused.json()["title"] == "clarification.level_disagrees"
    granted = {"granted": True, "level": 2, "note": "Tiga unsur."}
    system.must(FIRST, "POST", row(VIDEO, "/clarification/answer"), granted)
    await scored(system, TANBU, "terverifikasi", "0.27")
    (answered,) = told()
    assert (answered["clarification"]["granted"], answered["clarification"]["granted_level"]) == (
        True,
        2,
    )


def report_pangkalpinang(system: System) -> None:
    """34 agencies, 29 innovations of 21 of them, every claim with its file."""
    for number in range(AGENCIES):
        body = {"name": f"Perangkat Daerah {number + 1}", "kind": "dinas"}
        system.must(PANGKAL_ADMIN, "PUT", season(PANGKAL, f"/agencies/pd-{number + 1}"), body)
    system.upload(PANGKAL)
    items: list[dict[str, Any]] = []
    for number in range(INNOVATIONS):
        name = f"inovasi-{number + 1}"
        profile: dict[str, Any] = {
            **PROFILE,
            "main_urusan": number % 6 + 1,
            "agency": f"pd-{number % REPORTING + 1}",
        }
        registered = {"innovation": name, "profile": profile}
        system.must(PANGKAL_ADMIN, "POST", season(PANGKAL, "/innovations"), registered)
        lower = NINETY if number == 0 else EIGHTY_SEVEN
        items += [
            {"innovation": name, "indicator": one.code, "level": lower.get(one.code, 3)}
            for one in ruleset.innovation_rows(RULES)
        ]
    items += [
        {"indicator": one.code, "level": OWN_ROWS.get(one.code, 3)}
        for one in ruleset.region_rows(RULES)
    ]
    for start in range(0, len(items), 300):
        part = [{**item, "evidence": NAMED} for item in items[start : start + 300]]
        told = system.must(PANGKAL_ADMIN, "POST", season(PANGKAL, "/claims"), {"items": part})
        assert told["refused"] == 0, told


async def end_the_season(system: System) -> None:
    """Closed, late, extended and admitted; frozen, late again and not counted."""
    keeper = f"/v1/seasons/{YEAR}"
    extension = {"closes_at": at(75), "letter": "Radiogram 400.10.11/2001"}
    system.must(MINISTRY, "POST", keeper + "/extensions", extension)
    system.must(MINISTRY, "POST", keeper + "/closing", {"letter": "400.10.11/2100"})
    before = system.row(TANBU, YEAR, stage="mandiri")["score"]
    late = system.claim(TANBU, YEAR, "SPD-01", 3)
    assert late["late"]
    assert system.row(TANBU, YEAR, stage="mandiri")["score"] == before
    extension = {"closes_at": at(80), "letter": "Radiogram 400.10.11/2200"}
    system.must(MINISTRY, "POST", keeper + "/extensions", extension)
    admitted = str(Decimal(before) + Decimal("1.20"))
    await scored(system, TANBU, "mandiri", admitted)
    system.must(MINISTRY, "POST", keeper + "/freeze", {"letter": "Berita Acara 12"})
    too_late = system.claim(TANBU, YEAR, "SPD-14", 3)
    assert too_late["late"]
    verdict = {"level": 3, "evidence": [PDF_SHA256]}
    refused = system.send(FIRST, "POST", season(TANBU, "/indicators/SPD-01/acceptance"), verdict)
    assert (refused.status_code, refused.json()["title"]) == (409, "season.frozen")

    def both_told() -> bool:
        items = system.read(season(TANBU, "/late"))["items"]
        letters = [one["item"]["letter"] for one in items]
        return letters == ["Radiogram 400.10.11/2200", ""]

    await eventually(both_told)
    assert system.row(TANBU, YEAR, stage="mandiri")["score"] == admitted


async def decree(system: System) -> None:
    """The annex is tried, recorded, and held against what was computed here."""
    annex: dict[str, Any] = {
        "decree_number": "400.10.11-6287 Tahun 2026",
        "decree_date": "2026-12-09",
        "rows": [
            {"region": TANBU, "score": "0.25", "predikat": "Kurang Inovatif"},
            {"region": PANGKAL, "score": "58.20", "predikat": "Inovatif", "innovations": 29},
            {"region": "99.99", "score": "1.00", "predikat": "Inovatif"},
        ],
    }
    path = f"/v1/seasons/{YEAR}/results"
    tried = system.must(MINISTRY, "POST", path, {**annex, "dry_run": True})
    assert (tried["recorded"], tried["refused"]) == (0, 3)
    assert system.send(MINISTRY, "POST", path, annex).status_code == 422
    annex = {**annex, "group": "region"}
    told = system.must(MINISTRY, "POST", path, annex)
    assert (told["recorded"], told["refused"]) == (2, 1)
    assert told["rows"][2]["outcome"]["reason"] == "region.unknown"
    again = system.must(MINISTRY, "POST", path, annex)
    assert (again["recorded"], again["unchanged"]) == (0, 2)
    await scored(system, PANGKAL, "final", "58.20")
    differences = system.read(f"/v1/provinces/63/seasons/{YEAR}/differences")["differences"]
    mine = next(one for one in differences if one["region"] == TANBU)
    assert mine["difference"] == "-0.02"
    assert mine["frozen_at"] is not None


async def test_a_season_from_its_calendar_to_its_decree(system: System) -> None:
    publish_calendar(system)
    system.upload(TANBU)
    try_it_out(system)
    claimed = {"level": 3, "evidence": NAMED}
    system.must(TANBU_ADMIN, "PUT", row(VIDEO, "/claim"), claimed)
    send(system)
    verdicts(system)
    await clarify(system)
    report_pangkalpinang(system)
    await scored(system, PANGKAL, "mandiri", "63.85")
    own = system.read(season(PANGKAL, "/agencies"))["organisation"]["participation"]
    assert (own["agencies"], own["reported"], own["innovations"]) == (34, 21, 29)
    assert len(own["silent"]) == AGENCIES - REPORTING
    ranked = system.read(f"/v1/provinces/19/seasons/{YEAR}/ranking", stage="mandiri")["rows"]
    mine = next(one for one in ranked if one["region"] == PANGKAL)
    assert (mine["predikat"], mine["innovations"]) == ("Inovatif", 29)
    await end_the_season(system)
    await decree(system)
