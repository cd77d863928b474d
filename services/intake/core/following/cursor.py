"""Where a follower stands in a log: a tenant, a number, and the hash of the fact that has it.

The hash ties a cursor to this very log: one of another tenant, one that was made up, and one of a
log that was restored to before it are all told, instead of being gone on from in silence.
"""

import base64
import binascii
import re

from msgspec import Struct

from shared.kernel.errors import Refused

# What a cursor repeats of the leaf hash: too much to guess, and still short in an address.
LEAF_BYTES = 8

_INNER = re.compile(r"1 (\S{2,5}) (0|[1-9][0-9]{0,17}) ([0-9a-f]{16})\Z")


class Cursor(Struct, frozen=True, kw_only=True):
    """Everything up to `seq` was seen; `leaf` begins the hash of the fact at `seq`."""

    tenant: str
    seq: int
    leaf: bytes


def start(tenant: str) -> Cursor:
    """Nothing was seen."""
    return Cursor(tenant=tenant, seq=0, leaf=bytes(LEAF_BYTES))


def at(tenant: str, seq: int, leaf_hash: bytes) -> Cursor:
    """The fact at `seq` was seen."""
    return Cursor(tenant=tenant, seq=seq, leaf=leaf_hash[:LEAF_BYTES])


def spelt(cursor: Cursor) -> str:
    """The one spelling of a cursor; nobody outside is meant to look into it."""
    inner = f"1 {cursor.tenant} {cursor.seq} {cursor.leaf.hex()}"
    return base64.urlsafe_b64encode(inner.encode()).decode().rstrip("=")


def parse(text: str, tenant: str) -> Cursor:
    """The cursor that is spelt so; `Refused` where it is none of this tenant's."""
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        inner = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError) as error:
        raise Refused("cursor.unknown") from error
    found = _INNER.match(inner)
    if found is None or found[1] != tenant:
        raise Refused("cursor.unknown")
    cursor = Cursor(tenant=found[1], seq=int(found[2]), leaf=bytes.fromhex(found[3]))
    if spelt(cursor) != text or (cursor.seq == 0 and cursor != start(tenant)):
        raise Refused("cursor.unknown")
    return cursor
