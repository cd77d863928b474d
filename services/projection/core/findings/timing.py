"""When things were said: after the freeze, at night, all at once, or not for weeks."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from services.projection.core.findings.finding import Finding, found
from shared.kernel.events.indicator import (
    IndicatorAccepted,
    IndicatorClaimed,
    IndicatorReturned,
    IndicatorReviewed,
)
from shared.kernel.events.innovation import (
    InnovationRegistered,
    InnovationReinstated,
    InnovationRejected,
    InnovationRevised,
    InnovationSubmitted,
    InnovationWithdrawn,
)
from shared.kernel.events.late import LateAdmitted, LateReceived
from shared.kernel.recorded import Recorded

# What moves a score, or could.
MOVING = (
    InnovationRegistered,
    InnovationRevised,
    InnovationSubmitted,
    InnovationWithdrawn,
    InnovationRejected,
    InnovationReinstated,
    IndicatorClaimed,
    IndicatorAccepted,
    IndicatorReturned,
    IndicatorReviewed,
)
SILENCE = timedelta(days=30)
# What is received is recorded at once; clocks that agree are closer than this.
SKEW = timedelta(minutes=1)
BACK_DATED = timedelta(days=7)
BURST_FACTS = 200
BURST = timedelta(hours=1)
NIGHT_FACTS = 3
# The hours of a night, local: from 23 to before 5.
NIGHT_BEGINS, NIGHT_ENDS = 23, 5

# A stretch in which a season was frozen; open at its end.
Freeze = tuple[datetime, datetime | None]


def after_freeze(
    facts: Iterable[Recorded], year: int, freezes: Sequence[Freeze]
) -> Iterator[Finding]:
    """What moves a score, though nothing was to move it any more."""
    told = [
        fact
        for fact in facts
        if isinstance(fact.event, MOVING)
        and any(
            begun < fact.happened_at and (ended is None or fact.happened_at < ended)
            for begun, ended in freezes
        )
    ]
    if told:
        yield found("after_freeze", year, "freeze", told)


def skewed(facts: Iterable[Recorded], year: int) -> Iterator[Finding]:
    """The clock by which deadlines are judged and the log's own were far apart.

    What was late waited on purpose.
    """
    told = [
        fact
        for fact in facts
        if fact.meta.received_at is not None
        and not isinstance(fact.event, LateReceived | LateAdmitted)
        and not fact.meta.cause
        and abs(fact.recorded_at - fact.meta.received_at) > SKEW
    ]
    if told:
        yield found("clock", year, "clock", told)


def back_dated(facts: Iterable[Recorded], year: int) -> Iterator[Finding]:
    """What somebody stated for a moment long before, on one basis."""
    stated = [
        fact
        for fact in facts
        if fact.meta.occurred_at is not None
        and fact.recorded_at - fact.meta.occurred_at > BACK_DATED
        and isinstance(fact.event, MOVING)
    ]
    for basis, told in _grouped((fact.meta.basis, fact) for fact in stated):
        yield found("back_dated", year, str(basis), told)


def bursts(facts: Iterable[Recorded], year: int, zone: str) -> Iterator[Finding]:
    """More from one client in an hour than a person can think over; loads of history aside."""
    place = ZoneInfo(zone)
    direct = ((fact.meta.client, fact) for fact in facts if fact.meta.occurred_at is None)
    for client, told in _grouped(direct):
        hours = ((f"{fact.happened_at.astimezone(place):%Y-%m-%d %H}", fact) for fact in told)
        for hour, within in _grouped(hours):
            if len(within) >= BURST_FACTS:
                yield found("burst", year, f"{client} {hour}", within)


def nights(facts: Iterable[Recorded], year: int, zone: str) -> Iterator[Finding]:
    """Claims and verdicts of the small hours, night by night; a night bears its evening's date."""
    place = ZoneInfo(zone)
    dark = []
    for fact in facts:
        local = fact.happened_at.astimezone(place)
        if isinstance(fact.event, MOVING) and not NIGHT_ENDS <= local.hour < NIGHT_BEGINS:
            dark.append(((local - timedelta(hours=NIGHT_ENDS)).date().isoformat(), fact))
    for night, told in _grouped(dark):
        if len(told) >= NIGHT_FACTS:
            yield found("night", year, str(night), told)


def silences(facts: Iterable[Recorded], year: int) -> Iterator[Finding]:
    """A month or more in which a region that was reporting said nothing."""
    moving = sorted(
        (fact for fact in facts if isinstance(fact.event, MOVING)), key=lambda one: one.happened_at
    )
    for before, after in pairwise(moving):
        gap = after.happened_at - before.happened_at
        if gap >= SILENCE:
            subject = before.happened_at.date().isoformat()
            yield found("silence", year, subject, [before, after], count=gap.days)


def _grouped(
    named: Iterable[tuple[Hashable, Recorded]],
) -> Iterator[tuple[Hashable, list[Recorded]]]:
    groups: dict[Hashable, list[Recorded]] = defaultdict(list)
    for name, fact in named:
        groups[name].append(fact)
    yield from groups.items()
