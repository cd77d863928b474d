"""What is sent goes to the address that was checked, and nothing the other side does harms us."""

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import httpx
import pytest

from shared.io import outgoing
from shared.io.outgoing import Outgoing
from shared.kernel import addresses
from shared.kernel.errors import Refused
from tests.receiver import receiving
from tests.unit.kernel.test_addresses import PRIVATE

URL = "https://portal.example.go.id/hook"


def resolving(*answers: Sequence[str]) -> tuple[outgoing.Resolve, list[str]]:
    """A resolver that gives these answers in turn, the last one for ever; and what it was asked."""
    asked: list[str] = []

    async def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(f"{host}:{port}")
        return answers[min(len(asked), len(answers)) - 1]

    return resolve, asked


@contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port of the loopback where each connection is answered as told."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        ended = threading.Event()

        def serve() -> None:
            while not ended.is_set():
                with suppress(TimeoutError):
                    connection, _ = server.accept()
                    with connection, suppress(OSError):
                        connection.settimeout(20)
                        answer(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            ended.set()
            thread.join(25)


@pytest.mark.parametrize("name", PRIVATE)
async def test_a_name_that_leads_to_a_private_address_is_not_sent_to(name: str) -> None:
    for number in PRIVATE[name]:
        resolve, asked = resolving([number])
        out = Outgoing(loopback=False, resolve=resolve)
        assert not await out.is_allowed(URL)
        assert (await out.post(URL, {}, b"x")).error == outgoing.REFUSED
        assert asked == ["portal.example.go.id:443"] * 2


@pytest.mark.parametrize("found", [["8.8.8.8", "10.0.0.1"], ["10.0.0.1", "8.8.8.8"], []])
async def test_one_private_address_among_public_ones_is_enough_to_refuse(found: list[str]) -> None:
    resolve, _ = resolving(found)
    out = Outgoing(loopback=False, resolve=resolve)
    assert not await out.is_allowed(URL)
    assert (await out.post(URL, {}, b"x")).error == outgoing.REFUSED


async def test_the_development_setting_opens_no_name_that_leads_to_the_loopback() -> None:
    resolve, _ = resolving(["127.0.0.1"])
    out = Outgoing(loopback=True, resolve=resolve)
    assert not await out.is_allowed(URL)
    assert (await out.post(URL, {}, b"x")).error == outgoing.REFUSED


async def test_the_loopback_itself_is_refused_without_the_setting() -> None:
    with receiving() as receiver:
        out = Outgoing(loopback=False)
        with pytest.raises(Refused):
            await out.is_allowed(receiver.url)
        assert (await out.post(receiver.url, {}, b"x")).error == outgoing.REFUSED
        assert receiver.deliveries == []


async def test_a_name_is_looked_up_for_every_message() -> None:
    """What was public when the webhook was made may lead elsewhere by now."""
    resolve, asked = resolving(["8.8.8.8"], ["127.0.0.1"])
    out = Outgoing(loopback=False, resolve=resolve)
    assert await out.is_allowed(URL)
    assert (await out.post(URL, {}, b"x")).error == outgoing.REFUSED
    assert len(asked) == 2


async def test_the_connection_goes_to_the_address_that_was_checked_under_the_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The name itself is not looked up a second time, and stays in TLS."""
    monkeypatch.setattr(addresses, "is_public", lambda number: number == "127.0.0.1")
    hellos: list[bytes] = []
    resolve, asked = resolving(["127.0.0.1"], ["8.8.8.8"])
    out = Outgoing(loopback=False, resolve=resolve)
    looked_up: list[Any] = []
    look_up = asyncio.get_running_loop().getaddrinfo

    async def told(host: Any, *given: Any, **more: Any) -> Any:
        looked_up.append(host)
        return await look_up(host, *given, **more)

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", told)
    with listening(lambda connection: hellos.append(connection.recv(4096))) as port:
        outcome = await out.post(f"https://portal.example.go.id:{port}/", {}, b"x")
    assert outcome.error == outgoing.UNREACHABLE
    assert len(asked) == 1
    assert len(hellos) == 1
    assert b"portal.example.go.id" in hellos[0]
    assert set(looked_up) <= {"127.0.0.1", b"127.0.0.1"}


async def test_the_certificate_is_checked_against_the_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A certificate of the number, or of nobody we trust, is of no use."""
    contexts: list[ssl.SSLContext] = []
    make = httpx.AsyncClient

    def noted(**given: Any) -> httpx.AsyncClient:
        contexts.append(given["verify"])
        return make(**given)

    monkeypatch.setattr(addresses, "is_public", lambda _: True)
    monkeypatch.setattr(httpx, "AsyncClient", noted)
    resolve, _ = resolving(["127.0.0.1"])
    await Outgoing(loopback=False, resolve=resolve).post("https://a.id:9/", {}, b"x")
    assert contexts[0].check_hostname
    assert contexts[0].verify_mode == ssl.CERT_REQUIRED


async def test_the_host_header_holds_the_name_and_no_proxy_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with receiving() as proxy, receiving() as receiver:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        outcome = await Outgoing(loopback=True).post(receiver.url, {"webhook-id": "1"}, b"{}")
        assert outcome.error == ""
        assert proxy.deliveries == []
        (one,) = receiver.deliveries
    assert one.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert (one.headers["webhook-id"], one.body, one.path) == ("1", b"{}", "/hook")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_to_a_private_address_is_not_followed(status: int) -> None:
    with receiving() as inside, receiving() as receiver:
        receiver.otherwise, receiver.headers = status, {"Location": inside.url}
        outcome = await Outgoing(loopback=True).post(receiver.url, {}, b"{}")
        assert (outcome.error, outcome.status) == (f"status.{status}", status)
        assert inside.deliveries == []
        assert len(receiver.deliveries) == 1


async def test_an_endless_answer_is_not_read() -> None:
    sent = 0

    def endless(connection: socket.socket) -> None:
        nonlocal sent
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")
            sent += 0x4000

    began = time.monotonic()
    with listening(endless) as port:
        outcome = await Outgoing(loopback=True).post(f"http://127.0.0.1:{port}/", {}, b"x")
    assert outcome.error == ""
    assert time.monotonic() - began < 3
    assert sent < 16 * 1024 * 1024  # what the buffers between hold


def drip(connection: socket.socket) -> None:
    connection.recv(65536)
    for byte in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1000:
        connection.sendall(bytes([byte]))
        time.sleep(0.05)


def silence(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass


@pytest.mark.parametrize("answer", [drip, silence])
async def test_a_slow_answer_has_its_limit(
    answer: Callable[[socket.socket], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one that says a little all the time."""
    monkeypatch.setattr(outgoing, "SECONDS_MAX", 1.0)
    with listening(answer) as port:
        began = time.monotonic()
        outcome = await Outgoing(loopback=True).post(f"http://127.0.0.1:{port}/", {}, b"x")
        assert outcome.error == outgoing.TIMEOUT
        assert time.monotonic() - began < 3


async def test_a_slow_name_has_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    async def slow(*_: object) -> Sequence[str]:
        await asyncio.sleep(30)
        return ["8.8.8.8"]

    monkeypatch.setattr(outgoing, "SECONDS_MAX", 0.3)
    out = Outgoing(loopback=False, resolve=slow)
    assert not await out.is_allowed(URL)
    assert (await out.post(URL, {}, b"x")).error == outgoing.TIMEOUT


@pytest.mark.parametrize(
    "said", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 200_000]
)
async def test_nonsense_is_no_answer(said: bytes) -> None:
    def speak(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(said)

    with listening(speak) as port:
        outcome = await Outgoing(loopback=True).post(f"http://127.0.0.1:{port}/", {}, b"x")
    assert outcome.error == outgoing.UNREACHABLE


async def test_the_next_address_is_tried_where_one_does_not_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(addresses, "is_public", lambda _: True)
    hellos: list[bytes] = []
    resolve, _ = resolving(["127.0.0.2", "127.0.0.1"])
    with listening(lambda connection: hellos.append(connection.recv(4096))) as port:
        await Outgoing(loopback=False, resolve=resolve).post(f"https://a.id:{port}/", {}, b"x")
    assert len(hellos) == 1


async def test_what_is_no_name_has_no_address() -> None:
    assert await outgoing.looked_up("jejak.invalid", 443) == ()
    assert await outgoing.looked_up("127.0.0.1", 443) == ["127.0.0.1"]
