"""The read interface over JSON."""

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, QueryParameter
from litestar.types import ControllerRouterHandler

from services.projection import read
from services.projection.read import Question, Reader
from services.projection.views import RankingView, RegionsView, SeasonsView
from shared.io import clock as io_clock
from shared.io import http

RANKING = "/v1/provinces/{province:str}/seasons/{year:int}/ranking"
# A shared cache may keep it, but must ask whether it still holds.
FRESH = {"Cache-Control": "no-cache"}
ERRORS = http.problems(400, 404, 422, 503)
UNCHANGED = ResponseSpec(None, generate_examples=False, description="The ETag still holds")

Stage = Annotated[
    str,
    QueryParameter(
        description="mandiri, terverifikasi or final; by default final once any official result "
        "of the province is published, else mandiri",
    ),
]
AsOf = Annotated[
    str,
    QueryParameter(
        description="A date (the end of that day in the province) or a moment with its zone "
        "(inclusive of its whole second); by default now",
    ),
]
Clock = Annotated[
    str,
    QueryParameter(
        description="Which clock as_of is read on: happened (when facts took place, as recorded "
        "until today) or known (what was recorded here by then)",
    ),
]
Since = Annotated[
    str,
    QueryParameter(
        description="The earlier date or moment movement is counted from; by default a week before",
    ),
]


def routes(reader: Reader) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""

    @get(RANKING, responses=ERRORS | {304: UNCHANGED})
    async def read_ranking(
        request: Request[Any, Any, Any],
        province: FromPath[str],
        year: FromPath[int],
        stage: Stage = "",
        as_of: AsOf = "",
        clock: Clock = "",
        since: Since = "",
    ) -> Response[RankingView]:
        """The ranking of a province's regions in a season, now or as of a moment."""
        question = Question(
            province=province, year=year, stage=stage, as_of=as_of, clock=clock, since=since
        )
        view = await reader.ranking(question, io_clock.now())
        tag = read.etag(view, question=question)
        headers = FRESH | {"ETag": tag}
        if _held(request.headers.get("if-none-match", ""), tag):
            unchanged: Response[Any] = Response(None, status_code=304, headers=headers)
            return unchanged
        return Response(view, headers=headers)

    @get("/v1/seasons", responses=ERRORS)
    async def read_seasons() -> Response[SeasonsView]:
        """All seasons known, with the rules each was opened under."""
        return Response(await reader.seasons(io_clock.now()), headers=FRESH)

    @get("/v1/provinces/{province:str}/regions", responses=ERRORS)
    async def read_regions(province: FromPath[str]) -> Response[RegionsView]:
        """The kabupaten and kota of a province as they are coded today."""
        return Response(reader.regions(province), headers=FRESH)

    return [read_ranking, read_seasons, read_regions]


def _held(if_none_match: str, tag: str) -> bool:
    """RFC 9110 13.1.2: any of the listed tags, compared weakly."""
    listed = [each.strip().removeprefix("W/") for each in if_none_match.split(",")]
    return "*" in listed or tag.removeprefix("W/") in listed
