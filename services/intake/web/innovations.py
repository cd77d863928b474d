"""Routes of innovations: reported, sent, and what verifiers decide of them as a whole."""

import hashlib
from collections.abc import Sequence
from typing import Any

from litestar import Request, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from services.intake.bodies.innovation import (
    InnovationRow,
    InnovationsView,
    InnovationView,
    RegisterBody,
    ReinstatementBody,
    RejectionBody,
    ReviseBody,
    WithdrawalBody,
)
from services.intake.bodies.receipts import ReceiptView
from services.intake.core import innovation
from services.intake.door import ENTRY, ERRORS, INNOVATION, Asked, Door
from services.intake.spelling import innovation_name
from shared.io.paging import ROWS_DEFAULT, Cursor, Limit, onward
from shared.kernel import paging
from shared.kernel.errors import Missing, Refused


def routes(door: Door) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""
    return [*_innovation_routes(door), *_decision_routes(door)]


def _innovation_routes(door: Door) -> Sequence[ControllerRouterHandler]:
    @post(ENTRY + "/innovations", **door.options())
    async def register_innovation(
        region: FromPath[str],
        year: FromPath[int],
        data: JSONBody[RegisterBody],
        asked: NamedDependency[Asked],
    ) -> Response[ReceiptView]:
        """Register an innovation of the region in the season."""
        door.must_assess(region)
        name = innovation_name(
            data.innovation or hashlib.sha256(asked.key.encode()).hexdigest()[:16]
        )
        profile = await door.profile(region, data.profile)
        command = innovation.Register(year=year, innovation=name, profile=profile)
        response = await door.one(asked, region, data, command, name)
        response.headers["Location"] = f"/v1/regions/{region}/seasons/{year}/innovations/{name}"
        return response

    @put(INNOVATION, **door.options())
    async def revise_innovation(
        region: FromPath[str],
        year: FromPath[int],
        innovation_id: FromPath[str],
        data: JSONBody[ReviseBody],
        asked: NamedDependency[Asked],
    ) -> Response[ReceiptView]:
        """Replace an innovation's profile; needs If-Match with the version that was read."""
        door.must_assess(region)
        if asked.if_match is None:
            raise Refused("precondition.missing")
        command = innovation.Revise(
            year=year,
            innovation=innovation_name(innovation_id),
            profile=await door.profile(region, data.profile),
        )
        return await door.one(asked, region, data, command, innovation_id)

    @get(ENTRY + "/innovations", responses=ERRORS, security=[{"key": []}])
    async def list_innovations(
        request: Request[Any, Any, Any],
        region: FromPath[str],
        year: FromPath[int],
        cursor: Cursor = "",
        limit: Limit = ROWS_DEFAULT,
    ) -> Response[InnovationsView]:
        """The region's innovations of a season with their status; to an operator, the agency's."""
        past = await door.reading.past(region, year)
        rows = [
            InnovationRow(
                innovation=name,
                status=held.status,
                name=held.profile.name,
                tahapan=held.profile.tahapan,
                agency=held.profile.agency,
                perangkat_daerah=held.profile.perangkat_daerah,
            )
            for name, held in past.innovations.items()
            if held.profile is not None and door.shows(request, held.profile)
        ]
        path = request.scope["path"]
        shown, following = paging.page(rows, lambda row: (row.innovation,), limit, cursor)
        view = InnovationsView(region=region, year=year, innovations=shown, next=following)
        headers = {"Cache-Control": "private, no-cache"} | onward(path, following, limit)
        return Response(view, headers=headers)

    @get(INNOVATION, responses=ERRORS, security=[{"key": []}])
    async def read_innovation(
        request: Request[Any, Any, Any],
        region: FromPath[str],
        year: FromPath[int],
        innovation_id: FromPath[str],
    ) -> Response[InnovationView]:
        """An innovation as it stands; its ETag is the version to send as If-Match."""
        held, version = await door.reading.innovation(region, year, innovation_name(innovation_id))
        if held.profile is None or not door.shows(request, held.profile):
            raise Missing("innovation.unknown", innovation=innovation_id)
        view = InnovationView(
            region=region,
            year=year,
            innovation=innovation_id,
            status=held.status,
            version=version,
            profile=held.profile,
        )
        return Response(
            view, headers={"ETag": f'"{version}"', "Cache-Control": "private, no-cache"}
        )

    return [register_innovation, revise_innovation, list_innovations, read_innovation]


def _decision_routes(door: Door) -> Sequence[ControllerRouterHandler]:
    @post(INNOVATION + "/withdrawal", **door.options())
    async def withdraw_innovation(
        region: FromPath[str],
        year: FromPath[int],
        innovation_id: FromPath[str],
        data: JSONBody[WithdrawalBody],
        asked: NamedDependency[Asked],
    ) -> Response[ReceiptView]:
        """Take an innovation out of the season; nothing of it is deleted."""
        door.must_assess(region)
        command = innovation.Withdraw(
            year=year, innovation=innovation_name(innovation_id), reason=data.reason
        )
        return await door.one(asked, region, data, command, innovation_id)

    @post(INNOVATION + "/rejection", **door.options())
    async def reject_innovation(
        region: FromPath[str],
        year: FromPath[int],
        innovation_id: FromPath[str],
        data: JSONBody[RejectionBody],
        asked: NamedDependency[Asked],
    ) -> Response[ReceiptView]:
        """Find that an innovation may not be assessed; revised and sent again, it may."""
        door.must_assess(region)
        command = innovation.Reject(
            year=year,
            innovation=innovation_name(innovation_id),
            reason=data.reason,
            note=data.note,
        )
        return await door.one(asked, region, data, command, innovation_id)

    @post(INNOVATION + "/reinstatement", **door.options())
    async def reinstate_innovation(
        region: FromPath[str],
        year: FromPath[int],
        innovation_id: FromPath[str],
        data: JSONBody[ReinstatementBody],
        asked: NamedDependency[Asked],
    ) -> Response[ReceiptView]:
        """Take a rejection back; the innovation counts again as it was."""
        door.must_assess(region)
        command = innovation.Reinstate(
            year=year, innovation=innovation_name(innovation_id), note=data.note
        )
        return await door.one(asked, region, data, command, innovation_id)

    return [withdraw_innovation, reject_innovation, reinstate_innovation]
