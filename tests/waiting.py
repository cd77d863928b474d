"""Waiting for a condition with a deadline; no test sleeps and hopes."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable

# Short beside any deadline, long beside the cost of looking.
POLL_SECONDS = 0.02
# Generous: a deadline is met by what works and costs time only when something is broken.
SECONDS = 30.0


async def eventually(
    condition: Callable[[], object | Awaitable[object]], seconds: float = SECONDS
) -> None:
    """Return once the condition holds; fail with its name and last answer when time is up."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if inspect.isawaitable(answer):
            answer = await answer
        if answer:
            return
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {condition!r} is {answer!r}")
        await asyncio.sleep(POLL_SECONDS)
