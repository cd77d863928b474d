"""What travels on the bus: one contiguous range of one tenant's log as a CloudEvents envelope.

Structured mode, JSON. The events' bytes go in as they are stored and come out as they went in; the
leaf hash of every event is checked on opening, so a damaged range is noticed and read from the log.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Raw, Struct

from shared.kernel import appending, merkle
from shared.kernel.errors import Corrupt
from shared.kernel.recorded import Stored

# One message carries at most this; the server's limit is 1 MiB.
EVENTS_MAX = 500
BYTES_MAX = 512 * 1024

CONTENT_TYPE = "application/cloudevents+json"
TYPE = "id.jejak-inovasi.range.1"


class _Carried(Struct, frozen=True, kw_only=True):
    seq: int
    stream: str
    version: int
    event_id: UUID
    topic: str
    recorded_at: datetime
    leaf_hash: str
    meta: Raw
    state: Raw


class _Range(Struct, frozen=True, kw_only=True):
    tenant: str
    epoch: int
    first: int
    last: int
    events: tuple[_Carried, ...]


class _Envelope(Struct, frozen=True, kw_only=True):
    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: datetime
    datacontenttype: str
    data: _Range


class Range(Struct, frozen=True, kw_only=True):
    """Events `first` to `last` of one tenant without a hole."""

    log: str
    tenant: str
    epoch: int
    events: Sequence[Stored]

    @property
    def first(self) -> int:
        """The seq of the first event."""
        return self.events[0].seq

    @property
    def last(self) -> int:
        """The seq of the last event."""
        return self.events[-1].seq

    @property
    def message_id(self) -> str:
        """The same range always has the same id, so the bus can drop a repeat."""
        return f"{self.log}:{self.tenant}:{self.epoch}:{self.first}-{self.last}"


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Envelope)


def message_type() -> type[Struct]:
    """What a message is decoded as: for whoever describes it."""
    return _Envelope


def fitting(events: Sequence[Stored]) -> Sequence[Stored]:
    """The longest beginning of `events` that one message can carry; at least one."""
    size = 0
    for count, event in enumerate(events):
        size += len(event.state) + len(event.meta) + len(event.stream) + 300
        if count >= EVENTS_MAX or (count and size > BYTES_MAX):
            return events[:count]
    return events


def pack(carried: Range) -> bytes:
    """The message of a range."""
    events = tuple(
        _Carried(
            seq=event.seq,
            stream=event.stream,
            version=event.version,
            event_id=event.event_id,
            topic=event.topic,
            recorded_at=event.recorded_at,
            leaf_hash=event.leaf_hash.hex(),
            meta=Raw(event.meta),
            state=Raw(event.state),
        )
        for event in carried.events
    )
    return _encoder.encode(
        _Envelope(
            specversion="1.0",
            id=carried.message_id,
            source=f"/{carried.log}/{carried.tenant}",
            type=TYPE,
            subject=carried.tenant,
            time=carried.events[-1].recorded_at,
            datacontenttype="application/json",
            data=_Range(
                tenant=carried.tenant,
                epoch=carried.epoch,
                first=carried.first,
                last=carried.last,
                events=events,
            ),
        )
    )


def unpack(message: bytes, log: str) -> Range:
    """Open a message; `Corrupt` if it is not what the log would have packed."""
    try:
        data = _decoder.decode(message).data
        events = [_opened(data.tenant, event) for event in data.events]
    except (ValueError, TypeError, RecursionError) as error:
        # Also text that is no UTF-8, a hash that is no hexadecimal, a moment without a zone.
        raise Corrupt("envelope.unreadable", why=str(error)) from error
    seqs = [event.seq for event in events]
    if not seqs or seqs[0] < 1 or seqs != list(range(seqs[0], seqs[0] + len(seqs))):
        raise Corrupt("envelope.broken_range", tenant=data.tenant, first=data.first)
    if (data.first, data.last) != (seqs[0], seqs[-1]):
        raise Corrupt("envelope.broken_range", tenant=data.tenant, first=data.first)
    return Range(log=log, tenant=data.tenant, epoch=data.epoch, events=events)


def _opened(tenant: str, carried: _Carried) -> Stored:
    event = Stored(
        tenant=tenant,
        seq=carried.seq,
        stream=carried.stream,
        version=carried.version,
        event_id=carried.event_id,
        topic=carried.topic,
        state=bytes(carried.state),
        meta=bytes(carried.meta),
        recorded_at=carried.recorded_at,
        leaf_hash=bytes.fromhex(carried.leaf_hash),
    )
    if merkle.leaf_hash(appending.leaf_of(event)) != event.leaf_hash:
        raise Corrupt("envelope.altered", tenant=tenant, seq=event.seq)
    return event
