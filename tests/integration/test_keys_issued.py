"""Keys over HTTP: shown once, told without their secret, replaced, revoked, and in the log."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.io import identity
from tests.system import System, must_be_problem
from tests.waiting import eventually

YEAR = 2026
REGION = "63.10"
ADMIN = (REGION, "region_admin")
MINISTRY = ("00", "ministry")
LIST = f"/v1/regions/{REGION}/seasons/{YEAR}/innovations"


@pytest.fixture(scope="module")
def system(started: Callable[..., AbstractContextManager[System]]) -> Iterator[System]:
    with started("intake", "projection") as system:
        system.open_season(YEAR, "2026.1")
        system.register(REGION, YEAR, "tapis")
        yield system


def path(tenant: str = REGION) -> str:
    return f"/v1/tenants/{tenant}/keys"


def asked(client: str, role: str = "region_admin", days: float = 30, **more: Any) -> dict[str, Any]:
    until = datetime.now(UTC) + timedelta(days=days)
    return {"client": client, "role": role, "expires_at": until.isoformat(), **more}


def works(system: System, key: str) -> bool:
    answer = system.http.get(
        system.url("intake") + LIST, headers={"Authorization": f"Bearer {key}"}
    )
    assert answer.status_code in (200, 401), answer.text
    return answer.status_code == 200


def listed(system: System, key_id: str) -> dict[str, Any]:
    told = system.must(ADMIN, "GET", path())["keys"]
    return next(one for one in told if one["id"] == key_id)


def test_a_key_is_shown_once_and_works_at_once(system: System) -> None:
    given = {"Idempotency-Key": "satu"}
    body = asked("portal")
    first = system.send(ADMIN, "POST", path(), body, given)
    assert first.status_code == 201, first.text
    assert first.headers["cache-control"] == "no-store"
    told = first.json()
    assert works(system, told["key"])
    again = system.send(ADMIN, "POST", path(), body, given)
    assert (again.status_code, again.json()["key"], again.json()["id"]) == (200, None, told["id"])
    secret = identity.secret_of(told["key"])
    (row,) = system.query("select secret_hash from intake.api_key where id = %s", told["id"])
    assert bytes(row[0]) == hashlib.sha256(secret.encode()).digest()
    held = [
        bytes(part)
        for row in system.query("select state, meta from intake.event where tenant = %s", REGION)
        for part in row
    ]
    assert any(b'"key.issued.1"' in part for part in held)
    digest = hashlib.sha256(secret.encode()).hexdigest().encode()
    assert not any(secret.encode() in part or digest in part for part in held)
    assert secret not in system.log("intake")


def test_the_list_tells_who_holds_what_and_when_it_was_used(system: System) -> None:
    told = system.must(ADMIN, "POST", path(), asked("daftar", reads_only=True))
    before = listed(system, told["id"])
    assert (before["client"], before["role"], before["reads_only"]) == (
        "daftar",
        "region_admin",
        True,
    )
    assert before["last_used_at"] is before["revoked_at"] is None
    assert "key" not in before
    assert "secret" not in str(before)
    assert works(system, told["key"])
    assert listed(system, told["id"])["last_used_at"] is not None


async def test_a_revoked_key_is_refused_within_seconds(system: System) -> None:
    told = system.must(ADMIN, "POST", path(), asked("dicabut"))
    assert works(system, told["key"])
    revoking = f"{path()}/{told['id']}/revocation"
    must_be_problem(system.send(ADMIN, "POST", revoking, {"reason": " "}), 422)
    assert works(system, told["key"])
    assert system.must(ADMIN, "POST", revoking, {"reason": "Bocor."})["recorded"] == 1
    assert system.must(ADMIN, "POST", revoking, {"reason": "Bocor."})["recorded"] == 0
    await eventually(lambda: not works(system, told["key"]), identity.KEY_SECONDS_MAX + 2)
    assert listed(system, told["id"])["revoked_at"] is not None
    facts = system.query(
        "select topic from intake.event where tenant = %s and stream = %s order by version",
        REGION,
        f"key/{told['id']}",
    )
    assert facts == [("key.issued.1",), ("key.revoked.1",)]


async def test_a_key_ends_by_itself(system: System) -> None:
    for days in (-1, 401):
        must_be_problem(system.send(ADMIN, "POST", path(), asked("akhir", days=days)), 422)
    told = system.must(ADMIN, "POST", path(), asked("akhir", days=4 / 86_400))
    assert works(system, told["key"])
    await eventually(lambda: not works(system, told["key"]), identity.KEY_SECONDS_MAX + 8)


def test_two_keys_of_a_program_work_side_by_side_and_a_third_is_refused(system: System) -> None:
    first, second = (system.must(ADMIN, "POST", path(), asked("ganti")) for _ in range(2))
    assert works(system, first["key"])
    assert works(system, second["key"])
    third = system.send(ADMIN, "POST", path(), asked("ganti"))
    must_be_problem(third, 409)
    assert third.json()["title"] == "key.too_many_live"
    system.must(ADMIN, "POST", f"{path()}/{first['id']}/revocation", {"reason": "Diganti."})
    assert system.must(ADMIN, "POST", path(), asked("ganti"))["key"]


@pytest.mark.parametrize(
    ("who", "tenant", "body", "reason"),
    [
        (ADMIN, "63.11", asked("x"), "region.unknown"),
        (ADMIN, "63", asked("x"), "region.unknown"),
        (ADMIN, REGION, asked("x", "verifier"), "key.role_not_yours"),
        (ADMIN, REGION, asked("x", "ministry"), "key.role_not_yours"),
        (ADMIN, REGION, asked("x", "dewa"), "key.role_unknown"),
        (("63", "verifier"), "63", asked("x", "verifier"), "role.not_allowed"),
        (("63", "ministry"), "00", asked("x", "ministry"), "region.unknown"),
        (("63", "ministry"), "62", asked("x", "verifier"), "region.unknown"),
        (MINISTRY, REGION, asked("x", "coordinator"), "tenant.without_role"),
        (MINISTRY, "00", asked("x", "region_admin"), "tenant.without_role"),
        (MINISTRY, "99.99", asked("x"), "tenant.unknown"),
        (ADMIN, REGION, asked("a b"), "client.malformed"),
        (ADMIN, REGION, asked("p-0123456789abcdef"), "client.of_another"),
        (ADMIN, REGION, asked("x") | {"expires_at": "2027-01-01T00:00:00"}, "history.zone_missing"),
    ],
)
def test_who_gives_which_key_to_whom(
    system: System, who: tuple[str, str], tenant: str, body: dict[str, Any], reason: str
) -> None:
    before = system.query("select count(*) from intake.api_key where tenant = %s", tenant)
    response = system.send(who, "POST", path(tenant), body)
    assert response.json()["title"] == reason, response.text
    key_made = system.query("select count(*) from intake.api_key where tenant = %s", tenant)
    assert [key_made, before] in ([before, before], [[(1,)], [(0,)]])


def test_a_programs_name_is_one_tenants(system: System) -> None:
    system.must(ADMIN, "POST", path(), asked("milik-kami"))
    other = ("63.11", "region_admin")
    taken = system.send(other, "POST", path("63.11"), asked("milik-kami"))
    must_be_problem(taken, 422)
    assert taken.json()["title"] == "client.of_another"


def test_a_reading_key_reads_and_changes_nothing(system: System) -> None:
    key = system.must(ADMIN, "POST", path(), asked("baca", reads_only=True))["key"]
    assert works(system, key)
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "x"}
    before = system.heads()
    url = system.url("intake") + LIST
    must_be_problem(system.http.post(url, headers=headers, json={}), 403)
    assert system.heads() == before


def test_who_holds_keys_is_not_told_to_everybody(system: System) -> None:
    told = system.must(ADMIN, "POST", path(), asked("rahasia"))
    seq = told["receipt"]["last_seq"]
    must_be_problem(system.get(f"/v1/regions/{REGION}/events/{seq}"), 404)
    before = system.get(f"/v1/regions/{REGION}/events/1")
    assert (before.status_code, before.json()["event"]["type"]) == (200, "season.entered.1")
