"""One fact as a CloudEvent 1.0 in structured JSON: what feeds, streams and deliveries carry.

`data` is the fact byte for byte as it is stored. What stands beside it is no personal data: the
actor is a key's pseudonymous id. The document that a stated moment rests on is left out.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Raw, Struct

from shared.kernel import contracts
from shared.kernel.recorded import Meta, Stored

MEDIA_TYPE = "application/cloudevents+json"
BATCH_MEDIA_TYPE = "application/cloudevents-batch+json"


class CloudEvent(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The attributes of the specification; extensions of ours begin with `jejak`.

    `time` is when the fact was recorded, `jejakoccurredat` when it is stated to have taken place.
    """

    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: datetime
    datacontenttype: str
    dataschema: str
    jejakseq: int
    jejakactor: str
    jejakrole: str
    jejakoccurredat: datetime | None = None
    data: Raw


class _Page(Struct, frozen=True, kw_only=True):
    events: Sequence[CloudEvent]
    next: str
    more: bool


_encoder = msgspec.json.Encoder()
_metas = msgspec.json.Decoder(Meta)


def of(stored: Stored) -> CloudEvent:
    """A stored fact as it is told outside."""
    meta = _metas.decode(stored.meta)
    return CloudEvent(
        specversion="1.0",
        id=str(stored.event_id),
        source=f"/v1/regions/{stored.tenant}",
        type=stored.topic,
        subject=stored.stream,
        time=stored.recorded_at,
        datacontenttype="application/json",
        dataschema=contracts.schema_id(stored.topic),
        jejakseq=stored.seq,
        jejakactor=meta.actor,
        jejakrole=meta.role,
        jejakoccurredat=meta.occurred_at,
        data=Raw(stored.state),
    )


def encode(stored: Stored) -> bytes:
    """One fact: the body of a delivery."""
    return _encoder.encode(of(stored))


def encode_batch(facts: Sequence[Stored]) -> bytes:
    """Facts in the batch format of the specification: an array, which has no place for a cursor."""
    return _encoder.encode([of(stored) for stored in facts])


def encode_page(facts: Sequence[Stored], next_cursor: str, *, more: bool) -> bytes:
    """Facts with the cursor from which to ask on, and whether there is something already."""
    events = [of(stored) for stored in facts]
    return _encoder.encode(_Page(events=events, next=next_cursor, more=more))
