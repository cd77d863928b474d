"""The pages: rankings for people, complete without a script."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from services.projection.pages import frame, links, page
from services.projection.read import Question, Reader
from services.projection.wording import words_for
from shared.io import clock as io_clock
from shared.io.pages import rendering
from shared.io.pages.rendering import Pages
from shared.io.pages.wording import Words
from shared.kernel import clocks, figures
from shared.kernel.errors import Missing, Refused

STYLE = "/static/{name:str}"
RANKING = "/peringkat/{province:str}/{year:str}"
PAGES = Pages(Path(__file__).parent / "templates")
# The script of the page of checking.
CHECK = Path(__file__).parent / "static" / "check.js"


class Listed(Struct, frozen=True, kw_only=True):
    """One line of the list of provinces."""

    province: str
    year: int
    address: str
    regions: str
    last: str


def routes(reader: Reader) -> Sequence[ControllerRouterHandler]:
    """All pages and the style sheet."""

    @get("/", include_in_schema=False)
    async def show_provinces(request: Request[Any, Any, Any]) -> Response[bytes]:
        """Which rankings there are."""
        words = words_for(request)
        listed = await _listed(reader, words)
        return PAGES.page("index.html", words, request, public=True, listed=listed)

    @get(RANKING, include_in_schema=False)
    async def show_ranking(
        request: Request[Any, Any, Any], province: FromPath[str], year: FromPath[str]
    ) -> Response[bytes]:
        """One ranking."""
        words = words_for(request)
        asked = request.query_params
        question = _question(province, year, asked)
        view = await reader.ranking(question, io_clock.now())
        built = page.build(
            view,
            question,
            reader.rule_sets.get(view.season.rule_set),
            _highlight(asked, {row.region for row in view.rows}),
            words,
            page.Here(site=rendering.absolute(request, ""), query=frame.kept(request)),
        )
        return PAGES.sheet(built, words, request, public=True)

    @get(STYLE, include_in_schema=False, sync_to_thread=False)
    def style(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
        """The style sheet or a script under the name of its content."""
        return rendering.static(request, name, CHECK)

    return [show_provinces, show_ranking, style]


async def _listed(reader: Reader, words: Words) -> Sequence[Listed]:
    return [
        Listed(
            province=province.name,
            year=each.year,
            address=links.page(province.code, each.year),
            regions=words(
                "index.of",
                count=figures.count(each.regions, words.language),
                total=figures.count(assessed, words.language),
            ),
            last=clocks.spoken(each.last_at.replace(second=0), province.time_zone, words.language),
        )
        for province, assessed, each in await reader.provinces()
    ]


def _question(province: str, year: str, asked: Mapping[str, Any]) -> Question:
    """The page's question in the words of the interface."""
    if not (year.isascii() and year.isdigit() and len(year) == 4):  # noqa: PLR2004 - a year
        raise Missing("ranking.unknown_season", year=year)
    jam = asked.get("jam", "")
    if jam and jam not in links.JAM:
        raise Refused("ranking.unknown_clock", clock=jam, allowed=", ".join(links.JAM))
    return Question(
        province=province,
        year=int(year),
        stage=asked.get("tahap", ""),
        as_of=asked.get("per", "").strip(),
        clock=links.JAM[jam] if jam else "",
        since=asked.get("banding", "").strip(),
    )


def _highlight(asked: Mapping[str, Any], known: set[str]) -> str:
    chosen: str = asked.get("sorot", "")
    return chosen if chosen in known else ""
