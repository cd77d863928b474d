"""The interface of change: why a place moved, where it may go, and the seasons side by side."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from services.projection.analysis import Asked
from services.projection.chronicle import Chronicle, HistoryView
from services.projection.comparing import Comparer, Moved, Span
from services.projection.context import Contexts
from services.projection.core import moment
from services.projection.core.attribution.attribution import Movement
from services.projection.core.provisional.provisional import SIMULATIONS, Outlook, Sentence
from services.projection.core.ranking import FINAL
from services.projection.looking_ahead import METHOD, Foreteller
from services.projection.read import PROJECTION, SAMPLE
from services.projection.views import PositionView
from services.projection.web.asking import ASKED_OF_PROVINCE, PROVINCE, REGION, Rules
from services.projection.web.ranking import ERRORS, FRESH, AsOf, Clock, Since
from services.projection.web.ranking import Stage as AnyStage
from shared.io import clock as io_clock
from shared.kernel import clocks

RulesSince = Annotated[
    str,
    QueryParameter(
        description="The rules to read the earlier moment under; by default those the regions "
        "entered under. With `rules`, the effect of a change of rules becomes a part of its own",
    ),
]


class MovementView(Struct, frozen=True, kw_only=True):
    """Why the place moved: parts that sum to the points and places, and one sentence.

    The rules are None where scores were told and not computed; the notice is None only where all
    of them are official.
    """

    region: str
    name: str
    year: int
    clock: str
    since: datetime
    as_of: datetime
    rules_since: str | None
    rules: str | None
    notice: str | None
    movement: Movement
    sentence: Sentence


class OutlookView(Struct, frozen=True, kw_only=True):
    """Where each region may end after verification: an estimate, drawn `simulations` times.

    The same `position` (the last fact used of each region's log, of any season), rules and stage
    give the same `seed`, and the seed the same answer.
    """

    province: str
    year: int
    stage: str
    clock: str
    as_of: datetime | None
    rules: str
    rules_digest: str
    method: int
    simulations: int
    seed: str
    position: PositionView
    notice: str
    names: dict[str, str]
    regions: tuple[Outlook, ...]


def _notice(moved: Moved) -> str | None:
    """As the ranking's: only what a decree said, and nobody invented, goes without one."""
    if moved.movement.stage != FINAL:
        return PROJECTION
    return SAMPLE if moved.sample else None


def routes(
    comparer: Comparer, foreteller: Foreteller, chronicle: Chronicle, contexts: Contexts
) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""

    @get(REGION + "/movement", responses=ERRORS)
    async def explain_movement(
        region: FromPath[str],
        year: FromPath[int],
        stage: AnyStage = "",
        since: Since = "",
        as_of: AsOf = "",
        clock: Clock = "",
        rules: Rules = "",
        rules_since: RulesSince = "",
    ) -> Response[MovementView]:
        """Why a region's place is another than before: rules, own facts, verification, deadline,
        neighbours; each part exact, and they sum to the change.
        """
        span = Span(
            region=region,
            year=year,
            stage=stage,
            since=since,
            as_of=as_of,
            clock=clock,
            rules=rules,
            rules_since=rules_since,
        )
        moved = await comparer.movement(span, io_clock.now())
        zone = moved.region.time_zone
        view = MovementView(
            region=region,
            name=moved.region.name,
            year=year,
            clock=moved.clock,
            since=clocks.local(moved.since.last_second, zone),
            as_of=clocks.local(moved.until.last_second, zone),
            rules_since=None if moved.rules_since is None else moved.rules_since.id,
            rules=None if moved.rules is None else moved.rules.id,
            notice=_notice(moved),
            movement=moved.movement,
            sentence=moved.sentence,
        )
        return Response(view, headers=FRESH)

    @get(PROVINCE + "/outlook", responses=ERRORS, dependencies=ASKED_OF_PROVINCE)
    async def look_ahead(
        province: FromPath[str], asked: NamedDependency[Asked]
    ) -> Response[OutlookView]:
        """Where the places may still go: a range from past losses in verification, no forecast."""
        looked = await foreteller.outlook(province, asked, io_clock.now())
        view = OutlookView(
            province=province,
            year=asked.year,
            stage=looked.stage,
            clock=looked.clock,
            as_of=moment.asked_of(looked.until, looked.province.time_zone),
            rules=looked.rules.id,
            rules_digest=contexts.digest(looked.rules),
            method=METHOD,
            simulations=SIMULATIONS,
            seed=str(looked.seed),
            position=PositionView(cut=dict(looked.cut), digest=looked.position),
            names=dict(looked.names),
            notice=PROJECTION,
            regions=looked.outlooks,
        )
        return Response(view, headers=FRESH)

    @get("/v1/regions/{region:str}/history", responses=ERRORS)
    async def read_history(
        region: FromPath[str], as_of: AsOf = "", clock: Clock = ""
    ) -> Response[HistoryView]:
        """A region's seasons under their own rules, with targets, and what may be compared."""
        return Response(await chronicle.history(region, as_of, clock), headers=FRESH)

    return [explain_movement, look_ahead, read_history]
