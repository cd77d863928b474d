"""A TCP proxy before PostgreSQL that cuts the connection where a test says: around a COMMIT."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Literal

from msgspec import Struct
from psycopg.conninfo import make_conninfo

from deploy.local import network
from shared.io import postgres

Cut = Literal["before commit", "after commit"]

CHUNK_BYTES = 65_536
COMMIT = b"COMMIT\0"


class Proxy(Struct):
    """`url` leads through the proxy; `cut` is what happens to the next COMMIT, once."""

    url: str
    cut: Cut | None = None
    cuts: int = 0

    def take(self, cut: Cut) -> bool:
        """Whether this is the moment; the order is then carried out and forgotten."""
        if self.cut != cut:
            return False
        self.cut = None
        self.cuts += 1
        return True


@asynccontextmanager
async def proxied(url: str) -> AsyncIterator[Proxy]:
    server = postgres.parts(url)
    pipes: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection(
            server["host"], int(server["port"])
        )
        both = {
            asyncio.create_task(_requests(proxy, reader, inner_writer)),
            asyncio.create_task(_replies(proxy, inner_reader, writer)),
        }
        pipes.update(both)
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        for task in both:
            task.cancel()
        for end in (writer, inner_writer):
            end.close()
            with suppress(OSError):
                await end.wait_closed()

    listening = await asyncio.start_server(serve, network.LOOPBACK, 0)
    port = listening.sockets[0].getsockname()[1]
    proxy = Proxy(make_conninfo(url, port=port))
    try:
        yield proxy
    finally:
        listening.close()
        for task in pipes:
            task.cancel()
        await asyncio.gather(*pipes, return_exceptions=True)
        await listening.wait_closed()


async def _requests(
    proxy: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    while chunk := await reader.read(CHUNK_BYTES):
        if COMMIT in chunk.upper() and proxy.take("before commit"):
            return
        writer.write(chunk)


async def _replies(
    proxy: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """The server's word for a commit that has happened is `COMMIT` too."""
    while chunk := await reader.read(CHUNK_BYTES):
        if COMMIT in chunk and proxy.take("after commit"):
            return
        writer.write(chunk)
