"""A tenant's commands take turns, and nobody waits for another tenant's."""

import asyncio

import pytest

from services.intake.turns import Turns
from shared.io import clock


async def test_one_tenant_is_served_in_the_order_it_asked() -> None:
    turns, served = Turns(), []
    going = 0

    async def ask(number: int) -> None:
        nonlocal going
        async with turns.taken(["63.10"]):
            going += 1
            assert going == 1
            await asyncio.sleep(0)
            served.append(number)
            going -= 1

    await asyncio.gather(*map(ask, range(20)))
    assert served == list(range(20))


async def test_another_tenant_does_not_wait() -> None:
    turns = Turns()
    async with turns.taken(["63.10"]), asyncio.timeout(5), turns.taken(["63.11"]):
        pass


async def test_who_gives_up_or_fails_leaves_the_line() -> None:
    turns = Turns()
    async with turns.taken(["63.10"]):
        waiting = asyncio.create_task(_take(turns, "63.10"))
        await asyncio.sleep(0)
        waiting.cancel()
    with pytest.raises(ZeroDivisionError):
        async with turns.taken(["63.10"]):
            assert 1 / 0
    async with asyncio.timeout(5):
        await _take(turns, "63.10")


async def test_who_needs_several_waits_in_no_ring() -> None:
    turns = Turns()
    pairs = [("63.10", "63.11"), ("63.11", "63.10"), ("63.10", "63.11", "63.12")] * 10
    async with asyncio.timeout(5):
        await asyncio.gather(*(_take(turns, *tenants) for tenants in pairs))


async def _take(turns: Turns, *tenants: str) -> None:
    async with turns.taken(tenants):
        await asyncio.sleep(0)


async def test_who_has_more_waiting_leaves_as_long_a_pause_as_its_command_took(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moments = iter([0.0, 0.05, 10.0, 10.0])
    monkeypatch.setattr(clock, "monotonic_seconds", lambda: next(moments))
    turns, loop = Turns(), asyncio.get_running_loop()
    async with turns.taken(["63.10"]):
        waiting = asyncio.create_task(_take(turns, "63.10"))
        await asyncio.sleep(0)
        ended = loop.time()
    await waiting
    assert loop.time() - ended >= 0.04
