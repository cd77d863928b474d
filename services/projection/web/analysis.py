"""The read interface over JSON: why a score is what it is, what next, and under other rules."""

from collections.abc import Sequence
from typing import Annotated

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from services.projection.analysis import Analyst, Asked, parse_stage
from services.projection.chronicle import Chronicle, StageView
from services.projection.context import Context, Contexts
from services.projection.core import explanation as explanations
from services.projection.core.explanation import Explanation
from services.projection.core.steps import Bundle, Priced
from services.projection.core.waterfall import Waterfall
from services.projection.other_rules import OtherRules, Rescored
from services.projection.read import PROJECTION, parse_clock
from services.projection.web.asking import (
    ASKED_OF_PROVINCE,
    ASKED_OF_REGION,
    PROVINCE,
    REGION,
    Rules,
)
from services.projection.web.ranking import ERRORS, FRESH, AsOf, Clock
from shared.io import clock as io_clock
from shared.kernel.rules.formula import Score

STEPS_MAX = 500
STEPS_DEFAULT = 20
STEPS_OF_A_REGION = 5

SinceYear = Annotated[
    int | None,
    QueryParameter(ge=2018, le=2099, description="An earlier season to compare with"),
]
Limit = Annotated[int, QueryParameter(ge=1, le=STEPS_MAX, description="How many steps, best first")]


class ExplanationView(Struct, frozen=True, kw_only=True):
    """A score with every point's origin; shares and rounding sum exactly to the index."""

    context: Context
    explanation: Explanation
    text: tuple[str, ...]


class WaterfallView(Struct, frozen=True, kw_only=True):
    """The stages side by side (not under other rules), and from claimed to verified by cause, whose
    changes and rounding sum exactly to the difference.
    """

    context: Context
    stages: tuple[StageView, ...]
    waterfall: Waterfall


class RegionRescoredView(Struct, frozen=True, kw_only=True):
    """A region's season under other rules: what the rules alone change, and which rule does it."""

    context: Context
    rescored: Rescored


class StepsView(Struct, frozen=True, kw_only=True):
    """The best single steps that cost no points, and bundles; a gain is the difference of two full
    scores.
    """

    context: Context
    score: Score
    rank: int
    break_even: str | None
    assumed_maturity: str
    empty_slots: int
    missing_affairs: tuple[int, ...]
    steps_total: int
    steps: tuple[Priced, ...]
    bundles: tuple[Bundle, ...]


class HelpView(Struct, frozen=True, kw_only=True):
    """One region and the steps that would help it most, best first."""

    context: Context
    score: Score
    rank: int
    missing_affairs: tuple[int, ...]
    empty_slots: int
    steps: tuple[Priced, ...]


class ProvinceStepsView(Struct, frozen=True, kw_only=True):
    """Whom to visit: each region's best steps, the region with the most to gain first."""

    province: str
    year: int
    notice: str
    regions: tuple[HelpView, ...]


class RescoredView(Struct, frozen=True, kw_only=True):
    """A province's season under other rules: what the rules alone change."""

    province: str
    year: int
    stage: str
    rules: str
    rules_digest: str
    as_of: str
    clock: str
    since_year: int | None
    notice: str
    regions: tuple[Rescored, ...]


def routes(
    analyst: Analyst,
    others: OtherRules,
    chronicle: Chronicle,
    contexts: Contexts,
    affairs: Sequence[str],
) -> Sequence[ControllerRouterHandler]:
    """All routes of this file; `affairs` are the names of the 38 in order."""
    return [
        *_region_routes(analyst, chronicle, contexts, affairs),
        *_rescoring_routes(others, contexts),
    ]


def _region_routes(
    analyst: Analyst, chronicle: Chronicle, contexts: Contexts, affairs: Sequence[str]
) -> Sequence[ControllerRouterHandler]:
    @get(REGION + "/explanation", responses=ERRORS, dependencies=ASKED_OF_REGION)
    async def explain(asked: NamedDependency[Asked]) -> Response[ExplanationView]:
        """Every point of a region's score: indicator, level, weight, rule, evidence, facts."""
        season, told = await analyst.explanation(asked)
        text = tuple(explanations.sentences(told, affairs))
        view = ExplanationView(context=contexts.of(season), explanation=told, text=text)
        return Response(view, headers=FRESH)

    @get(REGION + "/waterfall", responses=ERRORS)
    async def fall(
        region: FromPath[str],
        year: FromPath[int],
        as_of: AsOf = "",
        clock: Clock = "",
        rules: Rules = "",
    ) -> Response[WaterfallView]:
        """From the claimed to the verified score: returned, downgraded, unverified, and so on."""
        asked = Asked(region=region, year=year, as_of=as_of, clock=clock, rules=rules)
        season, told = await analyst.waterfall(asked)
        # Side by side they stand under the rules they were scored by, and no others.
        stages = () if rules else await chronicle.stages(region, year, as_of, clock)
        view = WaterfallView(context=contexts.of(season), stages=stages, waterfall=told)
        return Response(view, headers=FRESH)

    @get(REGION + "/next-steps", responses=ERRORS, dependencies=ASKED_OF_REGION)
    async def advise(
        asked: NamedDependency[Asked], limit: Limit = STEPS_DEFAULT
    ) -> Response[StepsView]:
        """Next best evidence: single steps and bundles by exact gain, with the place they bring."""
        season, advice = await analyst.advice(asked, io_clock.now())
        # What would cost is a step too, but no advice.
        gainful = tuple(one for one in advice.steps if one.outcome.gain.exact >= 0)
        view = StepsView(
            context=contexts.of(season),
            score=advice.score,
            rank=advice.rank,
            break_even=None if advice.break_even is None else str(advice.break_even),
            assumed_maturity=str(advice.assumed_maturity),
            empty_slots=advice.empty_slots,
            missing_affairs=advice.missing_affairs,
            steps_total=len(gainful),
            steps=gainful[:limit],
            bundles=advice.bundles,
        )
        return Response(view, headers=FRESH)

    @get(PROVINCE + "/next-steps", responses=ERRORS, dependencies=ASKED_OF_PROVINCE)
    async def advise_province(
        province: FromPath[str],
        asked: NamedDependency[Asked],
        limit: Limit = STEPS_OF_A_REGION,
    ) -> Response[ProvinceStepsView]:
        """Whom to visit: the best steps of every region, the one with the most to gain first."""
        told = await analyst.advice_for(province, asked, io_clock.now())
        regions = [
            HelpView(
                context=contexts.of(season),
                score=advice.score,
                rank=advice.rank,
                missing_affairs=advice.missing_affairs,
                empty_slots=advice.empty_slots,
                steps=tuple(one for one in advice.steps[:limit] if one.outcome.gain.exact > 0),
            )
            for season, advice in told
        ]
        regions.sort(key=lambda one: -one.steps[0].outcome.gain.exact if one.steps else 0)
        view = ProvinceStepsView(
            province=province, year=asked.year, notice=PROJECTION, regions=tuple(regions)
        )
        return Response(view, headers=FRESH)

    return [explain, fall, advise, advise_province]


def _rescoring_routes(others: OtherRules, contexts: Contexts) -> Sequence[ControllerRouterHandler]:
    @get(REGION + "/rescored", responses=ERRORS, dependencies=ASKED_OF_REGION)
    async def rescore_region(
        asked: NamedDependency[Asked], since_year: SinceYear = None
    ) -> Response[RegionRescoredView]:
        """A region's season under other rules, and which rule changes its predikat."""
        season, told = await others.of_region(asked, since_year)
        view = RegionRescoredView(context=contexts.of(season), rescored=told)
        return Response(view, headers=FRESH)

    @get(PROVINCE + "/rescored", responses=ERRORS, dependencies=ASKED_OF_PROVINCE)
    async def rescore(
        province: FromPath[str],
        asked: NamedDependency[Asked],
        since_year: SinceYear = None,
    ) -> Response[RescoredView]:
        """A province's season under other rules: who changes predikat by the rules alone.

        With `since_year`, the change from that season is split into what the rules did and what
        the facts did.
        """
        under, regions = await others.of_province(province, asked, since_year)
        view = RescoredView(
            province=province,
            year=asked.year,
            stage=parse_stage(asked.stage),
            rules=under.id,
            rules_digest=contexts.digest(under),
            as_of=asked.as_of,
            clock=parse_clock(asked.clock),
            since_year=since_year,
            notice=PROJECTION,
            regions=tuple(regions),
        )
        return Response(view, headers=FRESH)

    return [rescore_region, rescore]
