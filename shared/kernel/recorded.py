"""The envelope: a fact with its place in the log, and the one codec of stored bytes.

State and meta are stored as UTF-8 JSON exactly as encoded here; hashes are over those bytes.
"""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from shared.kernel.errors import Corrupt
from shared.kernel.events.intake import IntakeEvent
from shared.kernel.events.scoring import ScoringEvent

Event = IntakeEvent | ScoringEvent

# A command is named by the client that sent it, this, and a key of the client's own.
KEY_SEPARATOR = " "


class Meta(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who said it and why; never personal data, an actor is a pseudonymous id.

    `occurred_at` is present only where the caller stated a historic moment, with `basis`, the
    document that says so; otherwise the fact occurred when it was recorded. `received_at` is when
    the whole request had arrived: by it deadlines are judged. `trace` is the request it came of.
    """

    actor: str
    role: str
    command: str = ""
    occurred_at: datetime | None = None
    basis: str = ""
    cause: str = ""
    received_at: datetime | None = None
    trace: str = ""

    @property
    def client(self) -> str:
        """The name of the client that sent it; work is given to people by such names."""
        return self.command.partition(KEY_SEPARATOR)[0]


class Stored(Struct, frozen=True, kw_only=True):
    """One row of a log as read back, bytes still encoded."""

    tenant: str
    seq: int
    stream: str
    version: int
    event_id: UUID
    topic: str
    state: bytes
    meta: bytes
    recorded_at: datetime
    leaf_hash: bytes


class Recorded(Struct, frozen=True, kw_only=True):
    """A fact that was recorded, decoded."""

    tenant: str
    seq: int
    stream: str
    version: int
    event: Event
    meta: Meta
    recorded_at: datetime

    @property
    def happened_at(self) -> datetime:
        """When the fact took place: the stated moment, else the moment of recording."""
        return self.meta.occurred_at or self.recorded_at


_encoder = msgspec.json.Encoder(order="deterministic")
_events: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
_metas = msgspec.json.Decoder(Meta)


def topic(event: Event) -> str:
    """The stable short tag an event is stored under: `indicator.claimed.1`."""
    return str(event.__struct_config__.tag)


def encode(value: Event | Meta) -> bytes:
    """The bytes that are stored and hashed."""
    return _encoder.encode(value)


def decode_event(state: bytes) -> Event:
    """The event of stored bytes; unknown fields are tolerated, an unknown tag is `Corrupt`."""
    try:
        return _events.decode(state)
    except (ValueError, RecursionError) as error:  # also of text that is not UTF-8, or too deep
        raise Corrupt("event.unreadable", why=str(error)) from error


def trace(stored: Stored) -> str:
    """The request that a fact came of; empty where none is told."""
    try:
        return _metas.decode(stored.meta).trace
    except (ValueError, RecursionError):
        return ""


def decode(stored: Stored) -> Recorded:
    """Open a stored row."""
    try:
        meta = _metas.decode(stored.meta)
    except (ValueError, RecursionError) as error:
        raise Corrupt("meta.unreadable", seq=stored.seq, why=str(error)) from error
    return Recorded(
        tenant=stored.tenant,
        seq=stored.seq,
        stream=stored.stream,
        version=stored.version,
        event=decode_event(stored.state),
        meta=meta,
        recorded_at=stored.recorded_at,
    )
