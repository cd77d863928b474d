"""One tenant's flood beside another's work: `python -m pytest tests/bench/fairness.py -s`.

The quiet tenant writes at a steady pace; in turns it is alone, and beside another that sends ten
times what it may. Printed are its latencies in both over all rounds, and their ratio; beside it the
ratio of each round, which says how much one run may be trusted. A disk that stalls by itself
decides both figures; so the first line says what a bare sync takes here, and on a shared disk
`--basetemp=/dev/shm/fairness` puts the databases where nothing stalls, with every sync still asked.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import chain
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
# With 3,000 requests on each side, thirty lie beyond the 99th percentile.
ROUNDS = 10
REQUESTS = 300
FLOOD_FACTOR = 10
SYNCS = 2000


@pytest.fixture
def system(database: Database, clean_bus: Server, tmp_path: Path) -> Iterator[System]:
    with running(database, clean_bus, tmp_path, "intake", allowance="1") as system:
        yield system


@pytest.mark.timeout(900)
async def test_a_flood_beside_a_steady_tenant(system: System, tmp_path: Path) -> None:
    synced = syncs(tmp_path / "synced")
    p50, p99 = (percentile(synced, share) for share in (0.5, 0.99))
    print(f"\na bare sync: p50 {p50:.2f} ms  p99 {p99:.2f} ms  of {len(synced)}")
    await system.ready("intake")
    system.open_season(YEAR, "2026.1")
    for region in (QUIET, FLOODING):
        system.register(region, YEAR, "tapis")
    alone: list[list[float]] = []
    beside: list[list[float]] = []
    sent = refused = 0
    for number in range(ROUNDS):
        # Who goes first changes, so a machine that grows slower favours neither.
        if number % 2 == 0:
            alone.append(await steady(system))
        latencies, tried, turned_away = await flooded(system)
        beside.append(latencies)
        sent, refused = sent + tried, refused + turned_away
        if number % 2 == 1:
            alone.append(await steady(system))
    seconds = ROUNDS * (REQUESTS / RATE + 1)
    print(f"flood: {sent / seconds:.0f} requests a second, {refused / sent:.0%} refused")
    both = {"alone": list(chain(*alone)), "beside": list(chain(*beside))}
    for name, told in both.items():
        p50, p99 = (percentile(told, share) for share in (0.5, 0.99))
        print(f"{name:7} p50 {p50:6.2f} ms  p99 {p99:6.2f} ms  of {len(told)}")
    print(f"p99 beside / alone: {ratio(both['beside'], both['alone']):.2f}")
    rounds = sorted(ratio(with_it, without) for with_it, without in zip(beside, alone, strict=True))
    print(f"by round: median {statistics.median(rounds):.2f}, {rounds[0]:.2f} to {rounds[-1]:.2f}")
    assert refused > sent / 2


async def flooded(system: System) -> tuple[list[float], int, int]:
    """The quiet tenant's latencies beside the flood, and how many it sent and was refused."""
    flood = begin(system)
    try:
        await asyncio.sleep(1)  # past the burst: from here on it is refused
        latencies = await steady(system)
    finally:
        flood.terminate()
        sent, refused = map(int, flood.communicate(timeout=10)[0].split())
    return latencies, sent, refused


async def steady(system: System) -> list[float]:
    """Every request of the quiet tenant is taken."""
    key = system.key(QUIET, "region_admin")
    async with Line(system.ports["intake"], key, QUIET) as line:
        async for status in line.steadily(RATE):
            assert status < 300, status
            if len(line.milliseconds) == REQUESTS:
                break
    return line.milliseconds


def syncs(path: Path) -> list[float]:
    """What it takes to write a block and have it on the disk, in milliseconds, again and again."""
    taken = []
    with path.open("wb") as file:
        for _ in range(SYNCS):
            began = time.perf_counter()
            file.write(bytes(8192))
            file.flush()
            os.fdatasync(file.fileno())
            taken.append((time.perf_counter() - began) * 1000)
            time.sleep(0.005)
    return taken


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


def ratio(contender: list[float], floor: list[float]) -> float:
    return percentile(contender, 0.99) / percentile(floor, 0.99)
