"""Delivery by a bus that loses, repeats, reorders, overlaps and rolls back: applied == log."""

import random
from itertools import product

import pytest

from shared.kernel import delivery

SEEDS = 3000
STEPS = 60


class World:
    """A log that grows, a relay with a cursor, a bus without scruples, and a consumer."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.head = 0
        self.cursor = 0
        self.bus: list[tuple[int, int]] = []
        self.saved_bus: list[tuple[int, int]] = []
        self.checkpoint = 0
        self.applied: list[int] = []
        self.backfills = 0

    def step(self) -> None:
        self.chance.choice(
            [
                self.record,
                self.record,
                self.carry,
                self.carry,
                self.carry_again,
                self.lose,
                self.save,
                self.roll_back,
                self.wipe,
                self.hear,
                self.hear,
                self.hear,
                self.sweep,
            ]
        )()

    def record(self) -> None:
        self.head += self.chance.randint(1, 5)

    def carry(self) -> None:
        """The next range; sometimes its acknowledgement is lost and the cursor stays."""
        if self.cursor < self.head:
            last = self.chance.randint(self.cursor + 1, self.head)
            self.bus.append((self.cursor + 1, last))
            if self.chance.random() < 0.8:
                self.cursor = last

    def carry_again(self) -> None:
        """An old relay wakes up and says any range that was ever true."""
        if self.head:
            first = self.chance.randint(1, self.head)
            self.bus.append((first, self.chance.randint(first, self.head)))

    def lose(self) -> None:
        if self.bus:
            self.bus.pop(self.chance.randrange(len(self.bus)))

    def save(self) -> None:
        self.saved_bus = list(self.bus)

    def roll_back(self) -> None:
        self.bus = list(self.saved_bus)

    def wipe(self) -> None:
        self.bus = []

    def hear(self) -> None:
        """Any message, not the oldest; it may stay on the bus and come again."""
        if not self.bus:
            return
        at = self.chance.randrange(len(self.bus))
        first, last = self.bus[at]
        if self.chance.random() < 0.7:
            self.bus.pop(at)
        match delivery.plan(first, last, self.checkpoint):
            case delivery.Drop():
                return
            case delivery.Apply(start):
                self.commit(list(range(start, last + 1)))
            case delivery.Backfill(start, end):
                self.backfills += 1
                self.commit([*range(start, end + 1), *range(first, last + 1)])

    def commit(self, events: list[int]) -> None:
        """State and checkpoint together; sometimes the transaction is lost with both."""
        if self.chance.random() < 0.9:
            self.applied += events
            self.checkpoint = events[-1]

    def sweep(self) -> None:
        """What the log has and the consumer has not, at most a page of it."""
        if self.checkpoint < self.head:
            last = min(self.head, self.checkpoint + self.chance.randint(1, 6))
            self.commit(list(range(self.checkpoint + 1, last + 1)))

    def check(self) -> None:
        assert self.applied == list(range(1, self.checkpoint + 1))
        assert self.checkpoint <= self.head


def run(seed: int) -> World:
    world = World(seed)
    for _ in range(STEPS):
        world.step()
        world.check()
    while world.checkpoint < world.head:
        world.sweep()
        world.check()
    return world


@pytest.mark.parametrize("hundred", range(0, SEEDS, 100))
def test_every_event_is_applied_exactly_once_in_order(hundred: int) -> None:
    for seed in range(hundred, hundred + 100):
        try:
            world = run(seed)
        except AssertionError as error:
            raise AssertionError(f"seed {seed}") from error
        assert world.applied == list(range(1, world.head + 1)), f"seed {seed}"


def test_the_simulation_meets_every_plan() -> None:
    assert sum(run(seed).backfills for seed in range(100)) > 100


def test_the_plan_for_every_small_range() -> None:
    for first, last, checkpoint in product(range(1, 9), range(1, 9), range(10)):
        if first > last:
            continue
        match delivery.plan(first, last, checkpoint):
            case delivery.Drop():
                applied = set[int]()
            case delivery.Apply(start):
                assert first <= start
                applied = set(range(start, last + 1))
            case delivery.Backfill(start, end):
                assert start <= end
                applied = {*range(start, end + 1), *range(first, last + 1)}
        assert applied == set(range(checkpoint + 1, last + 1))
