"""A season's facts under other rules: who changes category without having done anything."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from services.projection.analysis import Asked
from services.projection.answering import Answering
from services.projection.core import ranking
from services.projection.other_rules import Rescored
from services.projection.pages import frame
from services.projection.pages.made_of import points
from services.projection.pages.regional import COMPUTED
from services.projection.pages.routes import PAGES
from services.projection.pages.rows import TONES
from services.projection.wording import words_for
from shared.io.pages.listing import Cell, Column, Listing, cell
from shared.io.pages.parts import Choice, Field, Form, Part, Prose, Sheet, Table
from shared.io.pages.wording import Words
from shared.kernel.regions import Region
from shared.kernel.rules import ruleset
from shared.kernel.rules.ruleset import RuleSet


class Told(Struct, frozen=True, kw_only=True):
    """A province's season under its own rules and under `rules`; `known` may be chosen from."""

    province: Region
    year: int
    stage: str
    rules: RuleSet
    known: Sequence[RuleSet]
    regions: Sequence[Rescored]
    query: str
    chosen: frame.Chosen


def routes(of: Answering) -> Sequence[ControllerRouterHandler]:
    """The one page."""

    @get("/peringkat/{province:str}/{year:str}/uji-aturan", include_in_schema=False)
    async def show_trial(
        request: Request[Any, Any, Any], province: FromPath[str], year: FromPath[str]
    ) -> Response[bytes]:
        """The season under the rules that are chosen, the next year's where none are."""
        words, chosen = words_for(request), frame.chosen(request)
        of.reader.assessed(province)
        number = frame.year_of(year)
        own = await of.reader.season(province, number)
        known = [
            each
            for each in sorted(of.rule_sets.values(), key=lambda one: (one.year, one.revision))
            if ruleset.is_complete(each)
        ]
        following = [each.id for each in known if each.year > number]
        wanted = chosen.rules or (following[0] if following else own.rule_set)
        asked = Asked(
            region="",
            year=number,
            stage=chosen.stage if chosen.stage in COMPUTED else "",
            as_of=chosen.as_of,
            clock=chosen.clock,
            rules=wanted,
        )
        rules, regions = await of.other_rules.of_province(province, asked)
        told = Told(
            province=of.reader.register.by_code[province],
            year=number,
            stage=asked.stage or COMPUTED[0],
            rules=rules,
            known=known,
            regions=regions,
            query=frame.kept(request),
            chosen=chosen,
        )
        return PAGES.sheet(sheet(told, words), words, request, public=True)

    return [show_trial]


def sheet(told: Told, words: Words) -> Sheet:
    """The page."""
    name, year = told.province.name, told.year
    title = words("uji.title", province=name, year=year)
    falling = [each for each in told.regions if each.effect.predikat_changes]
    parts: list[Part] = [_form(told, words)]
    parts.append(Table(listing=_listing(told, words)))
    parts.append(Prose(text=words("uji.note"), quiet=True))
    return Sheet(
        title=title,
        heading=title,
        headline=words(
            "uji.headline" if falling else "uji.nobody", count=len(falling), rules=told.rules.id
        ),
        crumbs=[frame.home(words), frame.ranking(told.province, year, words, told.query)],
        tabs=frame.province_tabs(told.province.code, year, "trial", told.query, words),
        notices=[frame.projection(words)],
        stamp=[
            (words("uji.under"), told.rules.id),
            (words("ranking.stage"), words(f"stage.{told.stage}")),
            (words("ranking.state"), told.chosen.as_of or words("stamp.now")),
        ],
        parts=parts,
        file=f"uji-aturan-{told.province.code}-{year}",
    )


def _form(told: Told, words: Words) -> Form:
    hidden = {
        "tahap": told.chosen.stage,
        "per": told.chosen.as_of,
        "bahasa": "en" if words.language == "en" else "",
    }
    return Form(
        method="get",
        action=f"/peringkat/{told.province.code}/{told.year}/uji-aturan",
        wide=True,
        button=words("form.show"),
        label=words("uji.choose"),
        hidden={key: value for key, value in hidden.items() if value},
        fields=[
            Field(
                name="aturan",
                label=words("uji.choose"),
                type="select",
                choices=[
                    Choice(value=each.id, label=each.id, chosen=each.id == told.rules.id)
                    for each in told.known
                ],
            )
        ],
    )


def _listing(told: Told, words: Words) -> Listing:
    own = {each.region: each.effect.own.index for each in told.regions}
    other = {each.region: each.effect.other.index for each in told.regions}
    before = {one.region: one.rank for one in ranking.rank(own, own, "mandiri")}
    after = {one.region: one.rank for one in ranking.rank(other, other, "mandiri")}
    order = sorted(told.regions, key=lambda each: (after[each.region] or 0, each.region))
    return Listing(
        name="uji",
        caption=words("uji.title", province=told.province.name, year=told.year),
        quiet_caption=True,
        columns=[
            Column(name="daerah", label=words("column.region")),
            Column(name="nilai", label=words("uji.own"), number=True),
            Column(name="nilai_lain", label=words("uji.other"), number=True),
            Column(name="selisih", label=words("uji.change"), number=True),
            Column(name="peringkat", label=words("uji.rank"), number=True),
            Column(name="peringkat_lain", label=words("uji.rank_other"), number=True),
            Column(name="predikat", label=words("uji.predikat")),
            Column(name="predikat_lain", label=words("uji.predikat_other")),
            Column(name="sebab", label=words("uji.why")),
        ],
        rows=[
            _row(each, before[each.region] or 0, after[each.region] or 0, told, words)
            for each in order
        ],
        marked=frozenset(place for place, each in enumerate(order) if each.effect.predikat_changes),
    )


def _row(each: Rescored, before: int, after: int, told: Told, words: Words) -> Sequence[Cell]:
    effect = each.effect
    return [
        Cell(
            text=each.name, link=f"/daerah/{each.region}/{told.year}{told.query}", note=each.region
        ),
        Cell(text=points(effect.own.index, words), value=effect.own.index),
        Cell(text=points(effect.other.index, words), value=effect.other.index),
        Cell(text=points(effect.change, words), value=effect.change),
        cell(str(before), before),
        cell(str(after), after),
        Cell(text=effect.own.predikat, tone=TONES.get(effect.own.predikat, "lain")),
        Cell(text=effect.other.predikat, tone=TONES.get(effect.other.predikat, "lain")),
        cell(effect.text_en if words.language == "en" else effect.text),
    ]
