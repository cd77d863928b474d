"""Routes of a decree's annex: the official results of many regions, as rows or as a spreadsheet."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from litestar import post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody, QueryParameter, RawBody
from litestar.types import ControllerRouterHandler

from services.intake.bodies.receipts import OutcomeView
from services.intake.bodies.results import (
    AnnexView,
    ResultOutcomeView,
    ResultRowBody,
    ResultsBody,
    ResultsView,
)
from services.intake.core import annex, result
from services.intake.door import ERRORS, SEASON, Asked, Door, refusal
from services.intake.orders import Order
from services.intake.spreadsheets import report as workbook_report
from services.intake.spreadsheets.workbooks import Workbooks
from services.intake.web.workbook import DryRun, require_workbook
from shared.io.sheets import FILE_BYTES_MAX
from shared.kernel.errors import Failure, Refused

Number = Annotated[str, QueryParameter(name="decree_number", description="Nomor keputusan")]
Dated = Annotated[date | None, QueryParameter(name="decree_date", description="Tanggal keputusan")]
Source = Annotated[str, QueryParameter(description="Sumber, bila bukan keputusannya sendiri")]


def routes(door: Door, workbooks: Workbooks) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""
    return [_rows_route(door), _workbook_route(door, workbooks)]


def _rows_route(door: Door) -> ControllerRouterHandler:
    @post(SEASON + "/results", status_code=200, **door.options())
    async def publish_annex(
        year: FromPath[int], data: JSONBody[ResultsBody], asked: NamedDependency[Asked]
    ) -> ResultsView:
        """Record the annex of a decree: each row is a region's result, recorded or refused."""
        asked.caller.must_be("ministry")
        return await _published(door, asked, year, data)

    return publish_annex


def _workbook_route(door: Door, workbooks: Workbooks) -> ControllerRouterHandler:
    assessed = frozenset(code for code, one in door.regions.by_code.items() if one.subject)

    @post(
        SEASON + "/results/workbook",
        status_code=200,
        dependencies={"asked": Provide(door.asked)},
        guards=[door.known, require_workbook],
        request_max_body_size=FILE_BYTES_MAX,
        responses=ERRORS,
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
    ) -> AnnexView:
        """Take the annex of a decree as a spreadsheet (sheet Hasil: Kode, Skor, Predikat, …).

        Every wrong cell is named, and while there is one, nothing is recorded.
        """
        asked.caller.must_be("ministry")
        rows, wrongs = annex.read(await workbooks.sheet(body, annex.SHEET), assessed)
        told = ResultsView(dry_run=dry_run, recorded=0, unchanged=0, refused=0, rows=())
        if not wrongs and rows:
            decreed = ResultsBody(
                decree_number=decree_number,
                decree_date=decree_date,
                source=source,
                dry_run=dry_run,
                rows=tuple(_spelt(row) for row in rows),
            )
            told = await _published(door, asked, year, decreed)
        return AnnexView(
            results=told,
            wrongs=tuple(workbook_report.wrong_view(one, asked.language) for one in wrongs),
        )

    return take_annex


def _spelt(row: annex.Row) -> ResultRowBody:
    return ResultRowBody(
        region=row.region,
        score=row.score,
        predikat=row.predikat,
        innovations=row.counts.innovations,
        agencies=row.counts.agencies,
        agencies_total=row.counts.agencies_total,
    )


async def _published(door: Door, asked: Asked, year: int, data: ResultsBody) -> ResultsView:
    _must_be_named_once(data.rows)
    orders: list[Order | Failure] = []
    for row in data.rows:
        try:
            door.region(asked, row.region, "ministry")
            command = _publication(year, data, row)
            orders.append(door.order(asked, row.region, data, command, row.region))
        except Failure as failure:
            orders.append(failure)
    outcomes = await _outcomes(door, orders, asked.language, dry_run=data.dry_run)
    return _told(data, outcomes)


def _publication(year: int, data: ResultsBody, row: ResultRowBody) -> result.Publish:
    return result.Publish(
        year=year,
        score=result.score(row.score),
        predikat=row.predikat,
        decree_number=data.decree_number,
        decree_date=data.decree_date,
        source=data.source,
        sample=data.sample,
        counts=result.Counts(
            innovations=row.innovations,
            agencies=row.agencies,
            agencies_total=row.agencies_total,
        ),
    )


def _must_be_named_once(rows: Sequence[ResultRowBody]) -> None:
    """Two rows of one region cannot both be its result."""
    seen: set[str] = set()
    for row in rows:
        if row.region in seen:
            raise Refused("result.region_named_twice", region=row.region)
        seen.add(row.region)


async def _outcomes(
    door: Door, orders: Sequence[Order | Failure], language: str, *, dry_run: bool
) -> Sequence[tuple[int, OutcomeView]]:
    """How many facts each row records, or would, and its outcome."""
    if not dry_run:
        told = await door.many(orders, language)
        return [(0 if one.receipt is None else one.receipt.recorded, one) for one in told.outcomes]
    sound = [order for order in orders if isinstance(order, Order)]
    seen = iter(await door.intake.preview(sound))
    found = [next(seen) if isinstance(order, Order) else order for order in orders]
    return [
        (0, refusal(one, language)) if isinstance(one, Failure) else (one, OutcomeView())
        for one in found
    ]


def _told(data: ResultsBody, outcomes: Sequence[tuple[int, OutcomeView]]) -> ResultsView:
    refused = sum(1 for _, one in outcomes if one.reason)
    recorded = sum(1 for count, _ in outcomes if count)
    return ResultsView(
        dry_run=data.dry_run,
        recorded=recorded,
        unchanged=len(outcomes) - recorded - refused,
        refused=refused,
        rows=tuple(
            ResultOutcomeView(region=row.region, outcome=one)
            for row, (_, one) in zip(data.rows, outcomes, strict=True)
        ),
    )
