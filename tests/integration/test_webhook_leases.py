"""A webhook is one worker's at a time: who lost it, or was put elsewhere, moves nothing."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.intake.core.following import cursor
from services.intake.following.feed import Feed
from services.intake.following.webhooks import Leased, Webhook, Webhooks
from shared.io import postgres
from shared.io.history import History
from shared.io.outgoing import Outgoing
from tests import examples
from tests.databases import Database
from tests.examples import TENANT
from tests.serving import serving

LEAF = b"x" * 32


@pytest.fixture
async def pool(database: Database) -> AsyncIterator[postgres.Pool]:
    async with serving(database.intake) as commit:
        await commit.append(examples.append(drafts=[examples.draft()] * 3))
    async with postgres.pool(database.intake, "intake", "test", 3) as opened:
        yield opened


@pytest.fixture
async def webhooks(pool: postgres.Pool) -> Webhooks:
    return Webhooks(pool, Feed(History(pool)), Outgoing(loopback=True))


async def made(webhooks: Webhooks) -> Webhook:
    return await webhooks.make(TENANT, "http://127.0.0.1:9/", [], cursor.start(TENANT))


async def change(pool: postgres.Pool, what: str) -> None:
    async with postgres.reaching(pool, [TENANT]) as connection:
        await postgres.execute(connection, f"update webhook set {what}")


async def test_what_is_leased_is_nobody_elses_until_it_is_given_back(
    pool: postgres.Pool, webhooks: Webhooks
) -> None:
    await made(webhooks)
    leased = Leased(pool, 30)
    (own,) = await leased.claim(5)
    assert await leased.claim(5) == []
    await leased.release(own)
    assert len(await leased.claim(5)) == 1


async def test_the_lease_of_the_dead_runs_out(pool: postgres.Pool, webhooks: Webhooks) -> None:
    await made(webhooks)
    leased = Leased(pool, 30)
    (first,) = await leased.claim(5)
    await change(pool, "leased_until = now()")
    (second,) = await leased.claim(5)
    place = cursor.at(TENANT, 1, LEAF)
    assert await leased.delivered(first, place, sent=True) is None
    await leased.failed(first, "timeout", final=True)
    await leased.release(first)
    assert await leased.claim(5) == []
    moved = await leased.delivered(second, place, sent=True)
    assert moved is not None
    assert (moved.seq, moved.failures, moved.state) == (1, 0, "active")


async def test_who_was_put_elsewhere_moves_nothing(pool: postgres.Pool, webhooks: Webhooks) -> None:
    told = await made(webhooks)
    leased = Leased(pool, 30)
    (own,) = await leased.claim(5)
    end = await Feed(History(pool)).end(TENANT)
    await webhooks.replay(TENANT, told.id, end)
    assert await leased.delivered(own, cursor.at(TENANT, 1, LEAF), sent=True) is None
    await leased.failed(own, "timeout", final=True)
    left = await webhooks.one(TENANT, told.id)
    assert (left.place, left.failures, left.state) == (end, 0, "active")


@pytest.mark.parametrize(
    "what", ["state = 'paused'", "state = 'suspended'", "next_attempt_at = now() + interval '1 s'"]
)
async def test_what_is_not_due_is_not_claimed(
    pool: postgres.Pool, webhooks: Webhooks, what: str
) -> None:
    await made(webhooks)
    await change(pool, what)
    assert await Leased(pool, 30).claim(5) == []


async def test_what_has_come_to_the_end_is_not_due(pool: postgres.Pool, webhooks: Webhooks) -> None:
    await webhooks.make(TENANT, "http://127.0.0.1:9/", [], None)
    assert await Leased(pool, 30).claim(5) == []


async def test_who_had_a_turn_stands_behind_all_that_wait(
    pool: postgres.Pool, webhooks: Webhooks
) -> None:
    for _ in range(3):
        await made(webhooks)
    leased, turns = Leased(pool, 30), []
    for _ in range(6):
        (one,) = await leased.claim(1)
        turns.append(one.id)
        await leased.release(one)
    assert turns[:3] == turns[3:]
    assert len(set(turns)) == 3


@pytest.mark.parametrize(
    ("since", "final", "state"),
    [
        ("null", False, "active"),
        ("now() - interval '71 hours'", False, "active"),
        ("now() - interval '73 hours'", False, "suspended"),
        ("null", True, "suspended"),
    ],
)
async def test_it_is_given_up_after_three_days(
    pool: postgres.Pool, webhooks: Webhooks, since: str, final: Any, state: str
) -> None:
    told = await made(webhooks)
    leased = Leased(pool, 30)
    (own,) = await leased.claim(5)
    await change(pool, f"failing_since = {since}")
    await leased.failed(own, "status.500", final=final)
    left = await webhooks.one(TENANT, told.id)
    assert (left.state, left.failures, left.last_error) == (state, 1, "status.500")
    again = await webhooks.resume(TENANT, told.id)
    assert (again.state, again.failures, again.failing_since) == ("active", 0, None)
