"""Load, decide, append, and decide again if someone was quicker: the one path into the log.

Orders of one tenant are handled together: their streams are read in one query, each is decided on
what the ones before it left, and each is recorded or refused on its own.
"""

import asyncio
from collections.abc import Mapping, Sequence

from services.intake import commands
from services.intake.core import occurrence
from services.intake.core.together import Together, Told
from services.intake.deciding import Decider, Decision
from services.intake.orders import KEY_SEPARATOR, Loaded, Order, Seen
from services.intake.turns import Turns
from shared.io import clock
from shared.io.history import Answered, History, Name
from shared.io.store import GroupCommit
from shared.kernel import names, streams
from shared.kernel.appending import Append, Draft, Receipt
from shared.kernel.errors import Failure, Outrun, Refused
from shared.kernel.events.season import SeasonOpened
from shared.kernel.recorded import Meta, Recorded, decode, encode, topic

# Someone quicker makes us decide again this often before the caller is told.
DECISIONS_MAX = 20


class Intake:
    """Everything intake may do to the log."""

    def __init__(
        self,
        history: History,
        store: GroupCommit,
        decider: Decider,
    ) -> None:
        self._history = history
        self._store = store
        self._decider = decider
        self._turns = Turns()

    async def handle(self, orders: Sequence[Order]) -> Sequence[Receipt | Failure]:
        """Each order's own outcome, in the order asked."""
        async with self._turns.taken(order.tenant for order in orders):
            return await self._outcomes(orders)

    async def _outcomes(self, orders: Sequence[Order]) -> Sequence[Receipt | Failure]:
        outcomes: dict[int, Receipt | Failure] = {}
        for attempt in range(1, DECISIONS_MAX + 1):
            waiting = [place for place in range(len(orders)) if place not in outcomes]
            if not waiting:
                break
            told = await self._round([orders[place] for place in waiting])
            for place, outcome in zip(waiting, told, strict=True):
                moved = isinstance(outcome, Outrun) and outcome.reason != "precondition.stale"
                if not moved or attempt == DECISIONS_MAX:
                    outcomes[place] = outcome
        return [outcomes[place] for place in range(len(orders))]

    async def rehearse(self, orders: Sequence[Order]) -> Sequence[Sequence[Told | Failure]]:
        """What each report of each order would come to; nothing is recorded."""
        _, loaded = await self._load(orders)
        told = []
        for order in orders:
            told.append(self._decider.rehearse(order, loaded))
            await asyncio.sleep(0)  # many of them, and others are waiting
        return told

    async def preview(self, orders: Sequence[Order]) -> Sequence[Decision | Failure]:
        """What each order would come to; nothing is recorded."""
        _, loaded = await self._load(orders)
        told: list[Decision | Failure] = []
        for order in orders:
            try:
                told.append(self._decided(order, loaded)[0])
            except Failure as failure:
                told.append(failure)
        return told

    async def prepared(self, order: Order) -> Append | Receipt:
        """One order decided, for who records it in a transaction of its own; or its old receipt."""
        answered, loaded = await self._load([order])
        receipt = _answered(order, answered)
        return receipt or self._decided(order, loaded)[1]

    async def _round(self, orders: Sequence[Order]) -> Sequence[Receipt | Failure]:
        """Decide all on one reading, then append all at once so that they share a commit."""
        answered, loaded = await self._load(orders)
        outcomes: list[Receipt | Failure | None] = []
        appends: list[Append] = []
        for order in orders:
            try:
                receipt = _answered(order, answered)
                if receipt is None:
                    appends.append(self._decided(order, loaded)[1])
                outcomes.append(receipt)
            except Failure as failure:
                outcomes.append(failure)
        told = iter(await self._store.append_all(appends))
        return [next(told) if outcome is None else outcome for outcome in outcomes]

    async def _load(self, orders: Sequence[Order]) -> tuple[Mapping[Name, Answered], Loaded]:
        """What the orders' keys were answered before, and the streams that they rest on."""
        keys = [(order.tenant, order.key) for order in orders]
        wanted = sorted(
            {name for order in orders for name in commands.rests_on(order.tenant, order.command)}
        )
        answered, events = await self._history.stand(keys, wanted)
        found = {name: [decode(stored) for stored in read] for name, read in events.items()}
        return answered, Loaded(
            streams={name: [_seen(one) for one in facts] for name, facts in found.items()},
            opened={name: _opening(facts) for name, facts in found.items()},
        )

    def _decided(self, order: Order, loaded: Loaded) -> tuple[Decision, Append]:
        """What the order comes to, also as one append; `loaded` moves on with it."""
        self._decider.must_be_own(order, loaded)
        rests_on = commands.rests_on(order.tenant, order.command)
        own = [stream for tenant, stream in rests_on if tenant == order.tenant]
        expected = {stream: loaded.version(order.tenant, stream) for stream in own}
        current = expected[commands.written_by(order.command)]
        if order.if_match is not None and order.if_match != current:
            raise Outrun("precondition.stale", current=current)
        if isinstance(order.command, Together):
            _must_be_as_read(order.command, expected)
        # The entry and the letterbox are written on the way; their clock is the others'.
        beside = (names.entry(order.command.year), names.late(order.command.year))
        now = clock.now()
        occurrence.check(
            order.occurrence,
            allowed=order.caller.history,
            now=now,
            earlier=[
                seen.happened_at
                for stream in own
                if stream not in beside
                for seen in loaded.streams[order.tenant, stream]
            ],
        )
        decision = self._decider.decide(order, loaded)
        written = [(streams.stream_of(event), event) for event in decision.events]
        for stream, event in written:
            seen = Seen(
                event=event,
                happened_at=order.occurrence.occurred_at or now,
                client=order.caller.client,
                received_at=order.moment,
            )
            loaded.streams[order.tenant, stream].append(seen)
        meta = _meta(order)
        return decision, Append(
            tenant=order.tenant,
            key=order.key,
            request=order.request,
            expected=expected,
            guards={name: loaded.version(*name) for name in rests_on if name[0] != order.tenant},
            stated_at=order.occurrence.occurred_at,
            missed=decision.missed,
            deadline=decision.deadline,
            drafts=tuple(
                Draft(stream=stream, topic=topic(event), state=encode(event), meta=meta)
                for stream, event in written
            ),
        )


def _answered(order: Order, answered: Mapping[Name, Answered]) -> Receipt | None:
    before = answered.get((order.tenant, order.key))
    if before is None:
        return None
    if before[0] != order.request:
        raise Refused("idempotency.key_reused", key=order.key)
    return before[1]


def _must_be_as_read(command: Together, expected: Mapping[str, int]) -> None:
    moved = [stream for stream, version in command.read.items() if expected[stream] != version]
    if moved:
        raise Outrun("precondition.stale", current=expected[moved[0]])


def _opening(recorded: Sequence[Recorded]) -> int:
    return next((one.seq for one in recorded if isinstance(one.event, SeasonOpened)), 0)


def _seen(recorded: Recorded) -> Seen:
    client = recorded.meta.command.partition(KEY_SEPARATOR)[0]
    stated, received = recorded.meta.occurred_at, recorded.meta.received_at
    return Seen(
        event=recorded.event,
        happened_at=recorded.happened_at,
        client=client,
        received_at=stated or received or recorded.recorded_at,
    )


def _meta(order: Order) -> bytes:
    return encode(
        Meta(
            actor=order.caller.key,
            role=order.caller.role,
            command=order.key,
            received_at=order.received_at,
            occurred_at=order.occurrence.occurred_at,
            basis=order.occurrence.basis,
            trace=order.trace,
        )
    )
