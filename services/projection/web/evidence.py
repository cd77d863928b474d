"""The evidence behind a region's claims as metadata: a row a file, as JSON or as CSV."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from services.projection.core import published
from services.projection.core.published import PublishedFile
from services.projection.logs import Logs
from services.projection.read import Reader
from services.projection.web import tabular
from services.projection.web.ranking import ERRORS, FRESH
from shared.io.paging import ROWS_DEFAULT, Cursor, Limit, onward
from shared.kernel import paging


class EvidenceView(Struct, frozen=True, kw_only=True):
    """The files under a region's claims of a season; what stands in them is not shown here.

    `next` is the cursor behind which it goes on; empty at the end.
    """

    region: str
    year: int
    files: tuple[PublishedFile, ...]
    next: str


def routes(reader: Reader, logs: Logs) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""

    @get("/v1/regions/{region:str}/seasons/{year:int}/evidence", responses=ERRORS)
    async def read_evidence(
        request: Request[Any, Any, Any],
        region: FromPath[str],
        year: FromPath[int],
        cursor: Cursor = "",
        limit: Limit = ROWS_DEFAULT,
    ) -> Response[EvidenceView]:
        """What a region proves its claims with: fingerprint, size and type of every file, by claim.

        Asked for `text/csv`, it answers with all of it as one table.
        """
        known = reader.region(region)
        await reader.season(known.province, year)
        files = published.files(await logs.of(known.code), year)
        if tabular.is_wanted(request):
            return tabular.answer(PublishedFile, files, f"bukti-{region}-{year}")
        shown, following = paging.page(files, _place, limit, cursor)
        view = EvidenceView(region=region, year=year, files=shown, next=following)
        headers = FRESH | tabular.VARIED | onward(request.scope["path"], following, limit)
        return Response(view, headers=headers)

    return [read_evidence]


def _place(file: PublishedFile) -> tuple[str, ...]:
    return file.innovation, file.indicator, file.sha256
