"""What verifiers have before them, what happened to one indicator, and clarifications."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from msgspec.structs import replace

from services.projection.analysis import Analyst, Asked, Season, read_at
from services.projection.core import backlog, branching, clarifications, moment, thread
from services.projection.core.backlog import Waiting
from services.projection.core.branching import Brought
from services.projection.core.clarifications import Clarification, Raised
from services.projection.core.thread import Entry
from services.projection.read import must_be_complete
from shared.kernel import clocks
from shared.kernel.errors import Missing
from shared.kernel.rules import levels


class Verifying:
    """Answers about verification under way."""

    def __init__(self, analyst: Analyst) -> None:
        self._analyst = analyst

    async def queue(self, asked: Asked, now: datetime) -> tuple[Season, Sequence[Waiting]]:
        """All that waits for verifiers of a region, the oldest first."""
        season = await self._analyst.season(_verified(asked), may_be_bare=True)
        return season, sorted(_waiting(season, now), key=backlog.key)

    async def queue_of(
        self, province: str, asked: Asked, now: datetime
    ) -> tuple[Sequence[Season], Sequence[Waiting]]:
        """The same of a whole province."""
        seasons = await self._analyst.seasons(province, _verified(asked))
        found = [one for season in seasons for one in _waiting(season, now)]
        return seasons, sorted(found, key=backlog.key)

    async def thread(
        self, asked: Asked, innovation: str, indicator: str
    ) -> tuple[Season, tuple[Entry, ...]]:
        """Everything that happened to one indicator."""
        season = await self._analyst.season(asked, may_be_bare=True)
        levels.must_exist(season.entered, indicator, of_innovation=bool(innovation))
        zone = season.region.time_zone
        entries = thread.thread(season.facts, innovation, indicator, zone)
        if innovation and not entries and innovation not in season.dossier.innovations:
            raise Missing("innovation.unknown", innovation=innovation)
        return season, entries

    async def clarifications(
        self, asked: Asked, now: datetime
    ) -> tuple[Season, Sequence[Clarification]]:
        """A region's clarifications with their effect.

        A clarification is about a verdict: where no stage is asked for, the verified one is meant.
        """
        asked = _verified(asked)
        season = await self._analyst.season(asked, may_be_bare=True)
        return season, await self._clarified(season, asked, now)

    async def clarifications_of(
        self, province: str, asked: Asked, now: datetime
    ) -> Sequence[tuple[Season, Sequence[Clarification]]]:
        """The same of every region, also where none was asked for."""
        asked = _verified(asked)
        told = []
        for season in await self._analyst.seasons(province, asked):
            own = replace(asked, region=season.region.code)
            told.append((season, await self._clarified(season, own, now)))
        return told

    async def _clarified(
        self, season: Season, asked: Asked, now: datetime
    ) -> Sequence[Clarification]:
        found = clarifications.raised(season.facts)
        if season.rules is not season.entered:
            must_be_complete(season.rules)
        others = await self._analyst.others(season, asked, now) if found else ()
        told = []
        for one in found:
            effect = (
                _if_granted(season, one, others)
                if one.state == "open"
                else await self._granted(season, asked, one, now)
            )
            at, zone = read_at(season, now), season.region.time_zone
            told.append(clarifications.told(one, season.dossier, season.rules, effect, at, zone))
        return told

    async def _granted(
        self, season: Season, asked: Asked, one: Raised, now: datetime
    ) -> Brought | None:
        """What the answer did when it was given, among the neighbours as they stood then."""
        facts = clarifications.as_granted(one, season.facts)
        if not facts or one.replied is None:
            return None
        place = season.facts.index(one.replied)
        given = one.replied.happened_at
        then = replace(season, until=moment.at(given))
        asked_then = replace(asked, as_of=clocks.iso(given, season.region.time_zone))
        others = await self._analyst.others(then, asked_then, now)
        return branching.suppose(season.facts[:place], facts, season.rules, season.stage, others)


def _waiting(season: Season, now: datetime) -> Sequence[Waiting]:
    return list(
        backlog.waiting(
            season.region.code,
            season.facts,
            season.dossier,
            season.rules,
            read_at(season, now),
            season.region.time_zone,
        )
    )


def _if_granted(season: Season, one: Raised, others: Sequence[Decimal]) -> Brought:
    supposed = clarifications.if_granted(one, season.dossier)
    return branching.suppose(season.facts, supposed, season.rules, season.stage, others)


def _verified(asked: Asked) -> Asked:
    return replace(asked, stage=asked.stage or "terverifikasi")
