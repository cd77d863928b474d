"""What only the group commit promises: idempotency, versions of streams that are only read, and
that one bad item, one impatient caller or one crash hurts nobody else.
"""

import asyncio
from collections.abc import Sequence

import pytest

from deploy.local.postgres import Cluster
from shared.io import postgres
from shared.io.history import History
from shared.io.store import BATCH_MAX, GroupCommit
from shared.kernel import appending
from shared.kernel.appending import EVENT_BYTES_MAX, EVENTS_PER_COMMAND_MAX, Append, Draft, Receipt
from shared.kernel.errors import Failure, Missing, Outrun, Refused
from tests import examples
from tests.databases import Database
from tests.examples import NEIGHBOUR, TENANT
from tests.serving import serving
from tests.writers import MANY_TENANTS, Fact, Tables, as_append, check, facts

CALLERS = 64


async def test_a_repeated_command_gets_the_same_receipt(
    commit: GroupCommit, tables: Tables
) -> None:
    asked = as_append("once", TENANT, facts("a", 1, 2))
    receipt = await commit.append(asked)
    await commit.append(as_append("between", TENANT, facts("a", 3, 3)))
    assert await commit.append(asked) == receipt
    assert await asyncio.gather(*(commit.append(asked) for _ in range(10))) == [receipt] * 10
    await check(tables, TENANT, 3)


async def test_a_command_repeated_within_one_batch_is_recorded_once(
    commit: GroupCommit, tables: Tables
) -> None:
    asked = as_append("once", TENANT, facts("a", 1, 2))
    receipts = await asyncio.gather(*(commit.append(asked) for _ in range(10)))
    assert receipts == [receipts[0]] * 10
    await check(tables, TENANT, 2)


async def test_a_key_with_another_request_is_refused(commit: GroupCommit, tables: Tables) -> None:
    await commit.append(examples.append("once", request=b"one"))
    with pytest.raises(Refused, match=r"idempotency\.key_reused"):
        await commit.append(examples.append("once", request=b"other"))
    await check(tables, TENANT, 1)


async def test_the_same_key_of_another_tenant_is_another_command(
    commit: GroupCommit, tables: Tables
) -> None:
    await commit.append(examples.append("once", request=b"one"))
    await commit.append(examples.append("once", request=b"other", tenant=NEIGHBOUR))
    await check(tables, TENANT, 1)
    await check(tables, NEIGHBOUR, 1)


async def test_the_receipt_can_be_looked_up(database: Database, commit: GroupCommit) -> None:
    asked = examples.append("once")
    receipt = await commit.append(asked)
    async with postgres.pool(database.intake, "intake", "test", 1) as pool:
        asked_for = [(TENANT, "once"), (TENANT, "twice"), (NEIGHBOUR, "once")]
        answered = await History(pool).answered(asked_for)
    assert answered == {(TENANT, "once"): (asked.request, receipt)}


async def test_a_command_that_changes_nothing_is_answered_for_ever_too(
    commit: GroupCommit, tables: Tables
) -> None:
    await commit.append(as_append("first", TENANT, facts("a", 1, 1)))
    empty = examples.append("nothing", expected={"a": 1}, drafts=[])
    receipt = await commit.append(empty)
    assert (receipt.first, receipt.last, receipt.versions) == (2, 1, {"a": 1})
    await commit.append(as_append("second", TENANT, facts("a", 2, 2)))
    assert await commit.append(empty) == receipt
    await check(tables, TENANT, 2)


async def test_a_stream_that_was_only_read_may_not_have_moved(
    commit: GroupCommit, tables: Tables
) -> None:
    await commit.append(as_append("first", TENANT, facts("season/2026", 1, 1)))
    reading = {"season/2026": 1, "entry/2026": 0}
    await commit.append(examples.append("reads", expected=reading))
    await commit.append(as_append("closes", TENANT, facts("season/2026", 2, 2)))
    with pytest.raises(Outrun, match="season/2026"):
        await commit.append(examples.append("too late", expected=reading))
    with pytest.raises(Outrun, match="entry/2026"):
        await commit.append(examples.append("too early", expected={"entry/2026": 1}))
    await check(tables, TENANT, 3)


async def test_an_outrun_command_can_be_decided_again_under_its_key(
    commit: GroupCommit, tables: Tables
) -> None:
    await commit.append(as_append("first", TENANT, facts("a", 1, 1)))
    with pytest.raises(Outrun):
        await commit.append(as_append("second", TENANT, facts("a", 1, 1)))
    again = await commit.append(as_append("second", TENANT, facts("a", 2, 2)))
    assert again.versions == {"a": 2}
    await check(tables, TENANT, 2)


BAD_ITEMS = {
    "NUL in a stream": examples.append(
        "bad", drafts=[Draft(stream="nul\x00", topic="t", state=b"", meta=b"")]
    ),
    "NUL in a topic": examples.append(
        "bad", drafts=[Draft(stream="s", topic="t\x00", state=b"", meta=b"")]
    ),
    "NUL in an expected stream": examples.append("bad", expected={"nul\x00": 0}),
    "NUL in a key": examples.append("nul\x00"),
    "NUL in a tenant": examples.append("bad", tenant="63\x00"),
    "lone surrogate in a stream": examples.append("bad", expected={"\ud800": 0}),
    "lone surrogate in a key": examples.append("bad \ud800", request=b""),
    "endless key": examples.append("".join(chr(0x4E00 + n) for n in range(9000)), request=b""),
    "endless stream": examples.append(
        "bad", drafts=[Draft(stream="s" * 9000, topic="t", state=b"", meta=b"")]
    ),
    "endless state": examples.append(
        "bad", drafts=[Draft(stream="s", topic="t", state=b"x" * (EVENT_BYTES_MAX + 1), meta=b"")]
    ),
    "too many events": examples.append(
        "bad", drafts=[examples.draft()] * (EVENTS_PER_COMMAND_MAX + 1)
    ),
    "version out of range": examples.append("bad", expected={"a": 2**70}),
    "unknown tenant": examples.append("bad", tenant="99.99"),
}


@pytest.mark.parametrize("bad", BAD_ITEMS.values(), ids=BAD_ITEMS.keys())
async def test_one_bad_item_in_a_batch_fails_alone(
    commit: GroupCommit, tables: Tables, bad: Append
) -> None:
    good = [as_append(f"key-{n}", TENANT, [Fact(f"stream-{n}", 1)]) for n in range(30)]
    batch = [*good[:15], bad, *good[15:]]
    outcomes = await asyncio.gather(*map(commit.append, batch), return_exceptions=True)
    assert isinstance(outcomes.pop(15), (Refused, Missing, Outrun))
    assert all(isinstance(outcome, Receipt) for outcome in outcomes), outcomes
    await check(tables, TENANT, 30)


async def test_a_conflict_in_a_full_batch_fails_alone(commit: GroupCommit, tables: Tables) -> None:
    await commit.append(as_append("first", TENANT, [Fact("taken", 1)]))
    batch = [
        as_append(f"key-{n}", TENANT, [Fact("taken" if n == 77 else f"stream-{n}", 1)])
        for n in range(BATCH_MAX + 100)
    ]
    outcomes = await asyncio.gather(*map(commit.append, batch), return_exceptions=True)
    assert isinstance(outcomes.pop(77), Outrun)
    assert all(isinstance(outcome, Receipt) for outcome in outcomes)
    await check(tables, TENANT, BATCH_MAX + 100)


async def test_a_caller_that_gives_up_does_not_hurt_its_neighbours(
    commit: GroupCommit, tables: Tables
) -> None:
    asked = [as_append(f"key-{n}", TENANT, [Fact(f"stream-{n}", 1)]) for n in range(60)]
    callers = [asyncio.create_task(commit.append(append)) for append in asked]
    for rounds, caller in enumerate(callers[::3]):
        if rounds % 4 == 0:
            await asyncio.sleep(0)  # some are cancelled in the queue, some in mid-commit
        caller.cancel()
    outcomes = await asyncio.gather(*callers, return_exceptions=True)
    stayed = [outcome for number, outcome in enumerate(outcomes) if number % 3]
    assert all(isinstance(outcome, Receipt) for outcome in stayed)
    # Whoever gave up asks again and learns what became of it: recorded once, now or before.
    again = await asyncio.gather(*map(commit.append, asked))
    for receipt, outcome in zip(again, outcomes, strict=True):
        assert isinstance(outcome, asyncio.CancelledError) or receipt == outcome
    await check(tables, TENANT, 60)


async def test_many_callers_of_many_tenants(database: Database, tables: Tables) -> None:
    """Two processes' committers, overlapping tenants in any order: no deadlock, no hole."""
    rounds = 6

    async def call(commit: GroupCommit, caller: int) -> None:
        for turn in range(rounds):
            tenant = MANY_TENANTS[(caller * 5 + turn * 3) % len(MANY_TENANTS)]
            name = f"{caller}-{turn}"
            await commit.append(as_append(name, tenant, facts(name, 1, 1 + turn % 3)))

    async with serving(database.intake) as one, serving(database.intake) as other:
        await asyncio.gather(
            *(call(one if caller % 2 else other, caller) for caller in range(CALLERS))
        )
    counts = {tenant: (await tables.head(tenant))[0] for tenant in MANY_TENANTS}
    assert sum(counts.values()) == CALLERS * (rounds // 3) * (1 + 2 + 3)
    for tenant, count in counts.items():
        await check(tables, tenant, count)


async def test_a_counter_incremented_by_many_is_never_wrong(
    database: Database, tables: Tables
) -> None:
    """Load, decide, append, again if outrun: the shape of every command handler."""

    async def increment(commit: GroupCommit, caller: int) -> int:
        for attempt in range(200):
            version = len(await tables.rows(TENANT))
            try:
                await commit.append(as_append(f"{caller}", TENANT, [Fact("counter", version + 1)]))
            except Outrun:
                continue
            return attempt
        raise AssertionError("outrun for ever")

    async with serving(database.intake) as one, serving(database.intake) as other:
        await asyncio.gather(*(increment(one if n % 2 else other, n) for n in range(12)))
    await check(tables, TENANT, 12)


async def test_closing_answers_whoever_already_asked(database: Database, tables: Tables) -> None:
    async with serving(database.intake) as commit:
        asked = [as_append(f"key-{n}", TENANT, [Fact(f"stream-{n}", 1)]) for n in range(700)]
        callers = [asyncio.create_task(commit.append(append)) for append in asked]
        await asyncio.sleep(0)
        commit.close()
        receipts = await asyncio.gather(*callers)
        assert len(receipts) == 700
        with pytest.raises(Failure, match=r"store\.busy"):
            await commit.append(examples.append("too late"))
    await check(tables, TENANT, 700)


async def test_after_a_crash_of_the_server_the_log_goes_on(
    postgres_cluster: Cluster, database: Database, tables: Tables
) -> None:
    """I1 and I4 by the callers' own journal: what was answered is there, the rest is retried."""
    async with serving(database.intake) as commit:
        first = [as_append(f"key-{n}", TENANT, [Fact(f"stream-{n}", 1)]) for n in range(40)]
        answered = dict(
            zip(range(40), await asyncio.gather(*map(commit.append, first)), strict=True)
        )
        later = [as_append(f"key-{n}", TENANT, [Fact(f"stream-{n}", 1)]) for n in range(40, 80)]
        callers = [asyncio.create_task(commit.append(append)) for append in later]
        await asyncio.sleep(0)
        postgres_cluster.kill()
        postgres_cluster.start()  # by this thread: the kernel ends a server with its starter
        outcomes = await asyncio.gather(*callers, return_exceptions=True)
    async with serving(database.intake) as commit:
        again = await asyncio.gather(*map(commit.append, [*first, *later]))
    assert {number: again[number] for number in answered} == answered
    for receipt, outcome in zip(again[40:], outcomes, strict=True):
        assert isinstance(outcome, Failure) or receipt == outcome
    await check(tables, TENANT, 80)


async def test_an_unexpected_error_reaches_its_caller_and_not_its_neighbours(
    commit: GroupCommit, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug in the rule must not leave callers waiting for ever, nor stop the committer."""
    settle = appending.settle

    def buggy(appends: Sequence[Append], known: appending.Known) -> appending.Settlement:
        if any(append.key == "key-7" for append in appends):
            raise ZeroDivisionError("a bug")
        return settle(appends, known)

    monkeypatch.setattr(appending, "settle", buggy)
    asked = [as_append(f"key-{n}", TENANT, [Fact(f"stream-{n}", 1)]) for n in range(12)]
    async with asyncio.timeout(20):
        outcomes = await asyncio.gather(*map(commit.append, asked), return_exceptions=True)
    assert isinstance(outcomes.pop(7), Failure)
    assert all(isinstance(outcome, Receipt) for outcome in outcomes)
    monkeypatch.undo()
    await commit.append(asked[7])
    await check(tables, TENANT, 12)


async def test_what_is_not_answered_when_the_committer_is_stopped_is_told_so(
    database: Database, tables: Tables
) -> None:
    async with postgres.pool(database.intake, "intake", "test", 1) as pool:
        commit = GroupCommit(pool, lambda: None)
        running = asyncio.create_task(commit.run())
        callers = [
            asyncio.create_task(commit.append(as_append(f"{n}", TENANT, [Fact(f"{n}", 1)])))
            for n in range(BATCH_MAX + 20)
        ]
        await asyncio.sleep(0.001)
        running.cancel()
        async with asyncio.timeout(20):
            outcomes = await asyncio.gather(*callers, return_exceptions=True)
    assert all(isinstance(outcome, (Receipt, Failure)) for outcome in outcomes)
    assert any(isinstance(outcome, Failure) for outcome in outcomes)
    await check(tables, TENANT, len(await tables.rows(TENANT)))


async def test_the_hint_comes_after_the_commit(database: Database, tables: Tables) -> None:
    hints: list[int] = []
    async with serving(database.intake, lambda: hints.append(1)) as commit:
        await commit.append(examples.append("once"))
        assert len(hints) <= 1
        await commit.append(examples.append("twice"))
    assert len(hints) == 2
    await check(tables, TENANT, 2)
