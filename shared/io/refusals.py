"""How failures are answered over HTTP: as problems, in the caller's language."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException, SerializationException, ValidationException

from shared.io import clock, log, unreadable
from shared.io.problems import PROBLEM, Problem, explained, problem_of, sentence, type_of
from shared.kernel.errors import Corrupt, Failure, Missing, Refused, Unavailable

# JSON bodies beyond this are not facts; evidence has its own limit.
BODY_BYTES_MAX = 1_000_000
RETRY_AFTER_SECONDS = 2
# Too many requests, and not now: both name a time to come back.
WAITING = {429, 503}
# What is refused to one is not refused to all: without it, a cache may keep a 404 and a 405.
KEPT_BY_NOBODY = {"Cache-Control": "no-store"}
# What is spoken here; the first where nobody asks for the other.
LANGUAGES = ("id", "en")
_WEIGHT = re.compile(r"(0(\.[0-9]{0,3})?|1(\.0{0,3})?)\Z", re.ASCII)
# The rest of the body is on its way, and must not be taken for the next request.
UNREAD = 408
# Nobody we know: RFC 9110 asks to say what would tell us.
UNKNOWN = 401


def language_of(request: Request[Any, Any, Any]) -> str:
    """`en` where the caller prefers English to Indonesian, else `id`."""
    told: dict[str, float] = {}
    for part in request.headers.get("accept-language", "").lower().split(","):
        wanted, _, weight = part.partition(";")
        language = wanted.strip().split("-")[0]
        if language in LANGUAGES:
            told.setdefault(language, _weight(weight))
    best = max(told, key=lambda language: told[language], default=LANGUAGES[0])
    return best if told.get(best) else LANGUAGES[0]


def _weight(spelt: str) -> float:
    """`q=0.5`; 1 where none is told, 0 where it is none."""
    name, _, value = spelt.replace(" ", "").partition("=")
    if not name:
        return 1.0
    return float(value) if name == "q" and _WEIGHT.match(value) else 0.0


def _answer(request: Request[Any, Any, Any], failure: Failure) -> Response[Problem]:
    # Not `request.url`: it reads the Host header too, and fails where that is nonsense.
    problem = problem_of(failure, language_of(request), request.scope["path"])
    headers = KEPT_BY_NOBODY | {"Vary": "Accept-Language", "Link": explained(problem.title)}
    if problem.status == UNKNOWN:
        headers["WWW-Authenticate"] = "Bearer"
    if problem.status == UNREAD:
        headers["Connection"] = "close"
    if problem.status in WAITING:
        headers["Retry-After"] = str(failure.facts.get("seconds", RETRY_AFTER_SECONDS))
    return Response(problem, status_code=problem.status, media_type=PROBLEM, headers=headers)


def _on_failure(request: Request[Any, Any, Any], failure: Failure) -> Response[Problem]:
    if isinstance(failure, Corrupt | Unavailable):
        log.logger().error("request.failed", reason=failure.reason, why=str(failure))
    return _answer(request, failure)


def _on_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Problem]:
    """The framework's own errors, in our words."""
    match error.status_code:
        case 404:
            return _answer(request, Missing("route.unknown"))
        case 405:
            return _answer(request, Refused("route.method_not_allowed"))
        case 413:
            return _answer(request, Refused("body.too_large", bytes_max=_bytes_max(request)))
        case _ if isinstance(error, ValidationException):
            why = _why(error, language_of(request))
            return _answer(request, Refused(_malformed(error), why=why))
        case code if 400 <= code < 500:  # noqa: PLR2004 - the range is the definition
            return _unreadable(request, error.detail)
        case _:
            return _on_crash(request, error)


def _unreadable(request: Request[Any, Any, Any], message: str) -> Response[Problem]:
    why = unreadable.told(message, language_of(request))
    return _answer(request, Refused("body.malformed", why=why))


def _bytes_max(request: Request[Any, Any, Any]) -> int:
    """The limit of the address that was asked; each may have its own."""
    limit = getattr(request.route_handler, "resolve_request_max_body_size", lambda: None)()
    return limit or BODY_BYTES_MAX


def _malformed(error: ValidationException) -> str:
    told = error.extra if isinstance(error.extra, list) else []
    named = [item.get("source", "body") for item in told if isinstance(item, dict)]
    sources = {str(getattr(source, "value", source)) for source in named}
    if sources & {"query", "path", "header"} or error.detail.startswith("Missing required"):
        return "parameter.malformed"
    return "body.malformed"


def _why(error: ValidationException, language: str) -> str:
    told = error.extra if isinstance(error.extra, list) else []
    parts = [
        unreadable.told(str(item.get("message", "")), language, str(item.get("key", "")))
        for item in told
        if isinstance(item, dict)
    ]
    return "; ".join(parts) or unreadable.told(error.detail, language)


def _on_crash(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    number = clock.new_id()[:12]
    log.logger().error("request.crashed", request=number, why=repr(error), exc_info=error)
    problem = Problem(
        type=type_of("internal.failed"),
        title="internal.failed",
        status=500,
        detail=sentence("internal.failed", language_of(request), {"request": number}),
        instance=request.scope["path"],
    )
    headers = KEPT_BY_NOBODY | {"Link": explained(problem.title)}
    return Response(problem, status_code=500, media_type=PROBLEM, headers=headers)


def _on_depth(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    """A body nested deeper than the decoder goes is the caller's; any other depth is ours."""
    if "deserializing" in str(error):
        return _unreadable(request, "nested too deeply")
    return _on_crash(request, error)


HANDLERS: Mapping[int | type[Exception], Callable[[Request[Any, Any, Any], Any], Response[Any]]] = {
    Failure: _on_failure,
    HTTPException: _on_http,
    SerializationException: lambda request, error: _unreadable(request, str(error)),
    RecursionError: _on_depth,
    Exception: _on_crash,
}
