"""The log of heads: which tenants' logs had grown, line by line, so that one root stands for all.

Each line is a leaf of a tree of its own. A signature under that tree's root is one under every log.
"""

import re
from collections.abc import Iterable

from msgspec import Struct

from shared.kernel import merkle

# Written before the fields, as with leaves of facts.
LAYOUT = b"jejak-inovasi/head/1"
HEADS = "heads"
# The log of heads, where a tenant's code would stand.
ALL = "all"
NO_EPOCH = 0

# What a log's name may be: it stands before every origin, and in the names of keys.
NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}[a-z0-9]")


class HeadLine(Struct, frozen=True, kw_only=True):
    """A tenant's log as it was seen: so many facts, under this root, in this epoch.

    `frontier` is the right edge of its tree, from which the root follows; no part of the leaf.
    """

    epoch: int
    place: int
    tenant: str
    size: int
    root: bytes
    frontier: bytes


def leaf_hash(line: HeadLine) -> bytes:
    """The line as a leaf: every field as a netstring, in this order."""
    fields = (LAYOUT, line.tenant.encode(), b"%d" % line.epoch, b"%d" % line.size, line.root)
    return merkle.leaf_hash(b"".join(b"%d:%b," % (len(field), field) for field in fields))


def leaf_hashes(lines: Iterable[HeadLine]) -> list[bytes]:
    """Those of many lines."""
    return [leaf_hash(line) for line in lines]


def origin_of_tenant(log: str, tenant: str, epoch: int) -> str:
    """What a tenant's tree is called in notes: another one in each epoch."""
    return f"{log}/{tenant}/{epoch}"


def origin_of_heads(log: str) -> str:
    """What the tree of heads is called, in every epoch."""
    return f"{log}/{HEADS}"
