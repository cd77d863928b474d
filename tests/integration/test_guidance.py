"""What a person is told who is nearly right: by which deadline, what to mend, whom nobody knows."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.system import PDF_SHA256, PROFILE, System, must_be_problem

YEAR = 2026
REGION = "63.10"
ADMIN, VERIFIER, MINISTRY = (REGION, "region_admin"), ("63", "verifier"), ("00", "ministry")
ENTRY = f"/v1/regions/{REGION}/seasons/{YEAR}"
LINKS = f"/v1/regions/{REGION}/evidence/links"
LINK = {"url": "https://www.youtube.com/watch?v=a", "captured_on": "2026-01-05", "title": "Film"}


@pytest.fixture(scope="module")
def system(started: Callable[..., AbstractContextManager[System]]) -> Iterator[System]:
    with started("intake") as system:
        system.open_season(YEAR, "2026.1")
        system.upload(REGION)
        system.register(REGION, YEAR, "satu")
        yield system


def refused(response: httpx.Response, reason: str) -> dict[str, Any]:
    must_be_problem(response, 422)
    told: dict[str, Any] = response.json()
    assert told["title"] == reason
    return told


def test_a_link_under_one_key_is_answered_once_and_refused_for_another(system: System) -> None:
    key = {"Idempotency-Key": "film-1"}
    first = system.send(ADMIN, "POST", LINKS, LINK, key)
    again = system.send(ADMIN, "POST", LINKS, LINK, key)
    assert first.status_code == again.status_code == 201
    assert again.json() == first.json()
    other = {**LINK, "title": "Film lain"}
    refused(system.send(ADMIN, "POST", LINKS, other, key), "idempotency.key_reused")
    assert system.send(ADMIN, "POST", LINKS, other).status_code == 201
    # A command's key is the same program's too.
    path = f"{ENTRY}/indicators/SPD-09/claim"
    claim = {"level": 1, "evidence": [{"sha256": PDF_SHA256}]}
    system.must(ADMIN, "PUT", path, claim, {"Idempotency-Key": "klaim-1"})
    taken = system.send(ADMIN, "POST", LINKS, LINK, {"Idempotency-Key": "klaim-1"})
    refused(taken, "idempotency.key_reused")


def test_work_is_given_to_programs_that_hold_a_key_for_it(system: System) -> None:
    system.must(ADMIN, "PUT", f"{ENTRY}/agencies/dinkes", {"name": "Dinkes", "kind": "dinas"})
    verifier, coach = f"{ENTRY}/innovations/satu/verifier", f"{ENTRY}/agencies/dinkes/coach"
    known = {who: system.key(*who).split("_")[1] for who in (ADMIN, VERIFIER, ("62", "verifier"))}
    for name in ("salah-ketik", known[ADMIN], known["62", "verifier"]):
        refused(system.send(VERIFIER, "PUT", verifier, {"verifier": name}), "client.unknown")
    for name in ("salah-ketik", known[VERIFIER]):
        refused(system.send(ADMIN, "PUT", coach, {"coach": name}), "client.unknown")
    refused(system.send(ADMIN, "PUT", coach, {"coach": "salah ketik"}), "client.malformed")
    for name in (known[VERIFIER], ""):
        system.must(VERIFIER, "PUT", verifier, {"verifier": name})
    system.must(ADMIN, "PUT", coach, {"coach": known[ADMIN]})
    system.query("update intake.api_key set revoked_at = now() where client = %s", known[ADMIN])
    again = system.send(MINISTRY, "PUT", coach, {"coach": known[ADMIN]})
    refused(again, "client.unknown")
    system.query("update intake.api_key set revoked_at = null where client = %s", known[ADMIN])


def test_an_innovation_is_repeated_by_a_region_that_there_is(system: System) -> None:
    path = f"{ENTRY}/innovations/satu/replications"
    body = {"by": "Desa A", "replicated_on": "2026-01-05", "document_number": "1"}
    assert (
        "Desa A"
        in refused(system.send(ADMIN, "POST", path, body), "trial.replicated_by_unknown")["detail"]
    )
    system.must(ADMIN, "POST", path, {**body, "by": "63.01"})


def test_the_check_asks_about_another_innovation_of_the_same_name(system: System) -> None:
    profile = {**PROFILE, "name": " si  Uji"}
    body = {"innovation": "kembar", "profile": profile}
    system.must(ADMIN, "POST", f"{ENTRY}/innovations", body)
    path = f"{ENTRY}/innovations/kembar"
    check = system.must(ADMIN, "GET", path + "/check")
    told = {one["key"]: one["sentence"] for one in check["questions"]}
    assert "satu" in told["innovation.namesake:name"]
    sent = {"statement": check["statement"]["code"], "signer_office": "Kepala Bapperida"}
    answer = refused(
        system.send(ADMIN, "POST", path + "/submission", sent), "submission.unexplained"
    )
    assert told["innovation.namesake:name"] in answer["detail"]
    assert answer["facts"]["innovation.namesake:name"] == told["innovation.namesake:name"]
    version = system.send(ADMIN, "GET", path).headers["etag"]
    renamed = {"profile": {**profile, "name": "Lain"}}
    system.must(ADMIN, "PUT", path, renamed, {"If-Match": version})
    check = system.must(ADMIN, "GET", path + "/check")
    assert "innovation.namesake:name" not in {one["key"] for one in check["questions"]}
    system.must(ADMIN, "POST", path + "/withdrawal", {})
    body["innovation"] = "lagi"
    body["profile"] = renamed["profile"]
    system.must(ADMIN, "POST", f"{ENTRY}/innovations", body)
    check = system.must(ADMIN, "GET", f"{ENTRY}/innovations/lagi/check")
    assert "innovation.namesake:name" not in {one["key"] for one in check["questions"]}


def test_a_receipt_names_the_deadline_that_decided(system: System) -> None:
    assert system.claim(REGION, YEAR, "SPD-01", 1)["deadline"] is None
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    until = ends.isoformat().replace("+00:00", "Z")
    phases = [{"name": "penjaringan", "opens_at": "2026-01-01T00:00:00Z", "closes_at": until}]
    calendar = {"phases": phases, "letter": "400/1"}
    system.must(MINISTRY, "PUT", f"/v1/seasons/{YEAR}/calendar", calendar)
    told = system.claim(REGION, YEAR, "SPD-01", 2)
    assert (told["late"], told["deadline"]) == (False, until)
    sent = system.submit(REGION, YEAR, "satu")
    receipt = f"/v1/regions/{REGION}/receipts/TT-{REGION}-{YEAR}-{sent['last_seq']}"
    assert system.must(ADMIN, "GET", receipt)["deadline"] == until
    later = (ends + timedelta(days=1)).isoformat()
    extension = {"closes_at": later, "letter": "400/2"}
    system.must(MINISTRY, "POST", f"/v1/seasons/{YEAR}/extensions", extension)
    # It says what held when it was given.
    assert system.must(ADMIN, "GET", receipt)["deadline"] == until


def test_a_body_that_is_too_large_is_told_the_limit_and_where_larger_files_go(
    system: System,
) -> None:
    path, given = f"{ENTRY}/indicators/SPD-09/claim", {"Content-Type": "application/json"}
    told = system.send(ADMIN, "PUT", path, b'"' + b"a" * 1_000_001 + b'"', given).json()
    assert "1000000 bita" in told["detail"]
    assert "/v1/regions/{kode}/uploads" in told["detail"]
    path = f"/v1/regions/{REGION}/evidence/" + "0" * 64
    file = bytes(16 * 1024 * 1024 + 1)
    told = system.send(ADMIN, "PUT", path, file, {"Content-Type": "application/pdf"}).json()
    assert told["facts"] == {"bytes_max": str(16 * 1024 * 1024)}
