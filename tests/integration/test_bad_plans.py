"""Whatever is asked wrongly of plans, decisions, analyses: a sentence, and nothing in the log."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from tests.system import PDF_SHA256, PROFILE, System, must_be_problem
from tests.waiting import eventually

ENTRY = "/v1/regions/63.10/seasons/2026"
INNOVATION = ENTRY + "/innovations/si-uji"
BRANCH = ENTRY + "/branches/rencana"
ADMIN = ("63.10", "region_admin")
NEIGHBOUR = ("63.09", "region_admin")
VERIFIER = ("63", "verifier")
MINISTRY = ("00", "ministry")
RAISE = {"do": "raise", "indicator": "SPD-01", "level": 3}
PLAN: dict[str, Any] = {"name": "Rencana", "hypotheses": [RAISE]}
REPORT = {"score": "63.85", "predikat": "Inovatif", "source": "berita"}
TARGET = {"target": "60.00", "instrument": "Perda 3/2025"}
TARGETS = "/v1/regions/63.10/targets/2026"
EVIDENCE = [{"sha256": PDF_SHA256}]


@pytest.fixture(scope="module")
def system(started: Callable[..., AbstractContextManager[System]]) -> Iterator[System]:
    with started() as system:
        system.open_season(2026, "2026.1")
        system.open_season(2024, "2024.1")
        system.upload("63.10")
        system.register("63.10", 2026, "si-uji")
        system.register("63.10", 2024, "si-lama")
        system.must(MINISTRY, "POST", "/v1/seasons/2024/closing", {"letter": "surat"})
        asyncio.run(eventually(lambda: _known(system)))
        yield system


def _known(system: System) -> bool:
    answer = system.http.get(system.url("projection") + "/v1/seasons")
    return len(answer.json()["seasons"]) == 2


WRITES: dict[str, tuple[tuple[str, str], str, str, Any, int]] = {
    "rejecting what was not sent": (
        VERIFIER,
        "POST",
        INNOVATION + "/rejection",
        {"reason": "lainnya"},
        422,
    ),
    "rejecting without a known reason": (
        VERIFIER,
        "POST",
        INNOVATION + "/rejection",
        {"reason": "malas"},
        422,
    ),
    "rejecting with a control character": (
        VERIFIER,
        "POST",
        INNOVATION + "/rejection",
        {"reason": "lainnya", "note": "a\x00b"},
        422,
    ),
    "a region that rejects": (ADMIN, "POST", INNOVATION + "/rejection", {"reason": "lainnya"}, 403),
    "a verifier that withdraws": (VERIFIER, "POST", INNOVATION + "/withdrawal", {}, 403),
    "a neighbour that withdraws": (NEIGHBOUR, "POST", INNOVATION + "/withdrawal", {}, 404),
    "withdrawing what is not there": (
        ADMIN,
        "POST",
        ENTRY + "/innovations/entah/withdrawal",
        {},
        404,
    ),
    "a reason of 3,000 characters": (
        ADMIN,
        "POST",
        INNOVATION + "/withdrawal",
        {"reason": "a" * 3000},
        422,
    ),
    "a figure with a comma": (
        ADMIN,
        "PUT",
        ENTRY + "/indicators/SPD-05b/claim",
        {"figure": "4,37", "evidence": EVIDENCE},
        422,
    ),
    "a figure of 30 digits": (
        ADMIN,
        "PUT",
        ENTRY + "/indicators/SPD-05b/claim",
        {"figure": "9" * 30, "evidence": EVIDENCE},
        422,
    ),
    "a figure that is a number": (
        ADMIN,
        "PUT",
        ENTRY + "/indicators/SPD-05b/claim",
        {"figure": 4.37, "evidence": EVIDENCE},
        400,
    ),
    "neither level nor figure": (
        ADMIN,
        "PUT",
        ENTRY + "/indicators/SPD-05b/claim",
        {"evidence": EVIDENCE},
        422,
    ),
    "a score of no stage": (MINISTRY, "PUT", ENTRY + "/scores/akhir", REPORT, 422),
    "a score without a source": (
        MINISTRY,
        "PUT",
        ENTRY + "/scores/mandiri",
        {**REPORT, "source": ""},
        422,
    ),
    "a score by a region": (ADMIN, "PUT", ENTRY + "/scores/mandiri", REPORT, 403),
    "a score with an exponent": (
        MINISTRY,
        "PUT",
        ENTRY + "/scores/mandiri",
        {**REPORT, "score": "1e3"},
        422,
    ),
    "more agencies than there are": (
        MINISTRY,
        "PUT",
        ENTRY + "/scores/mandiri",
        {**REPORT, "agencies": 35, "agencies_total": 34},
        422,
    ),
    "innovations beyond counting": (
        MINISTRY,
        "PUT",
        ENTRY + "/scores/mandiri",
        {**REPORT, "innovations": 2**70},
        422,
    ),
    "a target without its regulation": (
        ADMIN,
        "PUT",
        TARGETS,
        {**TARGET, "instrument": "\t"},
        422,
    ),
    "a target of a neighbour": (NEIGHBOUR, "PUT", TARGETS, TARGET, 404),
    "a target in a past without an index": (
        ADMIN,
        "PUT",
        TARGETS.replace("2026", "1945"),
        TARGET,
        422,
    ),
    "a what-if by a verifier": (VERIFIER, "PUT", BRANCH, PLAN, 403),
    "a what-if of a neighbour": (NEIGHBOUR, "PUT", BRANCH, PLAN, 404),
    "a what-if under capitals": (ADMIN, "PUT", BRANCH.replace("rencana", "RENCANA"), PLAN, 422),
    "a what-if without a name": (ADMIN, "PUT", BRANCH, {**PLAN, "name": ""}, 422),
    "a what-if of nothing": (ADMIN, "PUT", BRANCH, {**PLAN, "hypotheses": []}, 422),
    "a what-if of 501 changes": (ADMIN, "PUT", BRANCH, {**PLAN, "hypotheses": [RAISE] * 501}, 400),
    "a what-if beyond the log": (ADMIN, "PUT", BRANCH, {**PLAN, "cut_seq": 10**6}, 422),
    "a what-if before the log": (ADMIN, "PUT", BRANCH, {**PLAN, "cut_seq": -1}, 422),
    "a what-if beyond any number": (ADMIN, "PUT", BRANCH, {**PLAN, "cut_seq": 2**70}, 422),
    "a what-if that does something else": (
        ADMIN,
        "PUT",
        BRANCH,
        {**PLAN, "hypotheses": [{"do": "dream"}]},
        400,
    ),
    "a what-if about an unknown row": (
        ADMIN,
        "PUT",
        BRANCH,
        {**PLAN, "hypotheses": [{**RAISE, "indicator": "SPD-\x00"}]},
        422,
    ),
    "a what-if about nobody's innovation": (
        ADMIN,
        "PUT",
        BRANCH,
        {**PLAN, "hypotheses": [{**RAISE, "innovation": "../x", "indicator": "SID-VIDEO"}]},
        422,
    ),
    "a what-if with an impossible profile": (
        ADMIN,
        "PUT",
        BRANCH,
        {
            **PLAN,
            "hypotheses": [
                {"do": "add", "innovation": "baru", "profile": {**PROFILE, "main_urusan": 39}}
            ],
        },
        422,
    ),
    "discarding what was never saved": (ADMIN, "POST", BRANCH + "x/discarding", {}, 404),
}


@pytest.mark.parametrize("name", WRITES)
def test_what_is_written_wrongly_records_nothing(system: System, name: str) -> None:
    who, method, path, body, status = WRITES[name]
    before = system.heads()
    must_be_problem(system.send(who, method, path, body), status)
    assert system.heads() == before


REGION_READS = (
    "explanation",
    "waterfall",
    "next-steps",
    "movement",
    "rescored",
)
ODD = {
    "stage": ("akhir", "final\x00", "MANDIRI", "9" * 2000),
    "as_of": ("kemarin", "2026-02-30", "0000-01-01", "2026-01-01T25:00:00Z", "9999-12-31", "\x00"),
    "clock": ("jam", "\x00"),
    "rules": ("1999", "2026.9", "../2026.1", "\x00", "9" * 5000),
    "since": ("besok", "2999-01-01", "\x00"),
    "rules_since": ("1999",),
    "since_year": ("dua", "9" * 40),
    "limit": ("0", "501", "-1", "banyak"),
}
TAKES = {
    "explanation": ("stage", "as_of", "clock", "rules"),
    "waterfall": ("as_of", "clock", "rules"),
    "next-steps": ("stage", "as_of", "clock", "rules", "limit"),
    "movement": ("stage", "as_of", "clock", "rules", "since", "rules_since"),
    "rescored": ("stage", "as_of", "clock", "rules", "since_year"),
}
READS = [
    (f"{ENTRY}/{read}", parameter, given)
    for read in REGION_READS
    for parameter in TAKES[read]
    for given in ODD[parameter]
] + [
    (f"/v1/provinces/63/seasons/2026/{read}", parameter, given)
    for read in ("outlook", "rescored", "ranking")
    for parameter in ("stage", "as_of", "clock")
    for given in ODD[parameter]
]


@pytest.mark.parametrize(("path", "parameter", "given"), READS)
def test_what_is_asked_wrongly_is_said(
    system: System, path: str, parameter: str, given: str
) -> None:
    answer = system.http.get(system.url("projection") + path, params={parameter: given})
    if (parameter, given) == ("as_of", "9999-12-31"):
        assert answer.status_code in (200, 422), answer.text
    else:
        assert answer.status_code in (400, 404, 422), answer.text
    if answer.status_code != 200:
        must_be_problem(answer, answer.status_code)


ELSEWHERE = (
    "/v1/regions/63/seasons/2026/movement",
    "/v1/regions/99.99/history",
    "/v1/regions/31.71/history",
    "/v1/regions/%00/history",
    "/v1/regions/63.10/seasons/2019/movement",
    "/v1/provinces/63/seasons/2019/outlook",
    "/v1/provinces/31/seasons/2026/outlook",
    "/v1/seasons/2019/rescored?rules=2027",
    "/v1/seasons/2026/rescored?rules=x",
    "/v1/seasons/2026/rescored?stage=final",
    "/v1/rule-sets/2026.1/indicators/SPD-99/level?figure=1",
    "/v1/rule-sets/2026.1/indicators/SPD-01/level?figure=1",
    "/v1/rule-sets/2026.1/indicators/SPD-05b/level?figure=NaN",
    "/v1/rule-sets/2026.1/indicators/SPD-05b/level",
    "/v1/rule-sets/x/reading",
    "/v1/rule-sets/2026.1/score",
    "/v1/rule-sets/2026.1/score?given=[[[",
    "/v1/rule-sets/2026.1/score?given=" + "[" * 5000,
)


@pytest.mark.parametrize("path", ELSEWHERE)
def test_what_is_not_there_is_said(system: System, path: str) -> None:
    answer = system.http.get(system.url("projection") + path)
    assert answer.status_code in (400, 404, 422), answer.text
    must_be_problem(answer, answer.status_code)


TRIALS: dict[str, tuple[Any, int]] = {
    "nothing": ({}, 400),
    "no list": ({"hypotheses": 3}, 400),
    "an unknown field": ({"hypotheses": [RAISE], "nama": 1}, 400),
    "depth": (b"[" * 50_000, 400),
    "an unknown row": ({"hypotheses": [{**RAISE, "indicator": "SPD-99"}]}, 422),
    "level 9": ({"hypotheses": [{**RAISE, "level": 9}]}, 422),
    "a level beyond numbers": ({"hypotheses": [{**RAISE, "level": 2**70}]}, 422),
}


@pytest.mark.parametrize("name", TRIALS)
def test_what_cannot_be_tried_is_said(system: System, name: str) -> None:
    body, status = TRIALS[name]
    content = body if isinstance(body, bytes) else None
    answer = system.http.post(
        system.url("projection") + ENTRY + "/what-if",
        content=content,
        json=None if content else body,
        headers={"Content-Type": "application/json"} if content else {},
    )
    must_be_problem(answer, status)


def test_what_has_no_place_by_incomplete_rules_is_neither_tried_nor_compared(
    system: System,
) -> None:
    """Before 2026 no year's rules are known in full: a place by them would be a guess."""
    for year in ("2020", "2025"):
        url = system.url("projection") + ENTRY
        rules = {"rules": year}
        tried = system.http.post(url + "/what-if", params=rules, json={"hypotheses": [RAISE]})
        listed = system.get(ENTRY + "/branches", system.key(*ADMIN), **rules)
        shown = system.get(BRANCH, system.key(*ADMIN), **rules)
        for answer in (tried, listed, shown):
            must_be_problem(answer, 422)
            assert answer.json()["title"] == "rules.incomplete"
