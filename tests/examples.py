"""One good value of everything that tests start from; each is changed where a test needs it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

from msgspec.structs import replace

from shared.kernel import appending, merkle, names, recorded
from shared.kernel.appending import Append, Draft, Head, Known
from shared.kernel.envelope import Range
from shared.kernel.recorded import Event, Meta, Stored
from tests import example_events

TENANT = "63.10"
NEIGHBOUR = "63.11"
YEAR = example_events.YEAR
INNOVATION = example_events.INNOVATION
SUBMITTED = example_events.SUBMITTED
EVENTS = example_events.EVENTS
STREAM = names.innovation(YEAR, INNOVATION)
MOMENT = example_events.MOMENT
DIGEST = example_events.DIGEST
FINGERPRINT = example_events.FINGERPRINT

META = Meta(actor="key-1", role="region_admin")


def identity(number: int) -> UUID:
    """A recognisable event id."""
    return UUID(int=number)


def draft(event: Event = SUBMITTED, stream: str = STREAM, meta: Meta = META) -> Draft:
    return Draft(
        stream=stream,
        topic=recorded.topic(event),
        state=recorded.encode(event),
        meta=recorded.encode(meta),
    )


def append(
    key: str = "command-1",
    *,
    tenant: str = TENANT,
    request: bytes | None = None,
    expected: Mapping[str, int] | None = None,
    drafts: Sequence[Draft] | None = None,
) -> Append:
    """One command that submits the innovation; the request's hash follows the key."""
    return Append(
        tenant=tenant,
        key=key,
        request=sha256(key.encode()).digest() if request is None else request,
        expected={} if expected is None else expected,
        drafts=(draft(),) if drafts is None else tuple(drafts),
    )


def head(tenant: str = TENANT) -> Head:
    """A tenant's head before its first event."""
    return Head(
        tenant=tenant, seq=0, epoch=1, frontier=b"", recorded_at=datetime.fromtimestamp(0, UTC)
    )


def known(*tenants: str) -> Known:
    """An empty log of some tenants."""
    return Known(
        heads={tenant: head(tenant) for tenant in tenants or (TENANT, NEIGHBOUR)},
        versions={},
        answered={},
        now=MOMENT,
    )


def stored(
    seq: int = 7,
    *,
    tenant: str = TENANT,
    version: int = 2,
    event: Event = SUBMITTED,
    stream: str = STREAM,
    state: bytes | None = None,
) -> Stored:
    """A row of the log; `state` are bytes that were stored before the event had its shape."""
    drafted = draft(event, stream)
    return appending.stored(
        tenant=tenant,
        seq=seq,
        draft=drafted if state is None else replace(drafted, state=state),
        version=version,
        identity=identity(seq),
        moment=MOMENT,
    )


def log_of(count: int, tenant: str = TENANT) -> list[Stored]:
    """The first events of a log, one stream, every kind of event in turn."""
    return [
        stored(seq, tenant=tenant, version=seq, event=EVENTS[seq % len(EVENTS)])
        for seq in range(1, count + 1)
    ]


def carried(first: int = 1, last: int = 3, tenant: str = TENANT) -> Range:
    return Range(log="intake", tenant=tenant, epoch=1, events=log_of(last, tenant)[first - 1 :])


def root_of(events: Sequence[Stored]) -> bytes:
    """The tree's root recomputed from rows, leaf by leaf."""
    return tree([merkle.leaf_hash(appending.leaf_of(event)) for event in events])


def tree(hashes: Sequence[bytes]) -> bytes:
    """RFC 6962 section 2.1 word for word, over leaf hashes; shares nothing with the kernel."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return sha256(b"\x01" + tree(hashes[:split]) + tree(hashes[split:])).digest()


def rehashed(event: Stored, **fields: object) -> Stored:
    """The event with other fields and the leaf hash that belongs to them."""
    changed = replace(event, **fields)
    return replace(changed, leaf_hash=merkle.leaf_hash(appending.leaf_of(changed)))
