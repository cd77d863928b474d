"""Who rose and who fell between two moments, and why: the ranking of changes."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from services.projection.answering import Answering
from services.projection.comparing import Span
from services.projection.core import moment
from services.projection.pages import frame
from services.projection.pages.regional import COMPUTED
from services.projection.pages.routes import PAGES
from services.projection.read import Question
from services.projection.views import RankingView, RowView
from services.projection.wording import words_for
from shared.io import clock as io_clock
from shared.io.pages import charts
from shared.io.pages.listing import Cell, Column, Listing, cell
from shared.io.pages.parts import Drawing, Field, Form, Notice, Part, Sheet, Table
from shared.io.pages.wording import Words
from shared.kernel import clocks
from shared.kernel.errors import Missing, Refused

# Each sentence reads two moments of every neighbour's log; the others are a link away.
EXPLAINED_MAX = 6


class Told(Struct, frozen=True, kw_only=True):
    """A ranking against an earlier one; `sentences` say why some regions moved."""

    view: RankingView
    chosen: frame.Chosen
    sentences: Mapping[str, str]
    query: str


def routes(of: Answering) -> Sequence[ControllerRouterHandler]:
    """The one page."""

    @get("/peringkat/{province:str}/{year:str}/perubahan", include_in_schema=False)
    async def show_changes(
        request: Request[Any, Any, Any], province: FromPath[str], year: FromPath[str]
    ) -> Response[bytes]:
        """Between the moment asked for and an earlier one, a week before where none is named."""
        words, chosen = words_for(request), frame.chosen(request)
        question = Question(
            province=province,
            year=frame.year_of(year),
            stage=chosen.stage,
            as_of=chosen.as_of,
            clock=chosen.clock,
            since=chosen.since,
        )
        view = await of.reader.ranking(question, io_clock.now())
        told = Told(
            view=view,
            chosen=chosen,
            sentences=await _sentences(of, view, chosen, words),
            query=frame.kept(request),
        )
        return PAGES.sheet(sheet(told, words), words, request, public=True)

    return [show_changes]


async def _sentences(
    of: Answering, view: RankingView, chosen: frame.Chosen, words: Words
) -> Mapping[str, str]:
    """Why those moved that moved furthest."""
    moved = [row for row in view.rows if row.movement.places]
    moved.sort(key=lambda row: -abs(row.movement.places or 0))
    found = {}
    for row in moved[:EXPLAINED_MAX]:
        span = Span(
            region=row.region,
            year=view.season.year,
            stage=view.stage if view.stage in COMPUTED else "",
            since=chosen.since,
            as_of=chosen.as_of,
            clock=chosen.clock,
        )
        try:
            sentence = (await of.comparer.movement(span, io_clock.now())).sentence
        except (Missing, Refused):
            continue
        found[row.region] = sentence.english if words.language == "en" else sentence.indonesian
    return found


def sheet(told: Told, words: Words) -> Sheet:
    """The page."""
    view = told.view
    province, year = view.province, view.season.year
    title = words("perubahan.title", province=province.name, year=year)
    rows = sorted(view.rows, key=lambda row: (-(row.movement.places or 0), row.rank or 999))
    placed = [row for row in view.rows if row.rank is not None and row.previous_rank is not None]
    parts: list[Part] = [_form(told, words), Table(listing=_listing(rows, told, words))]
    if placed:
        parts.append(_drawing(placed, view, words))
    return Sheet(
        title=title,
        heading=title,
        headline=_headline(view, words),
        crumbs=[frame.home(words), frame.ranking(province, year, words, told.query)],
        tabs=frame.province_tabs(province.code, year, "changes", told.query, words),
        notices=[] if view.official else [_notice(view, words)],
        stamp=[
            (words("perubahan.since"), _said(view, words, then=True)),
            (words("perubahan.until"), _said(view, words, then=False)),
            (words("ranking.rules"), view.season.rule_set),
            (words("ranking.stage"), words(f"stage.{view.stage}")),
        ],
        parts=parts,
        file=f"perubahan-{province.code}-{year}",
    )


def _notice(view: RankingView, words: Words) -> Notice:
    sample = view.notice is not None and "contoh" in view.notice
    name = "sample" if sample else "projection"
    return Notice(tone=name, title=words(f"notice.{name}"), why=words(f"notice.{name}_why"))


def _said(view: RankingView, words: Words, *, then: bool) -> str:
    shown = view.compared_with if then else view.as_of or view.generated_at
    return clocks.spoken(shown.replace(second=0), view.province.time_zone, words.language)


def _headline(view: RankingView, words: Words) -> str:
    places = [row.movement.places or 0 for row in view.rows]
    day = clocks.day(view.compared_with, view.province.time_zone, words.language)
    if not any(places):
        return words("perubahan.nobody", day=day)
    rose, fell = sum(each > 0 for each in places), sum(each < 0 for each in places)
    return words("perubahan.headline", rose=rose, fell=fell, day=day)


def _form(told: Told, words: Words) -> Form:
    view, chosen = told.view, told.chosen
    hidden = {"tahap": chosen.stage, "bahasa": "en" if words.language == "en" else ""}
    return Form(
        method="get",
        action=f"/peringkat/{view.province.code}/{view.season.year}/perubahan",
        wide=True,
        button=words("form.show"),
        label=words("form.legend"),
        hidden={name: value for name, value in hidden.items() if value},
        fields=[
            _date("banding", "perubahan.since", "form.since_hint", chosen.since, words),
            _date("per", "perubahan.until", "perubahan.until_hint", chosen.as_of, words),
        ],
    )


def _date(name: str, label: str, hint: str, given: str, words: Words) -> Field:
    kind = "date" if not given or moment.is_date(given) else "text"
    return Field(name=name, label=words(label), type=kind, value=given, hint=words(hint))


def _listing(rows: Sequence[RowView], told: Told, words: Words) -> Listing:
    view = told.view
    caption = words("perubahan.title", province=view.province.name, year=view.season.year)
    return Listing(
        name="perubahan",
        caption=caption,
        quiet_caption=True,
        columns=[
            Column(name="daerah", label=words("column.region")),
            Column(name="perubahan", label=words("perubahan.moved"), number=True),
            Column(name="dahulu", label=words("perubahan.then"), number=True),
            Column(name="kini", label=words("perubahan.now"), number=True),
            Column(name="mengapa", label=words("perubahan.why")),
        ],
        rows=[_row(row, told, words) for row in rows],
    )


def _row(row: RowView, told: Told, words: Words) -> Sequence[Cell]:
    places = row.movement.places
    link = f"/daerah/{row.region}/{told.view.season.year}{told.query}"
    moved = "" if places is None else words(f"row.{_way(places)}", places=abs(places))
    return [
        Cell(text=row.name, link=link, note=row.region),
        Cell(text=moved, value=places),
        _rank(row.previous_rank),
        _rank(row.rank),
        cell(told.sentences.get(row.region, "")),
    ]


def _way(places: int) -> str:
    return "same" if places == 0 else "up" if places > 0 else "down"


def _rank(rank: int | None) -> Cell:
    return cell("" if rank is None else str(rank), rank)


def _drawing(rows: Sequence[RowView], view: RankingView, words: Words) -> Drawing:
    """A line for each region from its place then to its place now."""
    zone = view.province.time_zone
    moments = [
        clocks.short_day(each, zone, words.language)
        for each in (view.compared_with, view.as_of or view.generated_at)
    ]
    ranks = [each for row in rows for each in (row.rank, row.previous_rank) if each is not None]
    return Drawing(
        title=words("perubahan.drawing"),
        svg=charts.lines(
            [
                charts.Series(
                    name=row.name,
                    values=(row.previous_rank, row.rank),
                    strong=bool(row.movement.places),
                )
                for row in rows
            ],
            moments,
            most=max(ranks),
        ),
    )
