"""Guessing passwords: refused after a few tries, without telling what there is to guess."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from shared.io.gate import limits
from tests import people
from tests.people import Signed
from tests.system import System

# The usual; every other test is given far more.
ALLOWANCE = 1.0
TRIES = limits(ALLOWANCE)["sign_in"].burst
NOBODY = "tidak.ada@daerah.go.id"


@pytest.fixture
def system(started: Callable[..., AbstractContextManager[System]]) -> Iterator[System]:
    with started("intake", allowance=str(ALLOWANCE)) as system:
        yield system


@pytest.fixture
def person(system: System) -> Signed:
    return people.joined(system, "63.10", "region_admin")


def test_one_account_is_guessed_a_few_times_and_others_sign_in_beside(
    system: System, person: Signed
) -> None:
    other = people.joined(system, "63.10", "operator", "dinkes")
    told = [people.signed_in(system, person.email, f"tebakan {n}") for n in range(TRIES + 2)]
    assert [one.status_code for one in told] == [422] * TRIES + [429] * 2
    assert int(told[-1].headers["retry-after"]) > 0
    # Neither the right password nor other capitals go round it.
    assert people.signed_in(system, person.email).status_code == 429
    assert people.signed_in(system, person.email.upper()).status_code == 429
    assert people.signed_in(system, other.email).status_code == 303
    # Who is signed in stays so.
    me = system.http.get(system.url("intake") + "/v1/me", headers=person.cookies)
    assert me.status_code == 200


def test_an_account_that_is_not_there_is_refused_alike(system: System, person: Signed) -> None:
    known, unknown = (
        [people.signed_in(system, email, "bukan ini sandinya") for _ in range(TRIES + 1)]
        for email in (person.email, NOBODY)
    )
    assert [one.status_code for one in known] == [one.status_code for one in unknown]
    told = [_but_for_the_clock(one.text.replace(person.email, NOBODY)) for one in known]
    assert told == [_but_for_the_clock(one.text) for one in unknown]


def _but_for_the_clock(page: str) -> str:
    """A page without the seconds to wait, which count from the first try of each account."""
    return re.sub(r"dalam \d+ detik", "dalam sekian detik", page)


def test_one_address_tries_many_accounts_only_so_often(system: System) -> None:
    burst = limits(ALLOWANCE)["sign_in_from"].burst
    began = time.monotonic()
    told = [
        people.signed_in(system, f"orang{n}@daerah.go.id", "kata sandi acak").status_code
        for n in range(burst + 20)
    ]
    refilled = time.monotonic() - began + 1
    granted = told.count(422)
    assert burst <= granted <= burst + refilled
    if refilled < 20:
        assert told.count(429) > 0


def test_the_former_password_is_guessed_a_few_times_too(system: System, person: Signed) -> None:
    """Whoever finds a browser left open does not learn the password from it."""
    form = {"lama": "bukan yang lama", "sandi": "gergaji pelangi mentimun kapal"}
    told = [
        people.sent(system, "/akun/sandi", form, person.token).status_code for _ in range(TRIES + 1)
    ]
    assert told == [422] * TRIES + [429]
