"""Heads are signed every few seconds, by one copy of the service, and only as they follow.

Kept before it is shown: a note stands in the database before it is written to the second place, and
there before a witness is asked. What stands in the second place is believed over the database: if
the database lacks it, it was restored or changed, and nothing is signed until a new epoch says so;
then the lines that are lost are fetched back from there, and the log of heads goes on.
"""

import asyncio
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

from services.intake.proving.head_log import Grown, HeadLog
from services.intake.proving.second_place import SecondPlace
from services.intake.proving.witnesses import Witness
from shared.io import log, postgres, stopping
from shared.kernel import heads, notes
from shared.kernel.errors import Corrupt, Failure
from shared.kernel.heads import HeadLine
from shared.kernel.notes import Note, Signs, TreeHead, Verifies

# Whoever cannot sign tries again ever later, and yet soon after it was mended.
RETRY_SECONDS_MAX = 30.0
# Tenants in one transaction: their leaves are held in memory meanwhile.
TENANTS_MAX = 50

_SQL = postgres.queries(Path(__file__).parent / "proving.sql")


class Signing:
    """Signs for one log, under its name; `known` are its own keys, also the former ones."""

    def __init__(
        self,
        url: str,
        signer: Signs,
        known: Sequence[Verifies],
        second_place: SecondPlace,
        witnesses: Sequence[Witness] = (),
        *,
        seconds: float,
    ) -> None:
        self._url = url
        self._signer = signer
        self._known = known
        self._second_place = second_place
        self._witnesses = witnesses
        self._seconds = seconds
        self._broken: set[str] = set()
        self._state: Mapping[str, float] = {}

    @property
    def gauges(self) -> Mapping[str, float]:
        """How much is signed; empty where another copy signs."""
        return self._state

    async def run(self) -> None:
        """Lead or wait to lead, for ever."""
        pause = self._seconds
        while not stopping.is_asked():
            try:
                await self._lead()
                pause = self._seconds
            except Failure as failure:
                say = log.logger().error if isinstance(failure, Corrupt) else log.logger().warning
                say("signing.interrupted", reason=failure.reason, why=str(failure))
                pause = min(2 * pause, RETRY_SECONDS_MAX)
            await asyncio.sleep(pause)

    async def _lead(self) -> None:
        session = await postgres.connect(self._url, "intake", "signing")
        async with session:
            with postgres.translated():
                try:
                    (row,) = await postgres.fetch(session, _SQL["lead"])
                    if not row["leads"]:
                        return
                    kept, written = await self._opened(session)
                    while not stopping.is_asked() and await _epoch(session) == kept.epoch:
                        written = await self._round(session, kept, written)
                        await asyncio.sleep(self._seconds)
                finally:
                    self._state = {}

    async def _opened(self, session: postgres.Connection) -> tuple[HeadLog, int]:
        """The lines as they are kept, and how many of them the second place has."""
        await postgres.execute(session, _SQL["add_key"], {"key": self._signer.key.text})
        rows = await postgres.fetch(session, _SQL["lines"])
        kept = HeadLog(await _epoch(session), [HeadLine(**each) for each in rows])
        shown = await self._second_place.latest()
        if shown is None:
            return kept, 0
        note = notes.parse(shown.encode())
        notes.must_be_signed(note, self._known)
        told = notes.head_of(note).head
        if told.origin != heads.origin_of_heads(self._signer.key.name):
            raise Corrupt("proof.other_origin", origin=told.origin)
        if not kept.follows(told.size, told.root):
            await self._fetch_back(session, kept, told)
        return kept, told.size

    async def _fetch_back(
        self, session: postgres.Connection, kept: HeadLog, told: TreeHead
    ) -> None:
        """Take up again what was signed and is lost here, once a new epoch says that it is."""
        lines = await self._second_place.lines(told.size)
        whole = HeadLog(kept.epoch, lines)
        if not whole.follows(told.size, told.root) or not whole.follows(
            kept.tree.size, kept.tree.root(kept.tree.size)
        ):
            self._state = {"signing_forked": 1.0}
            raise Corrupt("proof.forked", signed=told.size, kept=kept.tree.size)
        if whole.last:
            self._state = {"signing_forked": 1.0}
            highest = max(line.epoch for line in lines)
            raise Corrupt("proof.lost", signed=told.size, kept=kept.tree.size, epoch=highest)
        lost = lines[kept.tree.size :]
        async with session.transaction():
            await postgres.execute(session, _SQL["add_lines"], _line_columns(lost))
        kept.add(lost)
        log.logger().warning("signing.fetched_back", lines=len(lost), epoch=kept.epoch)

    async def _round(self, session: postgres.Connection, kept: HeadLog, written: int) -> int:
        """Sign what grew, show it, and have it witnessed; how many lines are shown."""
        broken: set[str] = set()
        grown = await self._grown(session, kept)
        for at in range(0, len(grown), TENANTS_MAX):
            group = await self._with_leaves(session, kept, grown[at : at + TENANTS_MAX])
            lines, differing = kept.continued(group)
            broken |= set(differing)
            if lines:
                await self._keep(session, kept, lines)
        for tenant in sorted(broken - self._broken):
            log.logger().error("proof.head_differs", tenant=tenant, epoch=kept.epoch)
        self._broken = broken
        if written < kept.tree.size:
            note = self._note(self._of_heads(kept))
            await self._second_place.write(kept.lines[written:], note)
            written = kept.tree.size
        self._state = {
            "signed_heads": float(kept.tree.size),
            "signing_broken_tenants": float(len(broken)),
            "signing_forked": 0.0,
        }
        await self._witnessed(session, kept)
        return written

    async def _grown(self, session: postgres.Connection, kept: HeadLog) -> list[Grown]:
        asked = {
            "epoch": kept.epoch,
            "tenants": list(kept.last),
            "sizes": [line.size for line in kept.last.values()],
            "roots": [line.root for line in kept.last.values()],
        }
        rows = await postgres.fetch(session, _SQL["grown"], asked)
        return [
            Grown(tenant=row["tenant"], size=row["size"], root=row["root"], leaves=())
            for row in rows
        ]

    async def _with_leaves(
        self, session: postgres.Connection, kept: HeadLog, grown: Sequence[Grown]
    ) -> list[Grown]:
        sizes = kept.sizes()
        tenants = [one.tenant for one in grown]
        asked = {
            "tenants": tenants,
            "afters": [sizes.get(tenant, 0) for tenant in tenants],
            "uptos": [one.size for one in grown],
        }
        async with session.transaction():
            await postgres.reach(session, tenants)
            rows = await postgres.fetch(session, _SQL["leaves"], asked)
        leaves = {
            str(tenant): tuple(row["leaf_hash"] for row in found)
            for tenant, found in groupby(rows, key=lambda row: row["tenant"])
        }
        return [
            Grown(
                tenant=one.tenant,
                size=one.size,
                root=one.root,
                leaves=leaves.get(one.tenant, ()),
            )
            for one in grown
        ]

    async def _keep(
        self, session: postgres.Connection, kept: HeadLog, lines: Sequence[HeadLine]
    ) -> None:
        """Lines and notes in one transaction; only then are they ours to show."""
        kept.add(lines)
        told = {(heads.ALL, heads.NO_EPOCH): self._of_heads(kept)}
        told |= {(line.tenant, line.epoch): self._of_tenant(line) for line in lines}
        async with session.transaction():
            await postgres.execute(session, _SQL["add_lines"], _line_columns(lines))
            await postgres.execute(session, _SQL["add_notes"], self._columns(told))

    def _of_tenant(self, line: HeadLine) -> TreeHead:
        origin = heads.origin_of_tenant(self._signer.key.name, line.tenant, line.epoch)
        return TreeHead(origin=origin, size=line.size, root=line.root)

    def _of_heads(self, kept: HeadLog) -> TreeHead:
        origin = heads.origin_of_heads(self._signer.key.name)
        size = kept.tree.size
        return TreeHead(origin=origin, size=size, root=kept.tree.root(size))

    def _note(self, head: TreeHead) -> str:
        signature = notes.signed(head.text, self._signer)
        return Note(text=head.text, signatures=(signature,)).written.decode()

    def _columns(self, told: Mapping[tuple[str, int], TreeHead]) -> Mapping[str, object]:
        return {
            "tenants": [tenant for tenant, _ in told],
            "epochs": [epoch for _, epoch in told],
            "origins": [head.origin for head in told.values()],
            "sizes": [head.size for head in told.values()],
            "roots": [head.root for head in told.values()],
            "notes": [self._note(head) for head in told.values()],
        }

    async def _witnessed(self, session: postgres.Connection, kept: HeadLog) -> None:
        """Each witness signs for itself; one that is away keeps nobody waiting for long."""
        head = self._of_heads(kept)
        for witness in self._witnesses if head.size else ():
            asked = {"origin": head.origin, "witness": witness.name}
            (row,) = await postgres.fetch(session, _SQL["cosigned"], asked)
            if row["size"] == head.size:
                continue
            try:
                line = await witness.cosign(self._note(head), kept.tree, row["size"])
            except Failure as failure:
                log.logger().warning("witness.failed", witness=witness.name, why=str(failure))
                continue
            told = {**asked, "size": head.size, "line": line}
            await postgres.execute(session, _SQL["cosign"], told)


def _line_columns(lines: Sequence[HeadLine]) -> Mapping[str, object]:
    return {
        "epochs": [line.epoch for line in lines],
        "places": [line.place for line in lines],
        "tenants": [line.tenant for line in lines],
        "sizes": [line.size for line in lines],
        "roots": [line.root for line in lines],
        "frontiers": [line.frontier for line in lines],
    }


async def _epoch(session: postgres.Connection) -> int:
    (row,) = await postgres.fetch(session, _SQL["epoch"])
    epoch: int = row["epoch"]
    return epoch
