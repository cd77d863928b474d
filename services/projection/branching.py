"""What-ifs over a region's log: tried at once, or saved, compared, and later held against facts."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from services.projection.analysis import Analyst, Asked, Season
from services.projection.core import branching, moment
from services.projection.core.branching import Brought, Fate, Saved
from shared.kernel import hypotheses
from shared.kernel.errors import Missing
from shared.kernel.events.intake import Hypothesis
from shared.kernel.hypotheses import Supposed
from shared.kernel.recorded import Recorded


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
        season = await self._analyst.season(asked)
        facts = hypotheses.facts_of(asked.year, supposed)
        hypotheses.check(facts, season.rules, branching.registered(season.facts))
        return season, await self._brought(season, asked, season.facts, facts, now)

    async def all_saved(self, asked: Asked, now: datetime) -> tuple[Season, Sequence[Compared]]:
        """Every saved branch of the season, the best for the present first."""
        season, standing = await self._standing(asked)
        told = [await self._compared(season, asked, one, now) for one in standing.values()]
        told.sort(key=lambda one: -one.present.gain.exact)
        return season, told

    async def kept(self, asked: Asked, branch: str, now: datetime) -> tuple[Season, Kept]:
        """One saved branch, with what became of each of its hypotheses."""
        season, standing = await self._standing(asked)
        if branch not in standing:
            raise Missing("branch.unknown", branch=branch)
        one = standing[branch]
        compared = await self._compared(season, asked, one, now)
        return season, Kept(compared=compared, fates=branching.fates(one, season.facts))

    async def _standing(self, asked: Asked) -> tuple[Season, dict[str, Saved]]:
        season = await self._analyst.season(asked)
        return season, branching.saved(await self._analyst.facts(asked.region, asked.year))

    async def _compared(self, season: Season, asked: Asked, one: Saved, now: datetime) -> Compared:
        """The promise is over the cut, among neighbours as they stood when it was saved."""
        supposed = one.event.hypotheses
        cut = [fact for fact in season.facts if fact.seq <= one.event.cut_seq]
        then = msgspec.structs.replace(
            asked, as_of=moment.iso(one.saved_at, season.region.time_zone), clock="known"
        )
        return Compared(
            saved=one,
            promised=await self._brought(season, then, cut, supposed, now),
            present=await self._brought(season, asked, season.facts, supposed, now),
        )

    async def _brought(
        self,
        season: Season,
        asked: Asked,
        facts: Sequence[Recorded],
        supposed: Sequence[Hypothesis],
        now: datetime,
    ) -> Brought:
        others = await self._analyst.others(season, asked, now)
        return branching.suppose(facts, supposed, season.rules, season.stage, others)
