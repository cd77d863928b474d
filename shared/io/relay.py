"""Carrying a log to the bus: contiguous ranges, acknowledged, behind a cursor that only follows.

One relay leads per log; all its database work goes through the session that holds the lead, so a
relay that was replaced can publish a range again (harmless) but never move a cursor.
"""

import asyncio
import math
from collections.abc import Sequence
from contextlib import suppress
from itertools import groupby
from pathlib import Path

from shared.io import log, postgres, stopping
from shared.io.bus import Bus
from shared.kernel import envelope, names, recorded, tracing
from shared.kernel.envelope import Range
from shared.kernel.errors import Failure, Unavailable
from shared.kernel.recorded import Stored

# A hint wakes the relay at once; without one it looks this often.
POLL_SECONDS = 0.1
# Tenants and events read in one round, so that one round stays small in memory.
TENANTS_MAX = 32
# Ranges on their way at once.
WINDOW_MAX = 16
RETRY_SECONDS = 0.5
# How old the count of what waits may be.
COUNT_SECONDS = 1.0

# A gauge that could not be read says so, not that all is well.
UNKNOWN = math.nan

_SQL = postgres.queries(Path(__file__).parent / "sql" / "relay.sql")


class Relay:
    """Carries one log under one subject prefix."""

    def __init__(self, url: str, schema: str, prefix: str) -> None:
        self._url = url
        self._schema = schema
        self._prefix = prefix
        self._leads = False
        self._uncarried = UNKNOWN
        self._hint = asyncio.Event()
        self._window = asyncio.Semaphore(WINDOW_MAX)

    def nudge(self) -> None:
        """Something was committed; only a hint, nothing depends on it."""
        self._hint.set()

    @property
    def leads(self) -> bool:
        """Whether this relay is the one that carries; of a log's relays at most one does."""
        return self._leads

    @property
    def uncarried_tenants(self) -> float:
        """Tenants with something to carry, whoever carries it; `UNKNOWN` without the database."""
        return self._uncarried

    async def watch(self, pool: postgres.Pool) -> None:
        """Count what waits, for ever: also while the bus is away or another relay leads."""
        while not stopping.is_asked():
            try:
                async with postgres.borrowed(pool) as connection:
                    rows = await postgres.fetch(connection, _SQL["count_uncarried"])
                self._uncarried = float(rows[0]["tenants"])
            except Failure:
                self._uncarried = UNKNOWN
            await asyncio.sleep(COUNT_SECONDS)

    async def run(self, bus: Bus) -> None:
        """Lead or wait to lead, for ever."""
        while not stopping.is_asked():
            try:
                await self._lead(bus)
            except Failure as failure:
                log.logger().warning("relay.interrupted", log=self._prefix, why=str(failure))
                await asyncio.sleep(RETRY_SECONDS)

    async def _lead(self, bus: Bus) -> None:
        session = await postgres.connect(self._url, self._schema, f"relay-{self._prefix}")
        async with session:
            with postgres.translated():
                await self._wait_to_lead(session)
                try:
                    self._leads = True
                    while not stopping.is_asked():
                        self._hint.clear()
                        if not await self._carry(session, bus):
                            await self._rest()
                finally:
                    self._leads = False

    async def _wait_to_lead(self, session: postgres.Connection) -> None:
        while True:
            answer = await postgres.fetch(session, _SQL["lead"])
            if answer[0]["leads"]:
                return
            await asyncio.sleep(RETRY_SECONDS)

    async def _rest(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL_SECONDS):
                await self._hint.wait()

    async def _carry(self, session: postgres.Connection, bus: Bus) -> bool:
        """One round; whether it left anything behind that was there when it began."""
        waiting = await postgres.fetch(session, _SQL["uncarried"], {"limit": TENANTS_MAX})
        if not waiting:
            return False
        epochs = {row["tenant"]: row["epoch"] for row in waiting}
        carried = {row["tenant"]: row["carried"] for row in waiting}
        asked = {
            "tenants": list(carried),
            "afters": list(carried.values()),
            "limit": envelope.EVENTS_MAX,
        }
        (rows,) = await postgres.fetch_each(session, carried, [(_SQL["read_ranges"], asked)])
        ranges = [
            self._range(epochs[tenant], [Stored(**row) for row in found])
            for tenant, found in groupby(rows, key=lambda row: str(row["tenant"]))
        ]
        acknowledged = await asyncio.gather(*(self._say(bus, one) for one in ranges))
        arrived = [said for said, took in zip(ranges, acknowledged, strict=True) if took]
        tenants = [said.tenant for said in arrived]
        moved = {
            "tenants": tenants,
            "befores": [said.first - 1 for said in arrived],
            "seqs": [said.last for said in arrived],
        }
        await postgres.fetch_each(session, tenants, [(_SQL["move_cursors"], moved)])
        if not all(acknowledged):
            raise Unavailable("relay.not_acknowledged", ranges=len(ranges) - len(arrived))
        last = {said.tenant: said.last for said in arrived}
        return len(waiting) == TENANTS_MAX or any(
            last.get(row["tenant"], 0) < row["seq"] for row in waiting
        )

    def _range(self, epoch: int, found: Sequence[Stored]) -> Range:
        events = envelope.fitting(found)
        return Range(log=self._prefix, tenant=events[0].tenant, epoch=epoch, events=events)

    async def _say(self, bus: Bus, carried: Range) -> bool:
        async with self._window:
            try:
                await bus.say(
                    names.subject(self._prefix, carried.tenant),
                    carried.message_id,
                    envelope.pack(carried),
                    _traceparent(carried),
                )
            except Unavailable as failure:
                log.logger().warning(
                    "relay.not_acknowledged", id=carried.message_id, why=str(failure)
                )
                return False
            return True


def _traceparent(carried: Range) -> str:
    """The request that left the range's last fact, for whoever watches the bus."""
    last = carried.events[-1]
    known = recorded.trace(last)
    return tracing.parent(known, last.event_id.hex[: tracing.SPAN_CHARACTERS]) if known else ""
