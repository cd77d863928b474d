"""Failures told as pages to people, where programs are told the same as problems."""

from collections.abc import Callable
from typing import Any

from litestar import Request, Response
from litestar.config.app import AppConfig

from shared.io import problems
from shared.io.pages.rendering import Pages, Sites
from shared.io.pages.wording import Words
from shared.io.problems import Problem

UNKNOWN = 401
# Where programs ask; everywhere else a failure is a page.
MACHINE_PATHS = ("/v1/", "/openapi", "/healthz", "/readyz", "/metrics", "/static/")

Asking = Request[Any, Any, Any]
Handler = Callable[[Request[Any, Any, Any], Any], Response[Any]]
WordsFor = Callable[[Request[Any, Any, Any]], Words]


def surround(
    pages: Pages,
    words_for: WordsFor,
    to_sign_in: Callable[[Asking], Response[Any]] | None = None,
    sites: Sites | None = None,
) -> Callable[[AppConfig], AppConfig]:
    """What an application is told at its start.

    Whoever asks for a page and is not signed in is sent on by `to_sign_in`.
    """

    def surrounded(config: AppConfig) -> AppConfig:
        config.state["sites"] = sites or Sites()
        config.exception_handlers = {
            kind: as_page(handler) for kind, handler in config.exception_handlers.items()
        }
        return config

    def as_page(problem_of: Handler) -> Handler:
        def answer(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
            told: Response[Problem] = problem_of(request, error)
            if str(request.scope["path"]).startswith(MACHINE_PATHS):
                return told
            if to_sign_in and told.status_code == UNKNOWN and request.method == "GET":
                return to_sign_in(request)
            words = words_for(request)
            shown = pages.failed(
                request, words, _sentence(told.content, words), told.content.status
            )
            if "Retry-After" in told.headers:
                shown.headers["Retry-After"] = told.headers["Retry-After"]
            return shown

        return answer

    return surrounded


def _sentence(problem: Problem, words: Words) -> str:
    """The problem's sentence in the page's language; addresses are no matter of documents here."""
    if problem.title == "route.unknown":
        return words("failed.route")
    if problem.status >= 500:  # noqa: PLR2004 - its facts are hidden, the sentence is all there is
        return problem.detail
    return problems.sentence(problem.title, words.language, problem.facts)
