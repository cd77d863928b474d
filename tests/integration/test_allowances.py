"""Buckets of requests: shared by all copies of a service, never by two callers."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from shared.io import postgres
from shared.io.allowances import Allowances, Limit
from shared.kernel.errors import Refused
from tests.databases import Database

# So slow that nothing comes back while a test runs.
SLOW = Limit(rate=0.01, burst=5)
OWN, OTHER = "63.10", "63.11"


@pytest.fixture
async def pool(database: Database) -> AsyncIterator[postgres.Pool]:
    async with postgres.pool(database.intake, "intake", "test", 2) as opened:
        yield opened


def buckets(pool: postgres.Pool, limit: Limit = SLOW) -> Allowances:
    return Allowances(pool, {"write": limit, "read": limit})


async def taken(allowances: Allowances, whose: str, attempts: int, kind: str = "write") -> int:
    """How many of the attempts were granted."""
    outcomes = await asyncio.gather(
        *(allowances.take(whose, kind) for _ in range(attempts)), return_exceptions=True
    )
    refused = [one for one in outcomes if isinstance(one, Refused)]
    assert all(one.reason == "rate.exceeded" for one in refused)
    assert not [one for one in outcomes if isinstance(one, Exception) and one not in refused]
    return attempts - len(refused)


async def past(database: Database, seconds: int) -> None:
    """As if so much time had gone by."""
    async with await postgres.connect(database.admin, "intake", "test") as admin:
        await admin.execute(
            "update allowance set refilled_at = refilled_at - make_interval(secs => %s)", [seconds]
        )


async def test_a_burst_is_granted_and_not_one_request_more(pool: postgres.Pool) -> None:
    assert await taken(buckets(pool), OWN, 20) == SLOW.burst


async def test_callers_and_kinds_have_buckets_of_their_own(pool: postgres.Pool) -> None:
    allowances = buckets(pool)
    assert await taken(allowances, OWN, 20) == SLOW.burst
    assert await taken(allowances, OTHER, 20) == SLOW.burst
    assert await taken(allowances, OWN, 20, "read") == SLOW.burst


async def test_copies_of_a_service_draw_from_one_bucket(pool: postgres.Pool) -> None:
    first, second = buckets(pool), buckets(pool)
    assert await taken(first, OWN, 3) + await taken(second, OWN, 20) == SLOW.burst


async def test_time_brings_tokens_up_to_the_burst(pool: postgres.Pool, database: Database) -> None:
    assert await taken(buckets(pool), OWN, 20) == SLOW.burst
    await past(database, 250)
    assert await taken(buckets(pool), OWN, 20) == 2
    await past(database, 3000)
    assert await taken(buckets(pool), OWN, 20) == SLOW.burst


async def test_a_refusal_says_how_long_to_wait(pool: postgres.Pool) -> None:
    allowances = buckets(pool, Limit(rate=0.5, burst=1))
    await allowances.take(OWN, "write")
    with pytest.raises(Refused) as refused:
        await allowances.take(OWN, "write")
    assert refused.value.facts == {"seconds": 2}


async def test_a_flood_is_refused_without_asking_the_database(database: Database) -> None:
    async with postgres.pool(database.intake, "intake", "test", 1) as opened:
        allowances = buckets(opened)
        assert await taken(allowances, OWN, 20) == SLOW.burst
    # The pool is closed: whatever asks it now fails otherwise.
    assert await taken(allowances, OWN, 100) == 0


async def test_what_is_left_is_told(pool: postgres.Pool) -> None:
    allowances = buckets(pool)
    left = [await allowances.take(OWN, "write") for _ in range(5)]
    assert [one.tokens for one in left] == [4, 3, 2, 1, 0]
    assert [one.full_in_seconds for one in left] == [100, 200, 300, 400, 500]


async def test_a_lease_is_of_many_tokens_and_grants_no_more_than_the_burst(
    pool: postgres.Pool,
) -> None:
    limit = Limit(rate=0.001, burst=30)
    assert limit.lease == 1
    quick = Limit(rate=50, burst=30)
    assert quick.lease == 10
    allowances = buckets(pool, quick)
    began = asyncio.get_running_loop().time()
    granted = await taken(allowances, OWN, 1000)
    spent = asyncio.get_running_loop().time() - began
    assert quick.burst <= granted <= quick.burst + quick.rate * (spent + 1)


async def test_full_buckets_are_forgotten(pool: postgres.Pool, database: Database) -> None:
    allowances = buckets(pool)
    await taken(allowances, OWN, 1)
    await past(database, 3601)
    await taken(allowances, OTHER, 1)
    await allowances.sweep()
    async with await postgres.connect(database.admin, "intake", "test") as admin:
        rows = await postgres.fetch(admin, "select whose from allowance")
    assert rows == [{"whose": OTHER}]
