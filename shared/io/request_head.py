"""The door to uvicorn's protocol: the head of a request comes soon, and is of a sensible size.

The parser itself keeps what has come of a head without an end, for ever; anybody could send it.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# Longer than any honest head: a token of 8 KiB, cookies of others on this host, a long address.
HEAD_BYTES_MAX = 64 * 1024
# As long as a piece of a body may take (`slow.py`).
HEAD_SECONDS_MAX = 30.0


class BoundedProtocol(HttpToolsProtocol):
    """Hangs up on who sends no head, or one without an end; there is no request to answer yet."""

    _came = 0
    _open = True
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._have_head()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._open:
            self._came += len(data)
            # What comes at once may hold a head and the beginning of its body.
            if self._came - len(data) > HEAD_BYTES_MAX:
                self.transport.close()
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if not self._open:
            self._await_head()

    def on_headers_complete(self) -> None:
        self._have_head()
        super().on_headers_complete()

    def _await_head(self) -> None:
        self._came, self._open = 0, True
        self._timer = self.loop.call_later(HEAD_SECONDS_MAX, self.transport.close)

    def _have_head(self) -> None:
        self._open = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
