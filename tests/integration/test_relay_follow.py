"""From the log over the bus to a follower: whatever the bus does, the follower equals the log."""

import asyncio
import math
from contextlib import suppress

import msgspec
import pytest
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from deploy.local.nats import Server
from shared.io import bus, postgres
from shared.io.bus import Bus
from shared.io.follow import Follower
from shared.io.relay import Relay
from shared.kernel import envelope, names
from shared.kernel.errors import Unavailable
from tests import buses, examples
from tests.examples import NEIGHBOUR, TENANT
from tests.following import (
    CONSUMER,
    LOG,
    SCHEMA,
    STREAM,
    TENANTS,
    Fold,
    World,
    acknowledged,
    following,
    message_count,
    publish,
    ranges_of,
    relaying,
    running,
)
from tests.waiting import eventually


async def test_everything_recorded_arrives(world: World, clean_bus: Server) -> None:
    fold = Fold("one")
    async with relaying(world, clean_bus), following(world, clean_bus, fold):
        await world.record_everywhere()
        await world.caught_up(fold)
        await world.record(TENANT, 700)
        await world.record_everywhere()
        await world.caught_up(fold)
    assert await world.blocked() == {}


@pytest.mark.usefixtures("patient")
async def test_the_bus_alone_brings_everything(world: World, clean_bus: Server) -> None:
    fold = Fold("one")
    async with relaying(world, clean_bus), following(world, clean_bus, fold) as follower:
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
async def test_the_bus_alone_fills_a_gap_from_the_log(world: World, clean_bus: Server) -> None:
    fold = Fold("one")
    await world.record(TENANT, 40)
    (late,) = await ranges_of(world, TENANT, (31, 40))
    async with buses.connected(clean_bus, "intake") as own, following(world, clean_bus, fold):
        await publish(own, 1, late)
        await world.caught_up(fold, tenants=[TENANT])


@pytest.mark.parametrize("stored", [True, False], ids=["reply lost", "message lost"])
async def test_the_cursor_moves_only_over_what_was_acknowledged(
    world: World, clean_bus: Server, monkeypatch: pytest.MonkeyPatch, *, stored: bool
) -> None:
    await world.record(TENANT, 600, 2)
    await world.record(NEIGHBOUR, 2)
    say = Bus.say
    lost: list[int] = []
    acknowledged: set[tuple[str, int]] = set()

    async def lossy(
        own: Bus, subject: str, message_id: str, payload: bytes, traceparent: str = ""
    ) -> int:
        """Three times the bus answers nothing, whether it has the message or not."""
        carried = envelope.unpack(payload, LOG)
        seq = 0
        if stored or len(lost) == 3 or carried.tenant != TENANT:
            seq = await say(own, subject, message_id, payload, traceparent)
        if len(lost) < 3 and carried.tenant == TENANT:
            lost.append(seq)
            raise Unavailable("bus.unavailable")
        acknowledged.update((event.tenant, event.seq) for event in carried.events)
        return seq

    monkeypatch.setattr(Bus, "say", lossy)
    async with relaying(world, clean_bus):
        await world.carried()
    assert len(lost) == 3
    assert acknowledged == {
        *((TENANT, seq) for seq in range(1, 1201)),
        *((NEIGHBOUR, seq) for seq in (1, 2)),
    }


async def test_a_message_never_exceeds_what_the_server_takes(
    world: World, clean_bus: Server
) -> None:
    large = examples.draft()
    large = msgspec.structs.replace(large, state=b'"' + b"x" * 250_000 + b'"')
    for number in range(4):
        await world.commit.append(examples.append(f"large-{number}", drafts=[large] * 3))
    async with relaying(world, clean_bus):
        await world.carried()
    assert await message_count(clean_bus) >= 6


# What goes wrong with the bus.


@pytest.mark.usefixtures("quick")
async def test_every_stream_is_deleted_while_events_flow(world: World, clean_bus: Server) -> None:
    fold = Fold("one")
    async with relaying(world, clean_bus), following(world, clean_bus, fold) as follower:
        await world.record_everywhere()
        await world.caught_up(fold)
        flowing = asyncio.create_task(world.record_everywhere(3, 30))
        for _ in range(3):
            await buses.wipe(clean_bus)
            await world.record(TENANT, 2)
        await flowing
        await world.caught_up(fold)
        await heard_again(world, clean_bus, fold, follower)


async def heard_again(world: World, server: Server, fold: Fold, follower: Follower) -> None:
    """New events come through the bus, not only through the sweep."""

    async def by_the_bus_alone() -> bool:
        before = follower.pulled_total
        await world.record_everywhere(1, 1)
        await world.caught_up(fold)
        return follower.pulled_total == before

    await eventually(by_the_bus_alone)
    await acknowledged(server)


@pytest.mark.usefixtures("quick")
async def test_every_consumer_is_deleted(world: World, clean_bus: Server) -> None:
    fold = Fold("one")
    async with relaying(world, clean_bus), following(world, clean_bus, fold) as follower:
        await world.record_everywhere()
        await world.caught_up(fold)
        async with buses.jetstream(clean_bus) as manager:
            for consumer in await manager.consumers_info(STREAM):
                await manager.delete_consumer(STREAM, consumer.name)
        await world.record_everywhere()
        await world.caught_up(fold)
        await heard_again(world, clean_bus, fold, follower)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("empty", [True, False], ids=["empty", "as it was"])
async def test_the_server_is_killed_and_comes_back(
    world: World, own_server: Server, *, empty: bool
) -> None:
    fold = Fold("one")
    async with (
        relaying(world, own_server),
        following(world, own_server, fold) as follower,
    ):
        await world.record_everywhere()
        await world.caught_up(fold)
        flowing = asyncio.create_task(world.record_everywhere(2, 40))
        own_server.kill()
        await world.record(TENANT, 3)
        recorded = await world.head(TENANT)

        async def has_arrived_without_a_bus() -> bool:
            return len(await world.kept(TENANT)) >= recorded

        await eventually(has_arrived_without_a_bus)
        if empty:
            own_server.wipe()
        own_server.start()
        await flowing
        await world.caught_up(fold)
        await heard_again(world, own_server, fold, follower)


@pytest.mark.usefixtures("quick")
async def test_a_store_that_was_rolled_back(world: World, own_server: Server) -> None:
    """An old copy of the store comes back: durables wait for numbers that were forgotten."""
    fold = Fold("one")
    store, copy = own_server._store, own_server._store.with_name("old")
    async with (
        relaying(world, own_server),
        following(world, own_server, fold) as follower,
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
        await heard_again(world, own_server, fold, follower)


@pytest.mark.usefixtures("patient")
async def test_a_durable_that_waits_for_a_lost_number_is_made_again(
    world: World, clean_bus: Server
) -> None:
    """After a power cut a durable may have delivered numbers that the stream forgot."""
    fold = Fold("one")
    async with buses.jetstream(clean_bus) as manager:
        await manager.add_consumer(
            STREAM,
            ConsumerConfig(
                durable_name=names.durable(CONSUMER, LOG, names.partition(TENANT)),
                filter_subject=names.partition_filter(LOG, names.partition(TENANT)),
                deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
                opt_start_seq=1000,
                ack_policy=AckPolicy.EXPLICIT,
            ),
        )
    async with relaying(world, clean_bus), following(world, clean_bus, fold):
        await world.record(TENANT, 1, 5)
        await world.caught_up(fold, tenants=[TENANT])


async def test_garbage_on_the_subject_is_left_lying(world: World, clean_bus: Server) -> None:
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
    async with buses.connected(clean_bus, "intake") as own, following(world, clean_bus, fold):
        for number, payload in enumerate(garbage):
            await own.say(names.subject(LOG, TENANT), f"garbage-{number}", payload)
            await own.say(f"{LOG}.{names.partition(TENANT):02d}.%*", f"odd-{number}", payload)
        async with relaying(world, clean_bus):
            await world.caught_up(fold)
        await acknowledged(clean_bus)  # garbage is not delivered for ever
    assert await world.blocked() == {}


@pytest.mark.usefixtures("patient")
async def test_one_tenants_range_under_anothers_subject_is_not_applied(
    world: World, clean_bus: Server
) -> None:
    """I8: a subject is what a reader may hear; what stands in it must be that tenant's."""
    fold = Fold("one")
    await world.record_everywhere()
    (mine,) = await ranges_of(world, TENANT, (1, 3))
    async with buses.connected(clean_bus, "intake") as own, following(world, clean_bus, fold):
        await own.say(names.subject(LOG, NEIGHBOUR), "wrong", envelope.pack(mine))
        await acknowledged(clean_bus)
        assert await world.kept(TENANT) == []
        assert await world.kept(NEIGHBOUR) == []


@pytest.mark.usefixtures("patient")
async def test_altered_bytes_are_not_applied(world: World, clean_bus: Server) -> None:
    fold = Fold("one")
    await world.record(TENANT, 3)
    (mine,) = await ranges_of(world, TENANT, (1, 3))
    async with buses.connected(clean_bus, "intake") as own, following(world, clean_bus, fold):
        altered = envelope.pack(mine).replace(b'"year":2026', b'"year":2027', 1)
        assert altered != envelope.pack(mine)
        await own.say(names.subject(LOG, TENANT), "altered", altered)
        await acknowledged(clean_bus)
        assert await world.kept(TENANT) == []


async def test_a_range_beyond_the_log_is_not_believed(world: World, clean_bus: Server) -> None:
    """Well-formed, but the log has no such events: nothing is applied, nobody else waits."""
    fold = Fold("one")
    await world.record_everywhere()
    beyond = examples.carried(900, 902)
    async with buses.connected(clean_bus, "intake") as own, following(world, clean_bus, fold):
        await publish(own, 1, beyond)
        async with relaying(world, clean_bus):
            await world.caught_up(fold)
        await acknowledged(clean_bus)


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("what", ["rolled back", "other end", "other middle", "other beginning"])
async def test_what_only_the_bus_has_is_not_applied(
    world: World, clean_bus: Server, what: str
) -> None:
    """Next in line, every leaf hash its own, but no such event in the log; others go on."""
    fold = Fold("one")
    await world.record(TENANT, 3)
    old = await world.head_row(TENANT)
    await world.record(TENANT, 6)
    await world.record(NEIGHBOUR, 4)
    first, true = await ranges_of(world, TENANT, (1, 3), (4, 9))
    (neighbours,) = await ranges_of(world, NEIGHBOUR, (1, 4))
    events = list(true.events)
    if what == "rolled back":
        await world.restore(old)
    else:
        at = {"other end": -1, "other middle": 2, "other beginning": 0}[what]
        events[at] = examples.rehashed(events[at], stream="innovation/forged")
    forged = msgspec.structs.replace(true, events=events)
    async with (
        buses.connected(clean_bus, "intake") as own,
        following(world, clean_bus, fold) as follower,
    ):
        await publish(own, 1, first)
        await publish(own, 2, forged)
        await publish(own, 3, neighbours)
        await world.caught_up(fold, tenants=[NEIGHBOUR])
        await acknowledged(clean_bus)
        # Heard in one go with the forged range, the true one before it waits for the next sweep.
        held = fold.memory.get(TENANT, [])
        assert await world.kept(TENANT) == (await world.log_of(TENANT))[: len(held)]
        assert list(follower.blocked_tenants) == []
        if what == "rolled back":
            await world.record(TENANT, 2)
            (true,) = await ranges_of(world, TENANT, (4, 5))
        await publish(own, 4, msgspec.structs.replace(true, epoch=7))  # the log's epoch counts
        await world.caught_up(fold, tenants=[TENANT])
    assert await world.blocked() == {}


@pytest.mark.usefixtures("quick")
async def test_what_only_the_bus_has_is_left_to_the_sweep(world: World, clean_bus: Server) -> None:
    fold = Fold("one")
    await world.record_everywhere()
    async with (
        buses.connected(clean_bus, "intake") as own,
        following(world, clean_bus, fold) as follower,
    ):
        await publish(own, 1, examples.carried(1, 6))
        await world.caught_up(fold)
        await publish(own, 2, examples.carried(7, 9))
        await world.record_everywhere(2, 1)
        await world.caught_up(fold)
        assert list(follower.blocked_tenants) == []


async def test_what_waits_is_counted_without_a_bus(world: World, clean_bus: Server) -> None:
    """A gauge that says 0 while nothing is carried would hide what it is there to show."""
    relay = Relay(world.database.intake, SCHEMA, LOG)
    assert math.isnan(relay.uncarried_tenants)
    await world.record_everywhere()
    async with (
        postgres.pool(world.database.intake, SCHEMA, "test", 1) as pool,
        running(lambda: relay.watch(pool)),
    ):
        await eventually(lambda: relay.uncarried_tenants == len(TENANTS))
        assert not relay.leads
        async with buses.connected(clean_bus, "intake") as own, running(lambda: relay.run(own)):
            await eventually(lambda: relay.leads and relay.uncarried_tenants == 0)
        assert not relay.leads


@pytest.mark.usefixtures("patient")
async def test_duplicates_and_overlapping_ranges_in_any_order(
    world: World, clean_bus: Server
) -> None:
    fold = Fold("one")
    await world.record(TENANT, 60)
    await world.record(NEIGHBOUR, 60)
    spans = [(21, 30), (1, 10), (5, 25), (1, 10), (55, 60), (11, 40), (1, 60), (60, 60), (30, 50)]
    async with buses.connected(clean_bus, "intake") as own, following(world, clean_bus, fold):
        for tenant in (TENANT, NEIGHBOUR):
            for number, carried in enumerate(await ranges_of(world, tenant, *spans)):
                await publish(own, hash((tenant, number)), carried)
        await acknowledged(clean_bus)
        await world.caught_up(fold, tenants=[TENANT, NEIGHBOUR])


async def test_a_cancellation_that_the_client_swallowed_still_ends_the_loops(
    world: World, clean_bus: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before Python 3.12 `wait_for` loses one that arrives together with its answer."""
    waiting = asyncio.Event()

    async def swallow(*_: object) -> None:
        waiting.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    async with buses.connected(clean_bus, CONSUMER) as own:
        heard: asyncio.Queue[bus.Heard] = asyncio.Queue()
        relay = Relay(world.database.intake, SCHEMA, LOG)
        monkeypatch.setattr(Relay, "_carry", swallow)
        monkeypatch.setattr(Bus, "_ensure_consumer", swallow)
        for job in (own.hear(LOG, CONSUMER, 0, heard), relay.run(own)):
            waiting.clear()
            task = asyncio.create_task(job)
            await waiting.wait()
            task.cancel()
            await eventually(task.done, 5)
