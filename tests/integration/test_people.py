"""People: invited, given roles, signed out of them, and forgotten, each by their own tenant."""

import json
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any

import psycopg
import pytest

from shared.io import sessions
from tests import people
from tests.system import System, must_be_problem
from tests.waiting import eventually

REGION, OTHER = "63.10", "63.11"
ADMIN = (REGION, "region_admin")
MINISTRY = ("00", "ministry")
PEOPLE = f"/v1/tenants/{REGION}/people"


@pytest.fixture(scope="module")
def system(started: Callable[..., AbstractContextManager[System]]) -> Iterator[System]:
    with started("intake", "projection") as system:
        yield system


def listed(system: System, person: str, tenant: str = REGION) -> dict[str, Any]:
    told = system.must(MINISTRY, "GET", f"/v1/tenants/{tenant}/people")["people"]
    found: dict[str, Any] = next(one for one in told if one["id"] == person)
    return found


def body(**changed: str) -> dict[str, str]:
    email = f"{secrets.token_hex(6)}@daerah.go.id"
    return {"name": "Siti Aminah", "email": email, "role": "operator", "agency": "dinkes"} | changed


def test_an_administrator_invites_an_operator_who_chooses_a_password(system: System) -> None:
    asked = body()
    told = system.must(ADMIN, "POST", PEOPLE, asked)
    before = listed(system, told["person"])
    assert (before["name"], before["email"]) == ("Siti Aminah", asked["email"])
    assert before["state"] == "invited"
    code = people.code_of(told["invitation"])
    answer = people.sent(system, "/undangan", {"kode": code, "sandi": people.PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (303, "/akun")
    after = listed(system, told["person"])
    assert after["state"] == "active"
    (role,) = after["roles"]
    assert (role["role"], role["agency"]) == ("operator", "dinkes")
    assert people.signed_in(system, asked["email"]).status_code == 303


def test_an_invitation_works_once_and_a_new_one_ends_the_old(system: System) -> None:
    told = system.must(ADMIN, "POST", PEOPLE, body())
    old = people.code_of(told["invitation"])
    renewed = system.must(ADMIN, "POST", f"{PEOPLE}/{told['person']}/invitation", {})
    refused = people.sent(system, "/undangan", {"kode": old, "sandi": people.PASSWORD})
    assert refused.status_code == 422
    assert "sudah dipakai atau sudah lewat" in refused.text
    code = {"kode": people.code_of(renewed), "sandi": people.PASSWORD}
    assert people.sent(system, "/undangan", code).status_code == 303
    assert people.sent(system, "/undangan", code).status_code == 422


def test_a_new_invitation_is_a_fact_of_whoever_made_it(system: System) -> None:
    """Whoever is handed one can become the person: nobody makes one unseen."""
    told = system.must(ADMIN, "POST", PEOPLE, body())
    path = f"{PEOPLE}/{told['person']}/invitation"
    (before,) = system.query("select count(*) from intake.event where topic = 'person.invited.1'")
    people.code_of(system.must(("00", "ministry"), "POST", path, {}))
    (after,) = system.query("select count(*) from intake.event where topic = 'person.invited.1'")
    assert after[0] == before[0] + 1
    (meta,) = system.query(
        "select convert_from(meta, 'UTF8')::jsonb, convert_from(state, 'UTF8')::jsonb"
        " from intake.event where topic = 'person.invited.1' order by recorded_at desc limit 1"
    )
    assert (meta[0]["role"], meta[1]["person"]) == ("ministry", told["person"])
    must_be_problem(system.send(ADMIN, "POST", f"{PEOPLE}/p-0000000000000000/invitation", {}), 404)


async def test_no_session_by_a_former_password_outlives_it(system: System) -> None:
    """The password is changed while somebody signs in by the former one."""
    person = people.joined(system, REGION, "operator", "dinkes")
    change = "update intake.person set password = 'lain' where id = %s"
    with psycopg.connect(system.database.admin) as changing:
        changing.execute(change, [person.id])
        with ThreadPoolExecutor(1) as pool:
            trying = pool.submit(people.signed_in, system, person.email)
            waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
            await eventually(lambda: trying.done() or system.query(waiting)[0][0] > 0)
            changing.commit()
            assert trying.result().status_code == 422


def test_an_invitation_runs_out(system: System) -> None:
    told = system.must(ADMIN, "POST", PEOPLE, body())
    system.query(
        "update intake.person set invited_until = now() - interval '1 second' where id = %s",
        told["person"],
    )
    code = {"kode": people.code_of(told["invitation"]), "sandi": people.PASSWORD}
    assert people.sent(system, "/undangan", code).status_code == 422
    assert listed(system, told["person"])["state"] == "lapsed"


def test_the_same_request_invites_once_and_shows_its_code_no_more(system: System) -> None:
    key = {"Idempotency-Key": secrets.token_hex(8)}
    asked = body()
    first = system.send(ADMIN, "POST", PEOPLE, asked, key)
    again = system.send(ADMIN, "POST", PEOPLE, asked, key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json()["person"] == first.json()["person"]
    assert again.json()["receipt"] == first.json()["receipt"]
    assert again.json()["invitation"] is None
    assert first.headers["cache-control"] == "no-store"
    other = {"Idempotency-Key": key["Idempotency-Key"]}
    must_be_problem(system.send(ADMIN, "POST", PEOPLE, body(), other), 422)


def test_the_same_address_is_the_same_person_whatever_its_capitals(system: System) -> None:
    asked = body()
    first = system.must(ADMIN, "POST", PEOPLE, asked)
    shouted = asked | {"email": asked["email"].upper(), "role": "region_admin", "agency": ""}
    second = system.must(ADMIN, "POST", PEOPLE, shouted)
    assert second["person"] == first["person"]
    roles = listed(system, first["person"])["roles"]
    assert [role["role"] for role in roles] == ["operator", "region_admin"]


def test_whoever_has_accounts_in_many_tenants_gets_into_each_by_its_name(system: System) -> None:
    email = f"{secrets.token_hex(6)}@bpk.go.id"
    tenants = [f"63.{number:02}" for number in range(1, 8)]
    for tenant in tenants:
        told = people.invited(system, tenant, "auditor", email=email)
        code = people.code_of(told["invitation"])
        form = {"kode": code, "sandi": f"{people.PASSWORD} {tenant}"}
        assert people.sent(system, "/undangan", form).status_code == 303
    last = tenants[-1]
    answer = people.signed_in(system, email, f"{people.PASSWORD} {last}", daerah=last)
    assert answer.status_code == 303


def test_two_tenants_know_the_same_address_as_two_people(system: System) -> None:
    """Neither can reset the other's password, nor sign in as the other."""
    asked = body()
    own = system.must(ADMIN, "POST", PEOPLE, asked)
    foreign = system.must(
        (OTHER, "region_admin"), "POST", f"/v1/tenants/{OTHER}/people", asked | {"name": "Lain"}
    )
    assert own["person"] != foreign["person"]
    for told, password in ((own, people.PASSWORD), (foreign, people.PASSWORD + " dua")):
        form = {"kode": people.code_of(told["invitation"]), "sandi": password}
        assert people.sent(system, "/undangan", form).status_code == 303
    in_own, in_other = (
        people.token_of(people.signed_in(system, asked["email"], password))
        for password in (people.PASSWORD, people.PASSWORD + " dua")
    )
    assert me(system, in_own)["tenant"] == REGION
    assert me(system, in_other)["tenant"] == OTHER
    misplaced = people.signed_in(system, asked["email"], people.PASSWORD, daerah=OTHER)
    assert misplaced.status_code == 422
    renewal = f"/v1/tenants/{OTHER}/people/{own['person']}/invitation"
    must_be_problem(system.send((OTHER, "region_admin"), "POST", renewal, {}), 404)


def me(system: System, token: str) -> dict[str, Any]:
    headers = {"Cookie": f"__Host-jejak={token}"}
    told: dict[str, Any] = system.http.get(system.url("intake") + "/v1/me", headers=headers).json()
    return told


def test_a_withdrawn_role_ends_its_sessions_at_once(system: System) -> None:
    person = people.joined(system, REGION, "operator", "dinkes")
    assert me(system, person.token)["role"] == "operator"
    path = f"{PEOPLE}/{person.id}/grants/{person.grant}/withdrawal"
    system.must(ADMIN, "POST", path, {"reason": "Pindah tugas."})
    must_be_problem(system.http.get(system.url("intake") + "/v1/me", headers=person.cookies), 401)
    refused = people.signed_in(system, person.email)
    assert refused.status_code == 422
    assert "tidak memegang peran" in refused.text
    assert listed(system, person.id)["roles"][0]["withdrawn_at"] is not None


def test_a_further_role_is_granted_and_chosen(system: System) -> None:
    person = people.joined(system, REGION, "operator", "dinkes")
    grants = f"{PEOPLE}/{person.id}/grants"
    system.must(ADMIN, "POST", grants, {"role": "operator", "agency": "bapperida"})
    other = listed(system, person.id)["roles"][1]
    answer = people.sent(system, "/akun/peran", {"peran": other["id"]}, person.token)
    assert answer.status_code == 303
    assert me(system, people.token_of(answer))["agency"] == "bapperida"
    # A change of role changes the token: the one before stands for nobody.
    must_be_problem(system.http.get(system.url("intake") + "/v1/me", headers=person.cookies), 401)


def test_a_role_of_somebody_else_cannot_be_chosen(system: System) -> None:
    person = people.joined(system, REGION, "operator", "dinkes")
    other = people.joined(system, REGION, "region_admin")
    foreign = people.joined(system, "00", "ministry")
    for grant in (other.grant, foreign.grant, "g-0000000000000000", ""):
        answer = people.sent(system, "/akun/peran", {"peran": grant}, person.token)
        assert answer.status_code == 422, grant
        assert me(system, person.token)["role"] == "operator"


def test_who_is_erased_is_nowhere_any_more_and_the_log_still_proves(system: System) -> None:
    person = people.joined(system, REGION, "operator", "dinkes")
    path = f"{PEOPLE}/{person.id}/erasure"
    told = system.must(ADMIN, "POST", path, {"reason": "Atas permintaan sendiri."})
    assert told["recorded"] == 2
    after = listed(system, person.id)
    assert (after["name"], after["email"], after["state"]) == (None, None, "erased")
    kept = system.query(
        "select login, identity, sealed, password, invitation from intake.person where id = %s",
        person.id,
    )
    assert kept == [(None,) * 5]
    assert system.query("select 1 from intake.person_key where person = %s", person.id) == []
    must_be_problem(system.http.get(system.url("intake") + "/v1/me", headers=person.cookies), 401)
    assert people.signed_in(system, person.email).status_code == 422
    topics = system.query(
        "select topic from intake.event where stream = %s order by seq", f"person/{person.id}"
    )
    assert [topic for (topic,) in topics] == [
        "role.granted.1",
        "role.withdrawn.1",
        "person.erased.1",
    ]
    # The address is free again, for somebody new.
    again = system.must(ADMIN, "POST", PEOPLE, body(email=person.email))
    assert again["person"] != person.id


def test_neither_name_nor_address_stands_in_the_log_or_in_clear(system: System) -> None:
    asked = body(name="Nama Yang Sangat Khas")
    system.must(ADMIN, "POST", PEOPLE, asked)
    told = json.dumps(
        [
            [str(value) for value in row]
            for table in ("event", "command", "answer", "person", "person_key")
            for row in system.query(f"select t::text from intake.{table} t")
        ]
    )
    for personal in ("Khas", asked["email"], asked["email"].encode().hex(), b"Khas".hex()):
        assert personal not in told
    assert "Khas" not in system.log("intake")
    assert asked["email"] not in system.log("intake")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"email": "bukan surel"}, "person.email"),
        ({"email": "a@b"}, "person.email"),
        ({"email": "a b@daerah.go.id"}, "person.email"),
        ({"email": "a\r\nb@daerah.go.id"}, "person.email"),
        ({"email": "a@@daerah.go.id"}, "person.email"),
        ({"email": "a@daerah..go.id"}, "person.email"),
        ({"email": "a@-daerah.go.id"}, "person.email"),
        ({"name": " "}, "person.name"),
        ({"name": "a\u202eb"}, "person.name"),
        ({"name": "x" * 201}, "person.name"),
        ({"role": "raja"}, "key.role_unknown"),
        ({"role": "operator", "agency": ""}, "role.agency"),
        ({"role": "region_admin", "agency": "dinkes"}, "role.agency"),
        ({"role": "verifier", "agency": ""}, "key.role_not_yours"),
        ({"role": "ministry", "agency": ""}, "key.role_not_yours"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused(system: System, changed: dict[str, str], reason: str) -> None:
    before = system.heads()
    refused = system.send(ADMIN, "POST", PEOPLE, body(**changed))
    assert refused.json()["title"] == reason
    assert system.heads() == before


def test_nobody_withdraws_their_own_role_or_erases_themselves(system: System) -> None:
    person = people.joined(system, REGION, "region_admin")
    headers = {
        **person.cookies,
        **people.own(system),
        "X-CSRF-Token": sessions.repeated(person.token),
        "Idempotency-Key": secrets.token_hex(8),
    }
    for path in (f"grants/{person.grant}/withdrawal", "erasure"):
        refused = system.http.post(
            f"{system.url('intake')}{PEOPLE}/{person.id}/{path}",
            json={"reason": "Selesai."},
            headers=headers,
        )
        assert refused.json()["title"] == "grant.own"


def test_a_person_is_told_all_that_is_kept_about_them(system: System) -> None:
    person = people.joined(system, REGION, "operator", "dinkes")
    told = me(system, person.token)
    assert told["person"]["email"] == person.email
    assert told["person"]["name"] == "Budi Santoso"
    (session,) = told["sessions"]
    assert session["current"] is True
    assert person.token not in json.dumps(told)
    program = system.must(ADMIN, "GET", "/v1/me")
    assert (program["person"], program["sessions"]) == (None, [])
