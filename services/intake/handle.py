"""Load, decide, append, and decide again if someone was quicker: the one path into the log.

Orders of one tenant are handled together: their streams are read in one query, each is decided on
what the ones before it left, and each is recorded or refused on its own.
"""

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any, cast

from msgspec import Struct

from services.intake import commands
from services.intake.commands import Command
from services.intake.core import (
    branch,
    indicator,
    innovation,
    occurrence,
    result,
    season,
    target,
)
from services.intake.orders import Loaded, Order
from shared.io import clock
from shared.io.history import History
from shared.io.store import GroupCommit
from shared.kernel import names
from shared.kernel.appending import Append, Draft, Receipt
from shared.kernel.errors import Corrupt, Failure, Outrun, Refused
from shared.kernel.events.intake import BranchSaved, SeasonEntered, SeasonOpened
from shared.kernel.recorded import Event, Meta, Recorded, decode, encode, topic
from shared.kernel.rules.ruleset import RuleSet

# Someone quicker makes us decide again this often before the caller is told.
DECISIONS_MAX = 3


class Rules(Struct, frozen=True, kw_only=True):
    """The rules of a region's season, and its entry event if this is its first fact there."""

    rules: RuleSet
    rule_digest: str
    entry: tuple[Event, ...]


class Intake:
    """Everything intake may do to the log."""

    def __init__(
        self,
        history: History,
        store: GroupCommit,
        rule_sets: Mapping[str, RuleSet],
        digests: Mapping[str, str],
    ) -> None:
        self._history = history
        self._store = store
        self._rule_sets = rule_sets
        self._digests = digests

    async def handle(self, orders: Sequence[Order]) -> Sequence[Receipt | Failure]:
        """Each order's own outcome, in the order asked."""
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

    async def head(self, tenant: str) -> int:
        """The seq of a region's last fact."""
        return await self._history.head(tenant)

    async def branch(
        self, tenant: str, year: int, branch_id: str
    ) -> tuple[BranchSaved | None, int]:
        """A what-if as it stands, with its version; None where it is not there."""
        held, version = await self._folded(tenant, names.branch(year, branch_id), branch)
        return held.saved, version

    async def innovation(
        self, tenant: str, year: int, innovation_id: str
    ) -> tuple[innovation.Innovation, int]:
        """An innovation as it stands, with its version."""
        held, version = await self._folded(
            tenant, names.innovation(year, innovation_id), innovation
        )
        return cast("innovation.Innovation", held), version

    async def _folded(self, tenant: str, stream: str, noun: Any) -> tuple[Any, int]:
        events = (await self._history.read_streams([(tenant, stream)]))[tenant, stream]
        facts = [decode(stored).event for stored in events]
        return reduce(noun.evolve, facts, noun.EMPTY), len(facts)

    async def _round(self, orders: Sequence[Order]) -> Sequence[Receipt | Failure]:
        """Decide all on one reading, then append all at once so that they share a commit."""
        answered = await self._history.answered([(order.tenant, order.key) for order in orders])
        loaded = await self._load(orders)
        outcomes: list[Receipt | Failure | None] = []
        appends: list[Append] = []
        for order in orders:
            try:
                receipt = _answered(order, answered)
                if receipt is None:
                    appends.append(self._decided(order, loaded))
                outcomes.append(receipt)
            except Failure as failure:
                outcomes.append(failure)
        told = iter(await self._store.append_all(appends))
        return [next(told) if outcome is None else outcome for outcome in outcomes]

    async def _load(self, orders: Sequence[Order]) -> Loaded:
        wanted = sorted(
            {name for order in orders for name in commands.rests_on(order.tenant, order.command)}
        )
        found = {
            name: [decode(stored) for stored in events]
            for name, events in (await self._history.read_streams(wanted)).items()
        }
        return Loaded(
            streams={name: [one.event for one in facts] for name, facts in found.items()},
            moments={
                name: [one.happened_at for one in recorded] for name, recorded in found.items()
            },
            opened={name: _opening(facts) for name, facts in found.items()},
        )

    def _decided(self, order: Order, loaded: Loaded) -> Append:
        """What the order comes to, as one append; `loaded` moves on with it."""
        written_to = commands.written_by(order.command)
        rests_on = commands.rests_on(order.tenant, order.command)
        own = [stream for tenant, stream in rests_on if tenant == order.tenant]
        foreign = [name for name in rests_on if name[0] != order.tenant]
        expected = {stream: len(loaded.streams[order.tenant, stream]) for stream in own}
        if order.if_match is not None and order.if_match != expected[written_to]:
            raise Outrun("precondition.stale", current=expected[written_to])
        entry, events = self._events(order, loaded)
        now = clock.now()
        occurrence.check(
            order.occurrence,
            allowed=order.caller.history,
            now=now,
            earlier=[
                moment
                for stream in own
                if stream != names.entry(order.command.year)
                for moment in loaded.moments[order.tenant, stream]
            ],
        )
        written = [(names.entry(order.command.year), event) for event in entry if events]
        written.extend((written_to, event) for event in events)
        meta = _meta(order)
        for stream, event in written:
            loaded.streams[order.tenant, stream].append(event)
            loaded.moments[order.tenant, stream].append(order.occurrence.occurred_at or now)
        return Append(
            tenant=order.tenant,
            key=order.key,
            request=order.request,
            expected=expected,
            guards={name: len(loaded.streams[name]) for name in foreign},
            stated_at=order.occurrence.occurred_at,
            drafts=tuple(
                Draft(stream=stream, topic=topic(event), state=encode(event), meta=meta)
                for stream, event in written
            ),
        )

    def _events(self, order: Order, loaded: Loaded) -> tuple[Sequence[Event], Sequence[Event]]:
        """The entry into the season where it is due, and the command's own events."""
        command, tenant = order.command, order.tenant
        state = loaded.fold(tenant, commands.written_by(order.command), commands.noun(command))
        if isinstance(command, season.Open | season.Close):
            return (), season.decide(command, state)
        if isinstance(command, target.Set):
            return (), target.decide(command, state)
        rules = self._rules(order, loaded, reporting=_is_reporting(command))
        match command:
            case indicator.Claim() | indicator.Accept() | indicator.Return():
                _must_stand(command, loaded, tenant)
                return rules.entry, indicator.decide(command, state, rules.rules)
            case result.Publish() | result.Report():
                events = result.decide(command, state, rules.rules.id, rules.rule_digest)
                return rules.entry, events
            case branch.Save() | branch.Discard():
                # What a region intends begins no season.
                registered = _registered(command, loaded, tenant)
                return (), branch.decide(command, state, rules.rules, registered)
            case _:
                return rules.entry, innovation.decide(command, state)

    def _rules(self, order: Order, loaded: Loaded, *, reporting: bool) -> Rules:
        """The season's rules for this region; its province's season comes before the ministry's."""
        year = order.command.year
        for keeper in commands.keepers(order.tenant):
            held = loaded.fold(keeper, names.season(year), season)
            if held.opened:
                break
        (season.must_be_open if reporting else season.must_be_opened)(held, year)
        entered = loaded.streams[order.tenant, names.entry(year)]
        if entered and isinstance(entered[0], SeasonEntered):
            rules = self._known(entered[0].rule_set, entered[0].rule_digest)
            return Rules(rules=rules, rule_digest=entered[0].rule_digest, entry=())
        opened_seq = loaded.opened[keeper, names.season(year)]
        entry = season.enter(held, year, keeper, opened_seq)
        rules = self._known(held.rule_set, held.rule_digest)
        return Rules(rules=rules, rule_digest=held.rule_digest, entry=(entry,))

    def _known(self, rule_set: str, rule_digest: str) -> RuleSet:
        """The rules that a fact cites: other bytes under their name are other rules."""
        if self._digests.get(rule_set) != rule_digest:
            raise Corrupt("score.other_rules", rule_set=rule_set)
        return self._rule_sets[rule_set]


def _is_reporting(command: Command) -> bool:
    """Whether it is the region's report, which a closed season no longer takes."""
    match command:
        case innovation.Reject() | innovation.Reinstate():
            return False
        case _:
            return isinstance(command, innovation.Command | indicator.Claim)


def _must_stand(command: indicator.Command, loaded: Loaded, tenant: str) -> None:
    """Claims are made of known innovations, verdicts given on those that were sent."""
    if command.innovation:
        stream = names.innovation(command.year, command.innovation)
        known = loaded.fold(tenant, stream, innovation)
        claimed = isinstance(command, indicator.Claim)
        must = innovation.must_be_known if claimed else innovation.must_be_submitted
        must(known, command.innovation)


def _registered(command: branch.Command, loaded: Loaded, tenant: str) -> Sequence[str]:
    """Which of the innovations that a branch presumes are there."""
    return [
        name
        for name in branch.presumed(command)
        if loaded.fold(tenant, names.innovation(command.year, name), innovation).status
        not in ("unknown", "withdrawn")
    ]


def _answered(
    order: Order, answered: Mapping[tuple[str, str], tuple[bytes, Receipt]]
) -> Receipt | None:
    before = answered.get((order.tenant, order.key))
    if before is None:
        return None
    if before[0] != order.request:
        raise Refused("idempotency.key_reused", key=order.key)
    return before[1]


def _opening(recorded: Sequence[Recorded]) -> int:
    return next((one.seq for one in recorded if isinstance(one.event, SeasonOpened)), 0)


def _meta(order: Order) -> bytes:
    return encode(
        Meta(
            actor=order.caller.key,
            role=order.caller.role,
            command=order.key,
            occurred_at=order.occurrence.occurred_at,
            basis=order.occurrence.basis,
        )
    )
