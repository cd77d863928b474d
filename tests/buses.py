"""The bus as each of its users finds it, and as an administrator sees it by hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import nats
import pytest
from nats.js import JetStreamContext

from deploy.local.bus_rights import ADMIN
from deploy.local.nats import Server
from shared.io import bus
from shared.io.bus import Bus
from shared.kernel import names


@pytest.fixture
async def clean_bus(nats_server: Server) -> Server:
    """The run's NATS with both streams, empty of what an earlier test said."""
    await wipe(nats_server)
    async with connected(nats_server) as own:
        for log in names.LOGS:
            await own.ensure_stream(log)
    return nats_server


@asynccontextmanager
async def connected(server: Server, user: str = ADMIN) -> AsyncIterator[Bus]:
    """The bus as one of its users."""
    async with bus.connected(server.url, user, server.seed(user)) as own:
        yield own


@asynccontextmanager
async def jetstream(server: Server) -> AsyncIterator[JetStreamContext]:
    """What an administrator may do by hand."""
    inbox, seed = names.inbox(ADMIN), server.seed(ADMIN)
    client = await nats.connect(server.url, nkeys_seed_str=seed, inbox_prefix=inbox)
    try:
        yield client.jetstream()
    finally:
        await client.close()


async def wipe(server: Server) -> None:
    async with jetstream(server) as manager:
        for stream in await manager.streams_info():
            assert stream.config.name
            await manager.delete_stream(stream.config.name)
