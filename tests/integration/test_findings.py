"""Findings through the running services: read by auditors, dismissed by who judges, open again."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from tests.system import PDF_SHA256, System, must_be_problem
from tests.waiting import eventually

YEAR, REGION, NEIGHBOUR = 2026, "63.10", "63.11"
AUDITOR, VERIFIER = ("00", "auditor"), ("63", "verifier")
ENTRY = f"/v1/regions/{REGION}/seasons/{YEAR}"


@pytest.fixture(scope="module")
def system(started: Callable[..., AbstractContextManager[System]]) -> Iterator[System]:
    with started() as system:
        system.open_season(YEAR, "2026.1")
        for region in (REGION, NEIGHBOUR):
            system.upload(region)
            for name in ("tapis", "kembar"):
                system.register(region, YEAR, name)
                system.claim(region, YEAR, "SID-VIDEO", 2, name)
        yield system


def read(system: System, path: str, who: tuple[str, str] = AUDITOR) -> dict[str, Any]:
    told = system.http.get(
        system.url("projection") + path, headers={"Authorization": f"Bearer {system.key(*who)}"}
    )
    assert told.status_code == 200, told.text
    answer: dict[str, Any] = told.json()
    return answer


def kinds(system: System) -> dict[str, dict[str, Any]]:
    """The open and the dismissed findings of the region, by kind."""
    told = read(system, f"{ENTRY}/findings")["findings"]
    return {one["finding"]["kind"]: one for one in told}


async def test_findings_are_told_dismissed_and_opened_again(system: System) -> None:
    await eventually(lambda: {"shared_file", "repeated_file"} <= set(kinds(system)))
    shared = kinds(system)["shared_file"]
    assert shared["finding"]["subject"] == PDF_SHA256
    assert shared["finding"]["regions"] == [NEIGHBOUR]
    assert NEIGHBOUR in shared["sentence"]["indonesian"]
    province = read(system, f"/v1/provinces/63/seasons/{YEAR}/findings")
    assert {one["region"] for one in province["regions"]} == {REGION, NEIGHBOUR}
    assert province["open"] >= 4

    repeated = kinds(system)["repeated_file"]["finding"]
    path = f"{ENTRY}/findings/{repeated['id']}/dismissal"
    body = {
        "kind": "repeated_file",
        "reason": "Satu video memang memuat kedua inovasi.",
        "upto": max(repeated["seqs"]),
    }
    receipt = system.send(VERIFIER, "POST", path, body)
    assert (receipt.status_code, receipt.json()["recorded"]) == (201, 1)
    await eventually(lambda: kinds(system)["repeated_file"]["finding"]["dismissal"] is not None)
    told = kinds(system)["repeated_file"]
    assert told["finding"]["dismissal"]["reason"] == body["reason"]
    assert body["reason"] in told["sentence"]["english"]
    assert system.send(VERIFIER, "POST", path, body).json()["recorded"] == 0

    system.register(REGION, YEAR, "tiga")
    system.claim(REGION, YEAR, "SID-VIDEO", 2, "tiga")
    await eventually(lambda: kinds(system)["repeated_file"]["finding"]["dismissal"] is None)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"reason": "   "}, 422),
        ({"reason": "x" * 1001}, 422),
        ({"upto": 0}, 422),
        ({"upto": 10**9}, 422),
        ({"upto": "satu"}, 400),
        ({"kind": "x" * 65}, 422),
        ({"other": 1}, 400),
    ],
    ids=str,
)
def test_a_dismissal_is_said_properly(system: System, change: dict[str, Any], status: int) -> None:
    body = {"kind": "night", "reason": "Rapat sampai dini hari.", "upto": 1} | change
    before = system.heads()
    path = f"{ENTRY}/findings/{'0' * 16}/dismissal"
    must_be_problem(system.send(VERIFIER, "POST", path, body), status)
    assert system.heads() == before


def test_only_what_can_be_a_finding_is_dismissed(system: System) -> None:
    body = {"kind": "night", "reason": "Rapat sampai dini hari.", "upto": 1}
    for finding in ("0" * 15, "0" * 17, "G" * 16, "tapis"):
        path = f"{ENTRY}/findings/{finding}/dismissal"
        must_be_problem(system.send(VERIFIER, "POST", path, body), 404)
