"""Routes of a decree's annex: the official results of many regions, as rows or as a spreadsheet."""

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Annotated

from litestar import Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody, QueryParameter, RawBody
from litestar.types import ControllerRouterHandler
from msgspec.structs import replace

from services.intake.bodies.results import (
    AnnexProblem,
    AnnexView,
    ResultRowBody,
    ResultsBody,
    ResultsProblem,
    ResultsView,
    RowGrouping,
)
from services.intake.core import annex
from services.intake.core.spreadsheet.lines import Wrong
from services.intake.door import ERRORS, SEASON, Asked, Door
from services.intake.spreadsheets import report as workbook_report
from services.intake.spreadsheets.workbooks import Workbooks
from services.intake.web import publishing, telling
from services.intake.web.workbook import DryRun, file_of, require_workbook
from shared.io.sheets import FILE_BYTES_MAX
from shared.kernel import regions
from shared.kernel.errors import Refused
from shared.kernel.media import XLSX

Number = Annotated[str, QueryParameter(name="decree_number", description="Nomor keputusan")]
Dated = Annotated[date | None, QueryParameter(name="decree_date", description="Tanggal keputusan")]
Source = Annotated[str, QueryParameter(description="Sumber, bila bukan keputusannya sendiri")]
GroupBy = Annotated[
    RowGrouping,
    QueryParameter(
        name="group",
        description="Yang dicatat seluruhnya atau tidak sama sekali: seluruh lampiran (all), atau "
        "setiap daerah sendiri-sendiri (region)",
    ),
]


def routes(door: Door, workbooks: Workbooks) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""
    return [_rows_route(door), _template_route(door, workbooks), _workbook_route(door, workbooks)]


def _rows_route(door: Door) -> ControllerRouterHandler:
    @post(
        SEASON + "/results",
        status_code=200,
        **{**door.options(), "responses": telling.errors(ResultsProblem)},
    )
    async def publish_annex(
        year: FromPath[int], data: JSONBody[ResultsBody], asked: NamedDependency[Asked]
    ) -> Response[ResultsView]:
        """Record the annex of a decree: all of its rows or none, or each row by itself."""

        async def recorded() -> tuple[ResultsView, int]:
            view = await publishing.published(door, asked, year, data)
            return view, telling.REFUSED if _is_refused(view) else 200

        if data.dry_run:
            return Response((await recorded())[0])
        kept = asked.named(asked.caller.tenant)
        view, status = await door.answers.once(kept, ResultsView, recorded)
        if status == telling.REFUSED:
            return telling.refused(_in_the_way(view), asked, ResultsProblem, view)
        return Response(view)

    return publish_annex


def _template_route(door: Door, workbooks: Workbooks) -> ControllerRouterHandler:
    @get(
        SEASON + "/results/workbook",
        media_type=XLSX,
        responses=ERRORS,
        security=[{"key": []}],
    )
    async def fill_annex(year: FromPath[int]) -> Response[bytes]:
        """The annex as a spreadsheet to fill: every region that is assessed."""
        listed = [(one.code, one.name) for one in regions.subjects(door.regions)]
        content = await workbooks.written(annex.lay_out(year, listed))
        return file_of(content, XLSX, f"hasil-{year}.xlsx")

    return fill_annex


def _workbook_route(door: Door, workbooks: Workbooks) -> ControllerRouterHandler:
    assessed = frozenset(code for code, one in door.regions.by_code.items() if one.subject)

    @post(
        SEASON + "/results/workbook",
        status_code=200,
        dependencies={"asked": Provide(door.asked)},
        guards=[require_workbook],
        request_max_body_size=FILE_BYTES_MAX,
        responses=telling.errors(AnnexProblem),
        security=[{"key": []}],
    )
    async def take_annex(
        year: FromPath[int],
        body: RawBody,
        asked: NamedDependency[Asked],
        decree_number: Number = "",
        decree_date: Dated = None,
        source: Source = "",
        dry_run: DryRun = False,  # noqa: FBT002 - a query parameter
        group: GroupBy = "all",
    ) -> Response[AnnexView]:
        """Take the annex of a decree as a spreadsheet (sheet Hasil: Kode, Skor, Predikat, …).

        Every wrong cell is named. While there is one, nothing is recorded; or, by region, its row
        is left out.
        """
        asked = _asked(asked, decree_number, decree_date, source, group)
        decreed = ResultsBody(
            decree_number=decree_number,
            decree_date=decree_date,
            source=source,
            dry_run=dry_run,
            group=group,
            rows=(),
        )

        async def recorded() -> tuple[AnnexView, int]:
            rows, wrongs = annex.read(await workbooks.sheet(body, annex.SHEET), assessed)
            data = replace(decreed, rows=tuple(_spelt(row) for row in rows))
            view = AnnexView(
                results=await publishing.published(door, asked, year, data, wrongs),
                wrongs=tuple(workbook_report.wrong_view(one, asked.language) for one in wrongs),
            )
            return view, telling.REFUSED if _is_refused(view.results, wrongs) else 200

        if dry_run:
            return Response((await recorded())[0])
        kept = asked.named(asked.caller.tenant)
        view, status = await door.answers.once(kept, AnnexView, recorded)
        if status == telling.REFUSED:
            in_the_way = _in_the_way(view.results, len(view.wrongs))
            return telling.refused(in_the_way, asked, AnnexProblem, view)
        return Response(view)

    return take_annex


def _asked(asked: Asked, *beside: object) -> Asked:
    """What stands beside the file in the address is asked with it."""
    told = repr(beside).encode()
    return replace(asked, request=hashlib.sha256(asked.request + told).digest())


def _spelt(row: annex.Row) -> ResultRowBody:
    return ResultRowBody(
        region=row.region,
        score=row.score,
        predikat=row.predikat,
        innovations=row.counts.innovations,
        agencies=row.counts.agencies,
        agencies_total=row.counts.agencies_total,
    )


def _is_refused(view: ResultsView, wrongs: Sequence[Wrong] = ()) -> bool:
    """Whether nothing was recorded since something is wrong: with any row, or with the header."""
    if view.dry_run:
        return False
    return bool(view.group == "all" and view.refused) or any(not one.row for one in wrongs)


def _in_the_way(view: ResultsView, wrongs: int = 0) -> Refused:
    rows = sum(bool(row.outcome.reason) for row in view.rows)
    return Refused("result.annex_refused", rows=rows, wrongs=wrongs)
