"""Making a receipt: the fact, its place in its log, that log's place among all, and both notes.

The format is described in `deploy/verifier/README.md`.
"""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from services.projection.bundles import written
from services.projection.checkpoints import Checkpoints, Inclusion
from shared.io.history import History
from shared.kernel.errors import Missing
from shared.kernel.heads import ALL
from shared.kernel.recorded import Stored

FORMAT = "jejak-inovasi/receipt/1"
# The largest number a log can count to.
SEQ_MAX = 2**63 - 1


class Line(Struct, frozen=True, kw_only=True):
    """The line of the log of heads that covers the fact."""

    index: int
    tenant: str
    epoch: int
    size: int
    root: str


class Receipt(Struct, frozen=True, kw_only=True):
    """One fact and its proof; `fact` is as bundles spell it, of a withheld one the hash alone.

    `path` leads from the fact to `checkpoint`, the signed note of its log; `heads_path` from the
    line `head` to `heads_checkpoint`, the signed note of all logs with what witnesses signed.
    """

    format: str = FORMAT
    log: str
    keys: tuple[str, ...]
    tenant: str
    fact: dict[str, Any]
    path: tuple[str, ...]
    checkpoint: str
    head: Line
    heads_path: tuple[str, ...]
    heads_checkpoint: str


class Proof(Struct, frozen=True, kw_only=True):
    """A fact, its place in its log, and that log's place among all."""

    fact: Stored
    own: Inclusion
    above: Inclusion


class Receipts:
    """Makes receipts of single facts."""

    def __init__(self, history: History, checkpoints: Checkpoints) -> None:
        self._history = history
        self._checkpoints = checkpoints

    async def fact(self, tenant: str, seq: int) -> Stored:
        """One fact as it stands in the log."""
        if not 1 <= seq <= SEQ_MAX or seq > await self._history.head(tenant):
            raise Missing("fact.unknown", region=tenant, seq=seq)
        (stored,) = await self._history.read(tenant, after=seq - 1, upto=seq)
        return stored

    async def proof(self, tenant: str, seq: int) -> Proof:
        """One fact under the first heads that cover it; it stays the same.

        `Missing` until it is signed, some seconds after it was recorded.
        """
        stored = await self.fact(tenant, seq)
        own = await self._checkpoints.inclusion(tenant, seq - 1, None)
        place = await self._checkpoints.place(tenant, own.head.epoch, own.head.size)
        above = await self._checkpoints.inclusion(ALL, place, None)
        return Proof(fact=stored, own=own, above=above)

    async def receipt(
        self, tenant: str, seq: int, shown: Callable[[str], frozenset[str]]
    ) -> Receipt:
        """The proof as it is handed out."""
        proof = await self.proof(tenant, seq)
        own, above = proof.own, proof.above
        return Receipt(
            log=above.head.origin.rpartition("/")[0],
            keys=await self._checkpoints.keys(),
            tenant=tenant,
            fact=written.told(proof.fact, shown(tenant)),
            path=own.path,
            checkpoint=own.head.written,
            head=Line(
                index=above.index,
                tenant=tenant,
                epoch=own.head.epoch,
                size=own.head.size,
                root=own.head.root,
            ),
            heads_path=above.path,
            heads_checkpoint=above.head.written,
        )
