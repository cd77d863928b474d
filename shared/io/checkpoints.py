"""How far a consumer has applied each tenant of a log, and where it had to stop."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from shared.io import clock, log, postgres
from shared.io.history import History, Leaves, Span, Tip
from shared.kernel.errors import Corrupt, Outrun
from shared.kernel.recorded import Stored

# A blocked tenant is tried again this often: a mended program unblocks by itself.
BLOCKED_RETRY_SECONDS = 15.0

OTHER_LOG = "the log is not the one this was applied from"

_SQL = postgres.queries(Path(__file__).parent / "sql" / "checkpoint.sql")


class Checkpoint(Struct, frozen=True):
    """How far a tenant is applied; the leaf hash is that of the event at `seq`."""

    seq: int
    epoch: int
    leaf_hash: bytes


class Move(Struct, frozen=True, kw_only=True):
    """A tenant's step from one checkpoint to the next; `raised` are the epochs its facts begin."""

    tenant: str
    before: int
    seq: int
    epoch: int
    leaf_hash: bytes
    raised: frozenset[int] = frozenset()


class Checkpoints:
    """The rows of one log, and memory's copy of them between two commits."""

    def __init__(self, pool: postgres.Pool, log_name: str) -> None:
        self._pool = pool
        self._log = log_name
        self._reached: dict[str, Checkpoint] = {}
        self._blocked_since: dict[str, float] = {}
        self._stopped: set[str] = set()

    @property
    def tenants(self) -> Mapping[str, Checkpoint]:
        """Every tenant that was ever applied."""
        return self._reached

    @property
    def blocked(self) -> Sequence[str]:
        """Tenants stopped at an event that cannot be applied, or for good."""
        return sorted(self._blocked_since)

    def reached(self, tenant: str) -> int:
        """The last seq applied; 0 before the first."""
        checkpoint = self._reached.get(tenant)
        return checkpoint.seq if checkpoint else 0

    def is_blocked(self, tenant: str) -> bool:
        """Whether the tenant waits for a mended program or for an operator."""
        return tenant in self._blocked_since

    def is_stopped(self, tenant: str) -> bool:
        """Whether the tenant waits for an operator, for ever if need be."""
        return tenant in self._stopped

    def may_try(self, tenant: str) -> bool:
        """Whether the tenant goes on, or has waited long enough to be tried again."""
        if tenant in self._stopped:
            return False
        since = self._blocked_since.get(tenant)
        return since is None or clock.monotonic_seconds() - since > BLOCKED_RETRY_SECONDS

    async def load(self) -> None:
        """Read the rows again; whoever moved them meanwhile is right."""
        async with postgres.borrowed(self._pool) as connection:
            rows = await postgres.fetch(connection, _SQL["checkpoints"], {"log": self._log})
            blocked = await postgres.fetch(connection, _SQL["all_blocked"], {"log": self._log})
        self._reached = {
            row["tenant"]: Checkpoint(row["seq"], row["epoch"], row["leaf_hash"]) for row in rows
        }
        self._stopped = {row["tenant"] for row in blocked if row["final"]}
        self._blocked_since = {row["tenant"]: clock.monotonic_seconds() for row in blocked}

    async def compare(self, history: History, lasts: Mapping[str, int]) -> Mapping[str, Leaves]:
        """What the log has from each tenant's checkpoint to its `last`, in one query.

        A tenant whose checkpoint is not in the log with the same leaf hash is stopped for good: the
        log was restored or replaced, and applying on would mix two histories.
        """
        kept = self._reached
        found = await history.leaves(
            [
                Span(tenant=tenant, first=kept[tenant].seq if tenant in kept else 1, last=last)
                for tenant, last in lasts.items()
            ]
        )
        for tenant in lasts:
            if tenant not in kept or self.is_stopped(tenant):
                continue
            checkpoint, leaves = kept[tenant], found.get(tenant)
            if leaves is None or leaves.hashes.get(checkpoint.seq) != checkpoint.leaf_hash:
                log.logger().error(
                    "follow.other_log", log=self._log, tenant=tenant, seq=checkpoint.seq
                )
                await self.stop(tenant, checkpoint.seq, OTHER_LOG)
        return found

    async def compare_beyond(
        self, history: History, tips: Mapping[str, Tip], *, every: bool
    ) -> None:
        """Compare every tenant, or only those beyond the log's head.

        What is behind is compared when it is pulled or heard. The bus may have brought more since
        the heads were read, so being beyond them is a question and no answer.
        """
        asked = {
            tenant: kept.seq
            for tenant, kept in self._reached.items()
            if not self.is_stopped(tenant)
            and (every or tenant not in tips or kept.seq > tips[tenant].seq)
        }
        if asked:
            await self.compare(history, asked)

    async def believable(
        self, history: History, ready: Mapping[str, Sequence[Stored]]
    ) -> Mapping[str, int]:
        """The tenants whose heard events the log has too, each with the epoch the log is in.

        The bus may know of more than a log that was rolled back. Every leaf hash is compared, not
        only the last: such a log differs from some seq on, but a forged message anywhere.
        """
        lasts = {tenant: events[-1].seq for tenant, events in ready.items() if events}
        found = await self.compare(history, lasts) if lasts else {}
        believed: dict[str, int] = {}
        for tenant, last in lasts.items():
            events, leaves = ready[tenant], found.get(tenant)
            if self.is_stopped(tenant):
                continue
            if leaves and all(leaves.hashes.get(event.seq) == event.leaf_hash for event in events):
                believed[tenant] = leaves.epoch
                continue
            log.logger().error(
                "bus.not_in_log", log=self._log, tenant=tenant, first=events[0].seq, last=last
            )
        return believed

    def must_be_same_epoch(self, moves: Sequence[Move]) -> None:
        """A log that was restored or promoted is another log until it says so itself, by a fact."""
        for move in moves:
            kept = self._reached.get(move.tenant)
            if kept is None or kept.epoch == move.epoch:
                continue
            if kept.epoch > move.epoch or move.epoch not in move.raised:
                raise Corrupt("epoch.changed", tenant=move.tenant, epoch=move.epoch)

    async def advance(self, connection: postgres.Connection, moves: Sequence[Move]) -> None:
        """Move the rows in the caller's transaction; `Outrun` if any is not where we left it."""
        tenants = [move.tenant for move in moves]
        asked = {
            "log": self._log,
            "tenants": tenants,
            "befores": [move.before for move in moves],
            "seqs": [move.seq for move in moves],
            "epochs": [move.epoch for move in moves],
            "leaf_hashes": [move.leaf_hash for move in moves],
        }
        if await postgres.execute(connection, _SQL["advance"], asked) != len(moves):
            raise Outrun("checkpoint.moved", log=self._log, tenants=",".join(tenants))
        await postgres.execute(connection, _SQL["unblock"], {"log": self._log, "tenants": tenants})

    def advanced(self, moves: Sequence[Move]) -> None:
        """The caller's transaction was committed."""
        for move in moves:
            self._reached[move.tenant] = Checkpoint(move.seq, move.epoch, move.leaf_hash)
            self._blocked_since.pop(move.tenant, None)

    async def block(self, tenant: str, seq: int, error: str) -> None:
        """Stop the tenant before `seq`, visibly; it is tried again every now and then."""
        await self._block(tenant, seq, error, final=False)

    async def stop(self, tenant: str, seq: int, error: str) -> None:
        """Stop the tenant for good: what was applied up to `seq` came from another log.

        No time and no later event mends that, so it stays stopped over restarts until an operator
        has the tenant rebuilt: stop the consumer; delete, for this tenant and log, the rows of
        `checkpoint` and `blocked` in the consumer's schema and whatever it derived; start it. It
        then applies the log from the first event. If instead the log that was applied from comes
        back, deleting the row of `blocked` is enough.
        """
        await self._block(tenant, seq, error, final=True)
        self._stopped.add(tenant)

    async def _block(self, tenant: str, seq: int, error: str, *, final: bool) -> None:
        async with postgres.reaching(self._pool, [tenant]) as connection:
            await postgres.execute(
                connection,
                _SQL["block"],
                {
                    "log": self._log,
                    "tenant": tenant,
                    "seq": seq,
                    "error": error,
                    "final": final,
                },
            )
        self._blocked_since[tenant] = clock.monotonic_seconds()
