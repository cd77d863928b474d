"""Whatever a caller gets wrong: a sentence that says what to do, and nothing in the log."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import httpx
import pytest

from tests.system import PDF_SHA256, PROFILE, System, must_be_problem

ENTRY = "/v1/regions/63.10/seasons/2026"
CLAIM = ENTRY + "/innovations/si-uji/indicators/SID-REGULASI/claim"
GOOD_CLAIM: dict[str, Any] = {"level": 2, "evidence": [{"sha256": PDF_SHA256}]}
ADMIN = ("63.10", "region_admin")
VERIFIER = ("63", "verifier")
MINISTRY = ("00", "ministry")
JSON = {"Content-Type": "application/json"}
KEY = "Idempotency-Key"
RESULT = ENTRY + "/result"
EVIDENCE = "/v1/regions/63.10/evidence/"
LONG = "50." + "0" * 20_000
DECODER = re.compile(r"\b(Expected|Object|Invalid|Input|malformed|missing|nested|Missing)\b")
SCORES = ("1e30", "1E-20000", "-0", "1_0", "５０", LONG, "50.001", " 50", "NaN", "1000000.01")
YEARS = ("duaribu", "２０２６", "0002026", "+2026", "2_026", "-202", "20260")


@pytest.fixture(scope="module")
def system(started: Callable[..., AbstractContextManager[System]]) -> Iterator[System]:
    with started("intake") as system:
        system.open_season(2026, "2026.1")
        system.open_season(2024, "2024.1")
        system.upload("63.10")
        system.register("63.10", 2026, "si-uji")
        system.claim("63.10", 2026, "SID-SDM", 2, "si-uji")
        system.submit("63.10", 2026, "si-uji")
        system.register("63.10", 2026, "si-draf")
        path = "/v1/seasons/2024/closing"
        system.must(MINISTRY, "POST", path, {"letter": "radiogram contoh"})
        yield system


def _scored(score: str) -> dict[str, str]:
    return {"score": score, "predikat": "Inovatif", "source": "x"}


CASES: dict[str, tuple[tuple[str, str], str, str, Any, dict[str, str], int]] = {
    "another region's innovation": (("63.09", "region_admin"), "PUT", CLAIM, GOOD_CLAIM, {}, 404),
    "a region that does not exist": (
        ADMIN,
        "PUT",
        "/v1/regions/63.99/seasons/2026/indicators/SPD-01/claim",
        GOOD_CLAIM,
        {},
        404,
    ),
    "a verifier of another province": (
        ("62", "verifier"),
        "POST",
        CLAIM.replace("claim", "acceptance"),
        {"level": 1, "evidence": [PDF_SHA256]},
        {},
        404,
    ),
    "an unknown innovation": (
        ADMIN,
        "PUT",
        CLAIM.replace("si-uji", "si-lain"),
        GOOD_CLAIM,
        {},
        404,
    ),
    "an unknown indicator": (
        ADMIN,
        "PUT",
        CLAIM.replace("REGULASI", "TIDAK-ADA"),
        GOOD_CLAIM,
        {},
        422,
    ),
    "a region's row claimed of an innovation": (
        ADMIN,
        "PUT",
        CLAIM.replace("SID-REGULASI", "SPD-01"),
        GOOD_CLAIM,
        {},
        422,
    ),
    "level 4": (ADMIN, "PUT", CLAIM, {**GOOD_CLAIM, "level": 4}, {}, 422),
    "a level below zero": (ADMIN, "PUT", CLAIM, {**GOOD_CLAIM, "level": -1}, {}, 422),
    "a level in words": (ADMIN, "PUT", CLAIM, {**GOOD_CLAIM, "level": "dua"}, {}, 400),
    "a level without evidence": (ADMIN, "PUT", CLAIM, {"level": 2, "evidence": []}, {}, 422),
    "evidence never uploaded": (
        ADMIN,
        "PUT",
        CLAIM,
        {"level": 2, "evidence": [{"sha256": "0" * 64}]},
        {},
        422,
    ),
    "a fingerprint that is none": (
        ADMIN,
        "PUT",
        CLAIM,
        {"level": 2, "evidence": [{"sha256": "abc"}]},
        {},
        400,
    ),
    "an unknown field": (ADMIN, "PUT", CLAIM, {**GOOD_CLAIM, "skor": 3}, {}, 400),
    "broken JSON": (ADMIN, "PUT", CLAIM, b'{"level": 2,', JSON, 400),
    "no body": (ADMIN, "PUT", CLAIM, b"", JSON, 400),
    "another content type": (ADMIN, "PUT", CLAIM, b"level=2", {"Content-Type": "text/plain"}, 415),
    "no content type": (ADMIN, "PUT", CLAIM, b"{}", {}, 415),
    "a body of 2 MB": (ADMIN, "PUT", CLAIM, b'"' + b"a" * 2_000_000 + b'"', JSON, 413),
    "a stale version": (ADMIN, "PUT", CLAIM, GOOD_CLAIM, {"If-Match": '"7"'}, 412),
    "a version that is none": (ADMIN, "PUT", CLAIM, GOOD_CLAIM, {"If-Match": "kemarin"}, 400),
    "a revision without a version": (
        ADMIN,
        "PUT",
        ENTRY + "/innovations/si-uji",
        {"profile": PROFILE},
        {},
        428,
    ),
    "an extension without its letter": (
        MINISTRY,
        "POST",
        "/v1/seasons/2024/extensions",
        {"closes_at": "2099-01-01T00:00:00Z", "letter": " "},
        {},
        422,
    ),
    "an extension that shortens": (
        MINISTRY,
        "POST",
        "/v1/seasons/2024/extensions",
        {"closes_at": "2024-01-01T00:00:00Z", "letter": "400/1"},
        {},
        422,
    ),
    "a calendar in a year that was not opened": (
        MINISTRY,
        "PUT",
        "/v1/seasons/2029/calendar",
        {"phases": [], "letter": "400/1"},
        {},
        422,
    ),
    "a phase nobody knows": (
        MINISTRY,
        "POST",
        "/v1/seasons/2024/extensions",
        {"closes_at": "2099-01-01T00:00:00Z", "letter": "400/1", "phase": "liburan"},
        {},
        400,
    ),
    "a season never opened": (
        ADMIN,
        "PUT",
        "/v1/regions/63.10/seasons/2027/indicators/SPD-01/claim",
        GOOD_CLAIM,
        {},
        422,
    ),
    "a season under unknown rules": (
        MINISTRY,
        "PUT",
        "/v1/seasons/2027",
        {"rule_set": "2027.9"},
        {},
        422,
    ),
    "a season under another year's rules": (
        MINISTRY,
        "PUT",
        "/v1/seasons/2026",
        {"rule_set": "2025.1"},
        {},
        422,
    ),
    "a region opening a season": (
        ADMIN,
        "PUT",
        "/v1/seasons/2027",
        {"rule_set": "2027.1"},
        {},
        403,
    ),
    "a region accepting its own claim": (
        ADMIN,
        "POST",
        CLAIM.replace("claim", "acceptance"),
        {"level": 1, "evidence": [PDF_SHA256]},
        {},
        403,
    ),
    "a verifier claiming": (VERIFIER, "PUT", CLAIM, GOOD_CLAIM, {}, 403),
    "accepting above the claim": (
        VERIFIER,
        "POST",
        CLAIM.replace("REGULASI/claim", "SDM/acceptance"),
        {"level": 3, "evidence": [PDF_SHA256]},
        {},
        422,
    ),
    "accepting other files": (
        VERIFIER,
        "POST",
        CLAIM.replace("REGULASI/claim", "SDM/acceptance"),
        {"level": 2, "evidence": ["0" * 64]},
        {},
        422,
    ),
    "accepting what was never claimed": (
        VERIFIER,
        "POST",
        CLAIM.replace("/claim", "/acceptance"),
        {"level": 1, "evidence": [PDF_SHA256]},
        {},
        422,
    ),
    "accepting of an innovation that was never submitted": (
        VERIFIER,
        "POST",
        CLAIM.replace("si-uji", "si-draf").replace("claim", "acceptance"),
        {"level": 1, "evidence": [PDF_SHA256]},
        {},
        422,
    ),
    "an indicator with a forbidden character": (
        ADMIN,
        "PUT",
        CLAIM.replace("SID-REGULASI", "SID%00"),
        GOOD_CLAIM,
        {},
        422,
    ),
    "returning without a known reason": (
        VERIFIER,
        "POST",
        CLAIM.replace("REGULASI/claim", "SDM/return"),
        {"reason": "malas", "evidence": [PDF_SHA256]},
        {},
        422,
    ),
    "a result without a source": (MINISTRY, "PUT", RESULT, {**_scored("5"), "source": ""}, {}, 422),
    "a moment in the future": (
        ADMIN,
        "PUT",
        CLAIM,
        {**GOOD_CLAIM, "occurred_at": "2999-01-01T00:00:00+08:00", "basis": "surat"},
        {},
        422,
    ),
    "a moment without its basis": (
        ADMIN,
        "PUT",
        CLAIM,
        {**GOOD_CLAIM, "occurred_at": "2026-01-01T00:00:00+08:00"},
        {},
        422,
    ),
    "a moment without a zone": (
        ADMIN,
        "PUT",
        CLAIM,
        {**GOOD_CLAIM, "occurred_at": "2026-01-01T00:00:00", "basis": "surat"},
        {},
        422,
    ),
    "a moment before the record's last fact": (
        ADMIN,
        "PUT",
        CLAIM,
        {**GOOD_CLAIM, "occurred_at": "2018-01-01T00:00:00+08:00", "basis": "surat"},
        {},
        422,
    ),
    "a name with a forbidden character": (
        ADMIN,
        "POST",
        ENTRY + "/innovations",
        {"profile": {**PROFILE, "name": "a\x00b"}},
        {},
        422,
    ),
    "an innovation id with capitals": (
        ADMIN,
        "POST",
        ENTRY + "/innovations",
        {"innovation": "SI UJI", "profile": PROFILE},
        {},
        422,
    ),
    "a stage that does not exist": (
        ADMIN,
        "POST",
        ENTRY + "/innovations",
        {"profile": {**PROFILE, "tahapan": "mimpi"}},
        {},
        422,
    ),
    "an affair that does not exist": (
        ADMIN,
        "POST",
        ENTRY + "/innovations",
        {"profile": {**PROFILE, "main_urusan": 39}},
        {},
        422,
    ),
    "an empty file": (
        ADMIN,
        "PUT",
        f"/v1/regions/63.10/evidence/{PDF_SHA256}",
        b"",
        {"Content-Type": "application/pdf"},
        422,
    ),
    "a file under another fingerprint": (
        ADMIN,
        "PUT",
        f"/v1/regions/63.10/evidence/{'0' * 64}",
        b"%PDF",
        {"Content-Type": "application/pdf"},
        422,
    ),
    "a file of a kind nobody asked for": (
        ADMIN,
        "PUT",
        f"/v1/regions/63.10/evidence/{PDF_SHA256}",
        b"<svg/>",
        {"Content-Type": "image/svg+xml"},
        415,
    ),
    **{
        f"a score that no decree prints: {score[:12]}": (
            MINISTRY,
            "PUT",
            RESULT,
            _scored(score),
            {},
            422,
        )
        for score in SCORES
    },
    "a body nested too deeply": (ADMIN, "PUT", CLAIM, b"[" * 100_000, JSON, 400),
    "a version of 5,000 digits": (ADMIN, "PUT", CLAIM, GOOD_CLAIM, {"If-Match": "7" * 5_000}, 400),
    "a key that is too long": (ADMIN, "PUT", CLAIM, GOOD_CLAIM, {KEY: "k" * 129}, 400),
    **{
        f"a refusal to the host {host}": (VERIFIER, "PUT", CLAIM, GOOD_CLAIM, {"Host": host}, 403)
        for host in ("a:99999999", "]@:x")
    },
    **{
        f"a year spelt {year}": (ADMIN, "PUT", CLAIM.replace("2026", year), GOOD_CLAIM, {}, 404)
        for year in YEARS
    },
    **{
        f"{len(others)} other affairs": (ADMIN, "POST", ENTRY + "/innovations", body, {}, 422)
        for others in ([3, 3], [3] * 100_000)
        for body in [{"profile": {**PROFILE, "other_urusan": others}}]
    },
    "evidence nobody uploaded": (ADMIN, "GET", EVIDENCE + "0" * 64, None, {}, 404),
    "evidence under no fingerprint": (ADMIN, "GET", EVIDENCE + "%00", None, {}, 404),
    "an address that does not exist": (ADMIN, "GET", "/v1/entah", None, {}, 404),
    "a method that does not exist": (ADMIN, "DELETE", CLAIM, None, {}, 405),
}


@pytest.mark.parametrize("name", CASES)
def test_bad_input_is_answered_with_a_sentence_and_records_nothing(
    system: System, name: str
) -> None:
    who, method, path, body, headers, status = CASES[name]
    before = system.heads()
    response = system.send(who, method, path, body, headers)
    must_be_problem(response, status)
    assert system.heads() == before
    # The decoder's own words are English.
    assert not DECODER.search(response.json()["detail"]), response.text


def test_a_key_reused_with_another_body_is_refused_and_with_the_same_replayed(
    system: System,
) -> None:
    key = {"Idempotency-Key": "sekali-saja"}
    first = system.send(ADMIN, "PUT", CLAIM, GOOD_CLAIM, key)
    before = system.heads()
    must_be_problem(system.send(ADMIN, "PUT", CLAIM, {**GOOD_CLAIM, "level": 3}, key), 422)
    again = system.send(ADMIN, "PUT", CLAIM, GOOD_CLAIM, key)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert system.heads() == before


def test_a_post_without_a_key_is_refused(system: System) -> None:
    response = httpx.post(
        system.url("intake") + ENTRY + "/innovations",
        json={"profile": PROFILE},
        headers={"Authorization": f"Bearer {system.key(*ADMIN)}"},
    )
    must_be_problem(response, 400)


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer jejak_x_y", "Basic abc", "Bearer jejak__", "bearer ☃"]
)
def test_nobody_known_is_told_to_bring_a_key(system: System, authorization: str) -> None:
    before = system.heads()
    headers = {b"Authorization": authorization.encode()}
    response = httpx.put(system.url("intake") + CLAIM, json=GOOD_CLAIM, headers=headers)
    must_be_problem(response, 401)
    assert system.heads() == before


def test_a_revoked_key_stops_working(system: System) -> None:
    who = ("63.08", "region_admin")
    path = "/v1/regions/63.08/seasons/2026/indicators/SPD-01/claim"
    identity = system.key(*who).split("_")[1]
    system.query("update intake.api_key set revoked_at = now() where id = %s", identity)
    must_be_problem(system.send(who, "PUT", path, GOOD_CLAIM), 401)


def test_refusals_speak_english_on_request(system: System) -> None:
    body = {**GOOD_CLAIM, "level": 4}
    answer = system.send(ADMIN, "PUT", CLAIM, body, {"Accept-Language": "en-GB,id;q=0.5"}).json()
    assert answer["detail"] == "There is no level 4; the highest is 3."


def test_a_foreign_region_is_answered_exactly_like_an_unknown_one(system: System) -> None:
    foreign = system.send(("63.09", "region_admin"), "PUT", CLAIM, GOOD_CLAIM)
    unknown = system.send(
        ("63.09", "region_admin"), "PUT", CLAIM.replace("63.10", "63.99"), GOOD_CLAIM
    )
    assert foreign.json()["detail"].replace("63.10", "63.99") == unknown.json()["detail"]
    assert foreign.status_code == unknown.status_code == 404


def test_items_of_one_record_must_follow_one_another_in_time(system: System) -> None:
    """The second of two back-dated items would precede the first: it is refused as if alone."""
    items = [
        {
            "indicator": "SPD-09",
            **GOOD_CLAIM,
            "level": level,
            "occurred_at": f"2026-0{month}-01T09:00:00+08:00",
            "basis": "surat contoh",
        }
        for level, month in ((1, 7), (2, 6))
    ]
    answer = system.must(ADMIN, "POST", ENTRY + "/claims", {"items": items})
    assert [outcome.get("reason", "") for outcome in answer["outcomes"]] == [
        "",
        "history.before_last_fact",
    ]


def test_one_bad_item_among_many_fails_alone(system: System) -> None:
    items = [
        {"indicator": "SPD-01", **GOOD_CLAIM},
        {"indicator": "SPD-01", **GOOD_CLAIM, "level": 9},
        {"indicator": "SPD-01", "level": 1, "evidence": [{"sha256": "1" * 64}]},
        {"indicator": "SPD-08", **GOOD_CLAIM},
        {"indicator": "SPD-08", **GOOD_CLAIM, "level": 3},
        {"indicator": "SPD\x00", **GOOD_CLAIM},
    ]
    answer = system.must(ADMIN, "POST", ENTRY + "/claims", {"items": items})
    assert [bool(outcome.get("receipt")) for outcome in answer["outcomes"]] == [
        True,
        False,
        False,
        True,
        True,
        False,
    ]
    assert (answer["recorded"], answer["refused"]) == (3, 3)
    assert "Tingkat 9" in answer["outcomes"][1]["detail"]
