"""A region's season on one page: its three scores, what they are made of, what would raise them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from services.projection.analysis import PASSED_OVER, Asked, Season
from services.projection.answering import Answering
from services.projection.chronicle import HistoryView, StageView, YearView
from services.projection.comparing import Moved, Span
from services.projection.core.steps import Advice
from services.projection.core.waterfall import Waterfall
from services.projection.pages import frame, made_of, why
from services.projection.pages.routes import PAGES
from services.projection.wording import words_for
from shared.io import clock as io_clock
from shared.io.pages import rendering
from shared.io.pages.parts import Figure, Figures, Link, Links, Notice, Part, Prose, Section, Sheet
from shared.io.pages.wording import Words
from shared.kernel import clocks
from shared.kernel.errors import Missing, Refused
from shared.kernel.regions import Region

COMPUTED = ("mandiri", "terverifikasi")


class Told(Struct, frozen=True, kw_only=True):
    """Everything the page says; what rests on claims is None where nothing was claimed."""

    region: Region
    province: Region
    year: int
    query: str
    site: str
    read_at: datetime
    history: HistoryView
    season: Season | None
    waterfall: Waterfall | None
    advice: Advice | None
    moved: Moved | None
    affairs: Mapping[int, str]

    @property
    def of_year(self) -> YearView | None:
        """The season as the chronicle has it."""
        return next((each for each in self.history.seasons if each.year == self.year), None)

    def stage(self, name: str) -> StageView | None:
        """One of its scores."""
        stages = self.of_year.stages if self.of_year else ()
        return next((each for each in stages if each.stage == name), None)


def routes(of: Answering) -> Sequence[ControllerRouterHandler]:
    """A region's page, and the way to its newest season."""

    @get("/daerah/{region:str}", include_in_schema=False)
    async def find_newest(request: Request[Any, Any, Any], region: FromPath[str]) -> Redirect:
        """The newest season of a region."""
        history = await of.chronicle.history(region, "", "")
        if not history.seasons:
            raise Missing("ranking.unknown_region", region=region)
        newest = max(each.year for each in history.seasons)
        return Redirect(f"/daerah/{region}/{newest}{frame.kept(request)}", status_code=302)

    @get("/daerah/{region:str}/{year:str}", include_in_schema=False)
    async def show_region(
        request: Request[Any, Any, Any], region: FromPath[str], year: FromPath[str]
    ) -> Response[bytes]:
        """One region in one season."""
        words = words_for(request)
        told = await _told(of, request, region, frame.year_of(year))
        return PAGES.sheet(sheet(told, words), words, request, public=True)

    return [find_newest, show_region]


async def _told(of: Answering, request: Request[Any, Any, Any], code: str, year: int) -> Told:
    chosen, now = frame.chosen(request), io_clock.now()
    region = of.reader.region(code)
    asked = Asked(
        region=code, year=year, as_of=chosen.as_of, clock=chosen.clock, stage=_computed(chosen)
    )
    await of.reader.season(region.province or code, year)
    season = waterfall = advice = None
    try:
        season, waterfall = await of.analyst.waterfall(asked)
        _, advice = await of.analyst.advice(asked, now)
    except Missing as missing:
        if missing.reason not in PASSED_OVER:
            raise
    return Told(
        region=region,
        province=of.reader.register.by_code[region.province or code],
        year=year,
        query=frame.kept(request),
        site=rendering.absolute(request, ""),
        read_at=now.replace(second=0, microsecond=0),
        history=await of.chronicle.history(code, chosen.as_of, chosen.clock),
        season=season,
        waterfall=waterfall,
        advice=advice,
        moved=await _moved(of, chosen, asked, now),
        affairs={each.number: each.nama for each in of.affairs},
    )


async def _moved(of: Answering, chosen: frame.Chosen, asked: Asked, now: datetime) -> Moved | None:
    """Why the place is another than a week before; None where there is nothing to compare."""
    span = Span(
        region=asked.region,
        year=asked.year,
        stage=asked.stage,
        since=chosen.since,
        as_of=chosen.as_of,
        clock=chosen.clock,
    )
    try:
        return await of.comparer.movement(span, now)
    except (Missing, Refused):
        return None


def _computed(chosen: frame.Chosen) -> str:
    """What is explained is a computed stage, also where the decreed one is looked at."""
    return chosen.stage if chosen.stage in COMPUTED else COMPUTED[0]


def sheet(told: Told, words: Words) -> Sheet:
    """The page."""
    region, year = told.region, told.year
    heading = words("daerah.heading", name=region.name, year=year)
    official = told.stage("final")
    computed = official is None or not official.official
    return Sheet(
        title=words("daerah.title", name=region.name, year=year),
        heading=heading,
        headline=_headline(told, words),
        crumbs=[frame.home(words), frame.ranking(told.province, year, words, told.query)],
        tabs=frame.region_tabs(region.code, year, "sheet", told.query, words),
        notices=[*_sample(told, words), *([frame.projection(words)] if computed else [])],
        stamp=frame.stamp(told.season, told.season.dossier.last_seq, words) if told.season else (),
        parts=_parts(told, heading, words),
        file=f"{region.code}-{year}",
    )


def _parts(told: Told, heading: str, words: Words) -> Sequence[Part]:
    parts: list[Part] = [_scores(told, words)]
    season, advice = told.season, told.advice
    if season is not None and advice is not None and told.waterfall is not None:
        parts += [
            made_of.section(season, advice, told.affairs, words),
            why.gap(told.waterfall, words),
        ]
    parts.append(why.movement(told.moved, words))
    if advice is not None:
        parts.append(made_of.steps(advice, told.affairs, words))
    parts.append(made_of.years(told.history, words))
    if season is not None:
        parts.append(_citing(told, season, heading, words))
    return parts


def _headline(told: Told, words: Words) -> str:
    official = told.stage("final")
    if official is not None and official.official:
        return words(
            "daerah.official",
            score=made_of.points(official.score, words),
            predikat=official.predikat,
            rank=official.rank or "–",
        )
    shown = told.stage("mandiri") or told.stage("terverifikasi")
    if shown is None:
        return words("daerah.nothing", name=told.region.name, year=told.year)
    sentence = "daerah.projected" if shown.rank else "daerah.projected_alone"
    return words(
        sentence,
        name=told.region.name,
        score=made_of.points(shown.score, words),
        predikat=shown.predikat,
        rank=shown.rank,
        of=shown.ranked,
    )


def _scores(told: Told, words: Words) -> Figures:
    """The three scores and the plan's target, side by side."""
    origin = f"/daerah/{told.region.code}/{told.year}/asal-angka{told.query}"
    figures = []
    for name in (*COMPUTED, "final"):
        stage = told.stage(name)
        if stage is None:
            figures.append(Figure(value="–", label=words(f"stage.{name}")))
            continue
        ranked = words("daerah.rank", rank=stage.rank, of=stage.ranked) if stage.rank else ""
        source = words("daerah.stated", source=stage.source) if stage.stated else stage.decree
        figures.append(
            Figure(
                value=made_of.points(stage.score, words),
                label=words(f"stage.{name}"),
                note="; ".join(each for each in (stage.predikat, ranked, source) if each),
                link=origin if name in COMPUTED and not stage.stated else "",
            )
        )
    target = told.of_year.target if told.of_year else None
    if target is not None:
        shown = told.stage("final") or told.stage("mandiri")
        gap = made_of.points(shown.target_gap, words) if shown and shown.target_gap else ""
        figures.append(
            Figure(
                value=made_of.points(target.target, words),
                label=words("daerah.target"),
                note=words("daerah.gap", gap=gap) if gap else "",
            )
        )
    return Figures(figures=figures)


def _sample(told: Told, words: Words) -> Sequence[Notice]:
    stages = told.of_year.stages if told.of_year else ()
    if not any(stage.sample for stage in stages):
        return ()
    return [Notice(tone="sample", title=words("notice.sample"), why=words("notice.sample_why"))]


def _citing(told: Told, season: Season, heading: str, words: Words) -> Section:
    """How to name this page in a letter, and the address that shows the same for ever."""
    zone = told.region.time_zone
    read_at = season.until.last_second if season.until else told.read_at
    permanent = (
        f"/daerah/{told.region.code}/{told.year}"
        f"?tahap={season.stage}&per={clocks.iso(read_at, zone).replace('+', '%2B')}&jam=diketahui"
    )
    return Section(
        title=words("daerah.cite_title"),
        anchor="kutip",
        parts=[
            Prose(
                text=words(
                    "daerah.cite",
                    heading=heading,
                    stage=words(f"stage.{season.stage}"),
                    moment=clocks.spoken(read_at, zone, words.language),
                    rules=season.rules.id,
                    seq=season.dossier.last_seq,
                )
            ),
            Links(
                links=[
                    Link(
                        label=words("daerah.permanent"),
                        address=permanent,
                        note=told.site + permanent,
                    )
                ]
            ),
        ],
    )
