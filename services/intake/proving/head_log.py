"""The log of heads as it grows: each line follows from the one before it and from the facts since.

Nothing gets a line that does not continue what was signed: a log that shrank, or whose head is not
what its facts add up to, is left out and told.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from shared.kernel import heads, merkle
from shared.kernel.heads import HeadLine
from shared.kernel.proofs import Tree


class Grown(Struct, frozen=True, kw_only=True):
    """A tenant's head as it is now, and the leaf hashes since its last line."""

    tenant: str
    size: int
    root: bytes
    leaves: tuple[bytes, ...]


class HeadLog:
    """All lines, under `tree`; `last` are those of the present epoch, by tenant.

    In a new epoch a tenant's first line stands on its whole log.
    """

    def __init__(self, epoch: int, lines: Sequence[HeadLine]) -> None:
        self.epoch = epoch
        self.lines = list(lines)
        self.tree = Tree(heads.leaf_hashes(lines))
        self.last = {line.tenant: line for line in lines if line.epoch == epoch}

    def sizes(self) -> Mapping[str, int]:
        """How far each tenant's last line goes."""
        return {tenant: line.size for tenant, line in self.last.items()}

    def follows(self, size: int, root: bytes) -> bool:
        """Whether a signed head is one of this log's own past."""
        return size <= self.tree.size and self.tree.root(size) == root

    def continued(self, grown: Sequence[Grown]) -> tuple[list[HeadLine], list[str]]:
        """The lines to add, and the tenants whose logs do not continue what was signed."""
        added: list[HeadLine] = []
        broken: list[str] = []
        for one in grown:
            line = self._line(one, self.tree.size + len(added))
            if line is None:
                broken.append(one.tenant)
            else:
                added.append(line)
        return added, broken

    def add(self, lines: Sequence[HeadLine]) -> None:
        """They are kept now."""
        self.lines.extend(lines)
        self.tree.extend(heads.leaf_hashes(lines))
        self.last.update((line.tenant, line) for line in lines if line.epoch == self.epoch)

    def _line(self, grown: Grown, place: int) -> HeadLine | None:
        before = self.last.get(grown.tenant)
        size, edge = (before.size, before.frontier) if before else (0, b"")
        if len(grown.leaves) != grown.size - size or not grown.leaves:
            return None
        edge = merkle.extend(edge, size, grown.leaves)
        if merkle.root(edge) != grown.root:
            return None
        return HeadLine(
            epoch=self.epoch,
            place=place,
            tenant=grown.tenant,
            size=grown.size,
            root=grown.root,
            frontier=edge,
        )
