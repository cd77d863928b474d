"""What an order comes to, on the streams that were read for it: pure, whatever it is for.

A season's calendar decides by the moment of complete receipt: what a region reports after the
deadline is kept as a late item; verdicts stop at the freeze. A fact that is a region's first in a
season brings its entry along.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from services.intake import commands, grounds, reporting
from services.intake.commands import Command
from services.intake.core import agency, innovation, late, operating, result, season
from services.intake.core.checking import Finding
from services.intake.core.innovation import Innovation
from services.intake.core.together import Together, Told
from services.intake.grounds import Ground
from services.intake.orders import Loaded, Order
from shared.kernel import calendar, names, streams
from shared.kernel.calendar import Calendar
from shared.kernel.errors import Corrupt, Failure, Refused
from shared.kernel.events.late import LateAdmitted, LateDismissed
from shared.kernel.events.season import SeasonEntered
from shared.kernel.recorded import Event
from shared.kernel.rules.ruleset import RuleSet


class Decision(Struct, frozen=True, kw_only=True):
    """The facts that follow, in order.

    `missed` is the deadline after which a report came, `deadline` the one it kept, if any;
    `questions` are doubts that bar nothing.
    """

    events: tuple[Event, ...]
    missed: datetime | None = None
    deadline: datetime | None = None
    questions: tuple[Finding, ...] = ()


class Decider:
    """Decides with the published rule sets."""

    def __init__(self, rule_sets: Mapping[str, RuleSet], digests: Mapping[str, str]) -> None:
        self._rule_sets = rule_sets
        self._digests = digests

    def decide(self, order: Order, loaded: Loaded) -> Decision:
        """What follows from the order; a `Failure` where it may not be."""
        command = order.command
        purpose = commands.sort_of(command).purpose
        if purpose in ("calendar", "affair"):
            return Decision(events=_alone(command, order.tenant, loaded))
        keeper, kept = self._kept(order, loaded)
        season.must_be_opened(kept, command.year)
        ground, entry = self._ground(order, loaded, keeper, kept)
        if purpose == "report":
            return _entered(entry, _reported(command, ground, kept))
        if isinstance(command, late.Admit):
            kept_by = calendar.deadline_at(kept, command.item.received_at)
            return Decision(events=_admitted(command, ground, kept), deadline=kept_by)
        if purpose == "verdict":
            season.must_be_undecided(kept, command.year)
        decision = Decision(events=grounds.decided(command, ground))
        if isinstance(command, result.Publish):
            questions = result.questions(command, ground.rules, frozen=kept.frozen)
            decision = replace(decision, questions=questions)
        # What a region intends begins no season.
        return decision if purpose == "plan" else _entered(entry, decision)

    def must_be_own(self, order: Order, loaded: Loaded) -> None:
        """An operator is not even told the version of what is another agency's."""

        def held(name: str) -> Innovation:
            stream = names.innovation(order.command.year, name)
            found: Innovation = loaded.fold(order.tenant, stream, innovation)
            return found

        if order.caller.role == "operator":
            operating.must_be_own(order.caller.agency, order.command, held)

    def rehearse(self, order: Order, loaded: Loaded) -> Sequence[Told | Failure]:
        """What each of an order's reports would come to, also where another is refused."""
        command = order.command
        assert isinstance(command, Together)
        keeper, kept = self._kept(order, loaded)
        season.must_be_opened(kept, command.year)
        ground, _ = self._ground(order, loaded, keeper, kept)
        return list(reporting.each(command, ground, kept))

    def _kept(self, order: Order, loaded: Loaded) -> tuple[str, Calendar]:
        """The calendar that holds for the region, and whose it is."""
        year = order.command.year
        for keeper in commands.keepers(order.tenant):
            kept: Calendar = loaded.fold(keeper, names.season(year), season)
            if kept.opened:
                break
        return keeper, kept

    def _ground(
        self, order: Order, loaded: Loaded, keeper: str, kept: Calendar
    ) -> tuple[Ground, tuple[Event, ...]]:
        """What the decision stands on, and the entry into the season where that is due."""
        year = order.command.year
        entered = [seen.event for seen in loaded.streams[order.tenant, names.entry(year)]]
        entry: tuple[Event, ...] = ()
        if entered and isinstance(entered[0], SeasonEntered):
            rule_set, digest = entered[0].rule_set, entered[0].rule_digest
        else:
            rule_set, digest = kept.rule_set, kept.rule_digest
            opened_seq = loaded.opened[keeper, names.season(year)]
            entry = (season.enter(kept, year, keeper, opened_seq),)
        rules = self._known(rule_set, digest)
        return Ground(order=order, loaded=loaded, rules=rules, rule_digest=digest), entry

    def _known(self, rule_set: str, rule_digest: str) -> RuleSet:
        """The rules that a fact cites: other bytes under their name are other rules."""
        if self._digests.get(rule_set) != rule_digest:
            raise Corrupt("score.other_rules", rule_set=rule_set)
        return self._rule_sets[rule_set]


def _entered(entry: tuple[Event, ...], decision: Decision) -> Decision:
    """The entry goes before the first fact, and is none by itself."""
    if not decision.events:
        return decision
    return replace(decision, events=(*entry, *decision.events))


def _reported(command: Command, ground: Ground, kept: Calendar) -> Decision:
    if isinstance(command, Together):
        events, missed = reporting.all_reported(command, ground, kept)
    else:
        events, missed = reporting.reported(command, ground, kept)
    deadline = None if missed else calendar.deadline_at(kept, ground.order.moment)
    return Decision(events=events, missed=missed, deadline=deadline)


def _alone(command: Command, tenant: str, loaded: Loaded) -> tuple[Event, ...]:
    """Decisions that need no season: calendars, and how a region is organised."""
    sort = commands.sort_of(command)
    state = loaded.fold(tenant, sort.writes(command), sort.noun)
    if isinstance(command, agency.Describe | agency.Close):
        above = [loaded.fold(tenant, stream, agency) for stream in sort.reads(command)]
        return agency.decide(command, state, above[0] if above else agency.EMPTY)
    if isinstance(command, season.Open) and tenant != names.MINISTRY:
        above = loaded.fold(names.MINISTRY, names.season(command.year), season)
        season.must_be_kept_by_nobody(above, state, command.year)
    events: tuple[Event, ...] = sort.noun.decide(command, state)
    return events


def _admitted(command: late.Admit, ground: Ground, kept: Calendar) -> tuple[Event, ...]:
    """A late item that the calendar covers now is recorded, or dismissed with the reason."""
    item, year = command.item, command.year
    box = ground.look(names.late(year), late)
    if item not in box.waiting or not calendar.admits(kept, item.received_at):
        return ()
    events: list[Event] = []
    standing = reporting.copy(ground, command)
    try:
        for fact in item.facts:
            _must_not_be_superseded(fact, item.received_at, ground)
            told = grounds.decided(late.command_of(fact), standing)
            reporting.stand(told, standing)
            # As it was received: a submission keeps the files that stood then.
            events.extend(fact if type(one) is type(fact) else one for one in told)
    except Failure as refusal:
        return (LateDismissed(year=year, item=item.item, reason=refusal.reason),)
    admitted = LateAdmitted(year=year, item=item.item, keeper=command.keeper, letter=command.letter)
    return (admitted, *events)


def _must_not_be_superseded(fact: Any, received_at: datetime, ground: Ground) -> None:
    """What the region has reported since holds, not what came before it."""
    stream = streams.stream_of(fact)
    for seen in ground.loaded.streams[ground.order.tenant, stream]:
        if isinstance(seen.event, late.REPORTS) and seen.received_at > received_at:
            raise Refused("late.superseded")
