"""Routes of spreadsheets: a season out, filled; and back in, checked or recorded."""

import hashlib
from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency, Provide
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, QueryParameter, RawBody
from litestar.types import ControllerRouterHandler
from msgspec.structs import replace

from services.intake.bodies.stated import Stated
from services.intake.bodies.workbook import Grouping, WorkbookView
from services.intake.core.spreadsheet.groups import Group
from services.intake.core.spreadsheet.rehearsal import Rehearsed
from services.intake.core.together import Together
from services.intake.door import ENTRY, ERRORS, Asked, Door
from services.intake.orders import Order
from services.intake.spreadsheets import report as workbook_report
from services.intake.spreadsheets.report import Sent
from services.intake.spreadsheets.workbooks import Read, Workbooks
from shared.io.sheets import FILE_BYTES_MAX
from shared.kernel import filenames
from shared.kernel.appending import Receipt
from shared.kernel.errors import Failure, Refused, Unavailable
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


def require_workbook(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """A guard: anything but XLSX is refused before it is read."""
    given = connection.headers.get("content-type", "").split(";")[0].strip().lower()
    if given != XLSX:
        raise Refused("media.unsupported", needed=XLSX, given=given or "-")


def routes(door: Door, workbooks: Workbooks) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""
    return [*_out(door, workbooks), _in(door, workbooks)]


def _out(door: Door, workbooks: Workbooks) -> Sequence[ControllerRouterHandler]:
    shared: dict[str, Any] = {
        "guards": [door.known],
        "responses": ERRORS,
        "security": [{"key": []}],
    }

    @get(WORKBOOK, media_type=XLSX, **shared)
    async def fill_workbook(
        request: Request[Any, Any, Any],
        region: FromPath[str],
        year: FromPath[int],
        agency: Agency = "",
    ) -> Response[bytes]:
        """The season as a spreadsheet to fill and send back, with all that is recorded now."""
        called = await _called(door, request, region)
        content = await workbooks.filled(region, year, called, agency)
        name = f"inovasi-{region}-{year}{f'-{agency}' if agency else ''}.xlsx"
        return _file(content, XLSX, name)

    @get(ENTRY + "/innovations.csv", media_type=CSV, **shared)
    async def tell_innovations(
        request: Request[Any, Any, Any], region: FromPath[str], year: FromPath[int]
    ) -> Response[bytes]:
        """The innovations in the columns of the ministry's form."""
        await _called(door, request, region)
        content = await workbooks.innovations_csv(region, year)
        return _file(content, CSV, f"inovasi-{region}-{year}.csv")

    @get(ENTRY + "/indicators.csv", media_type=CSV, **shared)
    async def tell_indicators(
        request: Request[Any, Any, Any], region: FromPath[str], year: FromPath[int]
    ) -> Response[bytes]:
        """Every indicator of every innovation and of the region, with its evidence."""
        await _called(door, request, region)
        content = await workbooks.indicators_csv(region, year)
        return _file(content, CSV, f"indikator-{region}-{year}.csv")

    return [fill_workbook, tell_innovations, tell_indicators]


def _in(door: Door, workbooks: Workbooks) -> ControllerRouterHandler:
    @post(
        WORKBOOK,
        status_code=200,
        dependencies={"asked": Provide(door.asked)},
        guards=[door.known, require_workbook],
        request_max_body_size=FILE_BYTES_MAX,
        responses=ERRORS,
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

        Every wrong cell is named, all at once. Nothing of a group is recorded unless all of it is.
        """
        door.region(asked, region, "region_admin")
        read = await workbooks.read(region, year, body)
        asked = replace(asked, request=hashlib.sha256(asked.request + group.encode()).digest())
        sent = Sent(region=region, year=year, dry_run=dry_run, group=group, language=asked.language)
        orders = [_order(door, asked, sent, [one], place) for place, one in enumerate(read.groups)]
        rehearsed = await workbooks.rehearse(read.groups, orders)
        if dry_run:
            return Response(workbook_report.told(sent, read, rehearsed, ()))
        if group == "all":
            orders = [_order(door, asked, sent, read.groups, None)]
        recording = Recording(workbooks, sent, read)
        view = await recording.run(rehearsed, orders)
        return Response(view, status_code=201 if view.recorded else 200)

    return take_workbook


class Recording:
    """Records what was rehearsed: what was recorded under the same key is answered again."""

    def __init__(self, workbooks: Workbooks, sent: Sent, read: Read) -> None:
        self._workbooks = workbooks
        self._sent = sent
        self._read = read

    async def run(self, rehearsed: Sequence[Rehearsed], orders: Sequence[Order]) -> WorkbookView:
        """The whole file, or group by group."""
        answered = await self._workbooks.answered(orders)
        if self._sent.group == "all":
            rehearsed, named = self._whole(rehearsed, orders[0], answered)
        else:
            rehearsed, named = _by_group(rehearsed, orders, answered)
        told = await self._workbooks.record([order for _, order in named])
        for outcome in told:
            _must_be_told(outcome, self._sent)
        outcomes = [(*one, outcome) for one, outcome in zip(named, told, strict=True)]
        return workbook_report.told(self._sent, self._read, rehearsed, outcomes)

    def _whole(
        self, rehearsed: Sequence[Rehearsed], order: Order, answered: set[str]
    ) -> tuple[Sequence[Rehearsed], list[tuple[str, Order]]]:
        if order.key in answered:
            return [one.settled() for one in rehearsed], [("", order)]
        is_wrong = self._read.amiss or any(one.wrongs for one in rehearsed)
        return rehearsed, [] if is_wrong else [("", order)]


def _by_group(
    rehearsed: Sequence[Rehearsed], orders: Sequence[Order], answered: set[str]
) -> tuple[Sequence[Rehearsed], list[tuple[str, Order]]]:
    stands = [
        one.settled() if order.key in answered else one
        for one, order in zip(rehearsed, orders, strict=True)
    ]
    sound = [
        (one.group.name, order) for one, order in zip(stands, orders, strict=True) if not one.wrongs
    ]
    return stands, sound


def _must_be_told(outcome: Receipt | Failure, sent: Sent) -> None:
    """What concerns the whole request, not one group of it, is the answer to the request."""
    if isinstance(outcome, Failure) and (
        sent.group == "all"
        or isinstance(outcome, Unavailable)
        or outcome.reason == "idempotency.key_reused"
    ):
        raise outcome


def _order(
    door: Door, asked: Asked, sent: Sent, groups: Sequence[Group], place: int | None
) -> Order:
    reports = tuple(step.command for group in groups for step in group.steps)
    command = Together(year=sent.year, reports=reports)
    return door.order(asked, sent.region, Stated(), command, place)


async def _called(door: Door, request: Request[Any, Any, Any], region: str) -> str:
    """What the region is called, for whoever may see its log."""
    caller = await door.keys.caller(request.headers.get("authorization", ""))
    caller.must_reach(region)
    caller.must_be("region_admin", "verifier")
    door.zone(region)
    return door.regions.by_code[region].name


def _file(content: bytes, media_type: str, name: str) -> Response[bytes]:
    headers = {
        "Content-Disposition": filenames.attachment(name, name),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=media_type, headers=headers)
