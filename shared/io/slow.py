"""Bodies that do not arrive: who sends a letter a minute must not hold a place for hours."""

import asyncio

from litestar.enums import ScopeType
from litestar.types import (
    ASGIApp,
    HTTPReceiveMessage,
    Receive,
    Scope,
    Send,
    WebSocketReceiveMessage,
)

from shared.io import clock
from shared.kernel.errors import Refused

# Waited for the next piece of a body, and for all of it: a part of an upload over a thin line.
PIECE_SECONDS_MAX = 30.0
WHOLE_SECONDS_MAX = 600.0


def bounded(app: ASGIApp) -> ASGIApp:
    """Middleware around every route; once a body is whole, waiting (for the end) is free."""

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        until = clock.monotonic_seconds() + WHOLE_SECONDS_MAX
        whole = scope["type"] != ScopeType.HTTP

        async def arriving() -> HTTPReceiveMessage | WebSocketReceiveMessage:
            nonlocal whole
            if whole:
                return await receive()
            seconds = min(PIECE_SECONDS_MAX, until - clock.monotonic_seconds())
            try:
                async with asyncio.timeout(max(0.0, seconds)):
                    message = await receive()
            except TimeoutError:
                raise Refused("body.too_slow", seconds=round(PIECE_SECONDS_MAX)) from None
            whole = not (message["type"] == "http.request" and message["more_body"])
            return message

        await app(scope, arriving, send)

    return served
