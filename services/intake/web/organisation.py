"""Routes of how a region is organised: its agencies, its head's decree, and coaching."""

from collections.abc import Sequence

from litestar import Response, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from services.intake.bodies.receipts import ReceiptView
from services.intake.bodies.region import (
    AgencyBody,
    AgencyClosingBody,
    CoachBody,
    DecreeBody,
    StepBody,
    StepClosingBody,
)
from services.intake.core import agency, coaching, decree, result
from services.intake.door import ENTRY, Asked, Door
from services.intake.spelling import agency_name, indicator_code, step_name, subject
from shared.io.identity import Role
from shared.kernel import moments
from shared.kernel.errors import Refused

AGENCY = ENTRY + "/agencies/{agency_id:str}"
STEP = AGENCY + "/steps/{step_id:str}"
# Whoever may agree on steps may coach.
COACHING: Sequence[Role] = ("region_admin", "coordinator", "ministry")


def routes(door: Door) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""
    return [*_agency_routes(door), *_coaching_routes(door)]


def _agency_routes(door: Door) -> Sequence[ControllerRouterHandler]:
    @put(AGENCY, **door.options())
    async def describe_agency(
        region: FromPath[str],
        year: FromPath[int],
        agency_id: FromPath[str],
        data: JSONBody[AgencyBody],
        asked: NamedDependency[Asked],
    ) -> Response[ReceiptView]:
        """Register an agency (perangkat daerah) or a unit of one under an id of your own."""
        door.must_assess(region)
        command = agency.Describe(
            year=year,
            agency=agency_name(agency_id),
            name=data.name,
            kind=data.kind,
            parent=data.parent,
        )
        return await door.one(asked, region, data, command)

    @post(AGENCY + "/closing", **door.options())
    async def close_agency(
        region: FromPath[str],
        year: FromPath[int],
        agency_id: FromPath[str],
        data: JSONBody[AgencyClosingBody],
        asked: NamedDependency[Asked],
    ) -> Response[ReceiptView]:
        """Say that an agency is no more; its innovations keep its name."""
        door.must_assess(region)
        command = agency.Close(year=year, agency=agency_name(agency_id), reason=data.reason)
        return await door.one(asked, region, data, command)

    @put(ENTRY + "/decree", **door.options())
    async def decree_innovations(
        region: FromPath[str],
        year: FromPath[int],
        data: JSONBody[DecreeBody],
        asked: NamedDependency[Asked],
    ) -> Response[ReceiptView]:
        """Record the regional head's decree that names the innovations of the year."""
        door.must_assess(region)
        if data.sha256 and data.sha256 not in await door.documents.known(region, [data.sha256]):
            raise Refused("evidence.not_uploaded", sha256=data.sha256)
        command = decree.Decree(
            year=year,
            number=data.number,
            dated=data.dated,
            innovations=data.innovations,
            sha256=data.sha256,
        )
        return await door.one(asked, region, data, command)

    return [describe_agency, close_agency, decree_innovations]


def _coaching_routes(door: Door) -> Sequence[ControllerRouterHandler]:
    @put(AGENCY + "/coach", **door.options())
    async def assign_coach(
        region: FromPath[str],
        year: FromPath[int],
        agency_id: FromPath[str],
        data: JSONBody[CoachBody],
        asked: NamedDependency[Asked],
    ) -> Response[ReceiptView]:
        """Assign whoever coaches (mendampingi) the agency."""
        door.must_assess(region)
        await door.must_know(region, data.coach, *COACHING)
        command = coaching.Assign(year=year, agency=agency_name(agency_id), coach=data.coach)
        return await door.one(asked, region, data, command)

    @put(STEP, **door.options())
    async def agree_step(
        region: FromPath[str],
        year: FromPath[int],
        agency_id: FromPath[str],
        step_id: FromPath[str],
        data: JSONBody[StepBody],
        asked: NamedDependency[Asked],
    ) -> Response[ReceiptView]:
        """Agree with an agency on a step, such as one of the next best evidence."""
        door.must_assess(region)
        command = coaching.Agree(
            agreed_on=moments.day(door.moment(asked, data), door.zone(region)),
            year=year,
            agency=agency_name(agency_id),
            step=step_name(step_id),
            indicator=indicator_code(data.indicator),
            level=data.level,
            due=data.due,
            innovation=subject(data.innovation),
            gain=None if data.gain is None else result.score(data.gain),
            note=data.note,
        )
        return await door.one(asked, region, data, command)

    @post(STEP + "/closing", **door.options())
    async def close_step(
        region: FromPath[str],
        year: FromPath[int],
        agency_id: FromPath[str],
        step_id: FromPath[str],
        data: JSONBody[StepClosingBody],
        asked: NamedDependency[Asked],
    ) -> Response[ReceiptView]:
        """Say that a step is done or dropped."""
        door.must_assess(region)
        command = coaching.Close(
            year=year,
            agency=agency_name(agency_id),
            step=step_name(step_id),
            outcome=data.outcome,
            note=data.note,
        )
        return await door.one(asked, region, data, command)

    return [assign_coach, agree_step, close_step]
