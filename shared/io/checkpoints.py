"""How far a consumer has applied each tenant of a log, and where it had to stop."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from shared.io import clock, postgres
from shared.kernel.errors import Corrupt, Outrun

# A blocked tenant is tried again this often: a mended program unblocks by itself.
BLOCKED_RETRY_SECONDS = 15.0

_SQL = postgres.queries(Path(__file__).parent / "sql" / "checkpoint.sql")


class Checkpoint(Struct, frozen=True):
    """How far a tenant is applied."""

    seq: int
    epoch: int


class Move(Struct, frozen=True, kw_only=True):
    """A tenant's step from one checkpoint to the next."""

    tenant: str
    before: int
    seq: int
    epoch: int


class Checkpoints:
    """The rows of one log, and memory's copy of them between two commits."""

    def __init__(self, pool: postgres.Pool, log_name: str) -> None:
        self._pool = pool
        self._log = log_name
        self._reached: dict[str, Checkpoint] = {}
        self._blocked_since: dict[str, float] = {}

    @property
    def tenants(self) -> Mapping[str, Checkpoint]:
        """Every tenant that was ever applied."""
        return self._reached

    @property
    def blocked(self) -> Sequence[str]:
        """Tenants stopped at an event that cannot be applied."""
        return sorted(self._blocked_since)

    def reached(self, tenant: str) -> int:
        """The last seq applied; 0 before the first."""
        checkpoint = self._reached.get(tenant)
        return checkpoint.seq if checkpoint else 0

    def is_blocked(self, tenant: str) -> bool:
        """Whether the tenant waits for a mended program."""
        return tenant in self._blocked_since

    def may_try(self, tenant: str) -> bool:
        """Whether the tenant goes on, or has waited long enough to be tried again."""
        since = self._blocked_since.get(tenant)
        return since is None or clock.monotonic_seconds() - since > BLOCKED_RETRY_SECONDS

    async def load(self) -> None:
        """Read the rows again; whoever moved them meanwhile is right."""
        async with postgres.borrowed(self._pool) as connection:
            rows = await postgres.fetch(connection, _SQL["checkpoints"], {"log": self._log})
            blocked = await postgres.fetch(connection, _SQL["all_blocked"], {"log": self._log})
        self._reached = {row["tenant"]: Checkpoint(row["seq"], row["epoch"]) for row in rows}
        self._blocked_since = {row["tenant"]: clock.monotonic_seconds() for row in blocked}

    def must_be_same_epoch(self, moves: Sequence[Move]) -> None:
        """A log that was restored or promoted is another log until someone says otherwise."""
        for move in moves:
            kept = self._reached.get(move.tenant)
            if kept is not None and kept.epoch != move.epoch:
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
        }
        if await postgres.execute(connection, _SQL["advance"], asked) != len(moves):
            raise Outrun("checkpoint.moved", log=self._log, tenants=",".join(tenants))
        await postgres.execute(connection, _SQL["unblock"], {"log": self._log, "tenants": tenants})

    def advanced(self, moves: Sequence[Move]) -> None:
        """The caller's transaction was committed."""
        for move in moves:
            self._reached[move.tenant] = Checkpoint(move.seq, move.epoch)
            self._blocked_since.pop(move.tenant, None)

    async def block(self, tenant: str, seq: int, error: str) -> None:
        """Stop the tenant before `seq`, visibly."""
        self._blocked_since[tenant] = clock.monotonic_seconds()
        async with postgres.transaction(self._pool) as connection:
            await postgres.execute(
                connection,
                _SQL["block"],
                {"log": self._log, "tenant": tenant, "seq": seq, "error": error},
            )
