"""The RFC 6962 hash tree of a tenant's log, kept as its right edge only.

A frontier is the roots of the perfect subtrees of the log so far, largest first, concatenated:
32 bytes for each bit set in the size. Appending needs nothing else; the root follows from it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()

# Written before the fields, so that a leaf of another layout can never be mistaken for this one.
LEAF_LAYOUT = b"jejak-inovasi/leaf/1"

_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_MICROSECOND = timedelta(microseconds=1)


def microseconds(moment: datetime) -> int:
    """Whole microseconds since 1970 UTC: exact, unlike a float timestamp."""
    return (moment - _EPOCH) // _MICROSECOND


def leaf_bytes(
    *,
    tenant: str,
    seq: int,
    stream: str,
    version: int,
    event_id: UUID,
    topic: str,
    recorded_at: datetime,
    meta: bytes,
    state: bytes,
) -> bytes:
    """What is hashed of one event: every column, each as a netstring, in this order."""
    return b"".join(
        b"%d:%b," % (len(field), field)
        for field in (
            LEAF_LAYOUT,
            tenant.encode(),
            b"%d" % seq,
            stream.encode(),
            b"%d" % version,
            event_id.bytes,
            topic.encode(),
            b"%d" % microseconds(recorded_at),
            meta,
            state,
        )
    )


def leaf_hash(leaf: bytes) -> bytes:
    """RFC 6962 section 2.1: a leaf is hashed behind a zero byte."""
    return sha256(b"\x00" + leaf).digest()


def node(left: bytes, right: bytes) -> bytes:
    """Two subtrees under one: hashed behind a one byte, so that no leaf can be taken for it."""
    return sha256(b"\x01" + left + right).digest()


def extend(frontier: bytes, size: int, leaves: Iterable[bytes]) -> bytes:
    """The frontier after appending `leaves` (hashes) to a tree of `size` leaves.

    `size` must be the number of leaves `frontier` stands for.
    """
    if len(frontier) != HASH_BYTES * size.bit_count():
        raise ValueError(f"a frontier of {size} leaves has {size.bit_count()} hashes")
    edge = [frontier[at : at + HASH_BYTES] for at in range(0, len(frontier), HASH_BYTES)]
    for leaf in leaves:
        carried, full = leaf, size
        while full & 1:
            carried = node(edge.pop(), carried)
            full >>= 1
        edge.append(carried)
        size += 1
    return b"".join(edge)


def root(frontier: bytes) -> bytes:
    """The tree's root hash of a frontier; RFC 6962's hash of nothing for the empty tree."""
    if not frontier:
        return EMPTY_ROOT
    edge = [frontier[at : at + HASH_BYTES] for at in range(0, len(frontier), HASH_BYTES)]
    folded = edge.pop()
    while edge:
        folded = node(edge.pop(), folded)
    return folded
