"""One tenant's flood beside another's work: `python -m pytest tests/bench/fairness.py -s`.

The quiet tenant claims at a steady pace, first alone, then while another sends ten times what it
may. Printed are both latencies of the quiet tenant and their ratio.
"""

import asyncio
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.nats import Server
from shared.io.gate import limits
from tests.databases import Database
from tests.system import System, running

YEAR = 2026
QUIET, FLOODING = "63.10", "63.11"
# A steady region: twenty requests a second.
PACE_SECONDS = 0.05
REQUESTS = 400
FLOOD_FACTOR = 10
CONNECTIONS = 20


@pytest.fixture
def system(database: Database, clean_bus: Server, tmp_path: Path) -> Iterator[System]:
    with running(database, clean_bus, tmp_path, "intake", allowance="1") as system:
        yield system


async def test_a_flood_beside_a_steady_tenant(system: System) -> None:
    await system.ready("intake")
    system.open_season(YEAR, "2026.1")
    for region in (QUIET, FLOODING):
        system.register(region, YEAR, "tapis")
    alone = await steady(system)
    flooding = asyncio.create_task(flood(system))
    await asyncio.sleep(1)  # past the burst: from here on it is refused
    beside = await steady(system)
    flooding.cancel()
    sent, refused = COUNTS
    seconds = REQUESTS * PACE_SECONDS + 1
    print(f"\nflood: {sent / seconds:.0f} requests a second, {refused / sent:.0%} refused")
    for name, told in (("alone", alone), ("beside", beside)):
        print(f"{name:7} p50 {percentile(told, 0.5):6.2f} ms  p99 {percentile(told, 0.99):6.2f} ms")
    print(f"p99 beside / alone: {percentile(beside, 0.99) / percentile(alone, 0.99):.2f}")
    assert refused > sent / 2


COUNTS = [0, 0]


async def steady(system: System) -> list[float]:
    """Reads and writes in turn at a steady pace, each timed from when it was due."""
    reader, writer = await asyncio.open_connection("127.0.0.1", system.ports["intake"])
    told = []
    began = time.perf_counter()
    for number in range(REQUESTS):
        due = began + number * PACE_SECONDS
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        status = await asked(reader, writer, request(system, QUIET, number))
        assert status < 300, status
        told.append((time.perf_counter() - due) * 1000)
    writer.close()
    return told


async def flood(system: System) -> None:
    """Ten times what a tenant may, for ever."""
    rate = limits(1)["write"].rate * FLOOD_FACTOR
    await asyncio.gather(*(flood_line(system, rate / CONNECTIONS, n) for n in range(CONNECTIONS)))


async def flood_line(system: System, rate: float, line: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", system.ports["intake"])
    began, number = time.perf_counter(), 0
    while True:
        number += 1
        await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
        status = await asked(reader, writer, request(system, FLOODING, number * 1000 + line))
        COUNTS[0] += 1
        COUNTS[1] += status == 429


async def asked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sent: bytes) -> int:
    writer.write(sent)
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length")
    )
    await reader.readexactly(length)
    return int(head[9:12])


def request(system: System, region: str, number: int) -> bytes:
    """A target that changes each time, so that every request is recorded."""
    body = b'{"target":"%d.%02d","instrument":"Perda"}' % (number // 100 % 90 + 1, number % 100)
    key = system.key(region, "region_admin")
    return (
        f"PUT /v1/regions/{region}/targets/{YEAR} HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: Bearer {key}\r\nIdempotency-Key: {region}-{number}-{time.time_ns()}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body


def percentile(told: list[float], share: float) -> float:
    return statistics.quantiles(told, n=1000)[round(share * 1000) - 1]
