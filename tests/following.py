"""A log, a relay, a bus and a follower, for the tests of what may go wrong between them.

The follower folds into a table of its own; its primary key would refuse an event applied twice, and
the fold is compared with the log byte for byte (I5) within a deadline after the last fault (I10).
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from deploy import streams
from deploy.local import network
from deploy.local.nats import Server
from shared.io import bus, checkpoints, follow, postgres
from shared.io.bus import Bus
from shared.io.follow import Follower
from shared.io.history import History
from shared.io.once import Ranges
from shared.io.relay import Relay
from shared.io.store import GroupCommit
from shared.kernel import envelope, names
from shared.kernel.envelope import Range
from shared.kernel.recorded import Stored
from tests import buses, examples
from tests.databases import Database
from tests.examples import NEIGHBOUR, TENANT
from tests.serving import serving
from tests.waiting import eventually

SCHEMA = "intake"
LOG = "evt"
STREAM = names.bus_stream(LOG)
CONSUMER = "scoring"
TENANTS = (TENANT, NEIGHBOUR, "63", "11.01", "31.74", "91.71")

KEPT_TABLE = """
create table scoring.kept (
    tenant text, seq bigint, follower text, leaf_hash bytea not null, primary key (tenant, seq)
);
grant select, insert on scoring.kept to jejak_scoring
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
            self.admin, "select tenant, seq from scoring.checkpoint where log = 'evt'"
        )
        reached = {row["tenant"]: row["seq"] for row in rows}
        assert {tenant: reached.get(tenant, 0) for tenant in tenants} == {
            tenant: await self.head(tenant) for tenant in tenants
        }

    async def head_row(self, tenant: str) -> dict[str, object]:
        query = "select * from intake.head where tenant = %(tenant)s"
        return (await postgres.fetch(self.admin, query, {"tenant": tenant}))[0]

    async def restore(self, old: dict[str, object]) -> None:
        """The tenant's log as it was at an old head: what came later never happened."""
        async with self.admin.transaction():
            await self.admin.execute("set local session_replication_role = replica")
            for query in (
                "delete from intake.event where tenant = %(tenant)s and seq > %(seq)s",
                """update intake.head set seq = %(seq)s, frontier = %(frontier)s, root = %(root)s
                where tenant = %(tenant)s""",
                """update intake.relay_cursor set seq = least(seq, %(seq)s)
                where tenant = %(tenant)s""",
            ):
                await self.admin.execute(query, old)

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
    monkeypatch.setattr(streams, "LOOK_SECONDS", 0.2)


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
async def relaying(world: World, server: Server) -> AsyncIterator[Relay]:
    """The log is carried, and the streams are kept."""
    relay = Relay(world.database.intake, SCHEMA, LOG)
    async with (
        buses.connected(server) as admin,
        buses.connected(server, "intake") as own,
        running(lambda: streams.keep(admin), lambda: relay.run(own)),
    ):
        yield relay


@asynccontextmanager
async def following(
    world: World, server: Server | None, fold: Fold, consumer: str = CONSUMER
) -> AsyncIterator[Follower]:
    role = world.database.scoring
    async with (
        postgres.pool(role, SCHEMA, "test-history", 2) as facts,
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
        if server is None:
            async with running(follower.run):
                yield follower
            return
        async with (
            buses.connected(server, consumer) as own,
            running(follower.run, lambda: follower.hear(own)),
        ):
            yield follower


async def message_count(server: Server) -> int:
    async with buses.jetstream(server) as manager:
        return (await manager.stream_info(STREAM)).state.messages


async def ranges_of(world: World, tenant: str, *spans: tuple[int, int]) -> list[Range]:
    async with postgres.pool(world.database.scoring, SCHEMA, "test", 1) as pool:
        events = await History(pool).read_all(tenant, upto=await world.head(tenant))
    return [
        Range(log=LOG, tenant=tenant, epoch=1, events=events[first - 1 : last])
        for first, last in spans
    ]


async def publish(own: Bus, number: int, carried: Range) -> None:
    """As a relay with a bad memory would: under an id that the bus has never seen."""
    subject = names.subject(LOG, carried.tenant)
    await own.say(subject, f"test-{number}", envelope.pack(carried))


async def acknowledged(server: Server) -> None:
    """Every durable has delivered and been told of everything on the stream."""

    async def nothing_is_pending() -> bool:
        async with buses.jetstream(server) as manager:
            found = await manager.consumers_info(STREAM)
        return bool(found) and all(not c.num_pending and not c.num_ack_pending for c in found)

    await eventually(nothing_is_pending)


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    server = Server(
        folder=tmp_path / "nats",
        port=network.free_port(),
        secrets=tmp_path / "secrets",
        log=tmp_path / "log",
    )
    server.start()
    yield server
    server.stop()
