"""One tenant's flood beside another's work: `python -m pytest tests/bench/fairness.py -s`.

The quiet tenant writes at a steady pace; in turns it is alone, and beside another that sends ten
times what it may. Printed are its latencies in both, and their ratio.
"""

import asyncio
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.nats import Server
from shared.io.gate import limits
from tests.bench.line import YEAR, Line
from tests.databases import Database
from tests.system import ROOT, System, running

QUIET, FLOODING = "63.10", "63.11"
# A steady region: twenty requests a second.
RATE = 20.0
ROUNDS = 4
REQUESTS = 250
FLOOD_FACTOR = 10


@pytest.fixture
def system(database: Database, clean_bus: Server, tmp_path: Path) -> Iterator[System]:
    with running(database, clean_bus, tmp_path, "intake", allowance="1") as system:
        yield system


async def test_a_flood_beside_a_steady_tenant(system: System) -> None:
    await system.ready("intake")
    system.open_season(YEAR, "2026.1")
    for region in (QUIET, FLOODING):
        system.register(region, YEAR, "tapis")
    alone: list[float] = []
    beside: list[float] = []
    sent = refused = 0
    for _ in range(ROUNDS):
        alone += await steady(system)
        flood = begin(system)
        try:
            await asyncio.sleep(1)  # past the burst: from here on it is refused
            beside += await steady(system)
        finally:
            flood.terminate()
            counts = flood.communicate(timeout=10)[0].split()
        sent, refused = sent + int(counts[0]), refused + int(counts[1])
    seconds = ROUNDS * (REQUESTS / RATE + 1)
    print(f"\nflood: {sent / seconds:.0f} requests a second, {refused / sent:.0%} refused")
    for name, told in (("alone", alone), ("beside", beside)):
        print(f"{name:7} p50 {percentile(told, 0.5):6.2f} ms  p99 {percentile(told, 0.99):6.2f} ms")
    print(f"p99 beside / alone: {percentile(beside, 0.99) / percentile(alone, 0.99):.2f}")
    assert refused > sent / 2


async def steady(system: System) -> list[float]:
    """Every request of the quiet tenant is taken."""
    key = system.key(QUIET, "region_admin")
    async with Line(system.ports["intake"], key, QUIET) as line:
        async for status in line.steadily(RATE):
            assert status < 300, status
            if len(line.milliseconds) == REQUESTS:
                break
    return line.milliseconds


def begin(system: System) -> subprocess.Popen[str]:
    rate = limits(1)["write"].rate * FLOOD_FACTOR
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.flooding", str(system.ports["intake"]), str(rate)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write(system.key(FLOODING, "region_admin"))
    process.stdin.close()
    process.stdin = None
    return process


def percentile(told: list[float], share: float) -> float:
    return statistics.quantiles(told, n=1000)[round(share * 1000) - 1]
