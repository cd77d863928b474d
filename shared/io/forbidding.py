"""Noticing what the bus forbids: the server says so beside the answers, which then never come.

The client hands such words to a callback and lets whoever asked wait for its time to run out. Here
the asking ends at once, with a failure that names the subject.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.io import log
from shared.kernel.errors import Unavailable

# The client passes on the server's words in lower case.
_FORBIDDEN = re.compile(r'permissions violation for (publish|subscription) to "([^"]+)"')
_NOT_ADMITTED = "authorization violation"


class Forbidding:
    """What one connection is waiting for, by subject, to be ended when it is forbidden."""

    def __init__(self) -> None:
        self._asked: dict[str, list[asyncio.Timeout]] = {}

    @asynccontextmanager
    async def noticed(self, subject: str) -> AsyncIterator[None]:
        """Around a question on `subject`: `Unavailable` as soon as the server forbids it."""
        heard_as = subject.lower()
        try:
            async with asyncio.timeout(None) as limit:
                self._asked.setdefault(heard_as, []).append(limit)
                try:
                    yield
                finally:
                    self._forget(heard_as, limit)
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise Unavailable("bus.forbidden", subject=subject) from error

    async def hear(self, error: Exception) -> None:
        """What the client reports: told in the log, and to whoever waits for what it ends."""
        told = str(error).lower()
        forbidden = _FORBIDDEN.search(told)
        if forbidden:
            act, subject = forbidden.groups()
            log.logger().error("bus.forbidden", act=act, subject=subject)
            for limit in self._asked.get(subject, []):
                if limit.when() is None:  # nothing ended it yet
                    limit.reschedule(asyncio.get_running_loop().time())
        elif _NOT_ADMITTED in told:
            log.logger().error("bus.not_admitted", why=str(error))
        else:
            log.logger().warning("bus.error", why=f"{type(error).__name__}: {error}")

    def _forget(self, heard_as: str, limit: asyncio.Timeout) -> None:
        self._asked[heard_as].remove(limit)
        if not self._asked[heard_as]:
            del self._asked[heard_as]
