"""A flood in a process of its own that gives way to others, as if it came from another machine.

    python -m tests.bench.flooding PORT RATE

reads the API key from standard input, sends until it is told to stop, and prints how many requests
it sent and how many of them were refused.
"""

import asyncio
import os
import signal
import sys

from tests.bench.line import Line

CONNECTIONS = 100


async def main(port: int, rate: float, key: str) -> None:
    """Each connection sends its share at a steady pace, whatever is answered."""
    os.nice(19)
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    counts = [0, 0]

    async def send(number: int) -> None:
        await asyncio.sleep(number / rate)  # not all at the same moment
        async with Line(port, key) as line:
            async for status in line.steadily(rate / CONNECTIONS, number * 100_000):
                counts[0] += 1
                counts[1] += status == 429
                if stopped.is_set():
                    return

    await asyncio.gather(*(send(number) for number in range(CONNECTIONS)))
    print(*counts)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]), sys.stdin.read().strip()))
