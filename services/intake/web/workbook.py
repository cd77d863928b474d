"""Routes of spreadsheets: a season out, filled; and back in, checked or recorded."""

import hashlib
from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency, Provide
from litestar.handlers import BaseRouteHandler
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, QueryParameter, RawBody
from litestar.types import ControllerRouterHandler
from msgspec.structs import replace

from services.intake.bodies.workbook import Grouping, WorkbookProblem, WorkbookView
from services.intake.door import ENTRY, ERRORS, Asked, Door
from services.intake.spreadsheets.report import Sent
from services.intake.spreadsheets.workbooks import Workbooks
from services.intake.web import telling
from services.intake.web.taking import PARTLY, Taking
from shared.io.sheets import FILE_BYTES_MAX
from shared.kernel import filenames
from shared.kernel.errors import Refused
from shared.kernel.media import CSV, XLSX

WORKBOOK = ENTRY + "/workbook"

Agency = Annotated[
    str, QueryParameter(name="agency", description="Hanya inovasi perangkat daerah ini")
]
DryRun = Annotated[
    bool, QueryParameter(name="dry_run", description="Periksa saja: tidak ada yang dicatat")
]
GroupBy = Annotated[
    Grouping,
    QueryParameter(
        name="group",
        description="Yang dicatat seluruhnya atau tidak sama sekali: seluruh berkas (all), atau "
        "setiap inovasi dengan indikatornya (innovation)",
    ),
]


async def require_workbook(
    connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler
) -> None:
    """A guard: anything but XLSX is refused before it is read."""
    given = connection.headers.get("content-type", "").split(";")[0].strip().lower()
    if given != XLSX:
        raise Refused("media.unsupported", needed=XLSX, given=given or "-")


def routes(door: Door, workbooks: Workbooks) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""
    return [*_out(door, workbooks), _in(door, workbooks)]


def _out(door: Door, workbooks: Workbooks) -> Sequence[ControllerRouterHandler]:
    shared: dict[str, Any] = {
        "responses": ERRORS,
        "security": [{"key": []}],
    }

    @get(WORKBOOK, media_type=XLSX, **shared)
    async def fill_workbook(
        region: FromPath[str],
        year: FromPath[int],
        agency: Agency = "",
    ) -> Response[bytes]:
        """The season as a spreadsheet to fill and send back, with all that is recorded now."""
        called = _called(door, region)
        content = await workbooks.filled(region, year, called, agency)
        name = f"inovasi-{region}-{year}{f'-{agency}' if agency else ''}.xlsx"
        return file_of(content, XLSX, name)

    @get(ENTRY + "/innovations.csv", media_type=CSV, **shared)
    async def tell_innovations(region: FromPath[str], year: FromPath[int]) -> Response[bytes]:
        """The innovations in the columns of the ministry's form."""
        _called(door, region)
        content = await workbooks.innovations_csv(region, year)
        return file_of(content, CSV, f"inovasi-{region}-{year}.csv")

    @get(ENTRY + "/indicators.csv", media_type=CSV, **shared)
    async def tell_indicators(region: FromPath[str], year: FromPath[int]) -> Response[bytes]:
        """Every indicator of every innovation and of the region, with its evidence."""
        _called(door, region)
        content = await workbooks.indicators_csv(region, year)
        return file_of(content, CSV, f"indikator-{region}-{year}.csv")

    return [fill_workbook, tell_innovations, tell_indicators]


def _in(door: Door, workbooks: Workbooks) -> ControllerRouterHandler:
    @post(
        WORKBOOK,
        status_code=200,
        dependencies={"asked": Provide(door.asked)},
        guards=[require_workbook],
        request_max_body_size=FILE_BYTES_MAX,
        responses={
            **telling.errors(WorkbookProblem),
            PARTLY: ResponseSpec(WorkbookView, generate_examples=False),
        },
        security=[{"key": []}],
    )
    async def take_workbook(
        region: FromPath[str],
        year: FromPath[int],
        body: RawBody,
        asked: NamedDependency[Asked],
        dry_run: DryRun = False,  # noqa: FBT002 - a query parameter
        group: GroupBy = "all",
    ) -> Response[WorkbookView]:
        """Take a filled spreadsheet back: what differs from the log is recorded, or only told.

        Every wrong cell is named, all at once. Nothing of a group is recorded unless all of it is;
        where that is the whole file, it is refused, with the answer beside the sentence.
        """
        door.must_assess(region)
        asked = replace(asked, request=hashlib.sha256(asked.request + group.encode()).digest())
        sent = Sent(region=region, year=year, dry_run=dry_run, group=group, language=asked.language)
        taking = Taking(door, workbooks, asked, sent, body)
        if dry_run:
            return Response(await taking.rehearsed())
        view, status = await door.answers.once(asked.named(region), WorkbookView, taking.recorded)
        if taking.in_the_way is not None:
            return telling.refused(taking.in_the_way, asked, WorkbookProblem, view)
        return Response(view, status_code=status)

    return take_workbook


def _called(door: Door, region: str) -> str:
    """What the region is called."""
    door.zone(region)
    return door.regions.by_code[region].name


def file_of(content: bytes, media_type: str, name: str) -> Response[bytes]:
    """A file to be saved under its name."""
    headers = {
        "Content-Disposition": filenames.attachment(name, name),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=media_type, headers=headers)
