"""Intake's decisions without servers: a ministry, a region, and a clock that tests move."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from services.intake import commands
from services.intake.commands import Command
from services.intake.core import late, season
from services.intake.core.late import Admit, Letterbox
from services.intake.core.occurrence import Occurrence
from services.intake.deciding import Decider, Decision
from services.intake.orders import Loaded, Order, Seen
from shared.io import rulebook
from shared.io.identity import Caller
from shared.kernel import calendar, names, streams
from shared.kernel.calendar import Calendar
from shared.kernel.events.late import LateReceived
from shared.kernel.recorded import Event

YEAR = 2026
REGION = "63.10"
BEGIN = datetime(2026, 6, 1, tzinfo=UTC)
DECIDER = Decider(rulebook.rule_sets(), rulebook.rule_digests())
RULES = rulebook.rule_set_for_year(YEAR)


class Desk:
    """Every fact of the ministry and one region, in the order in which they were decided."""

    def __init__(self) -> None:
        self.now = BEGIN
        self.streams: dict[tuple[str, str], list[Seen]] = defaultdict(list)
        self.log: list[Event] = []
        digest = rulebook.rule_digests()[RULES.id]
        opening = season.Open(
            year=YEAR, rule_set=RULES.id, rules_year=YEAR, rule_digest=digest, letter="1"
        )
        self.ask(opening, tenant=names.MINISTRY)

    def ask(
        self,
        command: Command,
        *,
        tenant: str = REGION,
        client: str = "daerah",
        received_at: datetime | None = None,
    ) -> Decision:
        """Decide and record; a `Failure` records nothing."""
        order = Order(
            caller=Caller(key=client, client=client, tenant=tenant, role="service"),
            tenant=tenant,
            key="key",
            request=b"",
            received_at=received_at or self.now,
            command=command,
            occurrence=Occurrence(),
        )
        for name in commands.rests_on(tenant, command):
            self.streams.setdefault(name, [])
        loaded = Loaded(streams=dict(self.streams), opened=defaultdict(lambda: 1))
        decision = DECIDER.decide(order, loaded)
        for event in decision.events:
            # What a decision writes, it must have named: its version is compared at the append.
            assert (tenant, streams.stream_of(event)) in loaded.streams
            self.streams[tenant, streams.stream_of(event)].append(
                Seen(
                    event=event,
                    happened_at=self.now,
                    client=client,
                    received_at=order.received_at,
                )
            )
            if tenant == REGION:
                self.log.append(event)
        return decision

    def passes(self, hours: float) -> None:
        """Time goes by."""
        self.now += timedelta(hours=hours)

    def calendar(self) -> Calendar:
        """The season as the ministry's facts say."""
        said = [seen.event for seen in self.streams[names.MINISTRY, names.season(YEAR)]]
        kept = calendar.EMPTY
        for event in said:
            kept = calendar.evolve(kept, event)
        return kept

    def letterbox(self) -> Letterbox:
        """What waits of what came late."""
        box = late.EMPTY
        for seen in self.streams[REGION, names.late(YEAR)]:
            box = late.evolve(box, seen.event)
        return box

    def admit(self, items: Sequence[LateReceived]) -> None:
        """Decide on what came late, as is done whenever a calendar has changed."""
        for item in items:
            command = Admit(year=YEAR, item=item, keeper=names.MINISTRY, letter="2")
            self.ask(command, client="intake", received_at=item.received_at)
