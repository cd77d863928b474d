"""The read interface over JSON: why a score is what it is, what next, and under other rules."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from services.projection.analysis import Analyst, Asked, Rescored, Season
from services.projection.core import explanation as explanations
from services.projection.core import moment
from services.projection.core.explanation import Explanation
from services.projection.core.steps import Bundle, Priced
from services.projection.core.waterfall import Waterfall
from services.projection.read import PROJECTION
from services.projection.web import ERRORS, FRESH, AsOf, Clock
from shared.io import clock as io_clock
from shared.io import http
from shared.kernel.calculator import Answer, Calculator
from shared.kernel.errors import Missing
from shared.kernel.rules.affairs import Affair
from shared.kernel.rules.formula import Score
from shared.kernel.rules.ruleset import RuleSet

REGION = "/v1/regions/{region:str}/seasons/{year:int}"
STEPS_MAX = 500
STEPS_DEFAULT = 20

Stage = Annotated[str, QueryParameter(description="mandiri (default) or terverifikasi")]
Rules = Annotated[
    str,
    QueryParameter(
        description="Another year (2027) or rule set (2027.1) to read the same facts under; by "
        "default the rules the region entered the season under",
    ),
]
Limit = Annotated[int, QueryParameter(ge=1, le=STEPS_MAX, description="How many steps, best first")]


class Context(Struct, frozen=True, kw_only=True):
    """What an analysis was made of; the same context gives the same analysis for ever."""

    region: str
    name: str
    year: int
    stage: str
    clock: str
    as_of: datetime | None
    entered_rules: str
    rules: str
    rules_digest: str
    last_seq: int
    notice: str


class ExplanationView(Struct, frozen=True, kw_only=True):
    """A score with every point's origin; shares and rounding sum exactly to the index."""

    context: Context
    explanation: Explanation
    text: tuple[str, ...]


class WaterfallView(Struct, frozen=True, kw_only=True):
    """Claimed to verified, by cause; changes and rounding sum exactly to the difference."""

    context: Context
    waterfall: Waterfall


class StepsView(Struct, frozen=True, kw_only=True):
    """The best single steps and bundles; every gain is the difference of two full scores."""

    context: Context
    score: Score
    rank: int
    break_even: str
    assumed_maturity: str
    steps_total: int
    steps: tuple[Priced, ...]
    bundles: tuple[Bundle, ...]


class RescoredView(Struct, frozen=True, kw_only=True):
    """A province's season under other rules: what the rules alone change."""

    province: str
    year: int
    stage: str
    rules: str
    notice: str
    regions: tuple[Rescored, ...]


class RuleSetView(Struct, frozen=True, kw_only=True):
    """A rule set as it is published, with the digest every score cites."""

    id: str
    year: int
    standing: str
    title: str
    basis: str
    digest: str


class RuleSetsView(Struct, frozen=True, kw_only=True):
    """All rule sets known."""

    rule_sets: tuple[RuleSetView, ...]


def routes(
    analyst: Analyst,
    rule_sets: Mapping[str, RuleSet],
    digests: Mapping[str, str],
    affairs: Sequence[Affair],
) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""
    return [
        *_region_routes(analyst, digests, [affair.nama for affair in affairs]),
        *_rule_routes(analyst, rule_sets, digests, affairs),
    ]


def _region_routes(
    analyst: Analyst, digests: Mapping[str, str], affairs: Sequence[str]
) -> Sequence[ControllerRouterHandler]:
    def context(season: Season, year: int) -> Context:
        zone = season.region.time_zone
        return Context(
            region=season.region.code,
            name=season.region.name,
            year=year,
            stage=season.stage,
            clock=season.clock,
            as_of=None if season.until is None else moment.local(season.until.last_second, zone),
            entered_rules=season.entered.id,
            rules=season.rules.id,
            rules_digest=digests[season.rules.id],
            last_seq=season.dossier.last_seq,
            notice=PROJECTION,
        )

    @get(REGION + "/explanation", responses=ERRORS)
    async def explain(
        region: FromPath[str],
        year: FromPath[int],
        stage: Stage = "",
        as_of: AsOf = "",
        clock: Clock = "",
        rules: Rules = "",
    ) -> Response[ExplanationView]:
        """Every point of a region's score: indicator, level, weight, rule, evidence, facts."""
        asked = Asked(region=region, year=year, stage=stage, as_of=as_of, clock=clock, rules=rules)
        season, told = await analyst.explanation(asked)
        text = tuple(explanations.sentences(told, affairs))
        view = ExplanationView(context=context(season, year), explanation=told, text=text)
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
        return Response(WaterfallView(context=context(season, year), waterfall=told), headers=FRESH)

    @get(REGION + "/next-steps", responses=ERRORS)
    async def advise(
        region: FromPath[str],
        year: FromPath[int],
        stage: Stage = "",
        as_of: AsOf = "",
        clock: Clock = "",
        rules: Rules = "",
        limit: Limit = STEPS_DEFAULT,
    ) -> Response[StepsView]:
        """Next best evidence: single steps and bundles by exact gain, with the place they bring."""
        asked = Asked(region=region, year=year, stage=stage, as_of=as_of, clock=clock, rules=rules)
        season, advice = await analyst.advice(asked, io_clock.now())
        view = StepsView(
            context=context(season, year),
            score=advice.score,
            rank=advice.rank,
            break_even=str(advice.break_even),
            assumed_maturity=str(advice.assumed_maturity),
            steps_total=len(advice.steps),
            steps=advice.steps[:limit],
            bundles=advice.bundles,
        )
        return Response(view, headers=FRESH)

    return [explain, fall, advise]


def _rule_routes(
    analyst: Analyst,
    rule_sets: Mapping[str, RuleSet],
    digests: Mapping[str, str],
    affairs: Sequence[Affair],
) -> Sequence[ControllerRouterHandler]:
    @get("/v1/provinces/{province:str}/seasons/{year:int}/rescored", responses=ERRORS)
    async def rescore(
        province: FromPath[str],
        year: FromPath[int],
        rules: Rules = "",
        stage: Stage = "",
        as_of: AsOf = "",
        clock: Clock = "",
    ) -> Response[RescoredView]:
        """A province's season under other rules, and who changes predikat by the rules alone."""
        asked = Asked(region="", year=year, stage=stage, as_of=as_of, clock=clock, rules=rules)
        regions = await analyst.rescored(province, asked)
        view = RescoredView(
            province=province,
            year=year,
            stage=stage or "mandiri",
            rules=rules or str(year),
            notice=PROJECTION,
            regions=tuple(regions),
        )
        return Response(view, headers=FRESH)

    @get("/v1/rule-sets", responses=ERRORS)
    async def read_rule_sets() -> RuleSetsView:
        """Every year's rules, published or prognosis."""
        return RuleSetsView(
            rule_sets=tuple(
                RuleSetView(
                    id=each.id,
                    year=each.year,
                    standing=each.standing,
                    title=each.title,
                    basis=each.basis,
                    digest=digests[each.id],
                )
                for each in rule_sets.values()
            )
        )

    @get("/v1/rule-sets/{rule_set:str}", responses=ERRORS)
    async def read_rule_set(rule_set: FromPath[str]) -> RuleSet:
        """One year's rules in full: every value with its certainty and sources."""
        if rule_set not in rule_sets:
            raise Missing("rules.unknown", rule_set=rule_set)
        return rule_sets[rule_set]

    @post(
        "/v1/rule-sets/{rule_set:str}/score",
        status_code=200,
        guards=[http.require_json],
        responses=ERRORS | http.problems(413, 415),
    )
    async def calculate(rule_set: FromPath[str], data: JSONBody[dict[str, Any]]) -> Answer:
        """The calculator: levels in, index out; nothing is recorded."""
        if rule_set not in rule_sets:
            raise Missing("rules.unknown", rule_set=rule_set)
        return Calculator(rule_sets[rule_set], digests[rule_set], affairs).calculate(data)

    return [rescore, read_rule_sets, read_rule_set, calculate]
