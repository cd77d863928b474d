"""Routes of what others decide: official results, and scores that somebody stated before them."""

from collections.abc import Sequence

from litestar import Response, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from services.intake.bodies import (
    OutcomeView,
    ReceiptView,
    SourcedBody,
    SpeltReportBody,
    SpeltResultBody,
)
from services.intake.bodies_results import (
    ResultOutcomeView,
    ResultRowBody,
    ResultsBody,
    ResultsView,
)
from services.intake.core import result
from services.intake.door import ENTRY, SEASON, Asked, Door, refusal
from services.intake.orders import Order
from shared.kernel.errors import Failure, Refused


def routes(door: Door) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""
    return [*_single_routes(door), *_annex_routes(door)]


def _single_routes(door: Door) -> Sequence[ControllerRouterHandler]:
    @put(ENTRY + "/result", **door.options())
    async def publish_result(
        region: FromPath[str],
        year: FromPath[int],
        data: JSONBody[SpeltResultBody],
        asked: NamedDependency[Asked],
    ) -> Response[ReceiptView]:
        """Record a region's official result; a later one corrects it."""
        door.region(asked, region, "ministry")
        command = result.Publish(
            year=year,
            score=result.score(data.score),
            predikat=data.predikat,
            decree_number=data.decree_number,
            decree_date=data.decree_date,
            source=data.source,
            sample=data.sample,
            counts=_counts(data),
        )
        return await door.one(asked, region, data, command)

    @put(ENTRY + "/scores/{stage:str}", **door.options())
    async def report_score(
        region: FromPath[str],
        year: FromPath[int],
        stage: FromPath[str],
        data: JSONBody[SpeltReportBody],
        asked: NamedDependency[Asked],
    ) -> Response[ReceiptView]:
        """Record a score of an earlier stage (mandiri, terverifikasi) that someone stated."""
        door.region(asked, region, "ministry")
        command = result.Report(
            year=year,
            stage=stage,
            score=result.score(data.score),
            predikat=data.predikat,
            source=data.source,
            sample=data.sample,
            counts=_counts(data),
        )
        return await door.one(asked, region, data, command)

    return [publish_result, report_score]


def _annex_routes(door: Door) -> Sequence[ControllerRouterHandler]:
    @post(SEASON + "/results", status_code=200, **door.options())
    async def publish_annex(
        year: FromPath[int], data: JSONBody[ResultsBody], asked: NamedDependency[Asked]
    ) -> ResultsView:
        """Record the annex of a decree: each row is a region's result, recorded or refused."""
        asked.caller.must_be("ministry")
        orders: list[Order | Failure] = []
        for row in data.rows:
            try:
                door.region(asked, row.region, "ministry")
                command = _publication(year, data, row)
                orders.append(door.order(asked, row.region, data, command, row.region))
            except Failure as failure:
                orders.append(failure)
        _must_be_named_once(data.rows)
        outcomes = await _outcomes(door, orders, asked.language, dry_run=data.dry_run)
        return _told(data, outcomes)

    return [publish_annex]


def _publication(year: int, data: ResultsBody, row: ResultRowBody) -> result.Publish:
    return result.Publish(
        year=year,
        score=result.score(row.score),
        predikat=row.predikat,
        decree_number=data.decree_number,
        decree_date=data.decree_date,
        source=data.source,
        sample=data.sample,
        counts=_counts(row),
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


def _counts(body: SourcedBody | ResultRowBody) -> result.Counts:
    return result.Counts(
        innovations=body.innovations,
        agencies=body.agencies,
        agencies_total=body.agencies_total,
    )
