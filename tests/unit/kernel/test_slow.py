"""A body that does not arrive is waited for a while, and told; one that is whole keeps nobody."""

import asyncio
import json
from collections.abc import Iterable
from typing import Any, cast

import pytest
from litestar import Request, get, post
from litestar.types import HTTPReceiveMessage, HTTPScope, Message

from shared.io import http, slow


@post("/body")
async def take(request: Request[Any, Any, Any]) -> int:
    return len(await request.body())


@get("/waiting")
async def wait(request: Request[Any, Any, Any]) -> int:
    """Like a stream: after its empty body, it waits for whoever asked to go away."""
    await request.receive()
    await request.receive()
    return 1


APP = http.application(
    title="test",
    version="1",
    handlers=[take, wait],
    ready=dict,
    gauges=dict,
)


async def ask(method: str, path: str, pieces: Iterable[HTTPReceiveMessage]) -> list[Message]:
    """The application's answer to a body that comes in these pieces, and then no more."""
    left, told = list(pieces), []

    async def receive() -> HTTPReceiveMessage:
        if not left:
            await asyncio.Event().wait()
        return left.pop(0)

    async def send(message: Message) -> None:
        told.append(message)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
        "scheme": "http",
        "state": {},
        "extensions": {},
        "asgi": {"version": "3.0"},
    }
    async with asyncio.timeout(5):
        await APP(cast("HTTPScope", scope), receive, send)
    return told


def piece(body: bytes, *, more: bool) -> HTTPReceiveMessage:
    return {"type": "http.request", "body": body, "more_body": more}


async def test_a_piece_that_does_not_come_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(slow, "PIECE_SECONDS_MAX", 0.01)
    start, body = await ask("POST", "/body", [piece(b"{", more=True)])
    assert cast("dict[str, Any]", start)["status"] == 408
    headers = dict(cast("dict[str, Any]", start)["headers"])
    assert headers[b"connection"] == b"close"
    assert json.loads(cast("dict[str, Any]", body)["body"])["title"] == "body.too_slow"


async def test_neither_is_the_whole_that_comes_bit_by_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow, "WHOLE_SECONDS_MAX", 0.0)
    start, _ = await ask("POST", "/body", [piece(b"{", more=True)])
    assert cast("dict[str, Any]", start)["status"] == 408


async def test_what_comes_in_time_is_taken() -> None:
    pieces = [piece(b"{", more=True), piece(b"}", more=False)]
    start, body = await ask("POST", "/body", pieces)
    assert cast("dict[str, Any]", start)["status"] == 201
    assert cast("dict[str, Any]", body)["body"] == b"2"


async def test_who_waits_for_an_answer_is_not_hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow, "PIECE_SECONDS_MAX", 0.01)
    asked = asyncio.create_task(ask("GET", "/waiting", [piece(b"", more=False)]))
    done, _ = await asyncio.wait([asked], timeout=0.2)
    assert not done
    asked.cancel()
