"""Whose turn it is: a tenant's commands are decided one after another, in a copy of the service.

Decided at once, all but one of those that write one stream would have read too early and be decided
again, each time behind more neighbours; and whoever sends much would fill the connections. So who
sends much waits behind itself, and keeps no other tenant waiting.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from weakref import WeakValueDictionary


class Turns:
    """The lines of one copy of the service; between copies the log itself decides who was first."""

    def __init__(self) -> None:
        # Each lives while somebody stands in it.
        self._lines: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def taken(self, tenants: Iterable[str]) -> AsyncIterator[None]:
        """Wait for one's turn with every tenant; all ask in the same order, so no ring of waiters
        comes about.
        """
        async with AsyncExitStack() as held:
            for tenant in sorted(set(tenants)):
                line = self._lines.get(tenant) or asyncio.Lock()
                self._lines[tenant] = line
                await held.enter_async_context(line)
            yield
