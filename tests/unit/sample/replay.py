"""The sample's season as intake is asked for it, and what intake's own decider makes of it."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from deploy.keys import Wanted
from deploy.sample import calendar, keyring, schedule, story
from deploy.sample.plan import (
    BASIS,
    Acceptances,
    Claims,
    Facts,
    Plan,
    Registrations,
    Rejections,
    Returns,
    Submissions,
    Withdrawals,
)
from deploy.sample.traits import ALL, RULES_OPEN, YEAR_OPEN
from services.intake import commands as sorts
from services.intake.core import indicator, innovation, occurrence, sample, season, verdict
from services.intake.core.occurrence import Occurrence
from services.intake.deciding import Decider
from services.intake.orders import Loaded, Order, Seen
from shared.io import rulebook
from shared.io.identity import Caller
from shared.kernel import names, streams
from shared.kernel.events.indicator import EvidenceReference, IndicatorAccepted, IndicatorReturned
from shared.kernel.events.season import Phase, SeasonEntered
from shared.kernel.events.verification import Sampled
from shared.kernel.recorded import Event
from tests.unit.sample.facts import command_of

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
DAYS = calendar.season(NOW)
PLANS = [story.season(traits, DAYS) for traits in ALL]
RULE_SETS = rulebook.rule_sets()
RULES = RULE_SETS[RULES_OPEN]
DIGESTS = dict.fromkeys(RULE_SETS, "digest")


class Said(Struct, frozen=True):
    """One fact as intake is asked for it: when, by whose key, and the command."""

    moment: datetime | None
    by: Wanted
    command: Any


def commands(plan: Plan) -> Iterator[Said]:
    """Every fact of the plan, in order."""
    region = keyring.ADMINS[plan.region]
    for step in plan.sent:
        match step:
            case Registrations() | Submissions() | Withdrawals():
                for moment, command in reports(step):
                    yield Said(moment, region, command)
            case Claims():
                for claimed in step.items:
                    yield Said(claimed.occurred_at, region, claim(plan, claimed))
            case Acceptances() | Returns() | Rejections():
                for moment, command in verdicts(step):
                    yield Said(moment, keyring.VERIFIER, command)
            case Facts():
                keys = {each.name: each for each in keyring.WANTED}
                for fact in step.items:
                    key = keys[keyring.of(fact.by, plan.region)]
                    yield Said(fact.occurred_at, key, command_of(fact, files(plan)))


def reports(
    step: Registrations | Submissions | Withdrawals,
) -> Iterator[tuple[datetime | None, Any]]:
    match step:
        case Registrations(items=registered):
            for body in registered:
                told = body.profile.profile()
                yield (
                    body.occurred_at,
                    innovation.Register(year=YEAR_OPEN, innovation=body.innovation, profile=told),
                )
        case Submissions(items=sent):
            for name, sending in sent:
                yield sending.occurred_at, innovation.Submit(year=YEAR_OPEN, innovation=name)
        case Withdrawals(items=withdrawn):
            for name, withdrawal in withdrawn:
                command = innovation.Withdraw(
                    year=YEAR_OPEN, innovation=name, reason=withdrawal.reason
                )
                yield withdrawal.occurred_at, command


def files(plan: Plan) -> dict[str, EvidenceReference]:
    return {
        document.sha256: EvidenceReference(
            sha256=document.sha256, size_bytes=len(document.content), media_type="application/pdf"
        )
        for document in plan.documents
    }


def claim(plan: Plan, claimed: Any) -> indicator.Claim:
    known = _files(plan.region)
    return indicator.Claim(
        year=YEAR_OPEN,
        innovation=claimed.innovation,
        indicator=claimed.indicator,
        level=claimed.level,
        evidence=tuple(known[file.sha256] for file in claimed.evidence),
    )


_KNOWN: dict[str, dict[str, EvidenceReference]] = {}


def _files(region: str) -> dict[str, EvidenceReference]:
    if region not in _KNOWN:
        _KNOWN[region] = files(next(plan for plan in PLANS if plan.region == region))
    return _KNOWN[region]


def verdicts(step: Acceptances | Returns | Rejections) -> Iterator[tuple[datetime | None, Any]]:
    match step:
        case Acceptances(items=accepted):
            for one in accepted:
                accept = verdict.Accept(
                    year=YEAR_OPEN,
                    innovation=one.innovation,
                    indicator=one.indicator,
                    level=one.level,
                    evidence=one.evidence,
                    reason=one.reason,
                    note=one.note,
                )
                yield one.occurred_at, accept
        case Returns(items=returned):
            for name, row, said in returned:
                back = verdict.Return(
                    year=YEAR_OPEN,
                    innovation=name,
                    indicator=row,
                    reason=said.reason,
                    evidence=said.evidence,
                    note=said.note,
                )
                yield said.occurred_at, back
        case Rejections(items=rejected):
            for name, body in rejected:
                reject = innovation.Reject(
                    year=YEAR_OPEN, innovation=name, reason=body.reason, note=body.note
                )
                yield body.occurred_at, reject


class Desk:
    """Intake's decider over streams in memory, the season's letters told first."""

    def __init__(self) -> None:
        self.decider = Decider(RULE_SETS, DIGESTS)
        self.loaded = Loaded(streams=defaultdict(list), opened=defaultdict(int))

    def decide(self, tenant: str, said: Said) -> tuple[Event, ...]:
        """What intake would record; it raises where it would refuse, or find it late."""
        rests_on = sorts.rests_on(tenant, said.command)
        stated = Occurrence(occurred_at=said.moment, basis=BASIS)
        occurrence.check(
            stated,
            allowed=said.by.history,
            now=NOW,
            earlier=[
                seen.happened_at
                for owner, stream in rests_on
                if owner == tenant and stream not in (names.entry(YEAR_OPEN), names.late(YEAR_OPEN))
                for seen in self.loaded.streams[owner, stream]
            ],
        )
        identity = said.by.identity
        caller = Caller(key=identity, client=identity, tenant=said.by.tenant, role=said.by.role)
        order = Order(
            caller=caller,
            tenant=tenant,
            key="",
            request=hashlib.sha256().digest(),
            received_at=NOW,
            command=said.command,
            occurrence=stated,
        )
        decision = self.decider.decide(order, self.loaded)
        assert decision.missed is None, said
        for event in decision.events:
            seen = Seen(
                event=event,
                happened_at=order.moment,
                client=identity,
                received_at=order.moment,
            )
            self.loaded.streams[tenant, streams.stream_of(event)].append(seen)
        return decision.events

    def open(self) -> None:
        """The ministry's letters."""
        told = schedule.of(DAYS)
        opening = season.Open(
            year=YEAR_OPEN,
            rule_set=RULES.id,
            rules_year=RULES.year,
            rule_digest=DIGESTS[RULES.id],
            letter=told.opening.letter,
        )
        assert told.calendar.occurred_at is not None
        planned = season.Schedule(
            year=YEAR_OPEN,
            at=told.calendar.occurred_at,
            phases=tuple(
                Phase(name=phase.name, opens_at=phase.opens_at, closes_at=phase.closes_at)
                for phase in told.calendar.phases
            ),
            letter=told.calendar.letter,
        )
        extension = season.Extend(
            year=YEAR_OPEN,
            phase=told.extension.phase,
            closes_at=told.extension.closes_at,
            letter=told.extension.letter,
        )
        bodies = (told.opening, told.calendar, told.extension)
        for body, command in zip(bodies, (opening, planned, extension), strict=True):
            assert self.decide(names.MINISTRY, Said(body.occurred_at, keyring.MINISTRY, command))


def decided(plan: Plan) -> list[Event]:
    """What intake makes of the plan; it raises where it would refuse, or find something late."""
    desk, events = Desk(), list[Event]()
    desk.open()
    for said in commands(plan):
        asked = said
        if isinstance(said.command, sample.Draw):
            asked = Said(said.moment, said.by, _drawing(said.command, events))
        told = desk.decide(plan.region, asked)
        assert told, (plan.region, asked)
        events.extend(event for event in told if not isinstance(event, SeasonEntered))
    return events


def _drawing(command: sample.Draw, events: list[Event]) -> sample.Draw:
    """As the door asks for it: of all that has been judged."""
    judged = {
        (event.innovation, event.indicator)
        for event in events
        if isinstance(event, IndicatorAccepted | IndicatorReturned)
    }
    candidates = tuple(Sampled(innovation=name, indicator=code) for name, code in sorted(judged))
    return sample.Draw(
        year=command.year, seed=command.seed, percent=command.percent, candidates=candidates
    )


def moments_of(plan: Plan) -> list[datetime]:
    return [said.moment for said in commands(plan) if said.moment is not None]
