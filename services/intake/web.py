"""Routes of seasons, results and innovations."""

import hashlib
from collections.abc import Sequence
from typing import Any

from litestar import Request, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from services.intake.bodies import (
    ClosingBody,
    InnovationView,
    ReceiptView,
    RegisterBody,
    ReinstatementBody,
    RejectionBody,
    ReviseBody,
    SeasonBody,
    SourcedBody,
    SpeltReportBody,
    SpeltResultBody,
    SubmissionBody,
    WithdrawalBody,
)
from services.intake.core import innovation, result, season
from services.intake.door import (
    ENTRY,
    ERRORS,
    INNOVATION,
    SEASON,
    Asked,
    Door,
    innovation_name,
)
from shared.kernel.errors import Missing, Refused


def routes(door: Door) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""
    return [*_season_routes(door), *_innovation_routes(door), *_decision_routes(door)]


def _season_routes(door: Door) -> Sequence[ControllerRouterHandler]:
    @put(SEASON, **door.options())
    async def open_season(
        year: FromPath[int], data: JSONBody[SeasonBody], asked: NamedDependency[Asked]
    ) -> Response[ReceiptView]:
        """Open a season under a rule set; a fact of the key's own tenant."""
        asked.caller.must_be("ministry")
        rules = door.rules(data.rule_set)
        command = season.Open(
            year=year,
            rule_set=rules.id,
            rules_year=rules.year,
            rule_digest=door.digests[rules.id],
            letter=data.letter,
        )
        return await door.one(asked, asked.caller.tenant, data, command)

    @post(SEASON + "/closing", **door.options())
    async def close_season(
        year: FromPath[int], data: JSONBody[ClosingBody], asked: NamedDependency[Asked]
    ) -> Response[ReceiptView]:
        """Close a season for reporting; verification and results go on."""
        asked.caller.must_be("ministry")
        command = season.Close(year=year, letter=data.letter)
        return await door.one(asked, asked.caller.tenant, data, command)

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

    return [open_season, close_season, publish_result, report_score]


def _counts(body: SourcedBody) -> result.Counts:
    return result.Counts(
        innovations=body.innovations,
        agencies=body.agencies,
        agencies_total=body.agencies_total,
    )


def _innovation_routes(door: Door) -> Sequence[ControllerRouterHandler]:
    @post(ENTRY + "/innovations", **door.options())
    async def register_innovation(
        region: FromPath[str],
        year: FromPath[int],
        data: JSONBody[RegisterBody],
        asked: NamedDependency[Asked],
    ) -> Response[ReceiptView]:
        """Register an innovation of the region in the season."""
        door.region(asked, region, "region_admin")
        name = innovation_name(
            data.innovation or hashlib.sha256(asked.key.encode()).hexdigest()[:16]
        )
        command = innovation.Register(year=year, innovation=name, profile=data.profile.profile())
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
        door.region(asked, region, "region_admin")
        if asked.if_match is None:
            raise Refused("precondition.missing")
        command = innovation.Revise(
            year=year, innovation=innovation_name(innovation_id), profile=data.profile.profile()
        )
        return await door.one(asked, region, data, command, innovation_id)

    @get(INNOVATION, guards=[door.known], responses=ERRORS, security=[{"key": []}])
    async def read_innovation(
        request: Request[Any, Any, Any],
        region: FromPath[str],
        year: FromPath[int],
        innovation_id: FromPath[str],
    ) -> Response[InnovationView]:
        """An innovation as it stands; its ETag is the version to send as If-Match."""
        caller = await door.keys.caller(request.headers.get("authorization", ""))
        caller.must_reach(region)
        held, version = await door.intake.innovation(region, year, innovation_name(innovation_id))
        if held.profile is None:
            raise Missing("innovation.unknown", innovation=innovation_id)
        view = InnovationView(
            region=region,
            year=year,
            innovation=innovation_id,
            status=held.status,
            version=version,
            profile=held.profile,
        )
        return Response(view, headers={"ETag": f'"{version}"', "Cache-Control": "private"})

    @post(INNOVATION + "/submission", **door.options())
    async def submit_innovation(
        region: FromPath[str],
        year: FromPath[int],
        innovation_id: FromPath[str],
        data: JSONBody[SubmissionBody],
        asked: NamedDependency[Asked],
    ) -> Response[ReceiptView]:
        """Send an innovation for verification."""
        door.region(asked, region, "region_admin")
        command = innovation.Submit(year=year, innovation=innovation_name(innovation_id))
        return await door.one(asked, region, data, command, innovation_id)

    return [register_innovation, revise_innovation, read_innovation, submit_innovation]


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
        door.region(asked, region, "region_admin")
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
        door.region(asked, region, "verifier")
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
        door.region(asked, region, "verifier")
        command = innovation.Reinstate(
            year=year, innovation=innovation_name(innovation_id), note=data.note
        )
        return await door.one(asked, region, data, command, innovation_id)

    return [withdraw_innovation, reject_innovation, reinstate_innovation]
