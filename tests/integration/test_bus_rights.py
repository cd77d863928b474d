"""Who may do what on the bus, asked of a real server with the configuration that runs anywhere.

A guard that is missing here cannot harm the truth, which is in PostgreSQL; but nobody may say
another's facts, disturb another's hearing, or read what is not meant for it.
"""

import asyncio
import secrets
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, suppress
from pathlib import Path

import msgspec
import nats.errors
import nkeys
import pytest
from nats.aio.client import Client
from structlog.testing import capture_logs

from deploy.local import credentials, network
from deploy.local import nats as embedded
from deploy.local.bus_rights import ADMIN, SERVICES, USERS
from deploy.local.nats import Server
from shared.io import bus, config
from shared.io.forbidding import Forbidding
from shared.kernel import names
from shared.kernel.errors import Refused, Unavailable
from tests import buses
from tests.waiting import eventually

FACT = "evt.12.63-10"
SCORE = "sco.12.63-10"


class Caller:
    """One user with nothing of ours between it and the server."""

    def __init__(self) -> None:
        self.client = Client()
        self.told: list[str] = []

    async def hear(self, error: Exception) -> None:
        self.told.append(str(error))

    async def may_publish(self, *subjects: str) -> set[str]:
        return await self._allowed(subjects, lambda one: self.client.publish(one, b"{}"))

    async def may_subscribe(self, *subjects: str) -> set[str]:
        return await self._allowed(subjects, self.client.subscribe)

    async def _allowed(
        self, subjects: Sequence[str], act: Callable[[str], Awaitable[object]]
    ) -> set[str]:
        """Which of them the server lets pass; it tells refusals in order, nothing else."""
        last = f"forbidden.to-all.{len(self.told)}"
        for subject in (*subjects, last):
            await act(subject)
        await self.client.flush(5)
        await eventually(lambda: any(last in told for told in self.told), 5)
        return {
            one for one in subjects if not any(f'"{one.lower()}"' in told for told in self.told)
        }

    async def enter(self, server: Server, seed: str) -> None:
        try:
            await self.client.connect(
                server.url, nkeys_seed_str=seed, allow_reconnect=False, error_cb=self.hear
            )
        except nats.errors.Error:
            await self.client.close()
            raise


@asynccontextmanager
async def calling(server: Server, user: str) -> AsyncIterator[Caller]:
    caller = Caller()
    await caller.enter(server, server.seed(user))
    try:
        yield caller
    finally:
        await caller.client.close()


def said(address: tuple[str, int], options: dict[str, object]) -> bytes:
    """What the server answers to somebody who introduces himself so."""
    with socket.create_connection(address, 5) as called, called.makefile("rwb") as lines:
        lines.readline()
        lines.write(b"CONNECT " + msgspec.json.encode(options) + b"\r\nPING\r\n")
        lines.flush()
        return lines.readline()


def seed() -> str:
    return str(nkeys.encode_seed(secrets.token_bytes(32), nkeys.PREFIX_BYTE_USER).decode())


# Who is admitted.


@pytest.mark.parametrize(
    "options",
    [{}, {"user": "jejak", "pass": "secret"}, {"auth_token": "secret"}],
    ids=["nobody", "password", "token"],
)
def test_a_stranger_is_refused(nats_server: Server, options: dict[str, object]) -> None:
    answer = said((network.LOOPBACK, nats_server.port), {"verbose": False, **options})
    assert answer == b"-ERR 'Authorization Violation'\r\n"


def test_a_public_key_alone_admits_nobody(nats_server: Server) -> None:
    """It stands in the configuration for everybody to read; only a signature proves anything."""
    for user in USERS:
        key = credentials.public_key(nats_server._secrets, user)
        for signature in ("", "A" * 86):
            options: dict[str, object] = {"nkey": key, "sig": signature}
            answer = said((network.LOOPBACK, nats_server.port), options)
            assert answer == b"-ERR 'Authorization Violation'\r\n"


async def test_another_seed_is_refused(nats_server: Server) -> None:
    caller = Caller()
    with pytest.raises(nats.errors.Error, match="Authorization Violation"):
        await caller.enter(nats_server, seed())


@pytest.mark.parametrize("own", ["another", config.WITHOUT_SEED])
async def test_a_service_that_is_not_admitted_waits_and_says_so(
    nats_server: Server, own: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus, "RECONNECT_SECONDS", 0.05)
    given = seed() if own == "another" else own

    async def enter() -> None:
        async with bus.connected(nats_server.url, "intake", given):
            raise AssertionError("admitted")

    with capture_logs() as logged:
        entering = asyncio.create_task(enter())
        await eventually(lambda: [line["event"] for line in logged].count("bus.not_admitted") > 1)
        entering.cancel()
        with suppress(asyncio.CancelledError):
            await entering
    without = [line for line in logged if line["event"] == "bus.entered_without_seed"]
    assert len(without) == (own == config.WITHOUT_SEED)
    assert given not in str(logged) or given == config.WITHOUT_SEED


@pytest.mark.parametrize("given", ["", "password", "UA" + "A" * 54, "SUAAAA", "None"])
def test_what_is_no_seed_is_refused_before_anything_starts(given: str) -> None:
    with pytest.raises(Refused, match=r"config\.") as refused:
        config.read(config.Streams, {"NATS_URL": "nats://x", "NATS_SEED": given})
    assert not given or given not in str(refused.value)


# What each may do.


SAYS = {"intake": {FACT}, "scoring": {SCORE}, "projection": set[str]()}
HEARS = {"intake": (), "scoring": ("EVT",), "projection": ("EVT", "SCO")}


def needed(user: str) -> set[str]:
    """All that a service says, spelt here anew: the facts it carries, and its own durables."""
    subjects = set(SAYS[user])
    for stream in HEARS[user]:
        subjects.add(f"$JS.API.STREAM.INFO.{stream}")
        for number in range(16):
            part = f"{stream.lower()}.{number:02d}.*"
            own = f"{stream}.{user}_{stream.lower()}_{number:02d}"
            subjects.add(f"$JS.API.CONSUMER.CREATE.{own}.{part}")
            subjects.add(f"$JS.ACK.{own}.1.2.3.4.5")
            subjects |= {f"$JS.API.CONSUMER.{act}.{own}" for act in ("INFO", "DELETE", "MSG.NEXT")}
    return subjects


def tempting() -> set[str]:
    """What somebody would try who holds one service's seed."""
    subjects = {"$JS.API.INFO", "$JS.API.STREAM.LIST", "$JS.API.STREAM.NAMES", "$SYS.REQ.USER.INFO"}
    subjects |= {"kept.one", "evt", "sco", "evt.12", "evt.12.63-10.x", "sco.12.63-10.x", "_INBOX.x"}
    subjects |= {f"_INBOX.{user}.x" for user in USERS} | {f"_INBOX.{user}.x.y" for user in USERS}
    for stream in ("EVT", "SCO"):
        for act in ("CREATE", "UPDATE", "DELETE", "PURGE", "MSG.GET", "MSG.DELETE", "SNAPSHOT"):
            subjects.add(f"$JS.API.STREAM.{act}.{stream}")
        subjects |= {f"$JS.API.DIRECT.GET.{stream}", f"$JS.API.CONSUMER.LIST.{stream}"}
        subjects |= {f"$JS.API.CONSUMER.CREATE.{stream}", f"$JS.API.CONSUMER.NAMES.{stream}"}
        for user in SERVICES:
            own, log = f"{stream}.{user}_{stream.lower()}_00", stream.lower()
            for act in ("CREATE", "DURABLE.CREATE", "PAUSE", "RESET", "LEADER.STEPDOWN"):
                subjects.add(f"$JS.API.CONSUMER.{act}.{own}")
            for part in (f"{log}.01.*", f"{log}.>", ">"):
                subjects.add(f"$JS.API.CONSUMER.CREATE.{own}.{part}")
    return subjects | {subject for user in SERVICES for subject in needed(user)}


@pytest.mark.parametrize("user", SERVICES)
async def test_a_service_says_its_own_and_nothing_else(clean_bus: Server, user: str) -> None:
    everything = tempting()
    assert needed(user) < everything
    async with calling(clean_bus, user) as caller:
        assert await caller.may_publish(*sorted(everything)) == needed(user)
    async with buses.jetstream(clean_bus) as manager:
        streams = await manager.streams_info()
    assert {stream.config.name for stream in streams} == {"EVT", "SCO"}


@pytest.mark.parametrize("user", SERVICES)
async def test_a_service_hears_its_own_inbox_and_nothing_else(clean_bus: Server, user: str) -> None:
    others = [f"{names.inbox(other)}.{rest}" for other in USERS for rest in (">", "*", "x.*")]
    own = [subject for subject in others if subject.startswith(names.inbox(user))]
    everything = (
        *(">", "*", "*.>", "*.*.*", "evt.>", "sco.>", FACT, SCORE, "$JS.>", "$JS.API.>"),
        *("$JS.ACK.>", "$JS.EVENT.>", "$SYS.>", "_INBOX.>", "_INBOX.*.>", "_INBOX.*"),
    )
    async with calling(clean_bus, user) as caller:
        assert await caller.may_subscribe(*everything, *others) == set(own)


async def test_an_administrator_keeps_streams_but_says_and_hears_no_fact(
    clean_bus: Server,
) -> None:
    inbox = f"{names.inbox('scoring')}.x"
    async with calling(clean_bus, ADMIN) as caller:
        assert await caller.may_publish(FACT, SCORE, "kept.one", inbox) == set()
        assert await caller.may_subscribe(">", "evt.>", "sco.>", FACT, inbox, "$JS.>") == set()


# What the service itself notices.


async def test_a_forbidden_message_fails_at_once_and_names_its_subject(clean_bus: Server) -> None:
    """The client alone would wait for the answer as long as it may, and say that time is up."""
    began = time.monotonic()
    with capture_logs() as logged:
        async with buses.connected(clean_bus, "intake") as own:
            allowed = asyncio.create_task(own.say(FACT, "one", b"one"))
            with pytest.raises(Unavailable, match=f"bus.forbidden.*subject={SCORE}"):
                await own.say(SCORE, "two", b"two")
            assert await allowed == 1
            assert await own.say(FACT, "three", b"three") == 2
    assert time.monotonic() - began < bus.ACK_SECONDS_MAX / 2
    (line,) = [line for line in logged if line["event"] == "bus.forbidden"]
    assert (line["log_level"], line["act"], line["subject"]) == ("error", "publish", SCORE)


async def test_a_forbidden_question_fails_at_once_and_names_its_subject(clean_bus: Server) -> None:
    began = time.monotonic()
    async with buses.connected(clean_bus, "scoring") as own:
        with pytest.raises(Unavailable, match=r"subject=\$JS\.API\.STREAM\.CREATE\.EVT"):
            await own.ensure_stream("evt")
        with pytest.raises(Unavailable, match=r"subject=\$JS\.API\.CONSUMER\.INFO\.SCO\.scoring"):
            await own._ensure_consumer("sco", names.durable("scoring", "sco", 0), 0)
    assert time.monotonic() - began < bus.ACK_SECONDS_MAX / 2


async def test_many_forbidden_at_once_leave_the_connection_whole(clean_bus: Server) -> None:
    async with buses.connected(clean_bus, "intake") as own:
        both = [subject for _ in range(20) for subject in (SCORE, FACT)]
        asked = (own.say(subject, f"many-{n}", b"") for n, subject in enumerate(both))
        answers = await asyncio.gather(*asked, return_exceptions=True)
        assert [isinstance(one, Unavailable) for one in answers] == [True, False] * 20
        assert own._forbidding._asked == {}
        assert await own.say(FACT, "after", b"") == 21


async def test_what_is_forbidden_again_while_it_ends_harms_nobody() -> None:
    """The callback must not raise: the client's only reading task would end with it."""
    forbidding = Forbidding()
    said = Exception(f'nats: permissions violation for publish to "{SCORE}"')

    async def ask() -> None:
        async with forbidding.noticed(SCORE):
            try:
                await asyncio.Event().wait()
            finally:
                await forbidding.hear(said)

    asking = asyncio.create_task(ask())
    await asyncio.sleep(0)
    await forbidding.hear(said)
    with pytest.raises(Unavailable, match=r"bus\.forbidden"):
        await asking


async def test_an_answer_that_is_merely_late_is_not_called_forbidden(
    clean_bus: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus, "ACK_SECONDS_MAX", 0.000001)
    async with buses.connected(clean_bus, "intake") as own:
        with pytest.raises(Unavailable, match=r"bus\.unavailable"):
            await own.say(FACT, "one", b"one")


# What lies on the disk, and what the server bears.


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    own = Server(
        folder=tmp_path / "nats",
        port=network.free_port(),
        secrets=tmp_path / "secrets",
        log=tmp_path / "log",
    )
    yield own
    own.stop()


def test_seeds_are_for_their_owner_and_stand_nowhere_else(server: Server, tmp_path: Path) -> None:
    server.start()
    for user in USERS:
        path = credentials.seed_file(tmp_path / "secrets", user)
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
    configuration = server._configuration
    assert configuration.stat().st_mode & 0o777 == 0o600
    assert configuration.parent.stat().st_mode & 0o777 == 0o700
    elsewhere = [configuration, tmp_path / "log"]
    for path in elsewhere:
        text = path.read_text()
        assert not any(server.seed(user)[4:40] in text for user in USERS), path
    assert "SU" not in {
        user["nkey"][:2]
        for user in msgspec.json.decode(configuration.read_bytes())["authorization"]["users"]
    }


async def test_connections_are_bounded(server: Server) -> None:
    server.start()
    beyond = 8
    with ExitStack() as held:
        callers = [
            held.enter_context(socket.create_connection((network.LOOPBACK, server.port), 5))
            for _ in range(embedded.CONNECTIONS_MAX + beyond)
        ]
        heard = [b""] * len(callers)

        def refused() -> int:
            for number, caller in enumerate(callers):
                caller.setblocking(False)
                with suppress(BlockingIOError):
                    heard[number] += caller.recv(4096)
            return sum(b"maximum connections exceeded" in told for told in heard)

        await eventually(lambda: refused() >= beyond, 5)
        assert refused() <= beyond + 1  # who asked whether the server is ready may be counted too


def test_who_does_not_introduce_himself_is_cut_off(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In our time: left alone, the server waits for two seconds."""
    monkeypatch.setattr(embedded, "ADMISSION_SECONDS", 3)
    server.start()
    with (
        socket.create_connection((network.LOOPBACK, server.port), 10) as called,
        called.makefile("rb") as lines,
    ):
        assert lines.readline().startswith(b"INFO")
        began = time.monotonic()
        assert lines.readline() == b"-ERR 'Authentication Timeout'\r\n"
        assert time.monotonic() - began > 2.5
        assert lines.readline() == b""


async def test_a_message_beyond_the_bound_and_too_many_ears_are_refused(
    nats_server: Server,
) -> None:
    line = network.greeting(network.LOOPBACK, nats_server.port)
    greeted = msgspec.json.decode(line.removeprefix(b"INFO "), type=dict[str, object])
    assert greeted["max_payload"] == embedded.PAYLOAD_BYTES_MAX
    async with calling(nats_server, "projection") as caller:
        for number in range(embedded.SUBSCRIPTIONS_MAX + 1):
            with suppress(nats.errors.Error):
                await caller.client.subscribe(f"{names.inbox('projection')}.{number}")
        await eventually(
            lambda: (
                any("maximum subscriptions" in told for told in caller.told)
                or caller.client.is_closed
            )
        )
