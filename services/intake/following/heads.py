"""How far the logs go, asked once for all who wait for more.

A commit here is a hint to look at once; that the heads are looked at every second is what it rests
on, so what another copy of intake committed is heard as well.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from shared.io import log, stopping
from shared.io.history import History, Tip
from shared.kernel.errors import Failure

POLL_SECONDS = 1.0
# Between two looks, however many commits there are.
PAUSE_SECONDS = 0.05


class Heads:
    """The heads as last seen, and who waits for which."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._tips: Mapping[str, Tip] = {}
        self._waited: dict[str, asyncio.Event] = {}
        self._hint = asyncio.Event()
        self._closing = False

    @property
    def closing(self) -> bool:
        """Whether nobody should wait any more."""
        return self._closing

    def nudge(self) -> None:
        """Something was committed here; nobody looks sooner where nobody waits."""
        if self._waited:
            self._hint.set()

    def close(self) -> None:
        """Let everybody go: the service stops."""
        self._closing = True
        for event in self._waited.values():
            event.set()

    async def beyond(self, tenant: str, seq: int, seconds: float) -> bool:
        """Wait until a log goes beyond `seq`; whether it did in this time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self._closing and self._seq(tenant) <= seq:
                    await self._waited.setdefault(tenant, asyncio.Event()).wait()
        return self._seq(tenant) > seq

    async def run(self) -> None:
        """Look for ever."""
        while not stopping.is_asked():
            self._hint.clear()
            try:
                self._see(await self._history.heads())
            except Failure as failure:
                log.logger().warning("following.heads_unseen", why=str(failure))
            await asyncio.sleep(PAUSE_SECONDS)
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await self._hint.wait()

    def _see(self, tips: Mapping[str, Tip]) -> None:
        moved = [tenant for tenant in self._waited if tips.get(tenant) != self._tips.get(tenant)]
        self._tips = tips
        for tenant in moved:
            self._waited.pop(tenant).set()

    def _seq(self, tenant: str) -> int:
        tip = self._tips.get(tenant)
        return tip.seq if tip else 0
