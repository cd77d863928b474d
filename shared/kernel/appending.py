"""What it means to append: the words of the log's writers and the decision they share.

`settle` is the whole rule of an append, pure: given the locked heads, the versions of the streams
named and the commands answered before, it says for each request what is written and answered.
Both writers of the log, the in-memory model and scoring's own transaction go through it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec
from msgspec import Struct

from shared.kernel import merkle, names
from shared.kernel.errors import Failure, Missing, Outrun, Refused
from shared.kernel.recorded import Stored

# The largest region's whole season in one file; while it is written, nobody else is.
EVENTS_PER_COMMAND_MAX = 10_000
COMMAND_BYTES_MAX = 32 * 1024 * 1024
# One event must fit into one bus message with room for its envelope.
EVENT_BYTES_MAX = 256 * 1024

# Event ids follow from the command, so a repeated command can never write a second event.
_EVENT_IDS = uuid5(NAMESPACE_URL, "urn:jejak-inovasi:event")


class Draft(Struct, frozen=True, kw_only=True):
    """An event not yet recorded, already in stored bytes."""

    stream: str
    topic: str
    state: bytes
    meta: bytes


class Append(Struct, frozen=True, kw_only=True):
    """One command's outcome, to be recorded whole or not at all.

    `expected` holds the version of every stream of this tenant that the decision read, also of
    those it does not write, and `guards` that of streams of other tenants: if any has moved since,
    the command is `Outrun`. `stated_at` is a moment the caller stated; by the log's own clock it
    must be past, or a later fact would seem to precede it. `request` is the SHA-256 of what was
    sent; the same `key` with another is refused. The receipt says the deadline: `missed` or kept.
    """

    tenant: str
    key: str
    request: bytes
    expected: Mapping[str, int]
    drafts: tuple[Draft, ...]
    guards: Mapping[tuple[str, str], int] = msgspec.field(default_factory=dict)
    stated_at: datetime | None = None
    missed: datetime | None = None
    deadline: datetime | None = None


class Receipt(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to a command, the same for ever: where its events stand in the tenant's log.

    `first` > `last`: all was already true, nothing was recorded. `missed` is the deadline after
    which it came and does not count, else `deadline` the one that it kept, if there was any.
    """

    tenant: str
    first: int
    last: int
    versions: dict[str, int]
    leaf_hashes: tuple[str, ...]
    recorded_at: datetime
    missed: datetime | None = None
    deadline: datetime | None = None


class Head(Struct, frozen=True, kw_only=True):
    """A tenant's head: how many events, in which epoch, and the right edge of their tree."""

    tenant: str
    seq: int
    epoch: int
    frontier: bytes
    recorded_at: datetime


class Known(Struct, frozen=True, kw_only=True):
    """What stood in the log when the heads were locked."""

    heads: Mapping[str, Head]
    versions: Mapping[tuple[str, str], int]
    answered: Mapping[tuple[str, str], tuple[bytes, bytes]]
    now: datetime


class Settlement(Struct, frozen=True, kw_only=True):
    """What a batch of appends writes, and each one's answer in the order asked."""

    outcomes: tuple[Receipt | Failure, ...]
    events: tuple[Stored, ...]
    commands: tuple[tuple[str, str, bytes, bytes, datetime], ...]
    heads: tuple[Head, ...]


def streams_named(appends: Iterable[Append]) -> list[tuple[str, str]]:
    """Every (tenant, stream) an append expects or writes, once, in order."""
    return sorted(
        {
            (append.tenant, stream)
            for append in appends
            for stream in (*append.expected, *(draft.stream for draft in append.drafts))
        }
        | {guard for append in appends for guard in append.guards}
    )


def tenants_guarded(appends: Sequence[Append]) -> list[str]:
    """Tenants whose streams must not move meanwhile though nothing is written to them."""
    written = {append.tenant for append in appends}
    return sorted({tenant for append in appends for tenant, _ in append.guards} - written)


def encode_receipt(receipt: Receipt) -> bytes:
    """The bytes a receipt is stored as."""
    return msgspec.json.encode(receipt)


def decode_receipt(raw: bytes) -> Receipt:
    """Open a stored receipt."""
    return msgspec.json.decode(raw, type=Receipt)


def event_id(tenant: str, key: str, index: int) -> UUID:
    """The id of a command's event: fixed by the command, unique in the tenant."""
    return uuid5(_EVENT_IDS, f"{tenant}/{key}/{index}")


def settle(appends: Sequence[Append], known: Known) -> Settlement:
    """Decide a batch in order; a failing append leaves its neighbours untouched."""
    work = _Work(known)
    outcomes = tuple(work.settle(append) for append in appends)
    return Settlement(
        outcomes=outcomes,
        events=tuple(work.events),
        commands=tuple(work.commands),
        heads=tuple(work.heads[tenant] for tenant in sorted(work.moved)),
    )


def _unbounded(append: Append) -> Refused | None:
    if len(append.drafts) > EVENTS_PER_COMMAND_MAX:
        return Refused("command.too_large", events_max=EVENTS_PER_COMMAND_MAX)
    if sum(len(draft.state) + len(draft.meta) for draft in append.drafts) > COMMAND_BYTES_MAX:
        return Refused("command.too_heavy", bytes_max=COMMAND_BYTES_MAX)
    return None


def unfit(draft: Draft) -> Refused | None:
    """Why no writer may store the draft: it would fit no bus message or no index."""
    if len(draft.state) + len(draft.meta) > EVENT_BYTES_MAX:
        return Refused("event.too_large", bytes_max=EVENT_BYTES_MAX)
    if not _is_nameable(draft.stream):
        return Refused("stream.unnameable", stream=repr(draft.stream[:40]))
    if not _is_nameable(draft.topic):
        return Refused("topic.unnameable", topic=repr(draft.topic[:40]))
    return None


def _is_nameable(text: str) -> bool:
    """Short enough for an index, and text that PostgreSQL and UTF-8 can hold."""
    if len(text) > names.NAME_LENGTH_MAX or "\x00" in text:
        return False
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


class _Work:
    """A batch being settled: the heads and versions as they will be."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.heads = dict(known.heads)
        self.versions = dict(known.versions)
        self.answered = dict(known.answered)
        self.moved: set[str] = set()
        self.events: list[Stored] = []
        self.commands: list[tuple[str, str, bytes, bytes, datetime]] = []

    def settle(self, append: Append) -> Receipt | Failure:
        if before := self.answered.get((append.tenant, append.key)):
            if before[0] != append.request:
                return Refused("idempotency.key_reused", key=append.key)
            return decode_receipt(before[1])
        return self._refusal(append) or self._record(append)

    def _refusal(self, append: Append) -> Failure | None:
        if append.tenant not in self.heads:
            return Missing("tenant.unknown", tenant=append.tenant)
        if not _is_nameable(append.key):
            return Refused("command.unnameable", key=repr(append.key[:40]))
        refused = _unbounded(append) or next(filter(None, map(unfit, append.drafts)), None)
        if refused is not None:
            return refused
        if append.stated_at is not None and append.stated_at > self.known.now:
            return Refused("history.out_of_range", occurred_at=append.stated_at.isoformat())
        return self._moved(append)

    def _moved(self, append: Append) -> Outrun | None:
        """Whether any stream that the decision read is no longer where it was read."""
        own = {(append.tenant, stream): version for stream, version in append.expected.items()}
        for (tenant, stream), version in {**own, **append.guards}.items():
            current = self.versions.get((tenant, stream), 0)
            if current != version:
                return Outrun("stream.moved", stream=stream, expected=version, current=current)
        return None

    def _record(self, append: Append) -> Receipt:
        head = self.heads[append.tenant]
        moment = max(self.known.now, head.recorded_at)
        recorded = [
            self._stored(append, index, head.seq + 1 + index, moment)
            for index in range(len(append.drafts))
        ]
        receipt = Receipt(
            tenant=append.tenant,
            first=head.seq + 1,
            last=head.seq + len(recorded),
            versions={
                stream: self.versions.get((append.tenant, stream), 0)
                for stream in (*append.expected, *(draft.stream for draft in append.drafts))
            },
            leaf_hashes=tuple(event.leaf_hash.hex() for event in recorded),
            recorded_at=moment,
            missed=append.missed,
            deadline=append.deadline,
        )
        if recorded:
            self.heads[append.tenant] = advanced(head, recorded, moment)
            self.moved.add(append.tenant)
            self.events.extend(recorded)
        answer = encode_receipt(receipt)
        self.commands.append((append.tenant, append.key, append.request, answer, moment))
        self.answered[append.tenant, append.key] = (append.request, answer)
        return receipt

    def _stored(self, append: Append, index: int, seq: int, moment: datetime) -> Stored:
        draft = append.drafts[index]
        version = self.versions.get((append.tenant, draft.stream), 0) + 1
        self.versions[append.tenant, draft.stream] = version
        return stored(
            tenant=append.tenant,
            seq=seq,
            draft=draft,
            version=version,
            identity=event_id(append.tenant, append.key, index),
            moment=moment,
        )


def stored(
    *, tenant: str, seq: int, draft: Draft, version: int, identity: UUID, moment: datetime
) -> Stored:
    """A draft with its place: the row to insert, leaf hash included."""
    placed = Stored(
        tenant=tenant,
        seq=seq,
        stream=draft.stream,
        version=version,
        event_id=identity,
        topic=draft.topic,
        state=draft.state,
        meta=draft.meta,
        recorded_at=moment,
        leaf_hash=b"",
    )
    return msgspec.structs.replace(placed, leaf_hash=merkle.leaf_hash(leaf_of(placed)))


def leaf_of(event: Stored) -> bytes:
    """The bytes an event's leaf hash is over."""
    return merkle.leaf_bytes(
        tenant=event.tenant,
        seq=event.seq,
        stream=event.stream,
        version=event.version,
        event_id=event.event_id,
        topic=event.topic,
        recorded_at=event.recorded_at,
        meta=event.meta,
        state=event.state,
    )


def advanced(head: Head, recorded: Sequence[Stored], moment: datetime) -> Head:
    """The head once `recorded` stand behind it."""
    return Head(
        tenant=head.tenant,
        seq=head.seq + len(recorded),
        epoch=head.epoch,
        frontier=merkle.extend(head.frontier, head.seq, [event.leaf_hash for event in recorded]),
        recorded_at=moment,
    )
