"""An event that cannot be applied stops its tenant alone, visibly, until the program is mended."""

import asyncio
import json
from contextlib import suppress

import pytest

from deploy import epoch
from deploy.local.nats import Server
from shared.io import checkpoints, follow, postgres
from shared.io.follow import Follower
from shared.io.history import History
from shared.kernel.errors import Corrupt, Refused
from tests import buses
from tests.examples import NEIGHBOUR, TENANT
from tests.following import (
    TENANTS,
    Fold,
    World,
    following,
    publish,
    ranges_of,
    relaying,
)
from tests.waiting import eventually


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("with_bus", [True, False], ids=["by the bus", "by the log"])
@pytest.mark.parametrize(
    "error",
    [ZeroDivisionError("a bug"), Corrupt("score.other_rules"), None],
    ids=["bug", "corrupt", "clash"],
)
async def test_a_poison_event_stops_its_tenant_alone(
    world: World, clean_bus: Server, error: Exception | None, *, with_bus: bool
) -> None:
    fold = Fold("one")
    if error is None:
        fold.clash = (TENANT, 5)  # the database refuses the effect, each time
    else:
        fold.poison[TENANT, 5] = error
    others = [tenant for tenant in TENANTS if tenant != TENANT]
    async with (
        relaying(world, clean_bus),
        following(world, clean_bus if with_bus else None, fold) as follower,
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
        "insert into scoring.checkpoint"
        " values ('evt', %s, 7, 1, sha256('')), ('evt', %s, 9, 1, sha256(''))",
        [TENANT, NEIGHBOUR],
    )
    async with following(world, None, Fold("one")) as follower:
        await eventually(lambda: list(follower.blocked_tenants) == [TENANT, NEIGHBOUR])
    assert await world.blocked() == {TENANT: 7, NEIGHBOUR: 9}


async def resets(world: World, tenant: str) -> None:
    """What an operator does to have one tenant rebuilt."""
    for table in ("checkpoint", "blocked", "kept"):
        await world.admin.execute(f"delete from scoring.{table} where tenant = %s", [tenant])


async def stays_stopped(world: World, follower: Follower, tenant: str) -> None:
    """Over several retries of what may be retried, and while its log grows."""
    before = await world.kept(tenant)
    for _ in range(3):
        await world.record(tenant, 2)
        await asyncio.sleep(checkpoints.BLOCKED_RETRY_SECONDS + follow.SWEEP_SECONDS)
    assert tenant in follower.blocked_tenants
    assert tenant in await world.blocked()
    assert await world.kept(tenant) == before


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("with_bus", [True, False], ids=["by the bus", "by the log"])
async def test_a_restored_log_stops_its_consumer_for_good(
    world: World, clean_bus: Server, *, with_bus: bool
) -> None:
    """It is beyond the head, then behind it: what it applied is still not in the log (I5, I6)."""
    fold, again, rebuilt = Fold("one"), Fold("again"), Fold("rebuilt")
    others = [tenant for tenant in TENANTS if tenant != TENANT]
    server = clean_bus if with_bus else None
    await world.record_everywhere(3, 1)
    old = await world.head_row(TENANT)
    async with relaying(world, clean_bus):
        async with following(world, server, fold) as follower:
            await world.record_everywhere(3, 1)
            await world.caught_up(fold)
            await world.restore(old)
            await eventually(lambda: list(follower.blocked_tenants) == [TENANT])
            await stays_stopped(world, follower, TENANT)
            await world.record_everywhere(1, 1)
            await world.caught_up(fold, tenants=others)
        async with following(world, server, again) as follower:
            await eventually(lambda: list(follower.blocked_tenants) == [TENANT])
            await stays_stopped(world, follower, TENANT)
        await resets(world, TENANT)
        async with following(world, server, rebuilt):
            await world.caught_up(rebuilt)
    assert await world.blocked() == {}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("grown", [3, 5], ids=["as far as it was", "beyond"])
@pytest.mark.parametrize("running", [True, False])
async def test_a_log_that_was_restored_and_grew_unseen_is_noticed(
    world: World, grown: int, monkeypatch: pytest.MonkeyPatch, *, running: bool
) -> None:
    """Nobody ever saw the head behind the checkpoint; the leaf hash alone tells."""
    fold = Fold("one")
    await world.record(TENANT, 3)
    old = await world.head_row(TENANT)
    await world.record(TENANT, 3)
    async with following(world, None, fold) as follower:
        await world.caught_up(fold, tenants=[TENANT])
        await eventually(lambda: follower.ready)
        if running:
            sweeping = asyncio.Lock()
            compare = Follower._compare

            async def held(self: Follower) -> None:
                async with sweeping:
                    await compare(self)

            monkeypatch.setattr(Follower, "_compare", held)
            await asyncio.sleep(2 * follow.SWEEP_SECONDS_WITHOUT_BUS)
            async with sweeping:
                await world.restore(old)
                await world.record(TENANT, grown)
            if grown == 3:
                await world.record(TENANT, 1)  # what is level is compared when it moves
            await eventually(lambda: list(follower.blocked_tenants) == [TENANT])
    if not running:
        await world.restore(old)
        await world.record(TENANT, grown)
    async with following(world, None, Fold("again")) as follower:
        await eventually(lambda: list(follower.blocked_tenants) == [TENANT])
        await stays_stopped(world, follower, TENANT)
    assert await world.blocked() == {TENANT: 6}


@pytest.mark.usefixtures("patient")
async def test_the_bus_alone_brings_nothing_on_top_of_another_log(
    world: World, clean_bus: Server
) -> None:
    fold = Fold("one")
    await world.record(TENANT, 3)
    old = await world.head_row(TENANT)
    await world.record(TENANT, 3)
    async with (
        buses.connected(clean_bus, "intake") as own,
        following(world, clean_bus, fold) as follower,
    ):
        await publish(own, 1, *await ranges_of(world, TENANT, (1, 6)))
        await world.caught_up(fold, tenants=[TENANT])
        before = await world.kept(TENANT)
        await world.restore(old)
        await world.record(TENANT, 5)
        await publish(own, 2, *await ranges_of(world, TENANT, (7, 8)))
        await eventually(lambda: list(follower.blocked_tenants) == [TENANT])
        assert await world.kept(TENANT) == before


@pytest.mark.usefixtures("quick")
async def test_another_instances_final_stop_is_a_fence(world: World) -> None:
    """An instance that did not hear of the stop cannot move the tenant either."""
    fold = Fold("one")
    await world.record(TENANT, 3)
    async with following(world, None, fold) as follower:
        await world.caught_up(fold, tenants=[TENANT])
        await world.admin.execute(
            "insert into scoring.blocked values ('evt', %s, 3, 'by another', true)", [TENANT]
        )
        await world.record_everywhere(2, 1)
        await eventually(lambda: list(follower.blocked_tenants) == [TENANT])
        await world.caught_up(fold, tenants=[t for t in TENANTS if t != TENANT])
        assert len(await world.kept(TENANT)) == 3


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


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("with_bus", [True, False], ids=["by the bus", "by the log"])
async def test_an_epoch_that_the_log_itself_began_is_gone_on_with(
    world: World, clean_bus: Server, *, with_bus: bool
) -> None:
    """Restored, and said so: what is left of the old epoch stands, and what comes is applied."""
    fold = Fold("one")
    bus = clean_bus if with_bus else None
    await world.record_everywhere()
    async with relaying(world, clean_bus), following(world, bus, fold) as follower:
        await world.caught_up(fold)
        lasts = {tenant: await world.head(tenant) for tenant in TENANTS}
        assert await epoch.raise_epoch(world.database.admin, "Dipulihkan dari cadangan.") == 2
        assert await epoch.raise_epoch(world.database.admin, "Sekali lagi.", above=7) == 8
        await world.record_everywhere()
        await world.caught_up(fold)
        assert follower.blocked_tenants == []
    query = "select epoch from scoring.checkpoint where log = 'evt'"
    rows = await postgres.fetch(world.admin, query)
    assert {row["epoch"] for row in rows} == {8}
    told = await postgres.fetch(
        world.admin,
        "select tenant, seq, convert_from(state, 'utf8') as state from intake.event"
        " where topic = 'epoch.raised.1' order by tenant, seq",
    )
    assert [(row["tenant"], row["seq"]) for row in told] == [
        (tenant, lasts[tenant] + n) for tenant in sorted(TENANTS) for n in (1, 2)
    ]
    assert json.loads(told[0]["state"])["last_seq"] == lasts[told[0]["tenant"]]


async def test_an_epoch_is_not_begun_without_a_reason(world: World) -> None:
    await world.record_everywhere()
    with pytest.raises(Refused, match="epoch\\.reason_missing"):
        await epoch.raise_epoch(world.database.admin, "  salah  ")
    assert await world.number("select max(epoch) as number from intake.head") == 1


async def test_a_follower_that_is_quicker_than_the_sweep_is_not_called_too_far(
    world: World, clean_bus: Server, monkeypatch: pytest.MonkeyPatch
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
    async with relaying(world, clean_bus), following(world, clean_bus, fold) as follower:
        await world.record(TENANT, 1)

        async def has_grown() -> bool:
            assert await world.blocked() == {}
            return len(await world.kept(TENANT)) > 12

        await eventually(has_grown)
        assert list(follower.blocked_tenants) == []
