"""The interface of the law: every year's rules, what is not known of them, and the calculator."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from services.projection.read import rules_asked
from services.projection.web.ranking import ERRORS
from shared.io import http
from shared.kernel.calculator import Answer, Calculator, Contribution
from shared.kernel.errors import Refused
from shared.kernel.rules import levels, reading, ruleset
from shared.kernel.rules.affairs import Affair
from shared.kernel.rules.forms import Form
from shared.kernel.rules.reading import Gap
from shared.kernel.rules.ruleset import Bands, RuleSet

Given = Annotated[
    str, QueryParameter(description='The object to score, as JSON: {"spd": {"SPD-01": 3}}')
]
Figure = Annotated[str, QueryParameter(description="The raw figure, such as 4.37")]


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


class FormView(Struct, frozen=True, kw_only=True):
    """A year's form; `of_year` is the year it is known of, where the year's own is not."""

    year: int
    of_year: int
    form: Form


class ReadingView(Struct, frozen=True, kw_only=True):
    """A rule set read aloud: whether it can score a whole index, what nobody knows of it, and the
    article each row stands in, by code.
    """

    id: str
    complete: bool
    gaps: tuple[Gap, ...]
    articles: dict[str, str]


class LevelView(Struct, frozen=True, kw_only=True):
    """The level that a raw figure earns, with the bands as printed and their precedence."""

    rule_set: str
    indicator: str
    nama: str
    figure: str
    level: int
    label: str
    bands: Bands
    article: str


class ExplainedView(Struct, frozen=True, kw_only=True):
    """The calculator's answer with every row that earned points."""

    answer: Answer
    rows: tuple[Contribution, ...]


def routes(
    rule_sets: Mapping[str, RuleSet],
    digests: Mapping[str, str],
    affairs: Sequence[Affair],
    form_for_year: Callable[[int], Form],
) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""

    def known(rule_set: str) -> RuleSet:
        return rules_asked(rule_sets, rule_set)

    def calculator(rule_set: str) -> Calculator:
        rules = known(rule_set)
        return Calculator(rules, digests[rules.id], affairs)

    return [
        *_law_routes(known, rule_sets, digests),
        _form_route(form_for_year),
        *_calculator_routes(calculator),
    ]


def _form_route(form_for_year: Callable[[int], Form]) -> ControllerRouterHandler:
    @get("/v1/forms/{year:int}", responses=ERRORS)
    async def read_form(year: FromPath[int]) -> FormView:
        """The form of an innovation's profile in a year: its items, what may be chosen, and which
        must be filled before it is sent.
        """
        form = form_for_year(year)
        return FormView(year=year, of_year=form.year, form=form)

    return read_form


def _law_routes(
    known: Callable[[str], RuleSet], rule_sets: Mapping[str, RuleSet], digests: Mapping[str, str]
) -> Sequence[ControllerRouterHandler]:
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
        return known(rule_set)

    @get("/v1/rule-sets/{rule_set:str}/reading", responses=ERRORS)
    async def read_aloud(rule_set: FromPath[str]) -> ReadingView:
        """What nobody knows of a year's rules, and where each row of them stands in print."""
        rules = known(rule_set)
        return ReadingView(
            id=rules.id,
            complete=ruleset.is_complete(rules),
            gaps=reading.gaps(rules),
            articles={row.code: reading.article(rules, row) for row in rules.rows},
        )

    @get("/v1/rule-sets/{rule_set:str}/indicators/{code:str}/level", responses=ERRORS)
    async def read_level(rule_set: FromPath[str], code: FromPath[str], figure: Figure) -> LevelView:
        """The level that a raw figure (TPT, IPM, PAD, …) earns by the published bands."""
        rules = known(rule_set)
        row = ruleset.row(rules, code)
        if row.bands is None:
            raise Refused("indicator.without_bands", indicator=code, rule_set=rules.id)
        raw = levels.figure(figure)
        level = ruleset.level_of(row.bands, raw)
        known_levels = row.levels.value or ()
        return LevelView(
            rule_set=rules.id,
            indicator=code,
            nama=row.nama,
            figure=f"{raw:f}",
            level=level,
            label=next((each.label for each in known_levels if each.level == level), ""),
            bands=row.bands,
            article=reading.article(rules, row),
        )

    return [read_rule_sets, read_rule_set, read_aloud, read_level]


def _calculator_routes(
    calculator: Callable[[str], Calculator],
) -> Sequence[ControllerRouterHandler]:
    @post(
        "/v1/rule-sets/{rule_set:str}/score",
        status_code=200,
        guards=[http.require_json],
        responses=ERRORS | http.problems(413, 415),
    )
    async def calculate(rule_set: FromPath[str], data: JSONBody[dict[str, Any]]) -> Answer:
        """The calculator: levels in, index out; nothing is recorded."""
        return calculator(rule_set).calculate(data)

    @post(
        "/v1/rule-sets/{rule_set:str}/explained-score",
        status_code=200,
        guards=[http.require_json],
        responses=ERRORS | http.problems(413, 415),
    )
    async def explain_calculation(
        rule_set: FromPath[str], data: JSONBody[dict[str, Any]]
    ) -> ExplainedView:
        """The calculator with its breakdown, as `--explain` on the command line."""
        ready = calculator(rule_set)
        answer = ready.calculate(data)
        return ExplainedView(answer=answer, rows=tuple(ready.explain(data)))

    @get("/v1/rule-sets/{rule_set:str}/score", responses=ERRORS)
    async def calculate_from_address(rule_set: FromPath[str], given: Given) -> Answer:
        """The calculator in an address that can be cited: the same object as JSON in `given`."""
        try:
            decoded = msgspec.json.decode(given)
        except (ValueError, RecursionError) as error:
            raise Refused("body.malformed", why=str(error)) from error
        return calculator(rule_set).calculate(decoded)

    return [calculate, explain_calculation, calculate_from_address]
