"""Official results as they are recorded: looked at together first, then all or each by itself.

Every region has a log of its own, so no commit spans an annex. All rows are decided on before the
first is recorded; if the database fails between two of them, the same request goes on from there.
"""

from collections.abc import Sequence

from services.intake.bodies.receipts import OutcomeView
from services.intake.bodies.results import (
    ResultOutcomeView,
    ResultRowBody,
    ResultsBody,
    ResultsView,
)
from services.intake.bodies.submission import FindingView
from services.intake.core import result
from services.intake.core.spreadsheet.lines import Wrong
from services.intake.deciding import Decision
from services.intake.door import Asked, Door, outcome_of, refusal
from services.intake.orders import Order
from services.intake.web import telling
from shared.kernel.errors import Failure, Refused, Unavailable

Seen = Decision | Failure


async def published(
    door: Door, asked: Asked, year: int, data: ResultsBody, wrongs: Sequence[Wrong] = ()
) -> ResultsView:
    """Record the rows, or tell what they would come to; `wrongs` are cells that became no row."""
    _must_be_named_once(data.rows)
    orders = [_order(door, asked, year, data, row) for row in data.rows]
    seen = await _previewed(door, orders)
    amiss = len({wrong.row for wrong in wrongs})
    is_refused = data.group == "all" and (amiss or any(isinstance(one, Failure) for one in seen))
    told = [_rehearsed(one, asked.language) for one in seen]
    if not (data.dry_run or is_refused):
        told = await _recorded(door, orders, asked.language)
    unchanged = sum(isinstance(one, Decision) and not one.events for one in seen)
    refused = amiss + sum(bool(one.reason) for one in told)
    if is_refused:
        refused = amiss + len(told) - unchanged
    return ResultsView(
        dry_run=data.dry_run,
        group=data.group,
        recorded=len(told) + amiss - unchanged - refused,
        unchanged=unchanged,
        refused=refused,
        rows=tuple(
            ResultOutcomeView(region=row.region, outcome=one, questions=_questions(decided, asked))
            for row, one, decided in zip(data.rows, told, seen, strict=True)
        ),
    )


def publication(year: int, data: ResultsBody, row: ResultRowBody) -> result.Publish:
    """What is recorded of one row."""
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


def _order(
    door: Door, asked: Asked, year: int, data: ResultsBody, row: ResultRowBody
) -> Order | Failure:
    try:
        door.must_assess(row.region)
        return door.order(asked, row.region, data, publication(year, data, row), row.region)
    except Failure as failure:
        return failure


async def _previewed(door: Door, orders: Sequence[Order | Failure]) -> Sequence[Seen]:
    sound = [order for order in orders if isinstance(order, Order)]
    seen = iter(await door.intake.preview(sound))
    return [next(seen) if isinstance(order, Order) else order for order in orders]


async def _recorded(
    door: Door, orders: Sequence[Order | Failure], language: str
) -> list[OutcomeView]:
    """Each row's outcome; what only time can mend is the answer to the whole request."""
    sound = [order for order in orders if isinstance(order, Order)]
    outcomes = await door.intake.handle(sound)
    for outcome in outcomes:
        if isinstance(outcome, Unavailable):
            raise outcome
    told = iter(outcomes)
    return [
        outcome_of(order, next(told) if isinstance(order, Order) else order, language)
        for order in orders
    ]


def _rehearsed(seen: Seen, language: str) -> OutcomeView:
    return refusal(seen, language) if isinstance(seen, Failure) else OutcomeView()


def _questions(seen: Seen, asked: Asked) -> tuple[FindingView, ...]:
    found = () if isinstance(seen, Failure) else seen.questions
    return tuple(telling.finding(one, asked.language) for one in found)


def _must_be_named_once(rows: Sequence[ResultRowBody]) -> None:
    """Two rows of one region cannot both be its result."""
    seen: set[str] = set()
    for row in rows:
        if row.region in seen:
            raise Refused("result.region_named_twice", region=row.region)
        seen.add(row.region)
