"""Signatures in a second place: whoever can change the database cannot change what stands there.

A folder on another machine, or a bucket that keeps every version. What is written: the lines of the
log of heads as they were added, each file named by its first, and the newest signed note.
"""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from shared.io.files import Keeping
from shared.kernel.errors import Corrupt
from shared.kernel.heads import HeadLine

LATEST = "latest.note"


class _Written(Struct, frozen=True, kw_only=True):
    """A line as it stands there, and in audit bundles."""

    index: int
    tenant: str
    epoch: int
    size: int
    root: str


class SecondPlace:
    """What is kept there of the log of heads."""

    def __init__(self, keeping: Keeping) -> None:
        self._keeping = keeping

    async def latest(self) -> str | None:
        """The newest note that was written there; None where there is none."""
        kept = await self._keeping.read(LATEST)
        return None if kept is None else kept.decode()

    async def lines(self, size: int) -> list[HeadLine]:
        """The first lines of the log of heads; their frontiers are not kept there."""
        found: list[HeadLine] = []
        while len(found) < size:
            kept = await self._keeping.read(_name(len(found)))
            if not kept:
                raise Corrupt("proof.lines_missing", place=len(found), size=size)
            told = [msgspec.json.decode(line, type=_Written) for line in kept.splitlines()]
            found += map(_read, told)
        return found[:size]

    async def write(self, lines: Sequence[HeadLine], note: str) -> None:
        """Add lines, then the note that covers them: a note is never there before its lines."""
        if lines:
            told = b"".join(msgspec.json.encode(_written(line)) + b"\n" for line in lines)
            await self._keeping.write(_name(lines[0].place), told)
        await self._keeping.write(LATEST, note.encode())


def _name(place: int) -> str:
    return f"heads/{place:012}.ndjson"


def _written(line: HeadLine) -> _Written:
    return _Written(
        index=line.place,
        tenant=line.tenant,
        epoch=line.epoch,
        size=line.size,
        root=line.root.hex(),
    )


def _read(told: _Written) -> HeadLine:
    return HeadLine(
        epoch=told.epoch,
        place=told.index,
        tenant=told.tenant,
        size=told.size,
        root=bytes.fromhex(told.root),
        frontier=b"",
    )
