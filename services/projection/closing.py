"""Around a season's end: what came late, what the decree made of it, and what is carried on."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from services.projection.analysis import COMPUTED_FROM, Analyst, Asked, Season
from services.projection.core import carry_over, differences, figure, lateness, moment
from services.projection.core import dossier as dossiers
from services.projection.core.carry_over import CarryOver
from services.projection.core.differences import Difference
from services.projection.core.lateness import LateItem
from services.projection.core.moment import Moment
from services.projection.read import Reader, parse_clock
from services.projection.tables import Clock, Said
from services.projection.tables import Season as Kept
from shared.kernel import clocks, names
from shared.kernel.events.season import SeasonFrozen
from shared.kernel.rules.ruleset import RuleSet

# The ministry keeps its calendar in Jakarta's time.
MINISTRY_ZONE = "Asia/Jakarta"


class Told(Struct, frozen=True, kw_only=True):
    """A season's calendar at a moment, with the facts it is made of; days are those of `zone`."""

    kept: Kept
    said: tuple[Said, ...]
    clock: Clock
    until: Moment | None
    zone: str


class Closing:
    """Answers about the end of seasons."""

    def __init__(self, analyst: Analyst, reader: Reader) -> None:
        self._analyst = analyst
        self._reader = reader

    async def late(self, asked: Asked) -> tuple[Season, tuple[LateItem, ...]]:
        """A region's late items."""
        season = await self._analyst.season(asked, may_be_bare=True)
        return season, lateness.items(season.facts, season.region.time_zone)

    async def late_of(
        self, province: str, asked: Asked
    ) -> Sequence[tuple[Season, tuple[LateItem, ...]]]:
        """The same of every region, also where nothing came late."""
        return [
            (season, lateness.items(season.facts, season.region.time_zone))
            for season in await self._analyst.seasons(province, asked)
        ]

    async def difference(self, asked: Asked) -> tuple[Season, Difference]:
        """A region's verified index beside its official result."""
        asked = replace(asked, stage="terverifikasi")
        season = await self._analyst.season(asked, may_be_bare=True)
        province = season.region.province or season.region.code
        kept = await self._reader.season(province, asked.year)
        return season, _difference(season, kept)

    async def differences(
        self, province: str, asked: Asked
    ) -> tuple[Sequence[Season], tuple[Difference, ...]]:
        """The same of every region, the largest difference first."""
        kept = await self._reader.season(province, asked.year)
        seasons = await self._analyst.seasons(province, asked)
        found = (_difference(season, kept) for season in seasons)
        return seasons, differences.ordered(found)

    async def carried(self, asked: Asked, year: int | None) -> tuple[Season, RuleSet, CarryOver]:
        """What of a season still counts in another, by default the next."""
        season = await self._analyst.season(asked)
        to = asked.year + 1 if year is None else year
        other = self._analyst.rules(str(to))
        told = carry_over.carry(season.dossier, season.rules, other, to, season.stage)
        return season, other, told

    async def calendar(self, year: int, province: str, as_of: str, clock_name: str) -> Told:
        """All that was said of the calendar that holds in a province, or of the ministry's own."""
        zone = MINISTRY_ZONE
        if province:
            self._reader.assessed(province)
            zone = self._reader.region(province).time_zone
        clock = parse_clock(clock_name)
        until = moment.parse(as_of, zone) if as_of else None
        kept = await self._reader.season(province or names.MINISTRY, year)
        return Told(kept=kept, said=kept.at(clock, until), clock=clock, until=until, zone=zone)


def _difference(season: Season, kept: Kept) -> Difference:
    """Frozen, the facts before the freeze count, whatever was stated since."""
    frozen_at = _frozen_at(kept, season.clock, season.until)
    facts = [fact for fact in season.facts if frozen_at is None or fact.happened_at < frozen_at]
    own = None
    if any(isinstance(fact.event, COMPUTED_FROM) for fact in facts):
        tally = dossiers.tally_at(dossiers.opened(facts), season.rules, "terverifikasi")
        own = figure.score(season.rules, tally)
    return differences.difference(
        season.region.code,
        season.region.name,
        own,
        None if frozen_at is None else clocks.local(frozen_at, season.region.time_zone),
        season.dossier.official,
    )


def _frozen_at(kept: Kept, clock: Clock, until: Moment | None) -> datetime | None:
    """Since when nothing changes any more; None while something may."""
    if not kept.calendar(clock, until).frozen:
        return None
    freezes = [one.event for one in kept.at(clock, until) if isinstance(one.event, SeasonFrozen)]
    return freezes[-1].at
