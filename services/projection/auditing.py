"""What auditors should look at, region by region, from the regions' own logs."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from services.projection.analysis import Analyst, Asked, Season
from services.projection.core.findings import conduct, looking
from services.projection.core.findings.finding import Finding
from services.projection.core.findings.looking import Looked
from services.projection.core.findings.timing import Freeze
from services.projection.read import Reader
from services.projection.tables import Said
from services.projection.tables import Season as Kept
from shared.kernel import names
from shared.kernel.events.season import SeasonFrozen, SeasonReopened

# The regions that claim by a file, by its fingerprint.
Holders = Mapping[str, set[str]]


class Auditing:
    """Answers about findings."""

    def __init__(self, analyst: Analyst, reader: Reader) -> None:
        self._analyst = analyst
        self._reader = reader

    async def findings(self, asked: Asked) -> tuple[Season, tuple[Finding, ...]]:
        """One region's; the files of its neighbours are looked at too."""
        own = self._reader.region(asked.region).code
        found = await self.findings_of(names.province_of(own), asked)
        return next(one for one in found if one[0].region.code == own)

    async def findings_of(
        self, province: str, asked: Asked
    ) -> Sequence[tuple[Season, tuple[Finding, ...]]]:
        """Those of every region of a province, by code."""
        kept = await self._reader.season(province, asked.year)
        seasons = await self._analyst.seasons(province, asked)
        holders = _holders(seasons)
        return [(season, looking.findings(_looked(season, holders, kept))) for season in seasons]


def _holders(seasons: Sequence[Season]) -> Holders:
    holders: dict[str, set[str]] = defaultdict(set)
    for season in seasons:
        for sha256 in conduct.files(season.facts):
            holders[sha256].add(season.region.code)
    return holders


def _looked(season: Season, holders: Holders, kept: Kept) -> Looked:
    own = season.region.code
    said = kept.at(season.clock, season.until)
    return Looked(
        facts=season.facts,
        year=season.year,
        zone=season.region.time_zone,
        freezes=_freezes(said),
        elsewhere={sha256: regions - {own} for sha256, regions in holders.items()},
    )


def _freezes(said: Sequence[Said]) -> tuple[Freeze, ...]:
    """From each freeze until a letter opened reporting again."""
    begun: datetime | None = None
    stretches: list[Freeze] = []
    for one in said:
        if isinstance(one.event, SeasonFrozen):
            begun = one.event.at
        elif isinstance(one.event, SeasonReopened) and begun is not None:
            stretches.append((begun, one.event.opens_at))
            begun = None
    return (*stretches, (begun, None)) if begun is not None else tuple(stretches)
