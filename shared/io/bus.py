"""The door to NATS: say a message and have it acknowledged, hear a partition through a durable.

JetStream carries, it does not keep: a consumer that is gone is made again, a stream by whoever
keeps the streams, and whatever they held is read from the log. The client library's `fetch` waits
for a full batch and its `publish` cannot be bounded; both are replaced by plain requests here.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from typing import Any

import msgspec
import nats.errors
import nats.js.errors
from msgspec import Struct
from nats.aio.client import Client
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)

from shared.io import config, log, stopping
from shared.io.forbidding import Forbidding
from shared.kernel import names
from shared.kernel.errors import Unavailable

# What the bus may keep: generous for catching up, bounded because the log keeps everything.
STREAM_BYTES_MAX = 512 * 1024 * 1024
STREAM_AGE_SECONDS_MAX = 7 * 24 * 3600
DUPLICATE_WINDOW_SECONDS = 120

ACK_SECONDS_MAX = 5.0
PING_SECONDS = 10
RECONNECT_SECONDS = 0.5
# A consumer whose message was not acknowledged in this time gets it again.
REDELIVER_SECONDS = 30
UNACKNOWLEDGED_MAX = 1000

# One standing pull request asks for this much and lives this long; the server sends a heartbeat
# while it has nothing, so silence means that nobody is there.
PULL_MESSAGES_MAX = 64
PULL_SECONDS = 30.0
HEARTBEAT_SECONDS = 5.0
SILENCE_SECONDS_MAX = 12.0
HEARD_MAX = 256

API = "$JS.API"
_HEARTBEAT = "100"


def stream_told(prefix: str) -> dict[str, Any]:
    """What a log's stream is made with, as the bus document tells it."""
    return {
        "stream": prefix.upper(),
        "subjects": [f"{prefix}.>"],
        "retention": "limits",
        "storage": "file",
        "discard": "old",
        "max_bytes": STREAM_BYTES_MAX,
        "max_age_seconds": STREAM_AGE_SECONDS_MAX,
        "duplicate_window_seconds": DUPLICATE_WINDOW_SECONDS,
        "partition_filter": f"{prefix}.{{partition}}.*",
    }


class Heard(Struct, frozen=True):
    """A message heard, to be acknowledged once its effect is committed."""

    subject: str
    payload: bytes
    message: Any

    async def acknowledge(self) -> None:
        """Fire and forget: a lost acknowledgement only means a repeat, which is harmless."""
        with suppress(nats.errors.Error):
            await self.message.ack()


class _Acknowledgement(Struct):
    stream: str = ""
    seq: int = 0
    error: dict[str, Any] | None = None


class Bus:
    """One connection, kept for the life of the process and reconnected without end."""

    def __init__(self, client: Client, forbidding: Forbidding) -> None:
        self._client = client
        self._forbidding = forbidding
        self._stream_manager = client.jetstream(timeout=ACK_SECONDS_MAX)

    @property
    def connected(self) -> bool:
        """Whether the server is reachable right now."""
        return self._client.is_connected

    async def ensure_stream(self, prefix: str) -> None:
        """Make the stream of a log, or bring its limits up to date; its messages stay.

        For whoever keeps the streams: no service may.
        """
        wanted = StreamConfig(
            name=names.bus_stream(prefix),
            subjects=[f"{prefix}.>"],
            retention=RetentionPolicy.LIMITS,
            storage=StorageType.FILE,
            discard=DiscardPolicy.OLD,
            max_bytes=STREAM_BYTES_MAX,
            max_age=STREAM_AGE_SECONDS_MAX,
            duplicate_window=DUPLICATE_WINDOW_SECONDS,
        )
        with _translated():
            try:
                async with self._may_ask("STREAM.CREATE", wanted.name):
                    await self._stream_manager.add_stream(wanted)
            except nats.js.errors.BadRequestError:
                async with self._may_ask("STREAM.UPDATE", wanted.name):
                    await self._stream_manager.update_stream(wanted)

    async def say(
        self, subject: str, message_id: str, payload: bytes, traceparent: str = ""
    ) -> int:
        """Publish and wait for the stream's acknowledgement; the stream's sequence number."""
        headers = {"Nats-Msg-Id": message_id}
        if traceparent:
            headers["traceparent"] = traceparent
        with _translated():
            async with self._forbidding.noticed(subject):
                reply = await self._client.request(
                    subject, payload, timeout=ACK_SECONDS_MAX, headers=headers
                )
        try:
            answer = msgspec.json.decode(reply.data, type=_Acknowledgement)
        except msgspec.DecodeError as error:
            raise Unavailable("bus.strange_answer", why=str(error)) from error
        if answer.error is not None or answer.seq < 1:
            raise Unavailable("bus.not_stored", why=str(answer.error))
        return answer.seq

    async def hear(
        self, prefix: str, consumer: str, partition: int, heard: "asyncio.Queue[Heard]"
    ) -> None:
        """Put every message of a partition into `heard`, for ever; heals whatever is missing."""
        durable = names.durable(consumer, prefix, partition)
        inbox = self._client.new_inbox()
        subscription = await self._client.subscribe(inbox)
        due, sure = 0, False
        while not stopping.is_asked():
            try:
                if not sure:
                    await self._ensure_consumer(prefix, durable, partition)
                    sure = True
                if due < 1:
                    await self._pull(prefix, durable, inbox)
                    due = PULL_MESSAGES_MAX
                message = await subscription.next_msg(timeout=SILENCE_SECONDS_MAX)
            except (Unavailable, nats.errors.Error, TimeoutError):
                due, sure = 0, False
                await asyncio.sleep(RECONNECT_SECONDS)
                continue
            status = (message.headers or {}).get("Status", "")
            if not status:
                due -= 1
                await heard.put(Heard(message.subject, message.data, message))
            elif status != _HEARTBEAT:
                due, sure = 0, False

    async def _pull(self, prefix: str, durable: str, inbox: str) -> None:
        request = {
            "batch": PULL_MESSAGES_MAX,
            "expires": int(PULL_SECONDS * 1e9),
            "idle_heartbeat": int(HEARTBEAT_SECONDS * 1e9),
        }
        await self._client.publish(
            f"{API}.CONSUMER.MSG.NEXT.{names.bus_stream(prefix)}.{durable}",
            msgspec.json.encode(request),
            reply=inbox,
        )

    async def _ensure_consumer(self, prefix: str, durable: str, partition: int) -> None:
        """Make the durable if it is gone, and again if it waits for a sequence that was lost."""
        stream = names.bus_stream(prefix)
        with _translated():
            try:
                async with self._may_ask("CONSUMER.INFO", stream, durable):
                    consumer = await self._stream_manager.consumer_info(stream, durable)
            except nats.js.errors.NotFoundError:
                await self._add_consumer(prefix, durable, partition)
                return
            async with self._may_ask("STREAM.INFO", stream):
                held = await self._stream_manager.stream_info(stream)
            waits_for = consumer.delivered.stream_seq if consumer.delivered else 0
            if waits_for > held.state.last_seq:
                log.logger().warning("bus.consumer_ahead_of_stream", durable=durable)
                async with self._may_ask("CONSUMER.DELETE", stream, durable):
                    await self._stream_manager.delete_consumer(stream, durable)
                await self._add_consumer(prefix, durable, partition)

    async def _add_consumer(self, prefix: str, durable: str, partition: int) -> None:
        stream, heard = names.bus_stream(prefix), names.partition_filter(prefix, partition)
        wanted = ConsumerConfig(
            name=durable,  # so that the request's subject tells what is heard, and can be refused
            durable_name=durable,
            filter_subject=heard,
            deliver_policy=DeliverPolicy.ALL,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=REDELIVER_SECONDS,
            max_ack_pending=UNACKNOWLEDGED_MAX,
        )
        async with self._may_ask("CONSUMER.CREATE", stream, durable, heard):
            await self._stream_manager.add_consumer(stream, wanted)

    def _may_ask(self, *words: str | None) -> AbstractAsyncContextManager[None]:
        """Around one question to JetStream, whose subject the client makes of these words."""
        return self._forbidding.noticed(".".join((API, *(word for word in words if word))))


@asynccontextmanager
async def connected(url: str, name: str, seed: str) -> AsyncIterator[Bus]:
    """The bus as the user `name`, who proves it by the seed.

    Waits for its first connection as long as it takes, then reconnects for ever.
    """
    forbidding = Forbidding()
    if seed == config.WITHOUT_SEED:
        log.logger().warning("bus.entered_without_seed")
    client = Client()
    try:
        await client.connect(
            url,
            name=f"jejak-{name}",
            nkeys_seed_str=None if seed == config.WITHOUT_SEED else seed,
            inbox_prefix=names.inbox(name),
            allow_reconnect=True,
            max_reconnect_attempts=-1,
            reconnect_time_wait=RECONNECT_SECONDS,  # type: ignore[arg-type]  # it sleeps so long
            ping_interval=PING_SECONDS,
            error_cb=forbidding.hear,
        )
        yield Bus(client, forbidding)
    finally:
        await client.close()


@contextmanager
def _translated() -> Iterator[None]:
    """The client's exceptions stop here."""
    try:
        yield
    except (nats.errors.Error, TimeoutError, OSError) as error:
        why = f"{type(error).__name__}: {error}"
        raise Unavailable("bus.unavailable", why=why) from error
