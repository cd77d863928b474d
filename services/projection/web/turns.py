"""Answers that cost a good part of a second take turns, so that the others go on meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from shared.kernel.errors import Unavailable

# One at a time: each holds a processor, and the pages share it.
AT_ONCE_MAX = 1
# Who waits longer for a turn is told to come back.
WAIT_SECONDS_MAX = 5.0

T = TypeVar("T")


class Turns:
    """A queue of one; whoever holds the turn may work."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(AT_ONCE_MAX)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """`Unavailable` where the queue is too long to wait for."""
        try:
            async with asyncio.timeout(WAIT_SECONDS_MAX):
                await self._free.acquire()
        except TimeoutError:
            raise Unavailable("store.busy") from None
        try:
            yield
        finally:
            self._free.release()

    async def aside(self, work: Callable[[], T]) -> T:
        """Do the work beside the loop that answers everyone else."""
        return await asyncio.to_thread(work)
