"""Routes beside verdicts: who verifies, second looks, and clarifications with their answers."""

from collections.abc import Sequence

from litestar import Response, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from services.intake.bodies.receipts import ReceiptView
from services.intake.bodies.verification import (
    AnswerBody,
    ClarificationBody,
    ReviewBody,
    SampleBody,
    VerifierBody,
)
from services.intake.core import assignment, clarification, sample, verdict
from services.intake.door import ENTRY, INDICATOR, INNOVATION, Asked, Door
from services.intake.spelling import indicator_code, referenced, subject

CLARIFICATION = INDICATOR + "/clarification"


def _both(path: str) -> list[str]:
    """Of an innovation's indicator, or of the region's own row."""
    return [INNOVATION + path, ENTRY + path]


def routes(door: Door) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""
    return [*_quality_routes(door), *_clarification_routes(door)]


def _quality_routes(door: Door) -> Sequence[ControllerRouterHandler]:
    @put(_both("/verifier"), **door.options())
    async def assign_verifier(
        region: FromPath[str],
        year: FromPath[int],
        data: JSONBody[VerifierBody],
        asked: NamedDependency[Asked],
        innovation_id: FromPath[str] = "",
    ) -> Response[ReceiptView]:
        """Give an innovation, or the region's own rows, to one verifier: nobody else judges it."""
        door.must_assess(region)
        await door.must_know(region, data.verifier, "verifier")
        command = assignment.Assign(
            year=year, innovation=subject(innovation_id), verifier=data.verifier
        )
        return await door.one(asked, region, data, command, innovation_id)

    @post(_both(INDICATOR + "/review"), **door.options())
    async def review_verdict(
        region: FromPath[str],
        year: FromPath[int],
        code: FromPath[str],
        data: JSONBody[ReviewBody],
        asked: NamedDependency[Asked],
        innovation_id: FromPath[str] = "",
    ) -> Response[ReceiptView]:
        """Look a second time (quality control); what is found holds, and is another verifier's."""
        door.must_assess(region)
        command = verdict.Review(
            year=year,
            innovation=subject(innovation_id),
            indicator=indicator_code(code),
            level=data.level,
            evidence=data.evidence,
            reason=data.reason,
            note=data.note,
        )
        return await door.one(asked, region, data, command, innovation_id)

    @post(ENTRY + "/samples", **door.options())
    async def draw_sample(
        region: FromPath[str],
        year: FromPath[int],
        data: JSONBody[SampleBody],
        asked: NamedDependency[Asked],
    ) -> Response[ReceiptView]:
        """Draw verdicts of the region for quality control; anybody can draw the same again."""
        door.must_assess(region)
        command = sample.Draw(
            year=year,
            seed=data.seed,
            percent=data.percent,
            candidates=await door.reading.verdicts(region, year),
        )
        return await door.one(asked, region, data, command)

    return [assign_verifier, review_verdict, draw_sample]


def _clarification_routes(door: Door) -> Sequence[ControllerRouterHandler]:
    @post(_both(CLARIFICATION), **door.options())
    async def open_clarification(
        region: FromPath[str],
        year: FromPath[int],
        code: FromPath[str],
        data: JSONBody[ClarificationBody],
        asked: NamedDependency[Asked],
        innovation_id: FromPath[str] = "",
    ) -> Response[ReceiptView]:
        """Ask that a verdict be looked at again; an answer is due in seven days."""
        door.must_assess(region)
        known = await door.evidence(region, [data])
        command = clarification.Open(
            year=year,
            innovation=subject(innovation_id),
            indicator=indicator_code(code),
            at=door.moment(asked, data),
            level=data.level,
            argument=data.argument,
            evidence=referenced(data.evidence, known),
        )
        return await door.one(asked, region, data, command, innovation_id)

    @post(_both(CLARIFICATION + "/answer"), **door.options())
    async def answer_clarification(
        region: FromPath[str],
        year: FromPath[int],
        code: FromPath[str],
        data: JSONBody[AnswerBody],
        asked: NamedDependency[Asked],
        innovation_id: FromPath[str] = "",
    ) -> Response[ReceiptView]:
        """Answer a clarification; what is granted is claimed and accepted with it."""
        door.must_assess(region)
        command = clarification.Answer(
            year=year,
            innovation=subject(innovation_id),
            indicator=indicator_code(code),
            granted=data.granted,
            level=data.level,
            note=data.note,
        )
        return await door.one(asked, region, data, command, innovation_id)

    return [open_clarification, answer_clarification]
