"""A bounded load from this process: keep-alive connections on the loopback, latencies kept."""

import asyncio
import time
from collections.abc import Sequence

from msgspec import Struct


class Measured(Struct, frozen=True, kw_only=True):
    """What a run of requests took."""

    per_second: float
    p50_ms: float
    p99_ms: float


async def run(port: int, request: bytes, *, connections: int, requests_each: int) -> Measured:
    """Send the same request over and over; every answer must be a success."""
    started = time.perf_counter()
    groups = await asyncio.gather(*(_one(port, request, requests_each) for _ in range(connections)))
    seconds = time.perf_counter() - started
    latencies = sorted(latency for group in groups for latency in group)
    return Measured(
        per_second=len(latencies) / seconds,
        p50_ms=_percentile(latencies, 0.50) * 1000,
        p99_ms=_percentile(latencies, 0.99) * 1000,
    )


def _percentile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


async def _one(port: int, request: bytes, count: int) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    latencies = []
    for _ in range(count):
        began = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        assert 200 <= status < 300, head
        length = next(
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        )
        await reader.readexactly(length)
        latencies.append(time.perf_counter() - began)
    writer.close()
    await writer.wait_closed()
    return latencies
