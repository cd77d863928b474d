"""Too many requests: one caller is told to wait, and nobody else notices."""

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

import httpx
import pytest

from shared.io.gate import limits
from tests.system import System, must_be_problem

YEAR = 2026
PATH = f"/v1/regions/{{}}/seasons/{YEAR}/innovations"
# A hundredth of the usual: four at once, one a second.
FACTOR = 0.01


@pytest.fixture(scope="module")
def system(started: Callable[..., AbstractContextManager[System]]) -> Iterator[System]:
    with started("intake", "projection", allowance=str(FACTOR)) as system:
        yield system


def read(system: System, region: str) -> httpx.Response:
    return system.send((region, "region_admin"), "GET", PATH.format(region))


def flood(ask: Callable[[], httpx.Response], requests: int = 40) -> list[httpx.Response]:
    with ThreadPoolExecutor(8) as threads:
        return list(threads.map(lambda _: ask(), range(requests)))


def test_beyond_its_allowance_a_tenant_waits_and_others_do_not(system: System) -> None:
    told = flood(lambda: read(system, "63.10"))
    limit = limits(FACTOR)["read"]
    granted = [one for one in told if one.status_code != 429]
    refused = [one for one in told if one.status_code == 429]
    # A second of refilling may pass on a slow machine.
    assert limit.burst <= len(granted) <= limit.burst + 4
    assert refused
    for one in refused:
        must_be_problem(one, 429)
        assert one.headers["ratelimit"].startswith('"read";r=0;t=')
        assert one.headers["ratelimit-policy"] == '"read";q=4;w=4'
        assert one.json()["title"] == "rate.exceeded"
        assert int(one.headers["retry-after"]) >= 1
    assert read(system, "63.11").status_code != 429


def test_what_is_left_is_told_beside_every_answer(system: System) -> None:
    first, second = read(system, "63.09"), read(system, "63.09")
    assert first.headers["ratelimit-policy"] == '"read";q=4;w=4'
    left = [
        int(one.headers["ratelimit"].split(";")[1].removeprefix("r=")) for one in (first, second)
    ]
    assert left == [3, 2]


def test_kinds_of_requests_have_allowances_of_their_own(system: System) -> None:
    who = ("63.08", "region_admin")
    assert flood(lambda: read(system, "63.08"))[-1].status_code == 429
    answer = system.send(who, "POST", PATH.format("63.08"), {})
    assert answer.status_code != 429


def test_whoever_shows_no_key_is_counted_by_address(system: System) -> None:
    told = flood(lambda: system.get(f"/v1/provinces/63/seasons/{YEAR}/ranking"))
    assert {one.status_code for one in told} > {429}
    key = system.key("63.07", "region_admin")
    answer = system.get(f"/v1/provinces/63/seasons/{YEAR}/ranking", key)
    assert answer.status_code != 429


def test_keys_that_nobody_holds_are_soon_not_looked_up(
    started: Callable[..., AbstractContextManager[System]],
) -> None:
    """Whoever was known before goes on from the same address."""
    with started("projection", allowance=str(FACTOR)) as system:
        path = f"/v1/provinces/63/seasons/{YEAR}/ranking"
        known = system.key("63.07", "region_admin")
        assert system.get(path, known).status_code == 404
        flooded = flood(lambda: system.get(path, f"jejak_{secrets.token_hex(6)}_x"), 60)
        assert {one.status_code for one in flooded} == {401, 429}
        looked_up = [one.status_code for one in flooded].count(401)
        assert looked_up <= limits(FACTOR)["stranger"].burst + 3
        fresh = system.get(path, system.key("63.06", "region_admin"))
        must_be_problem(fresh, 429)
        assert int(fresh.headers["retry-after"]) >= 1
        assert system.get(path, known).status_code == 404


def test_an_address_that_is_claimed_and_not_trusted_buys_nothing(system: System) -> None:
    """The header that proxies set says nothing where no proxy is trusted."""

    def ask(number: int) -> httpx.Response:
        claimed = {"X-Forwarded-For": f"10.0.0.{number}"}
        path = f"/v1/provinces/63/seasons/{YEAR}/ranking"
        return system.http.get(system.url("projection") + path, headers=claimed)

    with ThreadPoolExecutor(8) as threads:
        told = list(threads.map(ask, range(1, 40)))
    assert [one.status_code for one in told].count(429) > 20


def test_probes_are_never_refused(system: System) -> None:
    for service in ("intake", "projection"):
        told = flood(lambda name=service: system.http.get(system.url(name) + "/healthz"))  # type: ignore[misc]
        assert {one.status_code for one in told} == {200}


def test_whoever_writes_one_thing_at_once_is_taken_in_turn(
    started: Callable[..., AbstractContextManager[System]],
) -> None:
    """Nobody is told that somebody was quicker, however many write the same thing."""
    with started("intake", allowance="10") as system:
        system.open_season(YEAR, "2026.1")
        path = f"/v1/regions/63.10/targets/{YEAR}"

        def write(number: int) -> httpx.Response:
            body = {"target": f"{number}.00", "instrument": "Perda"}
            return system.send(("63.10", "region_admin"), "PUT", path, body)

        with ThreadPoolExecutor(60) as threads:
            told = list(threads.map(write, range(1, 61)))
    assert [one.status_code for one in told] == [201] * 60
