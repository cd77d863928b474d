"""The sample's season as intake's core is asked for it, and what the core makes of it."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import reduce
from typing import Any

from deploy.sample import calendar, keyring, story
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
from services.intake.core import indicator, innovation, occurrence
from services.intake.core.occurrence import Occurrence
from shared.io import rulebook
from shared.kernel import names
from shared.kernel.events.indicator import EvidenceReference
from shared.kernel.recorded import Event

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
DAYS = calendar.season(NOW)
PLANS = [story.season(traits, DAYS) for traits in ALL]
RULES = rulebook.rule_sets()[RULES_OPEN]

Moved = tuple[datetime | None, Any, Any, str]


def commands(plan: Plan) -> Iterator[Moved]:
    """Every fact as intake's core is asked for it: moment, noun, command, stream."""
    for step in plan.sent:
        match step:
            case Registrations() | Submissions():
                yield from of_innovations(step)
            case Claims():
                yield from claims(plan, step)
            case Acceptances() | Returns():
                yield from verdicts(step)
            case Rejections():
                yield from rejections(step)
            case Withdrawals():
                yield from withdrawals(step)
            case Facts():
                yield from affairs.told(plan, step)


def of_innovations(step: Registrations | Submissions) -> Iterator[Moved]:
    if isinstance(step, Registrations):
        for body in step.items:
            register = innovation.Register(
                year=YEAR_OPEN, innovation=body.innovation, profile=body.profile.profile()
            )
            stream = names.innovation(YEAR_OPEN, body.innovation)
            yield body.occurred_at, innovation, register, stream
    else:
        for name, sent in step.items:
            submit = innovation.Submit(year=YEAR_OPEN, innovation=name)
            yield sent.occurred_at, innovation, submit, names.innovation(YEAR_OPEN, name)


def rejections(step: Rejections) -> Iterator[Moved]:
    for name, body in step.items:
        reject = innovation.Reject(
            year=YEAR_OPEN, innovation=name, reason=body.reason, note=body.note
        )
        yield body.occurred_at, innovation, reject, names.innovation(YEAR_OPEN, name)


def withdrawals(step: Withdrawals) -> Iterator[Moved]:
    for name, body in step.items:
        withdraw = innovation.Withdraw(year=YEAR_OPEN, innovation=name, reason=body.reason)
        yield body.occurred_at, innovation, withdraw, names.innovation(YEAR_OPEN, name)


def claims(plan: Plan, step: Claims) -> Iterator[Moved]:
    files = {
        document.sha256: EvidenceReference(
            sha256=document.sha256, size_bytes=len(document.content), media_type="application/pdf"
        )
        for document in plan.documents
    }
    for claimed in step.items:
        claim = indicator.Claim(
            year=YEAR_OPEN,
            innovation=claimed.innovation,
            indicator=claimed.indicator,
            level=claimed.level,
            evidence=tuple(files[file.sha256] for file in claimed.evidence),
        )
        yield claimed.occurred_at, indicator, claim, _slot(claim)


def verdicts(step: Acceptances | Returns) -> Iterator[Moved]:
    if isinstance(step, Acceptances):
        for accepted in step.items:
            accept = indicator.Accept(
                year=YEAR_OPEN,
                innovation=accepted.innovation,
                indicator=accepted.indicator,
                level=accepted.level,
                evidence=accepted.evidence,
                note=accepted.note,
            )
            yield accepted.occurred_at, indicator, accept, _slot(accept)
    else:
        for name, row, verdict in step.items:
            back = indicator.Return(
                year=YEAR_OPEN,
                innovation=name,
                indicator=row,
                reason=verdict.reason,
                evidence=verdict.evidence,
                note=verdict.note,
            )
            yield verdict.occurred_at, indicator, back, _slot(back)


def _slot(command: indicator.Command) -> str:
    return names.claim(YEAR_OPEN, command.innovation or names.REGION, command.indicator)


def decided(plan: Plan) -> list[Event]:
    """What intake's core makes of the plan; it raises where it would refuse."""
    streams: dict[str, list[Event]] = defaultdict(list)
    moments: dict[str, list[datetime]] = defaultdict(list)
    events: list[Event] = []
    for moment, noun, command, stream in commands(plan):
        state = reduce(noun.evolve, streams[stream], noun.EMPTY)
        if noun is indicator:
            if command.innovation:
                own = streams[names.innovation(YEAR_OPEN, command.innovation)]
                known = reduce(innovation.evolve, own, innovation.EMPTY)
                claimed = isinstance(command, indicator.Claim)
                must = innovation.must_be_known if claimed else innovation.must_be_submitted
                must(known, command.innovation)
            said = indicator.decide(command, state, RULES)
        else:
            said = innovation.decide(command, state)
        occurrence.check(
            Occurrence(occurred_at=moment, basis=draw.BASIS),
            allowed=True,
            now=NOW,
            earlier=moments[stream],
        )
        assert len(said) == 1, (plan.region, command)
        assert moment is not None
        moments[stream].append(moment)
        streams[stream].extend(said)
        events.extend(said)
    return events


def moments_of(plan: Plan) -> list[datetime]:
    return [moment for moment, *_ in commands(plan) if moment is not None]
