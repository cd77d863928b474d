"""An event that cannot be applied stops its tenant alone, visibly, until the program is mended."""

from contextlib import suppress

import pytest

from shared.io import follow
from shared.io.history import History
from shared.kernel.errors import Corrupt
from tests.examples import NEIGHBOUR, TENANT
from tests.following import TENANTS, Fold, World, following, relaying
from tests.waiting import eventually


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
