"""The embedded NATS: bounded, private, and keeping what it acknowledged."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from nats.errors import Error
from nats.js.errors import NotFoundError

from deploy.local import network
from deploy.local.nats import MEMORY_BYTES_MAX, STORE_BYTES_MAX, Server
from shared.kernel.errors import Unavailable
from tests import buses


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    folder = tmp_path / "sebuah folder"
    own = Server(
        folder=folder,
        port=network.free_port(),
        secrets=tmp_path / "secrets",
        log=tmp_path / "nats.log",
    )
    own.start()
    yield own
    own.stop()


async def published(server: Server) -> None:
    async with buses.connected(server) as admin, buses.connected(server, "intake") as intake:
        await admin.ensure_stream("evt")
        await intake.say("evt.00.63-10", "one", b"one")


async def counted(server: Server) -> int:
    async with buses.jetstream(server) as manager:
        return (await manager.stream_info("EVT")).state.messages


def greeted(server: Server) -> dict[str, object]:
    line = network.greeting(network.LOOPBACK, server.port)
    return msgspec.json.decode(line.removeprefix(b"INFO "), type=dict[str, object])


async def test_the_store_is_bounded(nats_server: Server) -> None:
    async with buses.jetstream(nats_server) as manager:
        for storage, most in (("file", STORE_BYTES_MAX), ("memory", MEMORY_BYTES_MAX)):
            with pytest.raises(Error, match="insufficient"):
                await manager.add_stream(
                    name="vast", subjects=["vast"], storage=storage, max_bytes=most + 1
                )


def test_it_listens_on_the_loopback_alone(nats_server: Server) -> None:
    assert greeted(nats_server)["host"] == "127.0.0.1"


async def test_what_was_acknowledged_outlives_a_stop_and_a_kill(server: Server) -> None:
    await published(server)
    server.stop()
    server.start()
    assert await counted(server) == 1
    server.kill()
    server.start()
    assert await counted(server) == 1


async def test_a_wipe_loses_every_stream(server: Server) -> None:
    await published(server)
    server.kill()
    server.wipe()
    server.start()
    with pytest.raises(NotFoundError):
        await counted(server)


def test_a_running_server_is_not_wiped(server: Server) -> None:
    with pytest.raises(AssertionError, match="still running"):
        server.wipe()


def test_a_busy_port_is_named(tmp_path: Path, nats_server: Server) -> None:
    own = Server(
        folder=tmp_path, port=nats_server.port, secrets=tmp_path / "secrets", log=tmp_path / "log"
    )
    with pytest.raises(Unavailable, match="port_busy"):
        own.start()


def test_another_server_on_the_port_is_not_taken_for_it(tmp_path: Path) -> None:
    with socket.create_server((network.LOOPBACK, 0)) as listener:
        port = listener.getsockname()[1]
        own = Server(folder=tmp_path, port=port, secrets=tmp_path / "secrets", log=tmp_path / "log")

        def greet() -> None:
            called, _ = listener.accept()
            with called:
                called.sendall(b'INFO {"server_name":"another","jetstream":true}\r\n')

        thread = threading.Thread(target=greet)
        thread.start()
        assert not own._is_ready(0)
        thread.join()


def test_a_server_is_not_started_from_a_thread_it_would_end_with(nats_server: Server) -> None:
    assert nats_server.pid
    refused: list[AssertionError] = []

    def begin() -> None:
        try:
            nats_server.start()
        except AssertionError as error:
            refused.append(error)

    thread = threading.Thread(target=begin)
    thread.start()
    thread.join()
    assert "thread" in str(refused[0])
