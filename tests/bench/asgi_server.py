"""Which ASGI server: the same application under uvicorn and granian, turn by turn.

Prints requests per second, latencies and processor time per request, and the ratio of medians.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from deploy.local import network
from tests.bench import load

ROUNDS = 5
CONNECTIONS = 16
REQUESTS_EACH = 400
START_SECONDS_MAX = 20
BODY = b'{"level":2,"evidence":[{"sha256":"' + b"a" * 64 + b'","document_number":"188.4/12"}]}'
REQUEST = (
    b"PUT /claim/SID-REGULASI HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n%b" % (len(BODY), BODY)
)
SERVERS = {
    "uvicorn": ["uvicorn", "--loop", "uvloop", "--http", "httptools", "--log-level", "error"],
    "granian": ["granian", "--interface", "asgi", "--loop", "uvloop", "--no-log"],
}


def main() -> None:
    """Measure both, interleaved."""
    rates: dict[str, list[float]] = {name: [] for name in SERVERS}
    costs: dict[str, list[float]] = {name: [] for name in SERVERS}
    for round_number in range(1, ROUNDS + 1):
        for name in SERVERS:
            with _serving(name) as (port, process):
                before = _processor_seconds(process)
                measured = asyncio.run(
                    load.run(port, REQUEST, connections=CONNECTIONS, requests_each=REQUESTS_EACH)
                )
                spent = _processor_seconds(process) - before
            rates[name].append(measured.per_second)
            costs[name].append(spent / (CONNECTIONS * REQUESTS_EACH) * 1e6)
            print(
                f"{round_number} {name:8} {measured.per_second:8.0f}/s"
                f"  p50 {measured.p50_ms:6.2f} ms  p99 {measured.p99_ms:6.2f} ms"
                f"  {costs[name][-1]:6.1f} µs processor time a request"
            )
    one, other = (statistics.median(rates[name]) for name in SERVERS)
    cost, other_cost = (statistics.median(costs[name]) for name in SERVERS)
    print(f"uvicorn / granian: rate {one / other:.2f}, processor time {cost / other_cost:.2f}")


@contextmanager
def _serving(name: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    port = network.free_port()
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            *SERVERS[name],
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            "tests.bench.claim_app:app",
        ],
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + START_SECONDS_MAX
        while not _answers(port):
            assert time.monotonic() < deadline, f"{name} did not start"
        yield port, process
    finally:
        process.terminate()
        process.wait(START_SECONDS_MAX)


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=1).status_code == 200
    except httpx.HTTPError:
        return False


def _processor_seconds(process: subprocess.Popen[bytes]) -> float:
    """User and system time of the server and its workers, from the kernel."""
    ticks = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text(encoding="ascii", errors="replace")
            except OSError:
                continue
            fields = stat.rsplit(")", 1)[1].split()
            if int(fields[3]) == process.pid:  # the session that Popen started
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
