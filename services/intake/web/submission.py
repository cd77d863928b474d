"""Routes before and after sending: the check, the submission itself, and its receipt."""

import re
from collections.abc import Sequence
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from services.intake import wording
from services.intake.bodies.receipts import ReceiptView
from services.intake.bodies.submission import (
    CheckView,
    FindingView,
    SentFileView,
    StatementView,
    SubmissionBody,
    SubmissionReceiptView,
)
from services.intake.core import innovation
from services.intake.door import ERRORS, INNOVATION, REGION, Asked, Door
from services.intake.sending import Looked
from services.intake.spelling import innovation_name
from services.intake.web import telling
from shared.io import clock, refusals
from shared.kernel import calendar, moments
from shared.kernel.appending import Receipt
from shared.kernel.errors import Missing, Refused
from shared.kernel.events.innovation import InnovationSubmitted
from shared.kernel.events.late import LateReceived
from shared.kernel.recorded import Recorded
from shared.kernel.regions import Region

PREFIX = "TT"
_NUMBER = re.compile(r"TT-([0-9]{2}(?:\.[0-9]{2})?)-([0-9]{4})-([0-9]{1,12})\Z", re.ASCII)


def routes(door: Door) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""

    @get(INNOVATION + "/check", responses=ERRORS, security=[{"key": []}])
    async def check_innovation(
        request: Request[Any, Any, Any],
        region: FromPath[str],
        year: FromPath[int],
        innovation_id: FromPath[str],
    ) -> Response[CheckView]:
        """What is to be mended or explained before an innovation is sent; changes nothing."""
        language = refusals.language_of(request)
        name = innovation_name(innovation_id)
        now = clock.now()
        looked = await door.sending.look(region, year, name, moments.day(now, door.zone(region)))
        if not door.shows(request, looked.held.profile):
            raise Missing("innovation.unknown", innovation=name)
        standing = calendar.standing(looked.calendar, now)
        view = CheckView(
            region=region,
            year=year,
            innovation=name,
            status=looked.held.status,
            ready=not _found(looked, "error", language),
            late=standing != "open" and looked.held.refused is None,
            deadline=looked.calendar.deadline,
            errors=_found(looked, "error", language),
            questions=_found(looked, "question", language),
            files=_files(looked),
            statement=StatementView(code=innovation.STATEMENT, text=wording.statement(language)),
        )
        return Response(view, headers={"Cache-Control": "private, no-cache"})

    @post(INNOVATION + "/submission", **door.options())
    async def submit_innovation(
        region: FromPath[str],
        year: FromPath[int],
        innovation_id: FromPath[str],
        data: JSONBody[SubmissionBody],
        asked: NamedDependency[Asked],
    ) -> Response[ReceiptView]:
        """Send an innovation for verification once the check has no errors left.

        The receipt can be read again under the address of its `Location`.
        """
        door.must_assess(region)
        name = innovation_name(innovation_id)
        beside = None
        if data.occurred_at is None:
            today = moments.day(asked.received_at, door.zone(region))
            beside = (await door.sending.look(region, year, name, today)).beside
        command = innovation.Submit(
            year=year,
            innovation=name,
            statement=data.statement,
            signer_office=data.signer_office,
            signature=data.signature,
            explained=data.explained,
            indicators=door.innovation_rows,
            beside=beside,
        )
        try:
            response = await door.one(asked, region, data, command, innovation_id)
        except Refused as refusal:
            raise wording.refused(refusal, asked.language) from refusal
        if response.content.recorded:
            number = f"{PREFIX}-{region}-{year}-{response.content.last_seq}"
            response.headers["Location"] = f"/v1/regions/{region}/receipts/{number}"
        return response

    @get(
        REGION + "/receipts/{number:str}",
        responses=ERRORS,
        security=[{"key": []}],
    )
    async def read_receipt(
        request: Request[Any, Any, Any], region: FromPath[str], number: FromPath[str]
    ) -> Response[SubmissionReceiptView]:
        """The receipt (tanda terima) of a submission by its number, read from the log."""
        found = _NUMBER.match(number)
        fact = None
        if found is not None and found[1] == region:
            fact = await door.reading.fact(region, int(found[3]))
        told = None if fact is None else _submission(fact)
        if fact is None or told is None or found is None or told.year != int(found[2]):
            raise Missing("receipt.unknown", number=number[:80])
        view = _receipt(
            fact,
            told,
            door.regions.by_code[region],
            await door.reading.leaf(region, fact.seq),
            await door.reading.receipt(fact, region),
            number,
            refusals.language_of(request),
        )
        return Response(view, headers={"Cache-Control": "private, no-cache"})

    return [check_innovation, submit_innovation, read_receipt]


def _found(looked: Looked, severity: str, language: str) -> tuple[FindingView, ...]:
    return tuple(
        telling.finding(finding, language)
        for finding in looked.findings
        if finding.severity == severity
    )


def _files(looked: Looked) -> tuple[SentFileView, ...]:
    return tuple(
        SentFileView(
            sha256=file.sha256,
            indicator=code,
            level=slot.level,
            media_type=file.media_type,
            size_bytes=file.size_bytes,
        )
        for code, slot in sorted(looked.claims.items())
        for file in slot.evidence
    )


def _submission(fact: Recorded) -> InnovationSubmitted | None:
    """The submission that a fact is, or keeps as late."""
    if isinstance(fact.event, InnovationSubmitted):
        return fact.event
    if isinstance(fact.event, LateReceived):
        sent = [one for one in fact.event.facts if isinstance(one, InnovationSubmitted)]
        return sent[0] if sent else None
    return None


def _receipt(
    fact: Recorded,
    told: InnovationSubmitted,
    region: Region,
    leaf_hash: str,
    answered: Receipt | None,
    number: str,
    language: str,
) -> SubmissionReceiptView:
    missed = fact.event.deadline if isinstance(fact.event, LateReceived) else None
    received_at = fact.meta.received_at or fact.happened_at
    local = moments.spoken(received_at, region.time_zone)
    return SubmissionReceiptView(
        number=number,
        region=region.code,
        name=region.name,
        year=told.year,
        innovation=told.innovation,
        seq=fact.seq,
        received_at=received_at,
        recorded_at=fact.recorded_at,
        local_time=local,
        late=missed is not None,
        deadline=missed or (None if answered is None else answered.deadline),
        statement=told.statement,
        signer_office=told.signer_office,
        signature=told.signature,
        explained=told.explained,
        files=told.files,
        leaf_hash=leaf_hash,
        sentence=wording.receipt(
            language,
            late=missed is not None,
            number=number,
            region=region.name,
            innovation=told.innovation,
            when=local,
            files=len(told.files),
            deadline="" if missed is None else moments.spoken(missed, region.time_zone),
        ),
    )
