"""What several routes tell alike: findings in words, and refusals with all that is to be mended."""

from collections.abc import Callable, Mapping
from typing import Any

from litestar import Response
from litestar.openapi import ResponseSpec
from msgspec import structs

from services.intake import wording
from services.intake.bodies.submission import FindingView
from services.intake.core.checking import Finding
from services.intake.door import ERRORS, Asked
from shared.io import problems
from shared.io.problems import PROBLEM, Problem
from shared.kernel.errors import Failure

# The status of a refusal that carries its answer.
REFUSED = 422


def finding(found: Finding, language: str) -> FindingView:
    """One thing found, in words."""
    return FindingView(code=found.code, key=found.key, sentence=wording.spoken(found, language))


def errors(kind: type[Problem]) -> Mapping[int, ResponseSpec]:
    """The error responses of a route that refuses with its answer."""
    return {**ERRORS, REFUSED: ResponseSpec(kind, media_type=PROBLEM, generate_examples=False)}


def refused(
    failure: Failure, asked: Asked, kind: Callable[..., Problem], answer: Any
) -> Response[Any]:
    """A refusal of all that was sent, with the whole answer that says what is to be mended."""
    told = problems.problem_of(failure, asked.language, asked.path)
    return Response(
        kind(**structs.asdict(told), answer=answer),
        status_code=told.status,
        media_type=PROBLEM,
        headers={"Vary": "Accept-Language"},
    )
