"""Whose turn it is: a tenant's commands are decided one after another, in a copy of the service.

Decided at once, all but one of those that write one stream would have read too early and be decided
again, each time behind more neighbours; and whoever sends much would fill the connections. So who
sends much waits behind itself, and between its commands it leaves as long a pause as the last one
took, for other tenants.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from weakref import WeakValueDictionary

from shared.io import clock


class _Line:
    """One tenant's: who has the turn, and how many wait for it."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._waiting = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        self._waiting += 1
        try:
            await self._lock.acquire()
        finally:
            self._waiting -= 1
        began = clock.monotonic_seconds()
        try:
            yield
        finally:
            pause = clock.monotonic_seconds() - began if self._waiting else 0.0
            asyncio.get_running_loop().call_later(pause, self._lock.release)


class Turns:
    """The lines of one copy of the service; between copies the log itself decides who was first."""

    def __init__(self) -> None:
        # Each lives while somebody stands in it.
        self._lines: WeakValueDictionary[str, _Line] = WeakValueDictionary()

    @asynccontextmanager
    async def taken(self, tenants: Iterable[str]) -> AsyncIterator[None]:
        """Wait for one's turn with every tenant; all ask in the same order, so no ring of waiters
        comes about.
        """
        async with AsyncExitStack() as held:
            for tenant in sorted(set(tenants)):
                line = self._lines.get(tenant) or _Line()
                self._lines[tenant] = line
                await held.enter_async_context(line.turn())
            yield
