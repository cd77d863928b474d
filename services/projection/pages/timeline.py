"""The places of a province's regions through a season, drawn and as a table."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from services.projection.answering import Answering
from services.projection.core import moment, ranking
from services.projection.pages import frame
from services.projection.pages.routes import PAGES
from services.projection.read import parse_clock, season_view
from services.projection.wording import words_for
from shared.io import clock as io_clock
from shared.io.pages import charts
from shared.io.pages.listing import Cell, Column, Listing, cell
from shared.io.pages.parts import Choice, Drawing, Field, Form, Part, Prose, Sheet
from shared.io.pages.wording import Words
from shared.kernel import clocks
from shared.kernel.regions import Region

# So many moments, evenly apart: each is one reading of the scores.
MOMENTS = 13
# What is shown of a season whose opening nobody knows.
SPAN = timedelta(days=90)


class Told(Struct, frozen=True, kw_only=True):
    """The ranks at each moment, by region; None where a region had no place."""

    province: Region
    year: int
    stage: str
    rules: str
    moments: Sequence[datetime]
    regions: Sequence[Region]
    ranks: Mapping[str, Sequence[int | None]]
    marks: Sequence[charts.Mark]
    highlight: str
    query: str


def routes(of: Answering) -> Sequence[ControllerRouterHandler]:
    """The one page."""

    @get("/peringkat/{province:str}/{year:str}/linimasa", include_in_schema=False)
    async def show_timeline(
        request: Request[Any, Any, Any], province: FromPath[str], year: FromPath[str]
    ) -> Response[bytes]:
        """From the opening of the season, or from `banding`, until now, or until `per`."""
        words = words_for(request)
        told = await _told(of, request, province, frame.year_of(year), words)
        return PAGES.sheet(sheet(told, words), words, request, public=True)

    return [show_timeline]


async def _told(
    of: Answering, request: Request[Any, Any, Any], code: str, year: int, words: Words
) -> Told:
    chosen, now = frame.chosen(request), io_clock.now()
    regions = of.reader.assessed(code)
    province = of.reader.register.by_code[code]
    zone, clock = province.time_zone, parse_clock(chosen.clock)
    season = season_view(await of.reader.season(code, year), zone, now)
    end = moment.parse(chosen.as_of, zone).last_second if chosen.as_of else now
    start = season.opened_at or end - SPAN
    if chosen.since:
        start = moment.parse(chosen.since, zone).last_second
    moments = spread(min(start, end), end)
    stage = await of.reader.stage(chosen.stage, code, year, clock, moment.at(end))
    ranks: dict[str, list[int | None]] = {region.code: [] for region in regions}
    for each in moments:
        scores = await of.reader.scores(list(ranks), year, stage, clock, moment.at(each))
        known = {region: score.index for region, score in scores.items()}
        for place in ranking.rank(ranks, known, stage):
            ranks[place.region].append(place.rank if known else None)
    named = [("opened", season.opened_at), ("deadline", season.deadline)]
    return Told(
        province=province,
        year=year,
        stage=stage,
        rules=season.rule_set,
        moments=moments,
        regions=regions,
        ranks=ranks,
        marks=[
            charts.Mark(at=nearest(moments, at), label=words(f"linimasa.{name}"))
            for name, at in named
            if at is not None and moments[0] <= at <= moments[-1]
        ],
        highlight=request.query_params.get("sorot", ""),
        query=frame.kept(request),
    )


def spread(start: datetime, end: datetime) -> Sequence[datetime]:
    """Moments evenly apart, both ends among them."""
    return [start + (end - start) * place / (MOMENTS - 1) for place in range(MOMENTS)]


def nearest(moments: Sequence[datetime], at: datetime) -> int:
    """Which of the moments is nearest to one."""
    return min(range(len(moments)), key=lambda place: abs(moments[place] - at))


def sheet(told: Told, words: Words) -> Sheet:
    """The page."""
    title = words("linimasa.title", province=told.province.name, year=told.year)
    parts: list[Part] = [_form(told, words)]
    if any(rank for ranks in told.ranks.values() for rank in ranks):
        parts += [_drawing(told, words), Prose(text=words("linimasa.note"), quiet=True)]
    return Sheet(
        title=title,
        heading=title,
        headline=_headline(told, words),
        crumbs=[frame.home(words), frame.ranking(told.province, told.year, words, told.query)],
        tabs=frame.province_tabs(told.province.code, told.year, "timeline", told.query, words),
        notices=[] if told.stage == ranking.FINAL else [frame.projection(words)],
        stamp=[
            (words("linimasa.from"), _day(told.moments[0], told, words)),
            (words("linimasa.to"), _day(told.moments[-1], told, words)),
            (words("ranking.rules"), told.rules),
            (words("ranking.stage"), words(f"stage.{told.stage}")),
        ],
        parts=parts,
        file=f"linimasa-{told.province.code}-{told.year}",
    )


def _day(at: datetime, told: Told, words: Words) -> str:
    return clocks.short_day(at, told.province.time_zone, words.language)


def _headline(told: Told, words: Words) -> str:
    led = Counter(region for region, ranks in told.ranks.items() for rank in ranks if rank == 1)
    if not led:
        return words("linimasa.empty")
    (region, days), *_ = led.most_common(1)
    name = next(each.name for each in told.regions if each.code == region)
    return words("linimasa.headline", name=name, days=days, of=len(told.moments))


def _form(told: Told, words: Words) -> Form:
    nobody = Choice(value="", label=words("form.nobody"), chosen=not told.highlight)
    return Form(
        method="get",
        action=f"/peringkat/{told.province.code}/{told.year}/linimasa",
        wide=True,
        button=words("form.show"),
        label=words("form.legend"),
        hidden={"bahasa": "en"} if words.language == "en" else {},
        fields=[
            Field(name="banding", label=words("linimasa.from"), type="date"),
            Field(name="per", label=words("linimasa.to"), type="date"),
            Field(
                name="sorot",
                label=words("linimasa.highlight"),
                type="select",
                choices=[
                    nobody,
                    *(
                        Choice(value=each.code, label=each.name, chosen=each.code == told.highlight)
                        for each in told.regions
                    ),
                ],
            ),
        ],
    )


def _drawing(told: Told, words: Words) -> Drawing:
    moments = [_day(each, told, words) for each in told.moments]
    return Drawing(
        title=words("linimasa.drawing"),
        svg=charts.lines(
            [
                charts.Series(
                    name=each.name,
                    values=told.ranks[each.code],
                    strong=each.code == told.highlight,
                )
                for each in told.regions
            ],
            moments,
            told.marks,
            most=len(told.regions),
        ),
        listing=Listing(
            name="linimasa",
            caption=words("linimasa.drawing"),
            quiet_caption=True,
            columns=[
                Column(name="daerah", label=words("column.region")),
                *(
                    Column(name=f"saat{place}", label=day, number=True)
                    for place, day in enumerate(moments, start=1)
                ),
            ],
            rows=[_row(each, told) for each in told.regions],
        ),
    )


def _row(region: Region, told: Told) -> Sequence[Cell]:
    return [
        Cell(text=region.name, link=f"/daerah/{region.code}/{told.year}{told.query}"),
        *(cell("" if rank is None else str(rank), rank) for rank in told.ranks[region.code]),
    ]
