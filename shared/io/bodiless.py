"""HEAD, as RFC 9110 asks for it: the head of what GET answers, and no body."""

from typing import cast

from litestar import Litestar
from litestar.types import ASGIApp, Message, Receive, ReceiveMessage, Scope, Send

from shared.io.allowing import Methods

HEAD = "HEAD"


def answers_head(app: Litestar) -> ASGIApp:
    """Around the whole application: where no function of its own answers HEAD, GET's does."""
    methods: Methods = app.state["methods"]

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope.get("method") == HEAD
        if not asked or methods.has(scope["path"], HEAD):
            await app(scope, receive, send)
            return
        ended = False

        async def headed(message: Message) -> None:
            nonlocal ended
            if ended:
                return
            if message["type"] == "http.response.body":
                ended = True
                message = {"type": "http.response.body", "body": b"", "more_body": False}
            await send(message)

        async def arriving() -> ReceiveMessage:
            # Whoever goes on, as a stream does, is told that nobody listens.
            return {"type": "http.disconnect"} if ended else await receive()

        await app(cast("Scope", {**scope, "method": "GET"}), arriving, headed)

    return served
