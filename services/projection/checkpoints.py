"""Signed heads and the proofs under them, as everybody may ask for them: nothing but hashes."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from msgspec import Struct

from shared.io import postgres
from shared.kernel import heads
from shared.kernel.errors import Corrupt, Missing, Refused
from shared.kernel.heads import ALL, HeadLine
from shared.kernel.proofs import Tree

# Leaves of all trees held at once; one takes 64 bytes.
LEAVES_MAX = 1_000_000

_SQL = postgres.queries(Path(__file__).parent / "checkpoints.sql")


class SignedHead(Struct, frozen=True, kw_only=True):
    """A signed note and what others signed beside it; `written` is the whole note (C2SP).

    `epoch` is 0 for the log of heads, which goes on over epochs.
    """

    origin: str
    epoch: int
    size: int
    root: str
    signed_at: datetime
    witnesses: tuple[str, ...]
    written: str


class Inclusion(Struct, frozen=True, kw_only=True):
    """That a leaf is in the tree of a signed head: RFC 9162 2.1.3, hashes as hexadecimal digits.

    `index` counts from 0: a region's fact `seq` is leaf `seq` - 1.
    """

    index: int
    leaf_hash: str
    path: tuple[str, ...]
    head: SignedHead


class Consistency(Struct, frozen=True, kw_only=True):
    """That the second signed head's tree begins with all of the first's: RFC 9162 2.1.4."""

    first: SignedHead
    second: SignedHead
    path: tuple[str, ...]


class Checkpoints:
    """Reads what was signed, and proves it from the leaves."""

    def __init__(self, pool: postgres.Pool) -> None:
        self._pool = pool
        self._trees: OrderedDict[tuple[str, int], Tree] = OrderedDict()

    async def keys(self) -> tuple[str, ...]:
        """The verifier keys that signed, the newest first."""
        async with postgres.borrowed(self._pool) as connection:
            rows = await postgres.fetch(connection, _SQL["keys"])
        return tuple(row["key"] for row in rows)

    async def signed(self, whose: str, size: int | None = None) -> SignedHead:
        """The newest signed head of a tenant or of all, or the first one that covers a size."""
        asked = {"tenant": whose, "size": size}
        async with postgres.borrowed(self._pool) as connection:
            rows = await postgres.fetch(connection, _SQL["signed"], asked)
        if not rows:
            raise Missing("proof.not_signed_yet", tenant=whose)
        return _head(rows)

    async def listed(self, whose: str, before: int | None, limit: int) -> Sequence[SignedHead]:
        """Signed heads of the present epoch, the newest first."""
        asked = {"tenant": whose, "before": before, "limit": limit}
        async with postgres.borrowed(self._pool) as connection:
            rows = await postgres.fetch(connection, _SQL["listed"], asked)
        return [_head(list(found)) for _, found in groupby(rows, key=lambda row: row["size"])]

    async def inclusion(self, whose: str, index: int, size: int | None) -> Inclusion:
        """A leaf under the first head that covers it, or that covers `size`."""
        if size is not None and index >= size:
            raise Refused("proof.index_outside", index=index, size=size)
        head = await self.signed(whose, index + 1 if size is None else size)
        tree = await self._tree(whose, head.epoch, head.size)
        return Inclusion(
            index=index,
            leaf_hash=tree.leaf(index).hex(),
            path=_hex(tree.inclusion(index, head.size)),
            head=head,
        )

    async def place(self, tenant: str, epoch: int, size: int) -> int:
        """Where the log of heads has the line of a tenant's signed head."""
        asked = {"tenant": tenant, "epoch": epoch, "size": size}
        async with postgres.borrowed(self._pool) as connection:
            rows = await postgres.fetch(connection, _SQL["place"], asked)
        if not rows:
            raise Corrupt("proof.head_unlisted", tenant=tenant, epoch=epoch, size=size)
        place: int = rows[0]["place"]
        return place

    async def consistency(self, whose: str, first: int, second: int | None) -> Consistency:
        """One signed head and a later one: the first ones that cover so many."""
        if second is not None and second < first:
            raise Refused("proof.sizes_reversed", first=first, second=second)
        earlier, later = await self.signed(whose, first), await self.signed(whose, second)
        tree = await self._tree(whose, later.epoch, later.size)
        path = tree.consistency(earlier.size, later.size)
        return Consistency(first=earlier, second=later, path=_hex(path))

    async def _tree(self, whose: str, epoch: int, size: int) -> Tree:
        """The tree with at least so many leaves; only what is new is read."""
        tree = self._trees.pop((whose, epoch), None) or Tree()
        if tree.size < size:
            tree.extend(await self._leaves(whose, epoch, tree.size, size))
        self._trees[whose, epoch] = tree
        while len(self._trees) > 1 and sum(t.size for t in self._trees.values()) > LEAVES_MAX:
            self._trees.popitem(last=False)
        return tree

    async def _leaves(self, whose: str, epoch: int, after: int, upto: int) -> list[bytes]:
        asked = {"tenant": whose, "epoch": epoch, "after": after, "upto": upto}
        if whose == ALL:
            async with postgres.borrowed(self._pool) as connection:
                rows = await postgres.fetch(connection, _SQL["lines"], asked)
            return heads.leaf_hashes(HeadLine(**row) for row in rows)
        rows = await postgres.fetch_of(self._pool, [whose], _SQL["leaves"], asked)
        return [row["leaf_hash"] for row in rows]


def _head(rows: Sequence[Mapping[str, Any]]) -> SignedHead:
    row = rows[0]
    lines = [each["line"] for each in rows if each["line"]]
    return SignedHead(
        origin=row["origin"],
        epoch=row["epoch"],
        size=row["size"],
        root=row["root"].hex(),
        signed_at=row["signed_at"],
        witnesses=tuple(each["witness"] for each in rows if each["witness"]),
        written=row["note"] + "".join(f"{line}\n" for line in lines),
    )


def _hex(path: Sequence[bytes]) -> tuple[str, ...]:
    return tuple(each.hex() for each in path)
