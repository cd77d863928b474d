"""An agency's operator sees and changes what the agency reports, and nothing of any other."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import httpx
import pytest

from tests.system import PDF, PDF_SHA256, PROFILE, System, must_be_problem

YEAR = 2026
REGION = "63.10"
ADMIN = (REGION, "region_admin")
ENTRY = f"/v1/regions/{REGION}/seasons/{YEAR}"
INNOVATIONS = f"{ENTRY}/innovations"
OWN, FOREIGN, UNKNOWN = "milik-sendiri", "milik-lain", "tidak-ada"


@pytest.fixture(scope="module")
def system(started: Callable[..., AbstractContextManager[System]]) -> Iterator[System]:
    with started("intake") as system:
        system.open_season(YEAR, "2026.1")
        system.upload(REGION)
        for agency in ("dinkes", "disdik"):
            body = {"name": agency, "kind": "dinas"}
            system.must(ADMIN, "PUT", f"{ENTRY}/agencies/{agency}", body)
        for name, agency in ((OWN, "dinkes"), (FOREIGN, "disdik"), ("tanpa", "")):
            system.must(ADMIN, "POST", INNOVATIONS, told(name, agency))
        yield system


@pytest.fixture(scope="module")
def key(system: System) -> str:
    return system.issue(REGION, "operator", agency="dinkes")


def profile(agency: str) -> dict[str, Any]:
    return {**PROFILE, "implementation_date": f"{YEAR - 1}-03-01", "agency": agency}


def told(name: str, agency: str) -> dict[str, Any]:
    return {"innovation": name, "profile": profile(agency)}


def ask(
    system: System, key: str, method: str, path: str, body: Any = None, version: int = 0
) -> httpx.Response:
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": secrets.token_hex(8)}
    if isinstance(body, dict) and "profile" in body and method == "PUT":
        headers["If-Match"] = f'"{version}"'
    content = {"content": body} if isinstance(body, bytes) else {"json": body}
    if isinstance(body, bytes):
        headers["Content-Type"] = "application/pdf"
    return system.http.request(method, system.url("intake") + path, headers=headers, **content)


def writing(name: str) -> list[tuple[str, str, Any]]:
    """Everything an operator may say of an innovation."""
    claim = {"level": 2, "evidence": [{"sha256": PDF_SHA256}]}
    report = {"reported_on": f"{YEAR}-02-01", "finding": "Berjalan.", "files": []}
    replica = {"by": "63.11", "replicated_on": f"{YEAR}-02-01", "document_number": "PKS 1"}
    return [
        ("PUT", f"{INNOVATIONS}/{name}", {"profile": profile("dinkes")}),
        ("PUT", f"{INNOVATIONS}/{name}/indicators/SID-VIDEO/claim", claim),
        (
            "POST",
            f"{INNOVATIONS}/{name}/indicators/SID-VIDEO/clarification",
            {"level": 2, "argument": "Mohon dilihat kembali."},
        ),
        ("POST", f"{INNOVATIONS}/{name}/trial/reports", report),
        ("POST", f"{INNOVATIONS}/{name}/replications", replica),
        ("POST", f"{INNOVATIONS}/{name}/withdrawal", {"reason": "Salah catat."}),
    ]


def test_what_is_the_agencys_own_is_reported_by_its_operator(system: System, key: str) -> None:
    assert ask(system, key, "POST", INNOVATIONS, told("baru", "dinkes")).status_code == 201
    uploaded = ask(system, key, "PUT", f"/v1/regions/{REGION}/evidence/{PDF_SHA256}", PDF)
    assert uploaded.status_code in (200, 201)
    claim = {"level": 2, "evidence": [{"sha256": PDF_SHA256}]}
    path = f"{INNOVATIONS}/baru/indicators/SID-VIDEO/claim"
    assert ask(system, key, "PUT", path, claim).status_code == 201
    changed = {"profile": profile("dinkes") | {"name": "NAMA BARU"}}
    assert ask(system, key, "PUT", f"{INNOVATIONS}/baru", changed, 1).status_code == 201
    assert ask(system, key, "GET", f"{INNOVATIONS}/baru").json()["profile"]["name"] == "NAMA BARU"
    assert ask(system, key, "GET", f"{INNOVATIONS}/baru/check").status_code == 200
    said = system.query(
        "select convert_from(meta, 'utf8') from intake.event where stream = %s order by seq",
        f"innovation/{YEAR}/baru",
    )
    assert '"role":"operator"' in said[0][0]


@pytest.mark.parametrize("version", [0, 1, 9])
@pytest.mark.parametrize("place", range(6))
def test_another_agencys_innovation_is_answered_like_one_that_does_not_exist(
    system: System, key: str, place: int, version: int
) -> None:
    """Whatever version of it is guessed."""
    before = system.heads()
    foreign, none, unknown = (
        ask(system, key, *writing(name)[place], version) for name in (FOREIGN, "tanpa", UNKNOWN)
    )
    assert foreign.status_code == none.status_code == unknown.status_code == 404
    assert foreign.text.replace(FOREIGN, UNKNOWN) == unknown.text
    assert none.text.replace("tanpa", UNKNOWN) == unknown.text
    assert system.heads() == before


@pytest.mark.parametrize("path", ["", "/check"])
def test_another_agencys_innovation_is_not_read(system: System, key: str, path: str) -> None:
    foreign, unknown = (
        ask(system, key, "GET", f"{INNOVATIONS}/{name}{path}") for name in (FOREIGN, UNKNOWN)
    )
    must_be_problem(foreign, 404)
    assert foreign.text.replace(FOREIGN, UNKNOWN) == unknown.text


def test_the_list_shows_the_agencys_own(system: System, key: str) -> None:
    shown = ask(system, key, "GET", INNOVATIONS).json()["innovations"]
    assert {row["agency"] for row in shown} == {"dinkes"}
    everything = system.must(ADMIN, "GET", INNOVATIONS)["innovations"]
    assert {row["agency"] for row in everything} == {"dinkes", "disdik", ""}


def test_nothing_is_reported_for_another_agency_or_given_to_it(system: System, key: str) -> None:
    before = system.heads()
    for agency in ("disdik", "", "bukan"):
        refused = ask(system, key, "POST", INNOVATIONS, told("pinjaman", agency))
        assert refused.json()["title"] == "agency.not_yours"
        given = ask(system, key, "PUT", f"{INNOVATIONS}/{OWN}", {"profile": profile(agency)})
        assert given.json()["title"] == "agency.not_yours"
    assert system.heads() == before


def test_what_is_the_regions_is_not_an_operators(system: System, key: str) -> None:
    for method, path, body in (
        ("PUT", f"{ENTRY}/indicators/SPD-RPJMD/claim", {"level": 1, "evidence": []}),
        ("POST", f"{INNOVATIONS}/{OWN}/submission", {}),
        ("PUT", f"{ENTRY}/agencies/dinkes", {"name": "x", "kind": "dinas"}),
        ("GET", f"/v1/tenants/{REGION}/people", None),
        ("GET", f"/v1/tenants/{REGION}/keys", None),
        ("GET", f"{ENTRY}/workbook", None),
        ("GET", f"/v1/regions/{REGION}/evidence/{PDF_SHA256}", None),
    ):
        must_be_problem(ask(system, key, method, path, body), 403)


def test_an_operator_of_another_region_reaches_nothing_here(system: System) -> None:
    key = system.issue("63.11", "operator", agency="dinkes")
    for method, path, body in [("GET", f"{INNOVATIONS}/{OWN}", None), *writing(OWN)]:
        must_be_problem(ask(system, key, method, path, body), 404)


def test_whose_innovation_moves_to_another_agency_loses_it(system: System, key: str) -> None:
    system.must(ADMIN, "POST", INNOVATIONS, told("pindah", "dinkes"))
    assert ask(system, key, "GET", f"{INNOVATIONS}/pindah").status_code == 200
    moved = {"profile": profile("disdik")}
    system.must(ADMIN, "PUT", f"{INNOVATIONS}/pindah", moved, {"If-Match": '"1"'})
    for method, path, body in [("GET", f"{INNOVATIONS}/pindah", None), *writing("pindah")]:
        must_be_problem(ask(system, key, method, path, body), 404)
