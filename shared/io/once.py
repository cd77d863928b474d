"""Applying each event once: effect and checkpoint in one transaction; the poison event found."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from shared.io import log, postgres
from shared.io.checkpoints import Checkpoints, Move
from shared.kernel.errors import Corrupt, Outrun, Unavailable
from shared.kernel.events.recovery import EpochRaised
from shared.kernel.recorded import Stored, decode_event, trace

Ranges = Mapping[str, Sequence[Stored]]

# So many facts, the last of each tenant, are looked at for the requests they came of.
TRACED_EVENTS_MAX = 5
TRACED_MAX = 50

# Applies the events' effect inside the transaction that also moves the checkpoints. It must leave
# nothing behind in memory if the transaction fails: `forget` is called then.
Apply = Callable[[postgres.Connection, Ranges], Awaitable[None]]


class Once:
    """What a consumer does with events that are its next: all of it, or nothing."""

    def __init__(
        self,
        pool: postgres.Pool,
        checkpoints: Checkpoints,
        apply: Apply,
        forget: Callable[[Sequence[str]], None],
        after_commit: Callable[[], None],
        log_name: str,
    ) -> None:
        self._pool = pool
        self._checkpoints = checkpoints
        self._apply = apply
        self._forget = forget
        self._after_commit = after_commit
        self._log = log_name

    async def reload(self) -> None:
        """Read the checkpoints again, and forget what was made on top of the old ones."""
        self._forget(sorted(self._checkpoints.tenants))
        await self._checkpoints.load()

    async def apply_all(self, ready: Ranges, epochs: Mapping[str, int]) -> None:
        """All tenants in one transaction; if that fails, each alone, and the poison is found."""
        wanted = {tenant: events for tenant, events in ready.items() if events}
        if not wanted:
            return
        try:
            await self._commit(wanted, epochs)
        except (Outrun, Unavailable):
            self._forget(list(wanted))
            await self.reload()
            raise
        except Exception as error:  # noqa: BLE001 - a poison event may raise anything
            self._forget(list(wanted))
            log.logger().warning("follow.batch_failed", log=self._log, why=repr(error))
            for tenant, events in wanted.items():
                await self._apply_alone(tenant, events, epochs)

    async def _apply_alone(
        self, tenant: str, events: Sequence[Stored], epochs: Mapping[str, int]
    ) -> None:
        try:
            await self._commit({tenant: events}, epochs)
        except (Outrun, Unavailable):
            self._forget([tenant])
            raise
        except Exception as error:  # noqa: BLE001 - as above
            self._forget([tenant])
            if len(events) == 1:
                await self.block(tenant, events[0].seq, repr(error))
                return
            half = len(events) // 2
            await self._apply_alone(tenant, events[:half], epochs)
            if not self._checkpoints.is_blocked(tenant):
                await self._apply_alone(tenant, events[half:], epochs)

    async def _commit(self, ready: Ranges, epochs: Mapping[str, int]) -> None:
        moves = [
            Move(
                tenant=tenant,
                before=events[0].seq - 1,
                seq=events[-1].seq,
                epoch=epochs[tenant],
                leaf_hash=events[-1].leaf_hash,
                raised=_raised(events),
            )
            for tenant, events in ready.items()
        ]
        self._checkpoints.must_be_same_epoch(moves)
        async with postgres.reaching(self._pool, ready) as connection:
            await self._checkpoints.advance(connection, moves)
            await self._effect(connection, ready)
        self._checkpoints.advanced(moves)
        self._after_commit()
        self._tell(ready)

    def _tell(self, ready: Ranges) -> None:
        """One line a batch, with some of the requests that its facts came of."""
        lasts = [one for events in ready.values() for one in events[-TRACED_EVENTS_MAX:]]
        traces = {trace(one) for one in lasts[:TRACED_MAX]} - {""}
        log.logger().info(
            "follow.applied",
            log=self._log,
            tenants=len(ready),
            events=sum(map(len, ready.values())),
            traces=sorted(traces),
        )

    async def _effect(self, connection: postgres.Connection, ready: Ranges) -> None:
        """Only the fence may say `Outrun`: from here it is an effect that clashes, each time."""
        try:
            with postgres.translated():
                await self._apply(connection, ready)
        except Outrun as outrun:
            raise Corrupt("follow.clash", why=str(outrun)) from outrun

    async def block(self, tenant: str, seq: int, error: str) -> None:
        """Stop a tenant before an event, where operators and readers see it."""
        log.logger().error("follow.blocked", log=self._log, tenant=tenant, seq=seq, why=error)
        await self._checkpoints.block(tenant, seq, error)


def _raised(events: Sequence[Stored]) -> frozenset[int]:
    """The epochs that begin among these facts."""
    tag = EpochRaised.__struct_config__.tag
    told = (decode_event(one.state) for one in events if one.topic == tag)
    return frozenset(one.epoch for one in told if isinstance(one, EpochRaised))
