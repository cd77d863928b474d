"""Everything projection says over HTTP: interface, pages, and what surrounds each response."""

from collections.abc import Callable, Sequence
from typing import Any

from litestar import Litestar, Request, Response
from litestar.config.app import AppConfig
from litestar.datastructures import MutableScopeHeaders
from litestar.types import ControllerRouterHandler, Message, Scope

from services.projection.pages import routes as pages
from services.projection.read import Reader
from services.projection.web import ranking as web
from services.projection.wording import Words, words_for
from shared.io import http, problems
from shared.io.gate import Gate
from shared.io.problems import Problem

VERSION = "1"

# What a page may do: its own style and pictures, nothing from elsewhere, no script.
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

# Where programs ask; everywhere else a failure is a page.
MACHINE_PATHS = ("/v1/", "/openapi", "/healthz", "/readyz", "/metrics", "/static/")

Handler = Callable[[Request[Any, Any, Any], Any], Response[Any]]


def application(
    reader: Reader,
    ready: http.Ready,
    gauges: http.Gauges,
    analyses: Sequence[ControllerRouterHandler] = (),
    gate: Gate | None = None,
) -> Litestar:
    """The whole of it; `analyses` are the routes that read the log itself."""
    return http.application(
        title="Jejak Inovasi: projection",
        version=VERSION,
        handlers=[*web.routes(reader), *analyses, *pages.routes(reader)],
        ready=ready,
        gauges=gauges,
        gate=gate,
        on_app_init=_surround,
    )


def _surround(config: AppConfig) -> AppConfig:
    config.before_send = [*config.before_send, _secure]
    config.exception_handlers = {
        kind: _as_page(handler) for kind, handler in config.exception_handlers.items()
    }
    return config


async def _secure(message: Message, _: Scope) -> None:
    if message["type"] == "http.response.start":
        headers = MutableScopeHeaders.from_message(message)
        headers["Content-Security-Policy"] = PAGE_POLICY


def _as_page(problem_of: Handler) -> Handler:
    """The same failure, told to a person where a person asked."""

    def answer(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        told: Response[Problem] = problem_of(request, error)
        if str(request.scope["path"]).startswith(MACHINE_PATHS):
            return told
        problem = told.content
        return pages.failed(request, _sentence(problem, words_for(request)), problem.status)

    return answer


def _sentence(problem: Problem, words: Words) -> str:
    """The problem's sentence in the page's language; addresses are no matter of documents here."""
    if problem.title == "route.unknown":
        return words("failed.route")
    if problem.status >= 500:  # noqa: PLR2004 - its facts are hidden, the sentence is all there is
        return problem.detail
    return problems.sentence(problem.title, words.language, problem.facts)
