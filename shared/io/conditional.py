"""Asking whether an answer still holds: every answer to a reader has an ETag, and 304 if it does.

Answers that say their own ETag keep it; what nobody may keep (`no-store`), what arrives in pieces
and what is neither JSON nor CSV is passed on as it is. The ETag is of the very bytes, so it is
strong; what is saved is the way, not the work.
"""

import hashlib
from collections.abc import Sequence

from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import (
    ASGIApp,
    HTTPResponseBodyEvent,
    HTTPResponseStartEvent,
    Message,
    Receive,
    Scope,
    Send,
)

TAGGED = ("application/json", "text/csv")
OK, UNCHANGED = 200, 304
DIGEST_CHARACTERS = 32


def asked(app: ASGIApp) -> ASGIApp:
    """Middleware around every route."""

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["method"] != "GET":
            await app(scope, receive, send)
            return
        held: list[HTTPResponseStartEvent] = []

        async def hold(message: Message) -> None:
            """An answer that comes whole is looked at first; any other goes on at once."""
            if message["type"] == "http.response.start" and _is_tagged(message):
                held.append(message)
                return
            if held and message["type"] == "http.response.body" and not message.get("more_body"):
                for told in _told(scope, held.pop(), message):
                    await send(told)
                return
            if held:
                await send(held.pop())
            await send(message)

        await app(scope, receive, hold)

    return answered


def holds(if_none_match: str, tag: str) -> bool:
    """RFC 9110 13.1.2: any of the listed tags, compared weakly."""
    listed = [each.strip().removeprefix("W/") for each in if_none_match.split(",")]
    return "*" in listed or tag.removeprefix("W/") in listed


def _is_tagged(message: HTTPResponseStartEvent) -> bool:
    headers = MutableScopeHeaders.from_message(message)
    kind = headers.get("content-type", "").split(";")[0]
    kept = "no-store" not in headers.get("cache-control", "")
    return message["status"] == OK and kind in TAGGED and kept and "etag" not in headers


def _told(
    scope: Scope, start: HTTPResponseStartEvent, body: HTTPResponseBodyEvent
) -> Sequence[Message]:
    tag = f'"{hashlib.sha256(body["body"]).hexdigest()[:DIGEST_CHARACTERS]}"'
    headers = MutableScopeHeaders.from_message(start)
    headers["ETag"] = tag
    headers.setdefault("Cache-Control", "no-cache")
    if not holds(Headers.from_scope(scope).get("if-none-match", ""), tag):
        return start, body
    del headers["content-length"], headers["content-type"]
    start["status"], body["body"] = UNCHANGED, b""
    return start, body
