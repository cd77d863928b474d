"""Writing the log: one append transaction, and the group commit that shares it between callers.

Statement one locks the heads in tenant order, the next ones read versions and answered commands
under that lock; `shared.kernel.appending.settle` decides; three inserts and the commit follow.
Two round trips in all, whatever the number of callers.
"""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from shared.io import log, postgres, rows
from shared.kernel import appending
from shared.kernel.appending import Append, Head, Known, Receipt, Settlement
from shared.kernel.errors import Corrupt, Failure, Unavailable

# Appends committed together: beyond this the next batch waits, so one commit stays short.
BATCH_MAX = 500
# And no more than this in bytes, far below what one message to PostgreSQL can hold.
BATCH_BYTES_MAX = 16 * 1024 * 1024
# A head that another session holds for longer keeps only its own tenant waiting: the batch is cut
# by tenant, and that tenant's callers are told to come back.
LOCK_SECONDS_MAX = 1.0
# Callers waiting beyond this are told to come back: the queue must not hide an outage.
QUEUE_MAX = 20_000
# A batch whose connection died is tried this often in all; keys make the repeat harmless.
ATTEMPTS_MAX = 3
RECONNECT_SECONDS = 0.2

# The reason of `Unavailable` where a lock was not to be had in time.
LOCKED = "database.locked"

_SQL = postgres.queries(Path(__file__).parent / "sql" / "store.sql")


async def append_within(
    connection: postgres.Connection, appends: Sequence[Append]
) -> tuple[Receipt | Failure, ...]:
    """Append inside the caller's transaction; the head locks are held until it commits."""
    async with connection.pipeline():
        settlement = appending.settle(appends, await _known(connection, appends))
        await _write(connection, settlement)
    return settlement.outcomes


async def _known(connection: postgres.Connection, appends: Sequence[Append]) -> Known:
    tenants = sorted({append.tenant for append in appends})
    streams = appending.streams_named(appends)
    commands = sorted({(append.tenant, append.key) for append in appends})
    run = connection.execute
    guarded = appending.tenants_guarded(appends)
    await postgres.reach(connection, [*tenants, *guarded, *(tenant for tenant, _ in streams)])
    if guarded:
        await run(_SQL["share_heads"], {"tenants": guarded})
    heads = await run(_SQL["lock_heads"], {"tenants": tenants}, binary=True)
    clock = await run(_SQL["clock"], binary=True)
    versions = await run(
        _SQL["stream_versions"],
        {"tenants": [t for t, _ in streams], "streams": [s for _, s in streams]},
        binary=True,
    )
    answered = await run(
        _SQL["answered_commands"],
        {"tenants": [t for t, _ in commands], "keys": [k for _, k in commands]},
        binary=True,
    )
    moment = await clock.fetchone()
    assert moment is not None
    return Known(
        heads={row["tenant"]: Head(**row) for row in await heads.fetchall()},
        versions={(r["tenant"], r["stream"]): r["version"] for r in await versions.fetchall()},
        answered={
            (r["tenant"], r["key"]): (r["request"], r["receipt"]) for r in await answered.fetchall()
        },
        now=moment["now"],
    )


async def _write(connection: postgres.Connection, settlement: Settlement) -> None:
    if settlement.events:
        events = rows.event_columns(settlement.events)
        await connection.execute(_SQL["insert_events"], events)
        heads = rows.head_columns(settlement.heads)
        await connection.execute(_SQL["advance_heads"], heads)
    if settlement.commands:
        tenants, keys, requests, receipts, moments = zip(*settlement.commands, strict=True)
        await connection.execute(
            _SQL["insert_commands"],
            {
                "tenants": list(tenants),
                "keys": list(keys),
                "requests": list(requests),
                "receipts": list(receipts),
                "moments": list(moments),
            },
        )


Asked = tuple[Append, asyncio.Future[Receipt]]


def _give_up(asked: Sequence[Asked]) -> None:
    """Nobody is left waiting for ever: whoever was not answered may ask again."""
    for _, answer in asked:
        if not answer.done():
            answer.set_exception(Unavailable("store.stopped"))


def _batch_size(appends: Sequence[Append]) -> int:
    """How many of these go together: all that stay within the bytes of one batch, one at least."""
    waiting = 0
    for count, append in enumerate(appends):
        waiting += sum(len(draft.state) + len(draft.meta) for draft in append.drafts)
        if count and waiting > BATCH_BYTES_MAX:
            return count
    return len(appends)


class GroupCommit:
    """Commits together whatever was asked for while the previous commit ran; no lingering.

    Every caller gets its own outcome; one caller's cancellation or bad item never touches its
    neighbours. `after_commit` is called when something was recorded: a hint for the relay.
    """

    def __init__(self, pool: postgres.Pool, after_commit: Callable[[], None]) -> None:
        self._pool = pool
        self._after_commit = after_commit
        self._queue: list[Asked] = []
        self._asked = asyncio.Event()
        self._closing = False

    async def append(self, append: Append) -> Receipt:
        """Record one command durably, or raise why not (`Refused`, `Outrun`, `Unavailable`)."""
        if self._closing or len(self._queue) >= QUEUE_MAX:
            raise Unavailable("store.busy")
        answer: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._queue.append((append, answer))
        self._asked.set()
        return await answer

    async def append_all(self, appends: Sequence[Append]) -> Sequence[Receipt | Failure]:
        """Each append's own outcome; asked together, they share a commit."""
        outcomes = await asyncio.gather(*map(self.append, appends), return_exceptions=True)
        for outcome in outcomes:
            if not isinstance(outcome, Receipt | Failure):
                raise outcome
        return [outcome for outcome in outcomes if isinstance(outcome, Receipt | Failure)]

    async def run(self) -> None:
        """Serve until closed and drained; one task, one commit at a time."""
        try:
            while self._queue or not self._closing:
                await self._asked.wait()
                size = _batch_size([append for append, _ in self._queue[:BATCH_MAX]])
                batch, self._queue = self._queue[:size], self._queue[size:]
                if not self._queue and not self._closing:
                    self._asked.clear()
                if batch:
                    await self._serve(batch)
        finally:
            self.close()
            _give_up(self._queue)

    def close(self) -> None:
        """Take nothing more; `run` returns once the queue is drained."""
        self._closing = True
        self._asked.set()

    async def _serve(self, batch: list[Asked]) -> None:
        waiting = [(append, answer) for append, answer in batch if not answer.done()]
        try:
            outcomes = await self._commit([append for append, _ in waiting])
        except BaseException:
            _give_up(waiting)
            raise
        for (_, answer), outcome in zip(waiting, outcomes, strict=True):
            if answer.done():
                continue
            if isinstance(outcome, Failure):
                answer.set_exception(outcome)
            else:
                answer.set_result(outcome)
        self._after_commit()

    async def _commit(self, appends: Sequence[Append]) -> Sequence[Receipt | Failure]:
        """All in one transaction; if the database refuses that, each in its own."""
        if not appends:
            return ()
        try:
            return await self._attempt(appends)
        except Unavailable as failure:
            if failure.reason == LOCKED and len({append.tenant for append in appends}) > 1:
                return await self._by_tenant(appends)
            return [failure] * len(appends)
        except Exception as error:  # noqa: BLE001 - a bug that one item meets is its caller's alone
            failed = (
                error if isinstance(error, Failure) else Corrupt("store.broken", why=repr(error))
            )
            if len(appends) == 1:
                return [failed]
            log.logger().warning("append.batch_split", reason=failed.reason, why=str(failed))
            return [(await self._commit([append]))[0] for append in appends]

    async def _by_tenant(self, appends: Sequence[Append]) -> Sequence[Receipt | Failure]:
        """Each tenant's appends together, in their order; nobody waits for another's lock."""
        outcomes: dict[int, Receipt | Failure] = {}
        for tenant in sorted({append.tenant for append in appends}):
            places = [place for place, one in enumerate(appends) if one.tenant == tenant]
            told = await self._commit([appends[place] for place in places])
            outcomes.update(zip(places, told, strict=True))
        return [outcomes[place] for place in range(len(appends))]

    async def _attempt(self, appends: Sequence[Append]) -> Sequence[Receipt | Failure]:
        for attempt in range(1, ATTEMPTS_MAX + 1):
            try:
                async with postgres.together(self._pool) as connection:
                    return await append_within(connection, appends)
            except Unavailable as failure:
                if attempt == ATTEMPTS_MAX or failure.reason == LOCKED:
                    raise
                await asyncio.sleep(RECONNECT_SECONDS * attempt)
        raise AssertionError("the last attempt returns or raises")
