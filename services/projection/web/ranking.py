"""The read interface over JSON."""

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, QueryParameter
from litestar.types import ControllerRouterHandler

from services.projection import read
from services.projection.read import Question, Reader
from services.projection.views import RankingView, RowView, SeasonsView
from services.projection.web import tabular
from shared.io import clock as io_clock
from shared.io import conditional, http

RANKING = "/v1/provinces/{province:str}/seasons/{year:int}/ranking"
# A shared cache may keep it, but must ask whether it still holds.
FRESH = tabular.FRESH
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
        """The ranking of a province's regions in a season, now or as of a moment.

        Asked for `text/csv`, it answers with the rows as a table.
        """
        question = Question(
            province=province, year=year, stage=stage, as_of=as_of, clock=clock, since=since
        )
        view = await reader.ranking(question, io_clock.now())
        if tabular.is_wanted(request):
            return tabular.answer(RowView, view.rows, f"peringkat-{province}-{year}")
        tag = read.etag(view, question=question)
        headers = FRESH | tabular.VARIED | {"ETag": tag}
        if conditional.holds(request.headers.get("if-none-match", ""), tag):
            unchanged: Response[Any] = Response(None, status_code=304, headers=headers)
            return unchanged
        return Response(view, headers=headers)

    @get("/v1/seasons", responses=ERRORS)
    async def read_seasons() -> Response[SeasonsView]:
        """All seasons known, with the rules each was opened under."""
        return Response(await reader.seasons(io_clock.now()), headers=FRESH)

    return [read_ranking, read_seasons]
