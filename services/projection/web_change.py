"""The interface of change: why a place moved, where it may go, and the seasons side by side."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from litestar import Response, get
from litestar.params import FromPath, QueryParameter
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from services.projection.chronicle import Chronicle, HistoryView
from services.projection.comparing import METHOD, Comparer, Span
from services.projection.core import moment
from services.projection.core.attribution import Movement
from services.projection.core.provisional import SIMULATIONS, Outlook, Sentence
from services.projection.read import PROJECTION, Question
from services.projection.web import ERRORS, FRESH, AsOf, Clock, Since
from services.projection.web import Stage as AnyStage
from services.projection.web_analysis import REGION, Rules, Stage
from shared.io import clock as io_clock

RulesSince = Annotated[
    str,
    QueryParameter(
        description="The rules to read the earlier moment under; by default those the regions "
        "entered under. With `rules`, the effect of a change of rules becomes a part of its own",
    ),
]


class MovementView(Struct, frozen=True, kw_only=True):
    """Why the place moved: parts that sum to the points and places, and one sentence."""

    region: str
    name: str
    year: int
    clock: str
    since: datetime
    as_of: datetime
    notice: str
    movement: Movement
    sentence: Sentence


class OutlookView(Struct, frozen=True, kw_only=True):
    """Where each region may end after verification: an estimate, drawn `simulations` times.

    The same `position`, rules and stage give the same `seed`, and the seed the same answer.
    """

    province: str
    year: int
    stage: str
    rules: str
    method: int
    simulations: int
    seed: str
    position: str
    notice: str
    regions: tuple[Outlook, ...]


def routes(comparer: Comparer, chronicle: Chronicle) -> Sequence[ControllerRouterHandler]:
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
            since=moment.local(moved.since.last_second, zone),
            as_of=moment.local(moved.until.last_second, zone),
            notice=PROJECTION,
            movement=moved.movement,
            sentence=moved.sentence,
        )
        return Response(view, headers=FRESH)

    @get("/v1/provinces/{province:str}/seasons/{year:int}/outlook", responses=ERRORS)
    async def look_ahead(
        province: FromPath[str],
        year: FromPath[int],
        stage: Stage = "",
        as_of: AsOf = "",
        clock: Clock = "",
        rules: Rules = "",
    ) -> Response[OutlookView]:
        """Where the places may still go: a range from past losses in verification, no forecast."""
        question = Question(province=province, year=year, stage=stage, as_of=as_of, clock=clock)
        looked = await comparer.outlook(question, rules, io_clock.now())
        view = OutlookView(
            province=province,
            year=year,
            stage=looked.stage,
            rules=looked.rules.id,
            method=METHOD,
            simulations=SIMULATIONS,
            seed=str(looked.seed),
            position=looked.position,
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
