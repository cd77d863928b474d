"""What-ifs over a region's log: tried at once, or saved, compared, and later held against facts."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import msgspec
from msgspec import Struct

from services.projection.analysis import Analyst, Asked, Season
from services.projection.core import branching, moment
from services.projection.core.branching import Brought, Fate, Saved
from shared.kernel import clocks, hypotheses
from shared.kernel.errors import Missing
from shared.kernel.hypotheses import Supposed


class Compared(Struct, frozen=True, kw_only=True):
    """A saved branch: what it promised over the facts and neighbours it was saved on, and what it
    would bring over today's.
    """

    saved: Saved
    promised: Brought
    present: Brought


class Kept(Struct, frozen=True, kw_only=True):
    """A saved branch held against what happened since."""

    compared: Compared
    fates: tuple[Fate, ...]


class Brancher:
    """Answers about what-ifs."""

    def __init__(self, analyst: Analyst) -> None:
        self._analyst = analyst

    async def tried(
        self, asked: Asked, supposed: Sequence[Supposed], now: datetime
    ) -> tuple[Season, Brought]:
        """What hypotheses would bring, without keeping anything."""
        season = await self._analyst.compared(asked, may_be_bare=True)
        facts = hypotheses.facts_of(asked.year, supposed)
        hypotheses.check(facts, season.rules, branching.registered(season.facts))
        others = await self._analyst.others(season, asked, now)
        return season, branching.suppose(season.facts, facts, season.rules, season.stage, others)

    async def all_saved(self, asked: Asked, now: datetime) -> tuple[Season, Sequence[Compared]]:
        """Every saved branch of the season, the best for the present first."""
        season, standing = await self._standing(asked)
        others = await self._analyst.others(season, asked, now)
        told = [await self._compared(season, asked, one, others, now) for one in standing.values()]
        told.sort(key=lambda one: -one.present.gain.exact)
        return season, told

    async def kept(self, asked: Asked, branch: str, now: datetime) -> tuple[Season, Kept]:
        """One saved branch, with what became of each of its hypotheses."""
        season, standing = await self._standing(asked)
        if branch not in standing:
            raise Missing("branch.unknown", branch=branch)
        one = standing[branch]
        others = await self._analyst.others(season, asked, now)
        compared = await self._compared(season, asked, one, others, now)
        return season, Kept(compared=compared, fates=branching.fates(one, season.facts))

    async def _standing(self, asked: Asked) -> tuple[Season, dict[str, Saved]]:
        season = await self._analyst.compared(asked, may_be_bare=True)
        return season, branching.saved(season.facts)

    async def _compared(
        self, season: Season, asked: Asked, one: Saved, others: Sequence[Decimal], now: datetime
    ) -> Compared:
        """The promise is over the cut, among neighbours as they were known when it was saved."""
        supposed, rules, stage = one.event.hypotheses, season.rules, season.stage
        cut = [fact for fact in season.facts if fact.seq <= one.event.cut_seq]
        saved_at = clocks.iso(one.saved_at, season.region.time_zone)
        then = msgspec.structs.replace(season, clock="known", until=moment.at(one.saved_at))
        asked_then = msgspec.structs.replace(asked, as_of=saved_at, clock="known")
        before = await self._analyst.others(then, asked_then, now)
        return Compared(
            saved=one,
            promised=branching.suppose(cut, supposed, rules, stage, before),
            present=branching.suppose(season.facts, supposed, rules, stage, others),
        )
