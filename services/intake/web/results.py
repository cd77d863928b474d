"""Routes of what others decide: official results, and scores that somebody stated before them."""

from collections.abc import Sequence

from litestar import Response, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler
from msgspec.structs import replace

from services.intake.bodies.receipts import ReceiptView
from services.intake.bodies.results import SourcedBody, SpeltReportBody, SpeltResultBody
from services.intake.bodies.stated import Stated
from services.intake.core import result
from services.intake.door import ENTRY, Asked, Door
from services.intake.web import telling
from shared.kernel.errors import Failure


def routes(door: Door) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""

    @put(ENTRY + "/result", **door.options())
    async def publish_result(
        region: FromPath[str],
        year: FromPath[int],
        data: JSONBody[SpeltResultBody],
        asked: NamedDependency[Asked],
    ) -> Response[ReceiptView]:
        """Record a region's official result; a later one corrects it.

        What is odd about it is asked beside its receipt (`questions`).
        """
        door.must_assess(region)
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
        return await _published(door, asked, region, data, command)

    @put(ENTRY + "/scores/{stage:str}", **door.options())
    async def report_score(
        region: FromPath[str],
        year: FromPath[int],
        stage: FromPath[str],
        data: JSONBody[SpeltReportBody],
        asked: NamedDependency[Asked],
    ) -> Response[ReceiptView]:
        """Record a score of an earlier stage (mandiri, terverifikasi) that someone stated."""
        door.must_assess(region)
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


async def _published(
    door: Door, asked: Asked, region: str, body: Stated, command: result.Publish
) -> Response[ReceiptView]:
    """The receipt, with the questions that were asked when it was first recorded."""

    async def recorded() -> tuple[ReceiptView, int]:
        (seen,) = await door.intake.preview([door.order(asked, region, body, command)])
        response = await door.one(asked, region, body, command)
        found = () if isinstance(seen, Failure) else seen.questions
        questions = tuple(telling.finding(one, asked.language) for one in found)
        return replace(response.content, questions=questions), response.status_code or 201

    view, status = await door.answers.once(asked.named(region), ReceiptView, recorded)
    return Response(view, status_code=status, headers={"ETag": f'"{view.version}"'})


def _counts(body: SourcedBody) -> result.Counts:
    return result.Counts(
        innovations=body.innovations,
        agencies=body.agencies,
        agencies_total=body.agencies_total,
    )
