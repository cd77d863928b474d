"""Proofs over the RFC 6962 tree: a leaf is in it, and a later tree begins with an earlier one.

Whoever checks brings leaf, index and sizes himself; of a proof only the hashes are taken. How many
they must be follows from index and sizes, so a proof has exactly one form.
"""

from collections.abc import Iterable, Sequence

from shared.kernel import merkle
from shared.kernel.errors import Refused

Path = Sequence[bytes]


class Tree:
    """The levels of perfect subtrees in memory: it grows by its leaves, and proves any past size.

    Takes 64 bytes a leaf; a proof or a root costs as many hashes as the tree is high.
    """

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._levels: list[bytearray] = [bytearray()]
        self.extend(leaves)

    @property
    def size(self) -> int:
        """How many leaves it has."""
        return len(self._levels[0]) // merkle.HASH_BYTES

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Append leaf hashes; hashes no more than there are new leaves."""
        added = list(leaves)
        _must_be_hashes(added)
        self._levels[0] += b"".join(added)
        for height, below in enumerate(self._levels):
            pairs = len(below) // merkle.HASH_BYTES // 2
            if not pairs:
                break
            if height + 1 == len(self._levels):
                self._levels.append(bytearray())
            above = self._levels[height + 1]
            for place in range(len(above) // merkle.HASH_BYTES, pairs):
                left, right = self._at(height, 2 * place), self._at(height, 2 * place + 1)
                above += merkle.node(left, right)

    def leaf(self, index: int) -> bytes:
        """The leaf hash at `index` (from 0)."""
        _must_be_inside(index, self.size)
        return self._at(0, index)

    def root(self, size: int) -> bytes:
        """The root when the tree had this many leaves."""
        self._must_have(size)
        return self._over(0, size)

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """The path from leaf `index` (from 0) to the root of the first `size` leaves."""
        self._must_have(size)
        _must_be_inside(index, size)
        start, end, path = 0, size, list[bytes]()
        while end - start > 1:
            middle = start + _left_leaves(end - start)
            if index < middle:
                path.append(self._over(middle, end))
                end = middle
            else:
                path.append(self._over(start, middle))
                start = middle
        return path[::-1]

    def consistency(self, first: int, second: int) -> list[bytes]:
        """What leads from the root of `first` leaves to that of `second`; nothing from none."""
        self._must_have(second)
        _must_not_shrink(first, second)
        if first == 0:
            return []
        start, end, path = 0, second, list[bytes]()
        while end != first:
            middle = start + _left_leaves(end - start)
            if first <= middle:
                path.append(self._over(middle, end))
                end = middle
            else:
                path.append(self._over(start, middle))
                start = middle
        # A subtree that is the whole first tree needs no telling: its root is known.
        return [*([self._over(start, end)] if start else []), *path[::-1]]

    def _over(self, start: int, end: int) -> bytes:
        """The root over these leaves; `start` is a multiple of every subtree in between."""
        subtrees = []
        while start < end:
            height = (end - start).bit_length() - 1
            subtrees.append(self._at(height, start >> height))
            start += 1 << height
        return merkle.root(b"".join(subtrees))

    def _at(self, height: int, place: int) -> bytes:
        begin = place * merkle.HASH_BYTES
        return bytes(self._levels[height][begin : begin + merkle.HASH_BYTES])

    def _must_have(self, size: int) -> None:
        if not 0 <= size <= self.size:
            raise Refused("proof.size_outside", size=size, size_max=self.size)


def inclusion(leaves: Sequence[bytes], index: int, size: int) -> list[bytes]:
    """As `Tree.inclusion`, for who asks once: hashes all leaves."""
    return Tree(leaves).inclusion(index, size)


def consistency(leaves: Sequence[bytes], first: int, second: int) -> list[bytes]:
    """As `Tree.consistency`, for who asks once: hashes all leaves."""
    return Tree(leaves).consistency(first, second)


def must_include(leaf: bytes, index: int, size: int, path: Path, root: bytes) -> None:
    """`Refused` unless the path leads from the leaf hash at `index` to this root of `size`."""
    _must_be_inside(index, size)
    _must_be_hashes([leaf, root, *path])
    # So far up leaf and last leaf differ, and there are siblings on both sides; above it the leaf
    # stands on the right edge, where only the subtrees to its left are siblings.
    inner = (index ^ (size - 1)).bit_length()
    _must_be_long(path, inner + (index >> inner).bit_count())
    if _climbed(leaf, path, inner, index) != root:
        raise Refused("proof.not_included", index=index, size=size)


def must_be_consistent(
    first: int, second: int, first_root: bytes, second_root: bytes, path: Path
) -> None:
    """`Refused` unless the tree of `second` leaves begins with all that stood in the first."""
    _must_not_shrink(first, second)
    _must_be_hashes([first_root, second_root, *path])
    if first in (0, second):
        _must_be_long(path, 0)
        known = merkle.EMPTY_ROOT if first == 0 else second_root
        nothing_yet = second > 0 or second_root == merkle.EMPTY_ROOT
        agreed = first_root == known and nothing_yet
    else:
        agreed = _grown(first, second, first_root, path) == (first_root, second_root)
    if not agreed:
        raise Refused("proof.not_consistent", first=first, second=second)


def _grown(first: int, second: int, first_root: bytes, path: Path) -> tuple[bytes, bytes]:
    """The roots of both trees that the path leads to from the last perfect subtree of the first."""
    height = (first & -first).bit_length() - 1
    last = (first - 1) >> height
    inner = (last ^ ((second - 1) >> height)).bit_length()
    length = inner + (last >> inner).bit_count()
    if last:
        _must_be_long(path, length + 1)
        subtree, path = path[0], path[1:]
    else:
        # The first tree is itself perfect, and the path begins at its root.
        _must_be_long(path, length)
        subtree = first_root
    older = subtree
    for above, sibling in enumerate(path):
        if above >= inner or last >> above & 1:
            older = merkle.node(sibling, older)
    return older, _climbed(subtree, path, inner, last)


def _climbed(subtree: bytes, path: Path, inner: int, place: int) -> bytes:
    """The root above a subtree at `place` among its like; beyond `inner` it is the right edge."""
    for above, sibling in enumerate(path):
        if above >= inner or place >> above & 1:
            subtree = merkle.node(sibling, subtree)
        else:
            subtree = merkle.node(subtree, sibling)
    return subtree


def _left_leaves(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def _must_be_inside(index: int, size: int) -> None:
    if not 0 <= index < size:
        raise Refused("proof.index_outside", index=index, size=size)


def _must_not_shrink(first: int, second: int) -> None:
    if not 0 <= first <= second:
        raise Refused("proof.sizes_reversed", first=first, second=second)


def _must_be_long(path: Path, length: int) -> None:
    if len(path) != length:
        raise Refused("proof.length", given=len(path), needed=length)


def _must_be_hashes(hashes: Iterable[bytes]) -> None:
    if any(len(each) != merkle.HASH_BYTES for each in hashes):
        raise Refused("proof.hash_malformed", bytes_needed=merkle.HASH_BYTES)
