"""The read interface over JSON: the whole nation's present season under another year's rules."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

from litestar import Response, get
from litestar.params import FromPath, QueryParameter
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from services.projection.core.rules.rescoring import Cluster, RegionRescored
from services.projection.nation import Answer, Nation
from services.projection.read import PROJECTION
from services.projection.web.asking import Stage
from services.projection.web.ranking import ERRORS, FRESH
from shared.io import clock as io_clock
from shared.kernel import clocks
from shared.kernel.rules import reading, ruleset
from shared.kernel.rules.reading import Gap

# The ministry's clocks: the nation has three zones, and one answer needs one of them.
ZONE = "Asia/Jakarta"

# Not that of a region: here a season is read under its own year's rules unless others are named.
Rules = Annotated[
    str,
    QueryParameter(
        description="Another year (2027) or rule set (2027.1) to read the present levels under; by "
        "default the newest rules of the season's own year",
    ),
]


class NationView(Struct, frozen=True, kw_only=True):
    """All regions that entered a season, under their own rules and under others, as they stand now.

    `entered_rules` are the rules regions stand under, with the digests their scores cite. Of the
    `assessed` regions, those `not_entered` stand last in ranks and are in no predikat or mean.
    Where the rules asked for are not `complete`, every score under them is the known part: nothing
    is ranked, averaged or said to change. `gaps` are what nobody knows of them.
    """

    year: int
    stage: str
    rules: str
    rules_digest: str
    complete: bool
    gaps: tuple[Gap, ...]
    entered_rules: dict[str, str]
    notice: str
    generated_at: datetime
    assessed: int
    entered: int
    innovations: int
    predikat_changes: int
    clusters: tuple[Cluster, ...]
    regions: tuple[RegionRescored, ...]
    not_entered: tuple[str, ...]


def routes(nation: Nation, digests: Mapping[str, str]) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""

    @get("/v1/seasons/{year:int}/rescored", responses=ERRORS)
    async def rescore_nation(
        year: FromPath[int], rules: Rules = "", stage: Stage = ""
    ) -> Response[NationView]:
        """The nation's season as it stands now under other rules: each region's index, predikat and
        rank in its national cluster before and after, and by exact shares which rule does it.
        For the present moment only; a province's past is told by its own `rescored`.
        """
        answer = await nation.rescored(year, rules, stage)
        return Response(_view(answer, digests, io_clock.now()), headers=FRESH)

    return [rescore_nation]


def _view(answer: Answer, digests: Mapping[str, str], now: datetime) -> NationView:
    national = answer.national
    return NationView(
        year=answer.year,
        stage=answer.stage,
        rules=answer.rules.id,
        rules_digest=digests[answer.rules.id],
        complete=ruleset.is_complete(answer.rules),
        gaps=reading.gaps(answer.rules),
        entered_rules={rules.id: digests[rules.id] for rules in answer.entered},
        notice=PROJECTION,
        generated_at=clocks.local(now, ZONE).replace(microsecond=0),
        assessed=sum(cluster.assessed for cluster in national.clusters),
        entered=len(national.regions),
        innovations=answer.innovations,
        predikat_changes=sum(len(cluster.predikat_changes) for cluster in national.clusters),
        clusters=national.clusters,
        regions=national.regions,
        not_entered=national.not_entered,
    )
