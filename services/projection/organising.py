"""How regions are organised, who of their agencies report, and what coaching brings."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction

from msgspec import Struct

from services.projection.analysis import Analyst, Asked, Season, read_at
from services.projection.core import agencies, coaching, reporting
from services.projection.core.agencies import Organisation, Participation
from services.projection.core.coaching import AgreedStep
from services.projection.core.explanation import Share, share


class Coached(Struct, frozen=True, kw_only=True):
    """One region's steps, the longest stalled first."""

    region: str
    name: str
    steps: tuple[AgreedStep, ...]


class Caseload(Struct, frozen=True, kw_only=True):
    """One coach's open steps; the empty name stands for agencies without a coach.

    `brought` sums what all their steps brought to the claimed score, closed ones included.
    """

    coach: str
    open: int
    overdue: int
    stalled_days: int
    brought: Share


class Organiser:
    """Answers about agencies and coaching."""

    def __init__(self, analyst: Analyst) -> None:
        self._analyst = analyst

    async def agencies(self, asked: Asked, now: datetime) -> tuple[Season, Organisation]:
        """A region's agencies as they stand."""
        season = await self._analyst.season(asked, may_be_bare=True)
        return season, _organisation(season, now)

    async def participation(
        self, province: str, asked: Asked, now: datetime
    ) -> Sequence[tuple[Season, Participation]]:
        """Who reports, region by region."""
        seasons = await self._analyst.seasons(province, asked)
        return [(season, _organisation(season, now).participation) for season in seasons]

    async def coaching(self, asked: Asked, now: datetime) -> tuple[Season, Coached]:
        """A region's agreed steps with what they brought."""
        season = await self._analyst.season(asked, may_be_bare=True)
        return season, _coached(season, now)

    async def coaching_of(
        self, province: str, asked: Asked, now: datetime
    ) -> Sequence[tuple[Season, Coached]]:
        """The same of every region, also where nothing was agreed."""
        seasons = await self._analyst.seasons(province, asked)
        return [(season, _coached(season, now)) for season in seasons]


def caseloads(steps: Sequence[AgreedStep]) -> tuple[Caseload, ...]:
    """What each coach has before them, the longest stalled first."""
    by: dict[str, list[AgreedStep]] = {}
    for step in steps:
        by.setdefault(step.coach, []).append(step)
    found = [_caseload(coach, held) for coach, held in by.items()]
    return tuple(sorted(found, key=lambda one: (-one.stalled_days, one.coach)))


def _caseload(coach: str, held: Sequence[AgreedStep]) -> Caseload:
    waiting = [step for step in held if step.state == coaching.OPEN]
    return Caseload(
        coach=coach,
        open=len(waiting),
        overdue=sum(1 for step in waiting if step.overdue_days),
        stalled_days=max((step.stalled_days for step in waiting), default=0),
        brought=share(sum((step.effects[0].brought.exact for step in held), Fraction(0))),
    )


def _organisation(season: Season, now: datetime) -> Organisation:
    return agencies.organisation(
        season.facts, season.dossier, read_at(season, now), season.region.time_zone
    )


def _coached(season: Season, now: datetime) -> Coached:
    named = reporting.names(season.facts, season.region.time_zone)
    return Coached(
        region=season.region.code,
        name=season.region.name,
        steps=coaching.steps(
            season.facts,
            season.dossier,
            season.rules,
            named,
            read_at(season, now),
            season.region.time_zone,
        ),
    )
