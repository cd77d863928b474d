"""A log as it grows: server-sent events, each under the cursor to go on from.

Whoever loses the connection says with `Last-Event-ID` where it was; that is the browser's own way.
"""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable

from services.intake.core.following import cloud_event, cursor
from services.intake.core.following.cursor import Cursor
from services.intake.following.feed import Feed
from services.intake.following.heads import Heads
from shared.io import log
from shared.kernel.errors import Failure, Refused
from shared.kernel.recorded import Stored

# Of one tenant's keys, in one copy of intake: several offices look on, each with a few windows.
OPEN_MAX = 10
# A comment in the quiet, so that nobody between takes the connection for dead.
PING_SECONDS = 15.0
# How long a client waits before it connects again.
RETRY_MILLISECONDS = 2000

MEDIA_TYPE = "text/event-stream"

# Raises `Refused` once whoever listens may no longer.
Allowed = Callable[[], Awaitable[object]]


class Live:
    """The open streams of this copy of intake."""

    def __init__(self, feed: Feed, heads: Heads) -> None:
        self._feed = feed
        self._heads = heads
        self._open: Counter[str] = Counter()

    @property
    def open_streams(self) -> int:
        """How many there are."""
        return self._open.total()

    async def follow(
        self, whose: str, after: Cursor, shown: frozenset[str], allowed: Allowed
    ) -> AsyncIterator[bytes]:
        """The stream, begun: what can be refused is refused before the answer begins."""
        lines = self._lines(whose, after, shown, allowed)
        return _after(await anext(lines), lines)

    async def _lines(
        self, whose: str, after: Cursor, shown: frozenset[str], allowed: Allowed
    ) -> AsyncIterator[bytes]:
        if self._open[whose] >= OPEN_MAX:
            raise Refused("follower.too_many", streams_max=OPEN_MAX)
        self._open[whose] += 1
        try:
            await self._feed.page(after, 1)
            yield f"retry: {RETRY_MILLISECONDS}\n\n".encode()
            async for line in self._told(after, shown, allowed):
                yield line
        finally:
            self._open[whose] -= 1

    async def _told(
        self, place: Cursor, shown: frozenset[str], allowed: Allowed
    ) -> AsyncIterator[bytes]:
        """For ever, or until something fails: then the client comes back and is told why."""
        try:
            while not self._heads.closing:
                page = await self._feed.page(place)
                await allowed()  # whoever was shut out meanwhile is not told what came since
                for fact in page.facts:
                    if fact.topic in shown:
                        yield _line(fact)
                place = page.next
                while not page.more and not await self._grown(place):
                    yield b": ping\n\n"
                    await allowed()
        except Failure as failure:
            log.logger().info("following.stream_ended", why=str(failure))

    async def _grown(self, place: Cursor) -> bool:
        """Wait for more, or for the end of all streams, as long as it may be quiet."""
        grown = await self._heads.beyond(place.tenant, place.seq, PING_SECONDS)
        return grown or self._heads.closing


async def _after(first: bytes, lines: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for line in lines:
        yield line


def _line(fact: Stored) -> bytes:
    place = cursor.spelt(cursor.at(fact.tenant, fact.seq, fact.leaf_hash))
    return b"id: " + place.encode() + b"\ndata: " + cloud_event.encode(fact) + b"\n\n"
