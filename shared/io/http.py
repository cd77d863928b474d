"""The door to litestar and uvicorn: failures as RFC 9457 problems, health, and serving.

HTTP numbers exist only here. Every error, also of an unknown route or a crash, is
`application/problem+json` with a sentence to the person who can act, Indonesian by default.
"""

import asyncio
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import uvicorn
import uvloop
from litestar import Litestar, Request, Response, get
from litestar.config.app import AppConfig
from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException, SerializationException, ValidationException
from litestar.handlers import BaseRouteHandler
from litestar.openapi import OpenAPIConfig, ResponseSpec
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.types import ASGIApp, ControllerRouterHandler, Message, Receive, Scope, Send

from shared.io import clock, log, unreadable
from shared.io.problems import PROBLEM, Problem, problem_of, sentence
from shared.kernel.errors import Corrupt, Failure, Missing, Refused, Unavailable

# JSON bodies beyond this are not facts; evidence has its own limit.
BODY_BYTES_MAX = 1_000_000
# An open stream must not keep a stopping process alive.
GRACEFUL_SECONDS_MAX = 3
RETRY_AFTER_SECONDS = 2
# What four digits can say.
YEARS = range(1000, 10_000)
# Asked every few seconds by machines; they would drown what people look for in the log.
PROBES = ("/healthz", "/readyz", "/metrics")


def language_of(request: Request[Any, Any, Any]) -> str:
    """`en` where the caller prefers English to Indonesian, else `id`."""
    for part in request.headers.get("accept-language", "").lower().split(","):
        wanted = part.split(";")[0].strip().split("-")[0]
        if wanted in ("id", "en"):
            return wanted
    return "id"


def _answer(request: Request[Any, Any, Any], failure: Failure) -> Response[Problem]:
    # Not `request.url`: it reads the Host header too, and fails where that is nonsense.
    problem = problem_of(failure, language_of(request), request.scope["path"])
    headers = {"Vary": "Accept-Language"}
    if problem.status == 503:  # noqa: PLR2004 - the one status that names a time
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
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
        type="urn:jejak-inovasi:problem:internal.failed",
        title="internal.failed",
        status=500,
        detail=sentence("internal.failed", language_of(request), {"request": number}),
        instance=request.scope["path"],
    )
    return Response(problem, status_code=500, media_type=PROBLEM)


def _on_depth(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    """A body nested deeper than the decoder goes is the caller's; any other depth is ours."""
    if "deserializing" in str(error):
        return _unreadable(request, "nested too deeply")
    return _on_crash(request, error)


def plain_year(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """A guard: a year is four ASCII digits, or one season would have many addresses."""
    year = connection.path_params.get("year")
    if isinstance(year, int) and not (
        year in YEARS and str(year) in connection.scope["path"].split("/")
    ):
        raise Missing("route.unknown")


def require_json(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """A guard: a body in any other type is refused, or a foreign page's form could send one."""
    given = connection.headers.get("content-type", "").split(";")[0].strip().lower()
    if given != "application/json":
        raise Refused("media.unsupported", needed="application/json", given=given or "-")


Ready = Callable[[], Mapping[str, bool]]
Gauges = Callable[[], Mapping[str, float]]


def problems(*codes: int) -> dict[int, ResponseSpec]:
    """The error responses of a route, for its OpenAPI description."""
    return {
        code: ResponseSpec(Problem, media_type=PROBLEM, generate_examples=False) for code in codes
    }


def application(
    *,
    title: str,
    version: str,
    handlers: Sequence[ControllerRouterHandler],
    ready: Ready,
    gauges: Gauges,
    on_app_init: Callable[[AppConfig], AppConfig] | None = None,
) -> Litestar:
    """A litestar application with our errors, limits, health and documents."""
    security = SecurityScheme(type="http", scheme="bearer", description="Kunci API daerah")
    app = Litestar(
        [*handlers, *_health(ready, gauges)],
        exception_handlers={
            Failure: _on_failure,
            HTTPException: _on_http,
            SerializationException: lambda request, error: _unreadable(request, str(error)),
            RecursionError: _on_depth,
            Exception: _on_crash,
        },
        openapi_config=OpenAPIConfig(
            title=title,
            version=version,
            path="/openapi",
            render_plugins=[JsonRenderPlugin()],
            components=Components(security_schemes={"key": security}),
            use_handler_docstrings=True,
        ),
        guards=[plain_year],
        request_max_body_size=BODY_BYTES_MAX,
        middleware=[_canonical],
        logging_config=None,
        on_app_init=[on_app_init] if on_app_init else [],
    )
    _close_schemas(app)
    return app


def document(app: Litestar) -> bytes:
    """The OpenAPI document as it is kept beside the code: sorted, indented."""
    encoded = msgspec.json.encode(app.openapi_schema.to_schema(), order="sorted")
    return msgspec.json.format(encoded, indent=2) + b"\n"


def _close_schemas(app: Litestar) -> None:
    """Say in the document what the decoder does: unknown fields of a body are refused."""
    for name, schema in app.openapi_schema.components.schemas.items():
        if name.endswith("Body"):
            schema.additional_properties = False


def _health(ready: Ready, gauges: Gauges) -> Sequence[ControllerRouterHandler]:
    @get("/healthz", include_in_schema=False, sync_to_thread=False)
    def healthz() -> dict[str, str]:
        return {"status": "up"}

    @get("/readyz", include_in_schema=False, sync_to_thread=False)
    def readyz() -> Response[Mapping[str, bool]]:
        parts = ready()
        return Response(parts, status_code=200 if all(parts.values()) else 503)

    @get("/metrics", include_in_schema=False, media_type="text/plain", sync_to_thread=False)
    def metrics() -> str:
        return "".join(f"jejak_{name} {value:g}\n" for name, value in gauges().items())

    return [healthz, readyz, metrics]


def _canonical(app: ASGIApp) -> ASGIApp:
    """One line per request, probes left out: method, path, status, duration; never a body."""

    async def logged(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["path"] in PROBES:
            await app(scope, receive, send)
            return
        started = clock.monotonic_seconds()
        status = 500

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await app(scope, receive, note)
        finally:
            log.logger().info(
                "request",
                method=scope.get("method"),
                path=scope["path"],
                status=status,
                duration_ms=round((clock.monotonic_seconds() - started) * 1000, 2),
            )

    return logged


async def serve_beside(
    app: Litestar, host: str, port: int, loops: Sequence[asyncio.Task[None]]
) -> None:
    """Serve until told to stop; if one of the service's own loops ends, stop and raise."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        timeout_graceful_shutdown=GRACEFUL_SECONDS_MAX,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    done, _ = await asyncio.wait([serving, *loops], return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    await serving
    for ended in done - {serving}:
        ended.result()
        raise Corrupt("service.loop_ended", loop=ended.get_name())


def run(main: Callable[[], Any]) -> None:
    """Run a service's main coroutine on the fast loop.

    What its environment lacks is told as a sentence to whoever starts it, with exit status 1.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            runner.run(main())
        except Refused as refused:
            if not refused.reason.startswith("config."):
                raise
            sys.exit(sentence(refused.reason, "id", refused.facts))
