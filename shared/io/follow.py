"""Following a log: hear ranges from the bus, fill gaps from the log, apply each event once.

The bus is only quick. Every second the heads of the log are compared with the checkpoints, and
what the bus lost, delayed or never had is read from the log: wiped streams, rolled-back stores,
deleted consumers and lost acknowledgements all heal in this one loop. Nothing is applied that the
log does not have, whatever the bus says, nor on top of what another log once had. A poison event
stops its tenant alone, visibly.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from shared.io import log, postgres, stopping
from shared.io.bus import Bus, Heard
from shared.io.checkpoints import Checkpoints
from shared.io.history import History, Tip
from shared.io.once import Apply, Once
from shared.kernel import delivery, envelope, names
from shared.kernel.envelope import Range
from shared.kernel.errors import Corrupt, Failure
from shared.kernel.recorded import Stored

# Messages applied in one transaction, and how long a lone one waits for company: not at all.
BATCH_MESSAGES_MAX = 64
# A gap longer than this is left to the sweep, which reads it page by page.
GAP_EVENTS_MAX = 2000
# Heads are compared this often; a gap seen twice unmoved is read from the log.
SWEEP_SECONDS = 1.0
# Without the bus the log is the only source, so it is asked more often.
SWEEP_SECONDS_WITHOUT_BUS = 0.25
# Tenants pulled from the log in one go, so that applying never waits for one huge read.
PULL_TENANTS_MAX = 16
RETRY_SECONDS = 0.5


class Follower:
    """One service's way through one log."""

    def __init__(
        self,
        *,
        log_name: str,
        consumer: str,
        history: History,
        pool: postgres.Pool,
        apply: Apply,
        forget: Callable[[Sequence[str]], None],
        after_commit: Callable[[], None] = lambda: None,
    ) -> None:
        self._log = log_name
        self._consumer = consumer
        self._history = history
        self._bus: Bus | None = None
        self._heard: asyncio.Queue[Heard] = asyncio.Queue(BATCH_MESSAGES_MAX * 4)
        self._applying = asyncio.Lock()
        self._checkpoints = Checkpoints(pool, log_name)
        self._once = Once(pool, self._checkpoints, apply, forget, after_commit, log_name)
        self._seen: Mapping[str, int] = {}
        self._lag = 0
        self._loaded = False
        self.pulled_total = 0

    @property
    def lag_events(self) -> int:
        """How many recorded events were not applied at the last look."""
        return self._lag

    @property
    def blocked_tenants(self) -> Sequence[str]:
        """Tenants stopped at an event that cannot be applied."""
        return self._checkpoints.blocked

    @property
    def ready(self) -> bool:
        """Whether checkpoints are loaded and the log was compared with them at least once."""
        return self._loaded

    async def hear(self, bus: Bus) -> None:
        """Hear every partition of the log, for ever."""
        self._bus = bus
        async with asyncio.TaskGroup() as ears:
            for partition in range(names.PARTITIONS):
                ears.create_task(bus.hear(self._log, self._consumer, partition, self._heard))

    async def run(self) -> None:
        """Apply what is heard and sweep for what is not, for ever."""
        await self._persistently(self._once.reload)
        async with asyncio.TaskGroup() as loops:
            loops.create_task(self._listen())
            loops.create_task(self._sweep())

    async def _persistently(self, act: Callable[[], Awaitable[None]]) -> None:
        """Do it; on a failure that time or reloading may mend, say so and come back later."""
        try:
            await act()
        except Failure as failure:
            log.logger().warning("follow.interrupted", log=self._log, why=str(failure))
            await asyncio.sleep(RETRY_SECONDS)
            self._loaded = False

    async def _listen(self) -> None:
        while not stopping.is_asked():
            heard = [await self._heard.get()]
            while len(heard) < BATCH_MESSAGES_MAX and not self._heard.empty():
                heard.append(self._heard.get_nowait())
            await self._persistently(lambda batch=heard: self._take(batch))  # type: ignore[misc]

    async def _take(self, heard: Sequence[Heard]) -> None:
        """Apply a batch of messages and acknowledge them; what is damaged is left to the log."""
        async with self._applying:
            ready: dict[str, list[Stored]] = {}
            for message in heard:
                arrived = self._opened(message)
                if arrived is not None:
                    await self._collect(arrived, ready)
            believed = await self._checkpoints.believable(self._history, ready)
            await self._once.apply_all({t: ready[t] for t in believed}, believed)
        for message in heard:
            await message.acknowledge()

    def _opened(self, message: Heard) -> Range | None:
        try:
            arrived = envelope.unpack(message.payload, self._log)
        except Corrupt as failure:
            log.logger().error("bus.damaged", subject=message.subject, why=str(failure))
            return None
        if message.subject != names.subject(self._log, arrived.tenant):
            log.logger().error("bus.wrong_subject", subject=message.subject, tenant=arrived.tenant)
            return None
        return arrived

    async def _collect(self, arrived: Range, ready: dict[str, list[Stored]]) -> None:
        """Add to `ready` what the sequence rule says of one range."""
        tenant = arrived.tenant
        if self._checkpoints.is_blocked(tenant):
            return
        waiting = ready.setdefault(tenant, [])
        reached = waiting[-1].seq if waiting else self._checkpoints.reached(tenant)
        match delivery.plan(arrived.first, arrived.last, reached):
            case delivery.Drop():
                return
            case delivery.Backfill(first, last) if last - first >= GAP_EVENTS_MAX:
                return
            case delivery.Backfill(first, last):
                try:
                    missed = await self._history.read_all(tenant, after=first - 1, upto=last)
                except Corrupt as failure:
                    log.logger().error("bus.beyond_log", tenant=tenant, why=str(failure))
                    return
                waiting.extend(missed)
                waiting.extend(arrived.events)
            case delivery.Apply(first):
                waiting.extend(arrived.events[first - arrived.first :])

    async def _sweep(self) -> None:
        while not stopping.is_asked():
            with_bus = self._bus is not None and self._bus.connected
            await asyncio.sleep(SWEEP_SECONDS if with_bus else SWEEP_SECONDS_WITHOUT_BUS)
            await self._persistently(self._compare if self._loaded else self._start_over)

    async def _start_over(self) -> None:
        async with self._applying:
            await self._once.reload()
        await self._compare()

    async def _compare(self) -> None:
        """Heads against checkpoints; read from the log what has not moved since the last look."""
        tips = await self._history.heads()
        async with self._applying:
            await self._checkpoints.compare_beyond(self._history, tips, every=not self._loaded)
        self._lag = sum(max(0, tip.seq - self._checkpoints.reached(t)) for t, tip in tips.items())
        behind = [tenant for tenant, tip in tips.items() if self._is_stuck(tenant, tip)]
        self._seen = {tenant: self._checkpoints.reached(tenant) for tenant in tips}
        for at in range(0, len(behind), PULL_TENANTS_MAX):
            group = behind[at : at + PULL_TENANTS_MAX]
            while group:
                group = await self._pull(group, tips)
        self._loaded = True

    def _is_stuck(self, tenant: str, tip: Tip) -> bool:
        reached = self._checkpoints.reached(tenant)
        if tip.seq <= reached or not self._checkpoints.may_try(tenant):
            return False
        with_bus = self._bus is not None and self._bus.connected and self._loaded
        return not with_bus or self._seen.get(tenant) == reached

    async def _pull(self, tenants: Sequence[str], tips: Mapping[str, Tip]) -> list[str]:
        """Apply one page of each tenant from the log; the tenants that have more to read."""
        async with self._applying:
            ready = {}
            for tenant in tenants:
                reached = self._checkpoints.reached(tenant)
                try:
                    ready[tenant] = await self._history.read(
                        tenant, after=reached, upto=tips[tenant].seq, limit=envelope.EVENTS_MAX
                    )
                except Corrupt as failure:
                    await self._once.block(tenant, reached + 1, repr(failure))
            # After the reading, so that a log that was replaced meanwhile is noticed.
            lasts = {tenant: self._checkpoints.reached(tenant) for tenant in tenants}
            await self._checkpoints.compare(self._history, lasts)
            going = {
                t: events for t, events in ready.items() if not self._checkpoints.is_stopped(t)
            }
            self.pulled_total += len(tenants)
            log.logger().info("follow.pulled", log=self._log, tenants=len(tenants))
            await self._once.apply_all(going, {tenant: tips[tenant].epoch for tenant in tenants})
        return [
            tenant
            for tenant in tenants
            if self._checkpoints.reached(tenant) < tips[tenant].seq
            and not self._checkpoints.is_blocked(tenant)
        ]
