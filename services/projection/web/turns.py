"""Answers that cost a good part of a second take turns, so that the others go on meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from shared.kernel.errors import Unavailable

# Who waits longer for a turn is told to come back.
WAIT_SECONDS_MAX = 5.0

T = TypeVar("T")


class Turns:
    """A queue; whoever holds a turn may work.

    One at a time where the work holds a processor, for the pages share it.
    """

    def __init__(self, at_once: int = 1) -> None:
        self._free = asyncio.Semaphore(at_once)

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
