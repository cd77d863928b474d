"""Routes of indicators, one by one and many at once."""

from collections.abc import Mapping, Sequence

from litestar import Response, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from services.intake.bodies.indicator import (
    AcceptanceBody,
    AcceptancesBody,
    ClaimBody,
    ClaimsBody,
    ReturnBody,
)
from services.intake.bodies.receipts import OutcomesView, ReceiptView
from services.intake.core import indicator, verdict
from services.intake.door import ENTRY, INDICATOR, INNOVATION, Asked, Door
from services.intake.orders import Order
from services.intake.spelling import indicator_code, referenced, subject
from shared.kernel.errors import Failure
from shared.kernel.events.indicator import EvidenceReference
from shared.kernel.rules import levels


def claim_command(
    year: int,
    innovation_id: str,
    code: str,
    body: ClaimBody,
    known: Mapping[str, EvidenceReference],
) -> indicator.Claim:
    """A claim whose files are all there."""
    return indicator.Claim(
        year=year,
        innovation=subject(innovation_id),
        indicator=indicator_code(code),
        level=body.level,
        evidence=referenced(body.evidence, known),
        figure=None if body.figure is None else levels.figure(body.figure),
    )


def accept_command(
    year: int, innovation_id: str, code: str, body: AcceptanceBody
) -> verdict.Accept:
    """An acceptance as the core takes it."""
    return verdict.Accept(
        year=year,
        innovation=subject(innovation_id),
        indicator=indicator_code(code),
        level=body.level,
        evidence=body.evidence,
        reason=body.reason,
        note=body.note,
    )


def routes(door: Door) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""
    return [*_indicator_routes(door), *_bulk_routes(door)]


def _indicator_routes(door: Door) -> Sequence[ControllerRouterHandler]:
    def both(path: str) -> list[str]:
        return [INNOVATION + INDICATOR + path, ENTRY + INDICATOR + path]

    @put(both("/claim"), **door.options())
    async def claim_level(
        region: FromPath[str],
        year: FromPath[int],
        code: FromPath[str],
        data: JSONBody[ClaimBody],
        asked: NamedDependency[Asked],
        innovation_id: FromPath[str] = "",
    ) -> Response[ReceiptView]:
        """Claim a level of an innovation's indicator, or of the region's own row."""
        door.must_assess(region)
        known = await door.evidence(region, [data])
        command = claim_command(year, innovation_id, code, data, known)
        return await door.one(asked, region, data, command, innovation_id)

    @post(both("/acceptance"), **door.options())
    async def accept_level(
        region: FromPath[str],
        year: FromPath[int],
        code: FromPath[str],
        data: JSONBody[AcceptanceBody],
        asked: NamedDependency[Asked],
        innovation_id: FromPath[str] = "",
    ) -> Response[ReceiptView]:
        """Accept a level after reviewing exactly the files named."""
        door.must_assess(region)
        command = accept_command(year, innovation_id, code, data)
        return await door.one(asked, region, data, command, innovation_id)

    @post(both("/return"), **door.options())
    async def return_claim(
        region: FromPath[str],
        year: FromPath[int],
        code: FromPath[str],
        data: JSONBody[ReturnBody],
        asked: NamedDependency[Asked],
        innovation_id: FromPath[str] = "",
    ) -> Response[ReceiptView]:
        """Return a claim with a reason after reviewing exactly the files named."""
        door.must_assess(region)
        command = verdict.Return(
            year=year,
            innovation=subject(innovation_id),
            indicator=indicator_code(code),
            reason=data.reason,
            evidence=data.evidence,
            note=data.note,
        )
        return await door.one(asked, region, data, command, innovation_id)

    return [claim_level, accept_level, return_claim]


def _bulk_routes(door: Door) -> Sequence[ControllerRouterHandler]:
    @post(
        ENTRY + "/claims",
        status_code=200,
        **door.options(),
    )
    async def claim_many(
        region: FromPath[str],
        year: FromPath[int],
        data: JSONBody[ClaimsBody],
        asked: NamedDependency[Asked],
    ) -> OutcomesView:
        """Claim many levels; each is recorded or refused on its own."""
        door.must_assess(region)
        known = await door.evidence(region, data.items)
        orders: list[Order | Failure] = []
        for place, item in enumerate(data.items):
            try:
                command = claim_command(year, item.innovation, item.indicator, item, known)
                orders.append(door.order(asked, region, item, command, place))
            except Failure as failure:
                orders.append(failure)
        return await door.many(orders, asked.language)

    @post(
        ENTRY + "/acceptances",
        status_code=200,
        **door.options(),
    )
    async def accept_many(
        region: FromPath[str],
        year: FromPath[int],
        data: JSONBody[AcceptancesBody],
        asked: NamedDependency[Asked],
    ) -> OutcomesView:
        """Accept many levels; each is recorded or refused on its own."""
        door.must_assess(region)
        orders: list[Order | Failure] = []
        for place, item in enumerate(data.items):
            try:
                command = accept_command(year, item.innovation, item.indicator, item)
                orders.append(door.order(asked, region, item, command, place))
            except Failure as failure:
                orders.append(failure)
        return await door.many(orders, asked.language)

    return [claim_many, accept_many]
