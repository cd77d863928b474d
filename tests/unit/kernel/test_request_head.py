"""A request's head comes soon and is of a sensible size; anything else is hung up on."""

import asyncio
from typing import Any

import pytest
import uvicorn

from shared.io import request_head


async def answer(scope: Any, receive: Any, send: Any) -> None:
    assert scope["type"] == "http"
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message["body"], message["more_body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(len(body)).encode()})


async def told(*pieces: bytes) -> bytes:
    """What the server says to these pieces, until it hangs up."""
    config = uvicorn.Config(
        answer, port=0, http=request_head.BoundedProtocol, log_config=None, lifespan="off"
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it by this alone
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.02)
        async with asyncio.timeout(5):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()
        server.should_exit = True
        await serving


BEGUN = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n"


def test_a_head_without_an_end_is_hung_up_on() -> None:
    piece = b"a" * request_head.HEAD_BYTES_MAX
    assert asyncio.run(told(b"GET / HTTP/1.1\r\nHost: x\r\nX-A: ", *[piece] * 4)) == b""


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHost: x\r\n"])
def test_a_head_that_does_not_come_is_hung_up_on(
    monkeypatch: pytest.MonkeyPatch, begun: bytes
) -> None:
    monkeypatch.setattr(request_head, "HEAD_SECONDS_MAX", 0.2)
    assert asyncio.run(told(begun)) == b""


def test_a_body_is_longer_and_slower_than_a_head_and_another_request_may_follow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(request_head, "HEAD_SECONDS_MAX", 0.2)
    last = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    pieces = [BEGUN + b"\r\n", *[b"a" * 10_000] * 20, last]
    answered = asyncio.run(told(*pieces))
    assert answered.count(b"HTTP/1.1 200") == 2
    assert b"200000" in answered
