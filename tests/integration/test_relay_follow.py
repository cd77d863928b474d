"""From the log over the bus to a follower: whatever the bus does, the follower equals the log.

The follower folds into a table of its own; its primary key would refuse an event applied twice, and
the fold is compared with the log byte for byte (I5) within a deadline after the last fault (I10).
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import msgspec
import nats
import pytest
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from deploy.local import network
from deploy.local.nats import Server
from shared.io import bus, checkpoints, follow, postgres
from shared.io.bus import Bus
from shared.io.follow import Follower, Ranges
from shared.io.history import History
from shared.io.relay import Relay
from shared.io.store import GroupCommit
from shared.kernel import envelope, names
from shared.kernel.envelope import Range
from shared.kernel.errors import Corrupt, Outrun, Unavailable
from shared.kernel.recorded import Stored
from tests import examples
from tests.databases import Database
from tests.examples import NEIGHBOUR, TENANT
from tests.serving import serving
from tests.waiting import eventually

LOG = "intake"
STREAM = LOG.upper()
CONSUMER = "kept"
TENANTS = (TENANT, NEIGHBOUR, "63", "11.01", "31.74", "91.71")

KEPT_TABLE = """
create table scoring.kept (
    tenant text, seq bigint, follower text, leaf_hash bytea not null, primary key (tenant, seq)
);
grant select, insert on scoring.kept to jejak_scoring
"""

# Someone waits for another session's checkpoint rows; whoever holds them dies.
WAITING = "select count(*) as number from pg_stat_activity where wait_event_type = 'Lock'"
KILL_HOLDERS = """
select pg_terminate_backend(pid) from pg_stat_activity
where state = 'idle in transaction' and usename = 'jejak_scoring' and datname = current_database()
"""

Row = tuple[int, bytes]


class Fold:
    """A consumer's effect, in a table and in memory, with a fault to order."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.memory: dict[str, list[Row]] = {}
        self.poison: dict[tuple[str, int], Exception] = {}
        self.clash: tuple[str, int] | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.applying = asyncio.Event()

    def forget(self, tenants: Sequence[str]) -> None:
        for tenant in tenants:
            self.memory.pop(tenant, None)

    async def apply(self, connection: postgres.Connection, ranges: Ranges) -> None:
        self.applying.set()
        await self.gate.wait()
        for tenant, events in ranges.items():
            if tenant not in self.memory:
                self.memory[tenant] = await kept_by(connection, tenant)
            for event in events:
                if (tenant, event.seq) in self.poison:
                    raise self.poison[tenant, event.seq]
                await self._keep(connection, event)
                if (tenant, event.seq) == self.clash:
                    await self._keep(connection, event)
                self.memory[tenant].append((event.seq, event.leaf_hash))

    async def _keep(self, connection: postgres.Connection, event: Stored) -> None:
        await connection.execute(
            "insert into kept values (%s, %s, %s, %s)",
            [event.tenant, event.seq, self.name, event.leaf_hash],
        )


async def kept_by(connection: postgres.Connection, tenant: str) -> list[Row]:
    query = "select seq, leaf_hash from scoring.kept where tenant = %(tenant)s order by seq"
    rows = await postgres.fetch(connection, query, {"tenant": tenant})
    return [(row["seq"], row["leaf_hash"]) for row in rows]


class World:
    """The log, the bus and whoever is running, with what tests ask of them."""

    def __init__(self, database: Database, commit: GroupCommit, admin: postgres.Connection) -> None:
        self.database = database
        self.commit = commit
        self.admin = admin
        self.said = 0

    async def record(self, tenant: str, count: int = 1, commands: int = 1) -> None:
        for _ in range(commands):
            self.said += 1
            drafts = [examples.draft(examples.EVENTS[n % 10]) for n in range(count)]
            await self.commit.append(
                examples.append(f"key-{self.said}", tenant=tenant, drafts=drafts)
            )

    async def record_everywhere(self, count: int = 3, commands: int = 2) -> None:
        await asyncio.gather(*(self.record(tenant, count, commands) for tenant in TENANTS))

    async def log_of(self, tenant: str) -> list[Row]:
        query = "select seq, leaf_hash from intake.event where tenant = %(tenant)s order by seq"
        rows = await postgres.fetch(self.admin, query, {"tenant": tenant})
        return [(row["seq"], row["leaf_hash"]) for row in rows]

    async def head(self, tenant: str) -> int:
        return len(await self.log_of(tenant))

    async def kept(self, tenant: str) -> list[Row]:
        return await kept_by(self.admin, tenant)

    async def number(self, query: str) -> int:
        rows = await postgres.fetch(self.admin, query)
        return int(rows[0]["number"])

    async def uncarried(self) -> int:
        return await self.number(
            "select coalesce(sum(head.seq - relay_cursor.seq), 0) as number"
            " from intake.head join intake.relay_cursor using (tenant)"
        )

    async def carried(self) -> None:
        async def all_carried() -> bool:
            return await self.uncarried() == 0

        await eventually(all_carried)

    async def behind(self, tenants: Sequence[str] = TENANTS) -> list[str]:
        return [
            tenant
            for tenant in tenants
            if len(await self.kept(tenant)) < len(await self.log_of(tenant))
        ]

    async def caught_up(self, *folds: Fold, tenants: Sequence[str] = TENANTS) -> None:
        """I10, then I5: in the table, in the checkpoints, and in whatever memory still holds."""

        async def nobody_is_behind() -> bool:
            return not await self.behind(tenants)

        await eventually(nobody_is_behind)
        for tenant in tenants:
            log = await self.log_of(tenant)
            assert await self.kept(tenant) == log
            for fold in folds:
                remembered = fold.memory.get(tenant, [])
                assert remembered == log[: len(remembered)]
        await self.check_checkpoints(tenants)

    async def check_checkpoints(self, tenants: Sequence[str]) -> None:
        rows = await postgres.fetch(
            self.admin, "select tenant, seq from scoring.checkpoint where log = 'intake'"
        )
        reached = {row["tenant"]: row["seq"] for row in rows}
        assert {tenant: reached.get(tenant, 0) for tenant in tenants} == {
            tenant: await self.head(tenant) for tenant in tenants
        }

    async def blocked(self) -> dict[str, int]:
        rows = await postgres.fetch(self.admin, "select tenant, seq from scoring.blocked")
        return {row["tenant"]: row["seq"] for row in rows}


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    connection = await postgres.connect(database.admin, "public", "test")
    async with connection, serving(database.intake) as commit:
        await connection.execute(KEPT_TABLE)
        yield World(database, commit, connection)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The waits of an idle system, shortened; what is waited for stays the same."""
    monkeypatch.setattr(follow, "SWEEP_SECONDS", 0.2)
    monkeypatch.setattr(follow, "RETRY_SECONDS", 0.05)
    monkeypatch.setattr(checkpoints, "BLOCKED_RETRY_SECONDS", 0.3)
    monkeypatch.setattr(bus, "REDELIVER_SECONDS", 2)
    monkeypatch.setattr(bus, "SILENCE_SECONDS_MAX", 1.0)
    monkeypatch.setattr(bus, "HEARTBEAT_SECONDS", 0.4)
    monkeypatch.setattr(bus, "RECONNECT_SECONDS", 0.1)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the sweep's help: only the bus can bring events."""
    monkeypatch.setattr(follow, "SWEEP_SECONDS", 3600.0)
    monkeypatch.setattr(follow, "SWEEP_SECONDS_WITHOUT_BUS", 3600.0)


@asynccontextmanager
async def running(*jobs: Callable[[], object]) -> AsyncIterator[list[asyncio.Task[object]]]:
    """The jobs as tasks; a job that ends by itself has failed."""

    async def keep(job: Callable[[], object]) -> object:
        answer = job()
        assert asyncio.iscoroutine(answer)
        return await answer

    tasks = [asyncio.create_task(keep(job)) for job in jobs]
    try:
        yield tasks
        for task in tasks:
            if task.done() and not task.cancelled():
                task.result()
                raise AssertionError(f"{task} ended")
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def relaying(world: World, url: str) -> AsyncIterator[Relay]:
    relay = Relay(world.database.intake, LOG, LOG)
    async with bus.connected(url, "test-relay") as own, running(lambda: relay.run(own)):
        yield relay


@asynccontextmanager
async def following(
    world: World, url: str | None, fold: Fold, consumer: str = CONSUMER
) -> AsyncIterator[Follower]:
    role = world.database.scoring
    async with (
        postgres.pool(role, LOG, "test-history", 2) as facts,
        postgres.pool(role, "scoring", "test-follower", 2) as own_pool,
    ):
        follower = Follower(
            log_name=LOG,
            consumer=consumer,
            history=History(facts),
            pool=own_pool,
            apply=fold.apply,
            forget=fold.forget,
        )
        if url is None:
            async with running(follower.run):
                yield follower
            return
        async with (
            bus.connected(url, "test-follower") as own,
            running(follower.run, lambda: follower.hear(own)),
        ):
            yield follower


@asynccontextmanager
async def jetstream(url: str) -> AsyncIterator[JetStreamContext]:
    client = await nats.connect(url)
    try:
        yield client.jetstream()
    finally:
        await client.close()


async def wipe(url: str) -> None:
    async with jetstream(url) as manager:
        for stream in await manager.streams_info():
            assert stream.config.name
            await manager.delete_stream(stream.config.name)


async def message_count(url: str) -> int:
    async with jetstream(url) as manager:
        return (await manager.stream_info(STREAM)).state.messages


async def ranges_of(world: World, tenant: str, *spans: tuple[int, int]) -> list[Range]:
    async with postgres.pool(world.database.scoring, LOG, "test", 1) as pool:
        events = await History(pool).read_all(tenant, upto=await world.head(tenant))
    return [
        Range(log=LOG, tenant=tenant, epoch=1, events=events[first - 1 : last])
        for first, last in spans
    ]


async def publish(own: Bus, number: int, carried: Range) -> None:
    """As a relay with a bad memory would: under an id that the bus has never seen."""
    subject = names.subject(LOG, carried.tenant)
    await own.say(subject, f"test-{number}", envelope.pack(carried))


async def acknowledged(url: str) -> None:
    """Every durable has delivered and been told of everything on the stream."""

    async def nothing_is_pending() -> bool:
        async with jetstream(url) as manager:
            found = await manager.consumers_info(STREAM)
        return bool(found) and all(not c.num_pending and not c.num_ack_pending for c in found)

    await eventually(nothing_is_pending)


# What goes well.


async def test_everything_recorded_arrives(world: World, bus_url: str) -> None:
    fold = Fold("one")
    async with relaying(world, bus_url), following(world, bus_url, fold):
        await world.record_everywhere()
        await world.caught_up(fold)
        await world.record(TENANT, 700)
        await world.record_everywhere()
        await world.caught_up(fold)
    assert await world.blocked() == {}


@pytest.mark.usefixtures("patient")
async def test_the_bus_alone_brings_everything(world: World, bus_url: str) -> None:
    fold = Fold("one")
    async with relaying(world, bus_url), following(world, bus_url, fold) as follower:
        await world.record_everywhere(7, 5)
        await world.caught_up(fold)
        assert follower.pulled_total == 0


async def test_the_log_alone_brings_everything(world: World) -> None:
    fold = Fold("one")
    await world.record_everywhere(5, 3)
    await world.record(TENANT, 999, 2)
    async with following(world, None, fold) as follower:
        await world.caught_up(fold)
        await eventually(lambda: follower.ready and follower.lag_events == 0)
        await world.record_everywhere()
        await world.caught_up(fold)


@pytest.mark.usefixtures("patient")
async def test_the_bus_alone_fills_a_gap_from_the_log(world: World, bus_url: str) -> None:
    fold = Fold("one")
    await world.record(TENANT, 40)
    (late,) = await ranges_of(world, TENANT, (31, 40))
    async with bus.connected(bus_url, "test") as own, following(world, bus_url, fold):
        await own.ensure_stream(LOG)
        await publish(own, 1, late)
        await world.caught_up(fold, tenants=[TENANT])


@pytest.mark.parametrize("stored", [True, False], ids=["reply lost", "message lost"])
async def test_the_cursor_moves_only_over_what_was_acknowledged(
    world: World, bus_url: str, monkeypatch: pytest.MonkeyPatch, *, stored: bool
) -> None:
    await world.record(TENANT, 600, 2)
    await world.record(NEIGHBOUR, 2)
    say = Bus.say
    lost: list[int] = []
    acknowledged: set[tuple[str, int]] = set()

    async def lossy(own: Bus, subject: str, message_id: str, payload: bytes) -> int:
        """Three times the bus answers nothing, whether it has the message or not."""
        carried = envelope.unpack(payload, LOG)
        seq = 0
        if stored or len(lost) == 3 or carried.tenant != TENANT:
            seq = await say(own, subject, message_id, payload)
        if len(lost) < 3 and carried.tenant == TENANT:
            lost.append(seq)
            raise Unavailable("bus.unavailable")
        acknowledged.update((event.tenant, event.seq) for event in carried.events)
        return seq

    monkeypatch.setattr(Bus, "say", lossy)
    async with relaying(world, bus_url):
        await world.carried()
    assert len(lost) == 3
    assert acknowledged == {
        *((TENANT, seq) for seq in range(1, 1201)),
        *((NEIGHBOUR, seq) for seq in (1, 2)),
    }


async def test_a_message_never_exceeds_what_the_server_takes(world: World, bus_url: str) -> None:
    large = examples.draft()
    large = msgspec.structs.replace(large, state=b'"' + b"x" * 250_000 + b'"')
    for number in range(4):
        await world.commit.append(examples.append(f"large-{number}", drafts=[large] * 3))
    async with relaying(world, bus_url):
        await world.carried()
    assert await message_count(bus_url) >= 6


# What goes wrong with the bus.


@pytest.mark.usefixtures("quick")
async def test_every_stream_is_deleted_while_events_flow(world: World, bus_url: str) -> None:
    fold = Fold("one")
    async with relaying(world, bus_url), following(world, bus_url, fold) as follower:
        await world.record_everywhere()
        await world.caught_up(fold)
        flowing = asyncio.create_task(world.record_everywhere(3, 30))
        for _ in range(3):
            await wipe(bus_url)
            await world.record(TENANT, 2)
        await flowing
        await world.caught_up(fold)
        await heard_again(world, bus_url, fold, follower)


async def heard_again(world: World, url: str, fold: Fold, follower: Follower) -> None:
    """New events come through the bus, not only through the sweep."""

    async def by_the_bus_alone() -> bool:
        before = follower.pulled_total
        await world.record_everywhere(1, 1)
        await world.caught_up(fold)
        return follower.pulled_total == before

    await eventually(by_the_bus_alone)
    await acknowledged(url)


@pytest.mark.usefixtures("quick")
async def test_every_consumer_is_deleted(world: World, bus_url: str) -> None:
    fold = Fold("one")
    async with relaying(world, bus_url), following(world, bus_url, fold) as follower:
        await world.record_everywhere()
        await world.caught_up(fold)
        async with jetstream(bus_url) as manager:
            for consumer in await manager.consumers_info(STREAM):
                await manager.delete_consumer(STREAM, consumer.name)
        await world.record_everywhere()
        await world.caught_up(fold)
        await heard_again(world, bus_url, fold, follower)


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    server = Server(
        folder=tmp_path / "nats", port=network.free_port(), password="own", log=tmp_path / "log"
    )
    server.start()
    yield server
    server.stop()


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("empty", [True, False], ids=["empty", "as it was"])
async def test_the_server_is_killed_and_comes_back(
    world: World, own_server: Server, *, empty: bool
) -> None:
    fold = Fold("one")
    async with (
        relaying(world, own_server.url),
        following(world, own_server.url, fold) as follower,
    ):
        await world.record_everywhere()
        await world.caught_up(fold)
        flowing = asyncio.create_task(world.record_everywhere(2, 40))
        own_server.kill()
        await world.record(TENANT, 3)
        await world.caught_up(fold, tenants=["63"])  # without any bus
        if empty:
            own_server.wipe()
        own_server.start()
        await flowing
        await world.caught_up(fold)
        await heard_again(world, own_server.url, fold, follower)


@pytest.mark.usefixtures("quick")
async def test_a_store_that_was_rolled_back(world: World, own_server: Server) -> None:
    """An old copy of the store comes back: durables wait for numbers that were forgotten."""
    fold = Fold("one")
    store, copy = own_server._store, own_server._store.with_name("old")
    async with (
        relaying(world, own_server.url),
        following(world, own_server.url, fold) as follower,
    ):
        await world.record_everywhere()
        await world.caught_up(fold)
        own_server.kill()
        store.rename(copy)
        own_server.start()
        await world.record_everywhere(2, 20)
        await world.caught_up(fold)
        own_server.kill()
        own_server.wipe()
        copy.rename(store)
        own_server.start()
        await world.record_everywhere(2, 5)
        await world.caught_up(fold)
        await heard_again(world, own_server.url, fold, follower)


@pytest.mark.usefixtures("patient")
async def test_a_durable_that_waits_for_a_lost_number_is_made_again(
    world: World, bus_url: str
) -> None:
    """After a power cut a durable may have delivered numbers that the stream forgot."""
    fold = Fold("one")
    async with bus.connected(bus_url, "test") as own:
        await own.ensure_stream(LOG)
    async with jetstream(bus_url) as manager:
        await manager.add_consumer(
            STREAM,
            ConsumerConfig(
                durable_name=f"{CONSUMER}_{LOG}_{names.partition(TENANT):02d}",
                filter_subject=names.partition_filter(LOG, names.partition(TENANT)),
                deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
                opt_start_seq=1000,
                ack_policy=AckPolicy.EXPLICIT,
            ),
        )
    async with relaying(world, bus_url), following(world, bus_url, fold):
        await world.record(TENANT, 1, 5)
        await world.caught_up(fold, tenants=[TENANT])


async def test_garbage_on_the_subject_is_left_lying(world: World, bus_url: str) -> None:
    fold = Fold("one")
    await world.record_everywhere()
    (mine,) = await ranges_of(world, TENANT, (1, 3))
    packed = envelope.pack(mine)
    garbage = [
        b"",
        b"garbage",
        b"\xff" * 100,
        b"[" * 50_000,
        packed[:-2],
        packed.replace(b"tapis", b"tipas"),  # an altered event
        packed.replace(TENANT.encode(), b"99.99"),  # another tenant's name in it
        packed.replace(mine.events[0].leaf_hash.hex().encode(), b"not hexadecimal at all"),
        packed.replace(b'"last":3', b'"last":4611686018427387904'),
        packed.replace(b'.678901Z","leaf_hash"', b'.678901","leaf_hash"'),
        packed.replace(b'"epoch":1', b'"epoch":"1"'),
    ]
    async with bus.connected(bus_url, "test") as own, following(world, bus_url, fold):
        await own.ensure_stream(LOG)
        for number, payload in enumerate(garbage):
            await own.say(names.subject(LOG, TENANT), f"garbage-{number}", payload)
            await own.say(f"{LOG}.{names.partition(TENANT):02d}.%*", f"odd-{number}", payload)
        async with relaying(world, bus_url):
            await world.caught_up(fold)
        await acknowledged(bus_url)  # garbage is not delivered for ever
    assert await world.blocked() == {}


@pytest.mark.usefixtures("patient")
async def test_one_tenants_range_under_anothers_subject_is_not_applied(
    world: World, bus_url: str
) -> None:
    """I8: a subject is what a reader may hear; what stands in it must be that tenant's."""
    fold = Fold("one")
    await world.record_everywhere()
    (mine,) = await ranges_of(world, TENANT, (1, 3))
    async with bus.connected(bus_url, "test") as own, following(world, bus_url, fold):
        await own.ensure_stream(LOG)
        await own.say(names.subject(LOG, NEIGHBOUR), "wrong", envelope.pack(mine))
        await acknowledged(bus_url)
        assert await world.kept(TENANT) == []
        assert await world.kept(NEIGHBOUR) == []


@pytest.mark.usefixtures("patient")
async def test_altered_bytes_are_not_applied(world: World, bus_url: str) -> None:
    fold = Fold("one")
    await world.record(TENANT, 3)
    (mine,) = await ranges_of(world, TENANT, (1, 3))
    async with bus.connected(bus_url, "test") as own, following(world, bus_url, fold):
        await own.ensure_stream(LOG)
        altered = envelope.pack(mine).replace(b'"year":2026', b'"year":2027', 1)
        assert altered != envelope.pack(mine)
        await own.say(names.subject(LOG, TENANT), "altered", altered)
        await acknowledged(bus_url)
        assert await world.kept(TENANT) == []


async def test_a_range_beyond_the_log_is_not_believed(world: World, bus_url: str) -> None:
    """Well-formed, but the log has no such events: nothing is applied, nobody else waits."""
    fold = Fold("one")
    await world.record_everywhere()
    beyond = examples.carried(900, 902)
    async with bus.connected(bus_url, "test") as own, following(world, bus_url, fold):
        await own.ensure_stream(LOG)
        await publish(own, 1, beyond)
        async with relaying(world, bus_url):
            await world.caught_up(fold)
        await acknowledged(bus_url)


@pytest.mark.usefixtures("patient")
async def test_duplicates_and_overlapping_ranges_in_any_order(world: World, bus_url: str) -> None:
    fold = Fold("one")
    await world.record(TENANT, 60)
    await world.record(NEIGHBOUR, 60)
    spans = [(21, 30), (1, 10), (5, 25), (1, 10), (55, 60), (11, 40), (1, 60), (60, 60), (30, 50)]
    async with bus.connected(bus_url, "test") as own, following(world, bus_url, fold):
        await own.ensure_stream(LOG)
        for tenant in (TENANT, NEIGHBOUR):
            for number, carried in enumerate(await ranges_of(world, tenant, *spans)):
                await publish(own, hash((tenant, number)), carried)
        await acknowledged(bus_url)
        await world.caught_up(fold, tenants=[TENANT, NEIGHBOUR])


# What goes wrong with an event.


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("with_bus", [True, False], ids=["by the bus", "by the log"])
@pytest.mark.parametrize(
    "error",
    [ZeroDivisionError("a bug"), Corrupt("score.other_rules"), None],
    ids=["bug", "corrupt", "clash"],
)
async def test_a_poison_event_stops_its_tenant_alone(
    world: World, bus_url: str, error: Exception | None, *, with_bus: bool
) -> None:
    fold = Fold("one")
    if error is None:
        fold.clash = (TENANT, 5)  # the database refuses the effect, each time
    else:
        fold.poison[TENANT, 5] = error
    others = [tenant for tenant in TENANTS if tenant != TENANT]
    async with (
        relaying(world, bus_url),
        following(world, bus_url if with_bus else None, fold) as follower,
    ):
        await world.record_everywhere(4, 2)
        await world.caught_up(fold, tenants=others)

        async def is_blocked() -> bool:
            return await world.blocked() == {TENANT: 5}

        await eventually(is_blocked)
        assert follower.blocked_tenants == [TENANT]
        assert await world.kept(TENANT) == (await world.log_of(TENANT))[:4]
        await world.record_everywhere(4, 2)
        await world.caught_up(fold, tenants=others)
        assert await world.kept(TENANT) == (await world.log_of(TENANT))[:4]
        await eventually(lambda: follower.lag_events == 12)
        fold.poison.clear()
        fold.clash = None
        await world.caught_up(fold)

        async def is_unblocked() -> bool:
            return await world.blocked() == {} and list(follower.blocked_tenants) == []

        await eventually(is_unblocked)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("seq", [1, 8])
async def test_poison_at_the_edges(world: World, seq: int) -> None:
    fold = Fold("one")
    fold.poison[TENANT, seq] = KeyError(seq)
    await world.record(TENANT, 8)
    await world.record(NEIGHBOUR, 8)

    async def is_blocked() -> bool:
        return await world.blocked() == {TENANT: seq}

    async with following(world, None, fold):
        await eventually(is_blocked)
        await world.caught_up(fold, tenants=[NEIGHBOUR])
        assert len(await world.kept(TENANT)) == seq - 1
        fold.poison.clear()
        await world.caught_up(fold)


@pytest.mark.usefixtures("quick")
async def test_a_blocked_tenant_stays_blocked_over_a_restart(world: World) -> None:
    fold = Fold("one")
    fold.poison[TENANT, 2] = KeyError(2)
    await world.record(TENANT, 3)

    async def is_blocked() -> bool:
        return await world.blocked() == {TENANT: 2}

    async with following(world, None, fold):
        await eventually(is_blocked)
    again = Fold("again")
    again.gate.clear()
    async with following(world, None, again) as follower:
        await eventually(lambda: list(follower.blocked_tenants) == [TENANT])
        again.gate.set()
        await world.caught_up(again)


@pytest.mark.usefixtures("quick")
async def test_a_hole_in_the_log_stops_its_tenant_alone(world: World) -> None:
    """Someone with power over the database removed a row: seen, said, and nobody else waits."""
    fold = Fold("one")
    await world.record_everywhere(6, 1)
    await world.admin.execute("set session_replication_role = replica")
    for tenant, seq in ((TENANT, 4), (NEIGHBOUR, 1), ("63", 6)):
        await world.admin.execute(
            "delete from intake.event where tenant = %s and seq = %s", [tenant, seq]
        )
    async with following(world, None, fold) as follower:
        await eventually(lambda: list(follower.blocked_tenants) == ["63", TENANT, NEIGHBOUR])
        await world.caught_up(fold, tenants=["11.01", "31.74", "91.71"])


@pytest.mark.usefixtures("quick")
async def test_a_checkpoint_beyond_the_head_is_seen(world: World) -> None:
    """The log was restored to an older state than its consumer's (I6)."""
    await world.record(NEIGHBOUR, 2)
    await world.admin.execute(
        "insert into scoring.checkpoint values ('intake', %s, 7, 1), ('intake', %s, 9, 1)",
        [TENANT, NEIGHBOUR],
    )
    async with following(world, None, Fold("one")) as follower:
        await eventually(lambda: list(follower.blocked_tenants) == [TENANT, NEIGHBOUR])
    assert await world.blocked() == {TENANT: 7, NEIGHBOUR: 9}


@pytest.mark.usefixtures("quick")
async def test_another_epoch_stops_the_tenant(world: World) -> None:
    fold = Fold("one")
    await world.record_everywhere()
    async with following(world, None, fold) as follower:
        await world.caught_up(fold)
        await world.admin.execute(
            "update intake.head set epoch = 2 where tenant = %(tenant)s", {"tenant": TENANT}
        )
        await world.record_everywhere()
        await eventually(lambda: list(follower.blocked_tenants) == [TENANT])
        await world.caught_up(fold, tenants=[tenant for tenant in TENANTS if tenant != TENANT])


async def test_a_follower_that_is_quicker_than_the_sweep_is_not_called_too_far(
    world: World, bus_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The heads are read, then the bus brings more before they are compared: that is no fault."""
    fold = Fold("one")
    heads = History.heads

    async def slow(history: History) -> object:
        found = await heads(history)
        await world.record(TENANT, 1)

        async def is_applied() -> bool:
            return len(await world.kept(TENANT)) == await world.head(TENANT)

        with suppress(AssertionError):
            await eventually(is_applied, 3)
        return found

    monkeypatch.setattr(History, "heads", slow)
    monkeypatch.setattr(follow, "SWEEP_SECONDS", 0.05)
    async with relaying(world, bus_url), following(world, bus_url, fold) as follower:
        await world.record(TENANT, 1)

        async def has_grown() -> bool:
            assert await world.blocked() == {}
            return len(await world.kept(TENANT)) > 12

        await eventually(has_grown)
        assert list(follower.blocked_tenants) == []


# Two at once.


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("consumer", [CONSUMER, "other"], ids=["shared durable", "own durable"])
async def test_two_followers_apply_every_event_once(
    world: World, bus_url: str, consumer: str
) -> None:
    """The fence: two instances of one service, each hearing the bus and sweeping the log."""
    one, two = Fold("one"), Fold("two")
    async with (
        relaying(world, bus_url),
        following(world, bus_url, one),
        following(world, bus_url, two, consumer),
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
        postgres.pool(world.database.scoring, LOG, "test", 1) as facts,
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
    world: World, bus_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fold = Fold("one")
    carry, carrying = Relay._carry, set[int]()

    async def noted(relay: Relay, session: postgres.Connection, own: Bus) -> bool:
        carrying.add(id(relay))
        return await carry(relay, session, own)

    monkeypatch.setattr(Relay, "_carry", noted)
    async with relaying(world, bus_url), following(world, bus_url, fold):
        await world.record_everywhere()
        await world.carried()
        (first,) = await leader(world)
        async with relaying(world, bus_url):
            await world.record_everywhere()
            await world.carried()
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
        await world.record_everywhere()
        await world.caught_up(fold)


async def test_a_relay_that_lost_the_lead_cannot_move_a_cursor(world: World) -> None:
    """What it had acknowledged before it slept is behind the cursor, or says nothing."""
    await world.record(TENANT, 10)
    move = postgres.queries(Path(follow.__file__).parent / "sql" / "relay.sql")["move_cursors"]

    async def moved(before: int, seq: int) -> int:
        connection = await postgres.connect(world.database.intake, LOG, "test")
        async with connection:
            asked = {"tenants": [TENANT], "befores": [before], "seqs": [seq]}
            return await postgres.execute(connection, move, asked)

    assert await moved(0, 6) == 1
    assert await moved(0, 3) == 0  # would go back
    assert await moved(8, 9) == 0  # would leave a gap
    assert await moved(6, 10) == 1
    assert await world.uncarried() == 0
