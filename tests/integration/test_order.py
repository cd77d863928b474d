"""Order and certainty of appends: slow transactions, tail readers, replies that never arrive."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from shared.io import postgres, store
from shared.io.history import History
from shared.kernel import appending, merkle
from shared.kernel.appending import Append, Receipt
from shared.kernel.errors import Outrun, Refused, Unavailable
from tests import examples
from tests.databases import Database
from tests.examples import NEIGHBOUR, STREAM, TENANT
from tests.proxy import Proxy, proxied
from tests.serving import serving
from tests.waiting import eventually

WRITERS = 6
ROUNDS = 40


@asynccontextmanager
async def session(url: str) -> AsyncIterator[postgres.Connection]:
    connection = await postgres.connect(url, "intake", "test")
    async with connection:
        yield connection


@asynccontextmanager
async def history_of(url: str) -> AsyncIterator[History]:
    async with postgres.pool(url, "intake", "test-history", 2) as pool:
        yield History(pool)


@asynccontextmanager
async def slow_append(url: str, append: Append) -> AsyncIterator[None]:
    """Everything of the append is written and locked; it commits when the block ends."""
    async with session(url) as connection, connection.transaction():
        (outcome,) = await store.append_within(connection, [append])
        assert isinstance(outcome, Receipt)
        yield


def waiting_for_a_lock(admin: postgres.Connection) -> Callable[[], Awaitable[bool]]:
    async def someone_waits() -> bool:
        rows = await postgres.fetch(
            admin,
            "select 1 from pg_stat_activity where wait_event_type = 'Lock'"
            " and datname = current_database()",
        )
        return bool(rows)

    return someone_waits


async def check(database: Database, tenant: str, count: int) -> None:
    async with history_of(database.intake) as history, session(database.admin) as admin:
        rows = await history.read_all(tenant, upto=count)
        (head,) = await postgres.fetch(
            admin, "select seq, root from head where tenant = %(tenant)s", {"tenant": tenant}
        )
    assert (head["seq"], head["root"]) == (count, examples.root_of(rows))


async def test_while_one_transaction_is_slow_its_tenant_waits_and_others_go_on(
    database: Database,
) -> None:
    async with (
        session(database.admin) as admin,
        serving(database.intake) as same,
        serving(database.intake) as other,
        history_of(database.intake) as history,
    ):
        async with slow_append(database.intake, examples.append("slow")):
            waiting = asyncio.create_task(same.append(examples.append("waits")))
            await eventually(waiting_for_a_lock(admin))
            for number in range(5):
                receipt = await other.append(examples.append(f"{number}", tenant=NEIGHBOUR))
                assert receipt.last == number + 1
            assert not waiting.done()
            # A tail reader sees nothing of either: no later number before an earlier one.
            assert set(await history.heads()) == {NEIGHBOUR}
        assert (await waiting).first == 2
    await check(database, TENANT, 2)
    await check(database, NEIGHBOUR, 5)


async def test_whoever_waited_sees_what_it_waited_for(database: Database) -> None:
    """The versions are read by a statement that begins after the lock is held."""
    async with session(database.admin) as admin, serving(database.intake) as commit:
        async with slow_append(database.intake, examples.append("slow")):
            right = asyncio.create_task(
                commit.append(examples.append("right", expected={STREAM: 1}))
            )
            await eventually(waiting_for_a_lock(admin))
        assert (await right).versions == {STREAM: 2}
        async with slow_append(database.intake, examples.append("slow again")):
            wrong = asyncio.create_task(
                commit.append(examples.append("wrong", expected={STREAM: 2}))
            )
            await eventually(waiting_for_a_lock(admin))
        with pytest.raises(Outrun):
            await wrong
    await check(database, TENANT, 3)


async def test_a_command_that_waited_for_its_own_twin_is_answered_like_it(
    database: Database,
) -> None:
    async with session(database.admin) as admin, serving(database.intake) as commit:
        async with slow_append(database.intake, examples.append("twin")):
            twin = asyncio.create_task(commit.append(examples.append("twin")))
            await eventually(waiting_for_a_lock(admin))
        receipt = await twin
        assert (receipt.first, receipt.last) == (1, 1)
    await check(database, TENANT, 1)


async def test_a_moment_never_precedes_the_one_before(database: Database) -> None:
    """The clock is read under the lock: who waited longest is not recorded as the earliest."""
    async with session(database.admin) as admin, serving(database.intake) as commit:
        async with slow_append(database.intake, examples.append("slow")):
            late = asyncio.create_task(commit.append(examples.append("late")))
            await eventually(waiting_for_a_lock(admin))
            (now,) = await postgres.fetch(admin, "select clock_timestamp() as now")
        assert (await late).recorded_at > now["now"]


async def test_a_slow_transaction_that_fails_leaves_no_hole(database: Database) -> None:
    async with session(database.admin) as admin, serving(database.intake) as commit:
        async with session(database.intake) as slow, slow.transaction(force_rollback=True):
            await store.append_within(slow, [examples.append("slow")])
            waiting = asyncio.create_task(commit.append(examples.append("waits")))
            await eventually(waiting_for_a_lock(admin))
        assert (await waiting).first == 1
    await check(database, TENANT, 1)


async def test_a_lock_is_not_waited_for_without_end(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "LOCK_SECONDS_MAX", 1)
    monkeypatch.setattr(store, "ATTEMPTS_MAX", 1)
    async with serving(database.intake) as commit:
        async with slow_append(database.intake, examples.append("slow")):
            with pytest.raises(Unavailable):
                await commit.append(examples.append("waits"))
        assert (await commit.append(examples.append("waits"))).first == 2


async def test_a_tail_reader_never_misses_an_event(database: Database) -> None:
    """I3: every `seq > cursor` is right at once, while writers race, stall and fail."""
    done = asyncio.Event()
    seen: dict[str, list[int]] = {TENANT: [], NEIGHBOUR: []}

    async def tail(history: History) -> None:
        finished = False
        while not finished:
            finished = done.is_set()
            for tenant, tip in (await history.heads()).items():
                cursor = seen[tenant][-1] if seen[tenant] else 0
                found = await history.read(tenant, after=cursor, upto=tip.seq)
                seen[tenant].extend(event.seq for event in found)

    async def write(writer: int) -> None:
        async with session(database.intake) as connection:
            for turn in range(ROUNDS):
                tenant = TENANT if (writer + turn) % 3 else NEIGHBOUR
                append = examples.append(
                    f"{writer}-{turn}", tenant=tenant, drafts=[examples.draft()] * (1 + turn % 4)
                )
                async with connection.transaction(force_rollback=turn % 7 == 0):
                    await store.append_within(connection, [append])
                    if turn % 5 == 0:
                        await asyncio.sleep(0.005)  # the slow transaction itself

    async with history_of(database.intake) as history:
        reading = asyncio.create_task(tail(history))
        await asyncio.gather(*map(write, range(WRITERS)))
        done.set()
        await reading
    total = WRITERS * sum(1 + turn % 4 for turn in range(ROUNDS) if turn % 7)
    assert sum(map(len, seen.values())) == total
    for tenant, seqs in seen.items():
        assert seqs == list(range(1, len(seqs) + 1))
        await check(database, tenant, len(seqs))


async def test_a_reply_cut_after_the_commit_is_answered_on_retry(database: Database) -> None:
    async with proxied(database.intake) as proxy, serving(proxy.url) as commit:
        proxy.cut = "after commit"
        receipt = await commit.append(examples.append("once"))
        assert proxy.cuts == 1
        assert (receipt.first, receipt.last) == (1, 1)
        assert await commit.append(examples.append("once")) == receipt
        with pytest.raises(Refused, match=r"idempotency\.key_reused"):
            await commit.append(examples.append("once", request=b"other"))
    await check(database, TENANT, 1)


async def test_a_caller_told_nothing_after_the_commit_asks_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "ATTEMPTS_MAX", 1)
    async with proxied(database.intake) as proxy, serving(proxy.url) as commit:
        proxy.cut = "after commit"
        with pytest.raises(Unavailable):
            await commit.append(examples.append("once"))
        await eventually(lambda: recorded(database, TENANT, 1))
        receipt = await commit.append(examples.append("once"))
        assert (receipt.first, receipt.last) == (1, 1)
    await check(database, TENANT, 1)


async def test_a_request_cut_before_the_commit_leaves_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "ATTEMPTS_MAX", 1)
    async with proxied(database.intake) as proxy, serving(proxy.url) as commit:
        proxy.cut = "before commit"
        with pytest.raises(Unavailable):
            await commit.append(examples.append("once"))
        assert proxy.cuts == 1
        await eventually(lambda: nobody_is_in_a_transaction(database))
        await check(database, TENANT, 0)
        receipt = await commit.append(examples.append("once"))
        assert (receipt.first, receipt.last) == (1, 1)
    await check(database, TENANT, 1)


@pytest.mark.parametrize("cut", ["before commit", "after commit"])
async def test_a_batch_that_was_cut_is_recorded_once(database: Database, cut: str) -> None:
    async with proxied(database.intake) as proxy, serving(proxy.url) as commit:
        order(proxy, cut)
        asked = [examples.append(f"{number}") for number in range(40)]
        receipts = await asyncio.gather(*map(commit.append, asked))
        assert proxy.cuts == 1
        assert [receipt.first for receipt in receipts] == list(range(1, 41))
        assert await asyncio.gather(*map(commit.append, asked)) == receipts
    await check(database, TENANT, 40)


def order(proxy: Proxy, cut: str) -> None:
    proxy.cut = "before commit" if cut == "before commit" else "after commit"


async def recorded(database: Database, tenant: str, count: int) -> bool:
    async with session(database.admin) as admin:
        rows = await postgres.fetch(
            admin, "select seq from head where tenant = %(tenant)s", {"tenant": tenant}
        )
    return bool(rows[0]["seq"] == count)


async def nobody_is_in_a_transaction(database: Database) -> bool:
    async with session(database.admin) as admin:
        return not await postgres.fetch(
            admin,
            "select 1 from pg_stat_activity where usename = 'jejak_intake'"
            " and datname = current_database() and xact_start is not null",
        )


async def test_every_event_is_hashed_as_it_is_stored(database: Database) -> None:
    """What the leaf hash is over is what comes back: no rounding on the way through the table."""
    async with serving(database.intake) as commit, history_of(database.intake) as history:
        await commit.append(examples.append(drafts=[examples.draft(e) for e in examples.EVENTS]))
        rows = await history.read_all(TENANT, upto=len(examples.EVENTS))
    for row in rows:
        assert merkle.leaf_hash(appending.leaf_of(row)) == row.leaf_hash
