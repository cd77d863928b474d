"""What is remembered of a log is what the log says, and only what is new is read of it."""

from collections.abc import Sequence
from typing import cast

import pytest

from services.projection import logs
from services.projection.logs import Logs
from shared.io.history import History
from shared.kernel.recorded import Recorded, Stored, decode
from tests import examples
from tests.examples import NEIGHBOUR, TENANT


class Held:
    """Logs in memory, noting which facts were asked for."""

    def __init__(self, **told: Sequence[Stored]) -> None:
        self.told = {TENANT: told.get("own", ()), NEIGHBOUR: told.get("neighbour", ())}
        self.read: list[tuple[str, int]] = []

    async def head(self, tenant: str) -> int:
        return len(self.told[tenant])

    async def read_all(self, tenant: str, *, upto: int, after: int = 0) -> Sequence[Stored]:
        asked = self.told[tenant][after:upto]
        self.read.extend((tenant, event.seq) for event in asked)
        return asked


def reading(held: Held) -> Logs:
    return Logs(cast("History", held))


def facts(stored: Sequence[Stored]) -> list[Recorded]:
    return [decode(event) for event in stored]


async def test_of_a_log_that_grew_only_what_is_new_is_read() -> None:
    held = Held(own=examples.log_of(5))
    reader = reading(held)
    first = await reader.of(TENANT)
    assert first == facts(examples.log_of(5))
    held.told[TENANT] = examples.log_of(8)
    held.read.clear()
    assert await reader.of(TENANT) == facts(examples.log_of(8))
    # The last fact known is read again, to see that it is still the same.
    assert held.read == [(TENANT, seq) for seq in (5, 6, 7, 8)]
    held.read.clear()
    assert await reader.of(TENANT) == facts(examples.log_of(8))
    assert held.read == [(TENANT, 8)]
    assert len(first) == 5, "whoever still works on the old reading sees nothing later"


@pytest.mark.parametrize("left", [0, 1, 4])
async def test_a_log_restored_to_an_earlier_state_is_read_anew(left: int) -> None:
    held = Held(own=examples.log_of(5))
    reader = reading(held)
    await reader.of(TENANT)
    held.told[TENANT] = examples.log_of(left)
    assert await reader.of(TENANT) == facts(examples.log_of(left))
    held.told[TENANT] = examples.log_of(6)
    assert await reader.of(TENANT) == facts(examples.log_of(6))


def _written_anew(count: int) -> list[Stored]:
    """Another log of that length: the same streams and events, recorded by somebody else."""
    return [
        examples.rehashed(event, event_id=examples.identity(event.seq + 100))
        for event in examples.log_of(count)
    ]


@pytest.mark.parametrize("count", [5, 8], ids=["as long", "longer"])
async def test_a_log_that_was_written_anew_is_noticed_by_its_leaf_hash(count: int) -> None:
    held = Held(own=examples.log_of(5))
    reader = reading(held)
    await reader.of(TENANT)
    other = _written_anew(count)
    held.told[TENANT] = other
    held.read.clear()
    assert await reader.of(TENANT) == facts(other)
    assert [seq for _, seq in held.read if seq == 1] == [1], "read from the first fact on"
    held.read.clear()
    assert await reader.of(TENANT) == facts(other)
    assert held.read == [(TENANT, count)]


async def test_the_log_read_longest_ago_is_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "FACTS_MAX", 10)
    held = Held(own=examples.log_of(5), neighbour=examples.log_of(5, NEIGHBOUR))
    reader = reading(held)
    for tenant in (TENANT, NEIGHBOUR, TENANT):
        await reader.of(tenant)
    held.told[TENANT] = examples.log_of(6)
    await reader.of(TENANT)
    held.read.clear()
    await reader.of(TENANT)
    assert held.read == [(TENANT, 6)]
    held.read.clear()
    assert await reader.of(NEIGHBOUR) == facts(examples.log_of(5, NEIGHBOUR))
    assert held.read == [(NEIGHBOUR, seq) for seq in (1, 2, 3, 4, 5)]


async def test_a_log_larger_than_the_memory_is_told_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(logs, "FACTS_MAX", 4)
    reader = reading(Held(own=examples.log_of(5)))
    for _ in range(2):
        assert await reader.of(TENANT) == facts(examples.log_of(5))
    assert not reader._read
