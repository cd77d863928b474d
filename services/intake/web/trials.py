"""Routes of the innovation laboratory, and of who repeated an innovation."""

from collections.abc import Sequence

from litestar import Response, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from services.intake.bodies.receipts import ReceiptView
from services.intake.bodies.region import (
    ReplicationBody,
    TrialBody,
    TrialDecisionBody,
    TrialReportBody,
)
from services.intake.core import trial
from services.intake.door import INNOVATION, Asked, Door
from services.intake.spelling import agency_name, innovation_name
from shared.kernel.errors import Refused

BY_CHARACTERS_SHOWN = 40


def routes(door: Door) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""
    return [*_trial_routes(door), *_outcome_routes(door)]


def _trial_routes(door: Door) -> Sequence[ControllerRouterHandler]:
    @put(INNOVATION + "/trial", **door.options())
    async def assign_trial(
        region: FromPath[str],
        year: FromPath[int],
        innovation_id: FromPath[str],
        data: JSONBody[TrialBody],
        asked: NamedDependency[Asked],
    ) -> Response[ReceiptView]:
        """Make an agency the innovation's laboratory; the innovation is in *uji coba* from then."""
        door.must_assess(region)
        command = trial.Assign(
            year=year,
            innovation=innovation_name(innovation_id),
            agency=agency_name(data.agency),
            begins_on=data.begins_on,
            ends_on=data.ends_on,
            instrument=data.instrument,
        )
        return await door.one(asked, region, data, command, innovation_id)

    @post(INNOVATION + "/trial/reports", **door.options())
    async def report_trial(
        region: FromPath[str],
        year: FromPath[int],
        innovation_id: FromPath[str],
        data: JSONBody[TrialReportBody],
        asked: NamedDependency[Asked],
    ) -> Response[ReceiptView]:
        """Record what the trial found."""
        door.must_assess(region)
        known = await door.documents.known(region, data.files)
        for sha256 in data.files:
            if sha256 not in known:
                raise Refused("evidence.not_uploaded", sha256=sha256)
        command = trial.Report(
            year=year,
            innovation=innovation_name(innovation_id),
            reported_on=data.reported_on,
            finding=data.finding,
            files=data.files,
        )
        return await door.one(asked, region, data, command, innovation_id)

    return [assign_trial, report_trial]


def _outcome_routes(door: Door) -> Sequence[ControllerRouterHandler]:
    @post(INNOVATION + "/trial/decision", **door.options())
    async def decide_trial(
        region: FromPath[str],
        year: FromPath[int],
        innovation_id: FromPath[str],
        data: JSONBody[TrialDecisionBody],
        asked: NamedDependency[Asked],
    ) -> Response[ReceiptView]:
        """Decide what follows from the trial; applied, the innovation is in *penerapan*."""
        door.must_assess(region)
        command = trial.Decide(
            year=year,
            innovation=innovation_name(innovation_id),
            decision=data.decision,
            decided_on=data.decided_on,
            instrument=data.instrument,
            note=data.note,
        )
        return await door.one(asked, region, data, command, innovation_id)

    @post(INNOVATION + "/replications", **door.options())
    async def record_replication(
        region: FromPath[str],
        year: FromPath[int],
        innovation_id: FromPath[str],
        data: JSONBody[ReplicationBody],
        asked: NamedDependency[Asked],
    ) -> Response[ReceiptView]:
        """Record that a region, by its code, repeated the innovation."""
        door.must_assess(region)
        if data.by not in door.regions.by_code:
            raise Refused("trial.replicated_by_unknown", by=data.by[:BY_CHARACTERS_SHOWN])
        command = trial.Replicate(
            year=year,
            innovation=innovation_name(innovation_id),
            by=data.by,
            replicated_on=data.replicated_on,
            document_number=data.document_number,
        )
        return await door.one(asked, region, data, command, innovation_id)

    return [decide_trial, record_replication]
