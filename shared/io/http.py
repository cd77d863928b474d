"""The door to litestar and uvicorn: failures as RFC 9457 problems, health, and serving.

HTTP numbers exist only here. Every error, also of an unknown route or a crash, is
`application/problem+json` with a sentence to the person who can act, Indonesian by default.
"""

import asyncio
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import uvicorn
import uvloop
from litestar import Litestar, Response, get
from litestar.config.app import AppConfig
from litestar.connection import ASGIConnection
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.handlers import BaseRouteHandler
from litestar.openapi import OpenAPIConfig, ResponseSpec
from litestar.openapi.spec import Components, SecurityScheme
from litestar.types import ASGIApp, ControllerRouterHandler, Message, Receive, Scope, Send

from shared.io import (
    allowing,
    bodiless,
    clock,
    conditional,
    documented,
    log,
    refusals,
    retiring,
    slow,
)
from shared.io.config import Listening
from shared.io.document import Described
from shared.io.gate import Gate
from shared.io.problems import PROBLEM, Problem, sentence
from shared.io.request_head import BoundedProtocol
from shared.kernel import tracing
from shared.kernel.errors import Corrupt, Missing, Refused

# An open stream must not keep a stopping process alive.
GRACEFUL_SECONDS_MAX = 3
# Beside every answer, unless a route says something stricter or a page something of its own.
SECURITY_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # Over plain HTTP browsers pass it by; behind TLS it keeps them there for a year.
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}
_SECURITY = [(name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]
# What four digits can say.
YEARS = range(1000, 10_000)
# Asked every few seconds by machines; they would drown what people look for in the log.
PROBES = ("/healthz", "/readyz", "/metrics")


def _must_have_plain_year(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """A year is four ASCII digits, or one season would have many addresses."""
    year = connection.path_params.get("year")
    if isinstance(year, int) and not (
        year in YEARS and str(year) in connection.scope["path"].split("/")
    ):
        raise Missing("route.unknown")


def _must_have_plain_query(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    """The decoder takes the word `null` for a number that was not given; we do not."""
    for name, given in connection.query_params.multi_items():
        if str(given).lower() == "null":
            raise Refused("parameter.malformed", why=f"{name}: null")


# A guard that is no coroutine would be run in a thread.
async def require_json(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
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
    gate: Gate | None = None,
    described: Described | None = None,
    on_app_init: Callable[[AppConfig], AppConfig] | None = None,
) -> Litestar:
    """A litestar application with our errors, limits, health and documents.

    Every route goes through the gate; only where a document is all that is wanted, there is none.
    """
    security = SecurityScheme(type="http", scheme="bearer", description="Kunci API daerah")
    kept = documented.Kept()

    # One, and a coroutine: others are run in a thread, each on a copy of the route.
    async def let_in(
        connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
    ) -> None:
        _must_have_plain_year(connection)
        _must_have_plain_query(connection)
        if gate:
            await gate.guard(connection, handler)

    app = Litestar(
        [*handlers, *_health(ready, gauges), *documented.routes(title)],
        exception_handlers={**refusals.HANDLERS},
        openapi_config=OpenAPIConfig(
            title=title,
            version=version,
            path="/openapi",
            render_plugins=[kept],
            components=Components(security_schemes={"key": security}),
            use_handler_docstrings=True,
        ),
        guards=[let_in],
        before_send=[*([gate.tell] if gate else []), retiring.tell, allowing.tell, _guarded],
        request_max_body_size=refusals.BODY_BYTES_MAX,
        middleware=[_canonical, conditional.asked, slow.bounded],
        logging_config=None,
        on_app_init=[on_app_init] if on_app_init else [],
    )
    _close_schemas(app)
    app.state["methods"] = allowing.methods_of(app)
    kept.keep(app, described or Described())
    if gate:
        gate.must_cover(app)
    return app


async def _guarded(message: Message, _: Scope) -> None:
    """Whatever a browser makes of an answer, it runs nothing, frames nothing, guesses nothing."""
    if message["type"] == "http.response.start":
        said = {name.lower() for name, _ in message["headers"]}
        message["headers"] = [
            *message["headers"],
            *(header for header in _SECURITY if header[0] not in said),
        ]


def document(app: Litestar) -> bytes:
    """The OpenAPI document as it is kept beside the code and served."""
    return documented.kept(app)


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
        trace = _trace(scope)
        started = clock.monotonic_seconds()
        status = 500

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableScopeHeaders.from_message(message)
                headers["traceresponse"] = tracing.parent(
                    trace, clock.new_id()[: tracing.SPAN_CHARACTERS]
                )
            await send(message)

        with log.traced(trace):
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


def _trace(scope: Scope) -> str:
    """The trace that the caller is in, else a new one; what cannot be one is passed over."""
    for name, value in scope["headers"]:
        if name == b"traceparent":
            return tracing.trace_of(value.decode("latin-1")) or clock.new_id()
    return clock.new_id()


class _Server(uvicorn.Server):
    """Calls `on_stop` before it waits for open requests: streams would never end by themselves."""

    def __init__(self, config: uvicorn.Config, on_stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_stop = on_stop

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._on_stop()
        await super().shutdown(sockets)
        self._captured_signals.clear()  # raised again, it would end us before our own end


async def serve_beside(
    app: Litestar,
    settings: Listening,
    loops: Sequence[asyncio.Task[None]],
    on_stop: Callable[[], None] = lambda: None,
) -> None:
    """Serve until told to stop; if one of the service's own loops ends, stop and raise."""
    config = uvicorn.Config(
        bodiless.answers_head(app),
        host=settings.listen_host,
        port=settings.listen_port,
        # Anybody can claim an address; only a proxy of ours is believed.
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        http=BoundedProtocol,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        timeout_graceful_shutdown=GRACEFUL_SECONDS_MAX,
    )
    server = _Server(config, on_stop)
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
