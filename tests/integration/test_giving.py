"""Who may give a role may end it, and nobody else; nor take over the account that holds it."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests import people
from tests.system import System

PROVINCE = "63"
ADMIN = (PROVINCE, "region_admin")
MINISTRY = ("00", "ministry")
PEOPLE = f"/v1/tenants/{PROVINCE}/people"
KEYS = f"/v1/tenants/{PROVINCE}/keys"
ABOVE = ("verifier", "coordinator", "ministry", "auditor")
REASON = {"reason": "Selesai."}


@pytest.fixture(scope="module")
def system(started: Callable[..., AbstractContextManager[System]]) -> Iterator[System]:
    with started("intake") as system:
        yield system


def must_stand_above(system: System, path: str, body: dict[str, Any]) -> None:
    before = system.heads()
    refused = system.send(ADMIN, "POST", path, body)
    assert (refused.status_code, refused.json()["title"]) == (403, "role.not_below_yours")
    assert system.heads() == before


@pytest.mark.parametrize("role", ABOVE)
def test_an_account_of_a_role_that_stands_above_is_not_handed_over(
    system: System, role: str
) -> None:
    person = people.joined(system, PROVINCE, role)
    must_stand_above(system, f"{PEOPLE}/{person.id}/invitation", {})
    must_stand_above(system, f"{PEOPLE}/{person.id}/grants/{person.grant}/withdrawal", REASON)
    must_stand_above(system, f"{PEOPLE}/{person.id}/erasure", REASON)
    assert people.signed_in(system, person.email).status_code == 303
    assert system.must(MINISTRY, "POST", f"{PEOPLE}/{person.id}/invitation", {})["path"]


def test_an_open_invitation_to_such_a_role_is_not_taken_over_by_inviting_again(
    system: System,
) -> None:
    email = f"{secrets.token_hex(6)}@provinsi.go.id"
    told = people.invited(system, PROVINCE, "verifier", email=email)
    again = {"name": "Siti Aminah", "email": email, "role": "region_admin"}
    must_stand_above(system, PEOPLE, again)
    code = {"kode": people.code_of(told["invitation"]), "sandi": people.PASSWORD}
    assert people.sent(system, "/undangan", code).status_code == 303
    # The person is signed in now, so no code is shown: a further role is theirs alone.
    assert system.must(ADMIN, "POST", PEOPLE, again)["invitation"] is None


def test_a_role_that_one_may_give_is_one_s_own_to_end(system: System) -> None:
    person = people.joined(system, PROVINCE, "region_admin")
    assert system.must(ADMIN, "POST", f"{PEOPLE}/{person.id}/invitation", {})["path"]
    path = f"{PEOPLE}/{person.id}/grants/{person.grant}/withdrawal"
    assert system.must(ADMIN, "POST", path, REASON)["recorded"] == 1


@pytest.mark.parametrize("role", ABOVE)
def test_a_key_of_a_role_that_stands_above_is_not_revoked(system: System, role: str) -> None:
    until = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    body = {"client": f"program-{role}", "role": role, "expires_at": until}
    key = system.must(MINISTRY, "POST", KEYS, body)
    must_stand_above(system, f"{KEYS}/{key['id']}/revocation", REASON)
    assert system.must(MINISTRY, "POST", f"{KEYS}/{key['id']}/revocation", REASON)["recorded"] == 1
