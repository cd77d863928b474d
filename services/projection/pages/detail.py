"""A province's season in detail: claimed beside verified, how far it may move, who reports what."""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from services.projection.analysis import Asked, Season, index_of
from services.projection.answering import Answering
from services.projection.core.agencies import Participation
from services.projection.core.dossier import affairs_of
from services.projection.core.provisional.provisional import Outlook
from services.projection.looking_ahead import Foreteller
from services.projection.pages import frame
from services.projection.pages.routes import PAGES
from services.projection.wording import words_for
from shared.io import clock as io_clock
from shared.io import problems
from shared.io.pages import charts
from shared.io.pages.listing import Cell, Column, Listing, cell
from shared.io.pages.parts import Prose, Sheet, Table
from shared.io.pages.wording import Words
from shared.kernel import figures
from shared.kernel.errors import Failure
from shared.kernel.regions import Region
from shared.kernel.rules.ruleset import RuleSet
from shared.kernel.scorecard import BASIC_AFFAIRS

PLACES = 2
STAGES = ("inisiatif", "uji_coba", "penerapan")
COLUMNS = {
    "daerah": False,
    "klaim": True,
    "terverifikasi": True,
    "selisih": True,
    "kisaran": False,
    "kisaran_peringkat": False,
    "inisiatif": True,
    "uji_coba": True,
    "penerapan": True,
    "yandas": False,
    "melapor": False,
    "diam": True,
}


class Standing(Struct, frozen=True, kw_only=True):
    """One region as the table tells it; without an `outlook` nobody can say how far it may move.

    `stages` counts innovations by their tahapan, `affairs` are the basic-service ones covered.
    """

    region: Region
    claimed: Decimal
    verified: Decimal
    outlook: Outlook | None
    stages: Mapping[str, int]
    affairs: frozenset[int]
    participation: Participation


class Told(Struct, frozen=True, kw_only=True):
    """What the page rests on; `why` says why there are no ranges, where there are none."""

    province: Region
    year: int
    rules: RuleSet
    query: str
    standings: Sequence[Standing]
    stamp: Sequence[tuple[str, str]]
    why: str = ""


def routes(of: Answering) -> Sequence[ControllerRouterHandler]:
    """The one page."""
    reader = of.reader
    affairs = {each.number: each.nama for each in of.affairs}

    @get("/peringkat/{province:str}/{year:str}/rincian", include_in_schema=False)
    async def show_detail(
        request: Request[Any, Any, Any], province: FromPath[str], year: FromPath[str]
    ) -> Response[bytes]:
        """Every region of a province, with what the ranking leaves out."""
        words, chosen, now = words_for(request), frame.chosen(request), io_clock.now()
        reader.assessed(province)
        asked = Asked(region="", year=frame.year_of(year), as_of=chosen.as_of, clock=chosen.clock)
        reporting = await of.organiser.participation(province, asked, now)
        outlooks, why = await _outlooks(of.foreteller, province, asked, words)
        first = reporting[0][0]
        told = Told(
            province=reader.register.by_code[province],
            year=asked.year,
            rules=first.rules,
            query=frame.kept(request),
            standings=[
                standing(season, participation, outlooks.get(season.region.code))
                for season, participation in reporting
            ],
            stamp=frame.stamp_of_province([season for season, _ in reporting], words),
            why=why,
        )
        return PAGES.sheet(sheet(told, affairs, words), words, request, public=True)

    return [show_detail]


async def _outlooks(
    foreteller: Foreteller, province: str, asked: Asked, words: Words
) -> tuple[Mapping[str, Outlook], str]:
    """How far each region may move; where nobody can tell, a sentence says why."""
    try:
        looked = await foreteller.outlook(province, asked, io_clock.now())
    except Failure as failure:
        why = problems.problem_of(failure, words.language, "").detail
        return {}, f"{words('detail.no_range')} {why}"
    return {each.region: each for each in looked.outlooks}, ""


def standing(season: Season, participation: Participation, outlook: Outlook | None) -> Standing:
    """What the facts of one region's season say."""
    held = season.dossier.innovations.values()
    return Standing(
        region=season.region,
        claimed=index_of(season.dossier, season.rules, "mandiri"),
        verified=index_of(season.dossier, season.rules, "terverifikasi"),
        outlook=outlook,
        stages=Counter(one.profile.tahapan for one in held if one.profile is not None),
        affairs=frozenset(
            urusan for one in held if one.profile for urusan in affairs_of(one, season.rules)
        ),
        participation=participation,
    )


def sheet(told: Told, affairs: Mapping[int, str], words: Words) -> Sheet:
    """The page."""
    name = told.province.name
    listing = Listing(
        name="rincian",
        caption=words("detail.caption", province=name, year=told.year),
        columns=[
            Column(name=column, label=words(f"detail.{column}"), number=number)
            for column, number in COLUMNS.items()
        ],
        rows=[_row(each, told, affairs, words) for each in told.standings],
    )
    return Sheet(
        title=words("detail.title", province=name, year=told.year),
        heading=words("detail.title", province=name, year=told.year),
        headline=_headline(told, words),
        crumbs=[frame.home(words), frame.ranking(told.province, told.year, words, told.query)],
        tabs=frame.province_tabs(told.province.code, told.year, "detail", told.query, words),
        notices=[frame.projection(words)],
        stamp=told.stamp,
        parts=[
            Table(listing=listing),
            Prose(text=words("detail.range_note"), quiet=True),
            *([Prose(text=told.why, quiet=True)] if told.why else []),
        ],
        file=f"rincian-{told.province.code}-{told.year}",
    )


def _headline(told: Told, words: Words) -> str:
    """The largest gap between what is claimed and what is verified."""
    widest = max(told.standings, key=lambda each: each.claimed - each.verified)
    gap = widest.claimed - widest.verified
    if gap <= 0:
        return words("detail.no_gap")
    return words(
        "detail.widest", name=widest.region.name, gap=_points(gap, words), of=len(told.standings)
    )


def _row(each: Standing, told: Told, affairs: Mapping[int, str], words: Words) -> Sequence[Cell]:
    link = f"/daerah/{each.region.code}/{told.year}{told.query}"
    gap = each.verified - each.claimed
    return [
        Cell(text=each.region.name, link=link, note=each.region.code),
        _number(each.claimed, words),
        _number(each.verified, words),
        _number(gap, words),
        _range(each, words),
        _ranks(each.outlook, words),
        *(cell(each.stages.get(stage, 0), each.stages.get(stage, 0)) for stage in STAGES),
        _affairs(each, affairs, words),
        _reporting(each.participation, words),
        _silent(each.participation),
    ]


def _range(each: Standing, words: Words) -> Cell:
    span = each.outlook.span if each.outlook else None
    if span is None:
        return Cell(text="", drawing=charts.bar(each.verified))
    low, high = span.index_low, span.index_high
    return Cell(
        text=words("detail.from_to", low=_points(low, words), high=_points(high, words)),
        value=f"{low:f} {high:f}",
        drawing=charts.bar(each.verified, span=(low, high)),
    )


def _ranks(outlook: Outlook | None, words: Words) -> Cell:
    span = outlook.span if outlook else None
    if span is None:
        return cell("")
    best, worst = span.rank_best, span.rank_worst
    if best == worst:
        return cell(str(best), best)
    return cell(words("detail.from_to", low=best, high=worst), f"{best} {worst}")


def _affairs(each: Standing, affairs: Mapping[int, str], words: Words) -> Cell:
    missing = [affairs[code] for code in BASIC_AFFAIRS if code not in each.affairs]
    return Cell(
        text=f"{len(BASIC_AFFAIRS) - len(missing)}/{len(BASIC_AFFAIRS)}",
        value=len(BASIC_AFFAIRS) - len(missing),
        note=words("detail.missing", names=", ".join(missing)) if missing else "",
        drawing=charts.dots([code in each.affairs for code in BASIC_AFFAIRS]),
    )


def _reporting(told: Participation, words: Words) -> Cell:
    if told.agencies is None:
        return cell(words("detail.unknown"))
    return cell(f"{told.reported}/{told.agencies}", told.reported)


def _silent(told: Participation) -> Cell:
    days = told.silent_days
    return cell("" if days is None else days, days)


def _number(value: Decimal, words: Words) -> Cell:
    return Cell(text=_points(value, words), value=value)


def _points(value: Decimal, words: Words) -> str:
    return figures.points(value, PLACES, words.language).replace("-", "\N{MINUS SIGN}")
