"""One connection that asks at a steady pace, for something new each time, so all is recorded."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Self

YEAR = 2026


class Line:
    """HTTP/1.1 by hand: what is measured is the server, not a client library."""

    def __init__(self, port: int, key: str, region: str = "63.11") -> None:
        self._port = port
        self._key = key
        self._region = region
        self.milliseconds: list[float] = []

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def steadily(self, rate: float, first: int = 0) -> AsyncIterator[int]:
        """The status of each answer; each is timed from when its request was due."""
        began, number = time.perf_counter(), 0
        while True:
            due = began + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            status = await self._ask(first + number)
            self.milliseconds.append((time.perf_counter() - due) * 1000)
            number += 1
            yield status

    async def _ask(self, number: int) -> int:
        body = b'{"name":"Dinas","kind":"dinas"}'
        path = f"/v1/regions/{self._region}/seasons/{YEAR}/agencies/a-{time.time_ns()}"
        self._writer.write(
            (
                f"PUT {path} HTTP/1.1\r\nHost: x\r\n"
                f"Authorization: Bearer {self._key}\r\n"
                f"Idempotency-Key: {number}-{time.time_ns()}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            ).encode()
            + body
        )
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        )
        await self._reader.readexactly(length)
        return int(head[9:12])
