"""Two relays or two followers of one log: fenced, so that every event still counts once."""

from pathlib import Path

import pytest

from deploy.local.nats import Server
from shared.io import follow, postgres
from shared.io.bus import Bus
from shared.io.follow import Follower
from shared.io.history import History
from shared.io.once import Ranges
from shared.io.relay import Relay
from shared.kernel.errors import Outrun
from tests.examples import TENANT
from tests.following import CONSUMER, LOG, SCHEMA, Fold, World, following, relaying
from tests.waiting import eventually

# Someone waits for another session's checkpoint rows; whoever holds them dies.
WAITING = "select count(*) as number from pg_stat_activity where wait_event_type = 'Lock'"
KILL_HOLDERS = """
select pg_terminate_backend(pid) from pg_stat_activity
where state = 'idle in transaction' and usename = 'jejak_scoring' and datname = current_database()
"""


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    "consumer", [CONSUMER, "projection"], ids=["shared durable", "own durable"]
)
async def test_two_followers_apply_every_event_once(
    world: World, clean_bus: Server, consumer: str
) -> None:
    """The fence: two instances of one service, each hearing the bus and sweeping the log."""
    one, two = Fold("one"), Fold("two")
    async with (
        relaying(world, clean_bus),
        following(world, clean_bus, one),
        following(world, clean_bus, two, consumer),
    ):
        for _ in range(8):
            await world.record_everywhere(3, 3)
        await world.caught_up()
    rows = await postgres.fetch(world.admin, "select distinct follower from scoring.kept")
    assert len(rows) >= 1
    assert await world.blocked() == {}


@pytest.mark.usefixtures("quick")
async def test_a_follower_that_dies_in_mid_apply_is_followed_by_the_other(world: World) -> None:
    """Its transaction holds the fence and is lost with its session; the other one goes on."""
    one, two = Fold("one"), Fold("two")
    await world.record_everywhere(2, 1)
    async with following(world, None, one):
        await world.caught_up(one)
        one.gate.clear()
        one.applying.clear()
        await world.record_everywhere(2, 2)
        await one.applying.wait()
        async with following(world, None, two):
            await eventually(lambda: world.number(WAITING))
            await world.admin.execute(KILL_HOLDERS)
            await world.caught_up(one, two)
            one.gate.set()
            await world.record_everywhere(1, 3)
            await world.caught_up(one, two)
        await world.record_everywhere(1, 2)
        await world.caught_up(one)


@pytest.mark.usefixtures("patient")
async def test_what_was_overtaken_forgets_every_tenant_it_remembers(world: World) -> None:
    """Outrun on one tenant means that others may have moved too: memory is read again."""
    fold = Fold("one")
    async with (
        postgres.pool(world.database.scoring, SCHEMA, "test", 1) as facts,
        postgres.pool(world.database.scoring, "scoring", "test", 1) as pool,
    ):
        history = History(facts)
        one, two = (
            Follower(
                log_name=LOG,
                consumer=CONSUMER,
                history=history,
                pool=pool,
                apply=each.apply,
                forget=each.forget,
            )
            for each in (fold, Fold("two"))
        )
        await world.record_everywhere(2, 1)
        await one._start_over()
        await world.record_everywhere(2, 1)
        await two._start_over()  # goes past `one`
        await world.record(TENANT, 1)
        with pytest.raises(Outrun):
            await one._pull([TENANT], await history.heads())
        await world.record_everywhere(1, 1)
        await one._start_over()
        await world.caught_up(fold)


async def test_a_failed_commit_leaves_nothing_in_memory(world: World) -> None:
    """A tenant never seen before, its effect in memory, and the commit that did not happen."""
    fold = Fold("one")
    await world.record(TENANT, 3)
    apply, failures = fold.apply, iter([True])

    async def dying(connection: postgres.Connection, ranges: Ranges) -> None:
        await apply(connection, ranges)
        if next(failures, False):
            await connection.execute("select pg_terminate_backend(pg_backend_pid())")

    fold.apply = dying  # type: ignore[method-assign]
    async with following(world, None, fold):
        await world.caught_up(fold, tenants=[TENANT])


async def leader(world: World) -> list[int]:
    """Whose session holds the lead."""
    query = """
        select pid from pg_locks
        where locktype = 'advisory' and granted
          and classid = hashtext('jejak-relay')::oid
          and database = (select oid from pg_database where datname = current_database())
    """
    return [row["pid"] for row in await postgres.fetch(world.admin, query)]


async def test_the_second_relay_waits_and_takes_over(
    world: World, clean_bus: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    fold = Fold("one")
    carry, carrying = Relay._carry, set[int]()

    async def noted(relay: Relay, session: postgres.Connection, own: Bus) -> bool:
        carrying.add(id(relay))
        return await carry(relay, session, own)

    monkeypatch.setattr(Relay, "_carry", noted)
    async with relaying(world, clean_bus) as one, following(world, clean_bus, fold):
        await world.record_everywhere()
        await world.carried()
        (first,) = await leader(world)
        async with relaying(world, clean_bus) as two:
            await world.record_everywhere()
            await world.carried()
            assert (one.leads, two.leads) == (True, False)
            assert await leader(world) == [first]
            assert len(carrying) == 1
            await world.admin.execute("select pg_terminate_backend(%s)", [first])

            async def another_leads() -> bool:
                found = await leader(world)
                return bool(found) and found != [first]

            await eventually(another_leads)
            await world.record_everywhere()
            await world.carried()
            assert len(await leader(world)) == 1
            assert one.leads != two.leads
        await world.record_everywhere()
        await world.caught_up(fold)


async def test_a_relay_that_lost_the_lead_cannot_move_a_cursor(world: World) -> None:
    """What it had acknowledged before it slept is behind the cursor, or says nothing."""
    await world.record(TENANT, 10)
    move = postgres.queries(Path(follow.__file__).parent / "sql" / "relay.sql")["move_cursors"]

    async def moved(before: int, seq: int) -> int:
        connection = await postgres.connect(world.database.intake, SCHEMA, "test")
        async with connection, connection.transaction():
            await postgres.reach(connection, [TENANT])
            asked = {"tenants": [TENANT], "befores": [before], "seqs": [seq]}
            return await postgres.execute(connection, move, asked)

    assert await moved(0, 6) == 1
    assert await moved(0, 3) == 0  # would go back
    assert await moved(8, 9) == 0  # would leave a gap
    assert await moved(6, 10) == 1
    assert await world.uncarried() == 0


async def test_a_connection_that_the_server_closed_is_not_lent_out(world: World) -> None:
    """It lay idle in its pool, and nobody was told; the next borrower gets another one."""
    async with postgres.pool(world.database.intake, "intake", "idle", 1) as opened:
        async with postgres.borrowed(opened) as connection:
            (first,) = await postgres.fetch(connection, "select pg_backend_pid() as pid")
        await world.admin.execute("select pg_terminate_backend(%(pid)s, 5000)", first)
        async with postgres.borrowed(opened) as connection:
            (second,) = await postgres.fetch(connection, "select pg_backend_pid() as pid")
    assert first != second
