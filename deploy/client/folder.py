"""All files of a folder handed in as evidence: again and again, until every one is there.

Nothing is remembered here: a file is known by its SHA-256, so what intake has is not sent again,
and a large file goes on where it broke off.
"""

import asyncio
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

from msgspec import Struct

from deploy.client.evidence import CHUNK_BYTES, Evidence
from deploy.client.wire import Rejected
from shared.kernel.media import ENDINGS

# Intake opens two files at a time; more would only wait there.
SENDERS = 4
UNKNOWN = "evidence.unknown"

Outcome = Literal["uploaded", "present", "rejected"]


class Handed(Struct, frozen=True, kw_only=True):
    """What became of one file; `detail` says why it was rejected."""

    path: str
    sha256: str
    size_bytes: int
    outcome: Outcome
    detail: str = ""


def files_in(folder: Path) -> list[Path]:
    """Every file below the folder in order of its path; what begins with a dot is left out."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


async def hand_in(
    evidence: Evidence, region: str, folder: Path, tell: Callable[[Handed], None]
) -> list[Handed]:
    """Hand in all of them, a few at a time; `Unreachable` ends it, to be started again."""
    waiting: Iterator[Path] = iter(files_in(folder))
    handed: list[Handed] = []

    async def send() -> None:
        for path in waiting:
            one = await _one(evidence, region, path, str(path.relative_to(folder)))
            handed.append(one)
            tell(one)

    try:
        async with asyncio.TaskGroup() as senders:
            for _ in range(SENDERS):
                senders.create_task(send())
    except ExceptionGroup as failures:
        # The others met the same wall.
        raise failures.exceptions[0] from None
    return sorted(handed, key=lambda one: one.path)


async def _one(evidence: Evidence, region: str, path: Path, called: str) -> Handed:
    size_bytes, sha256 = await asyncio.to_thread(_measure, path)
    outcome: Outcome = "present"
    detail = ""
    try:
        if not await _is_there(evidence, region, sha256):
            outcome = "uploaded"
            await evidence.hand_in(region, path, media_type(path))
    except Rejected as rejected:
        outcome, detail = "rejected", rejected.sentence
    return Handed(path=called, sha256=sha256, size_bytes=size_bytes, outcome=outcome, detail=detail)


async def _is_there(evidence: Evidence, region: str, sha256: str) -> bool:
    try:
        await evidence.duplicates(region, sha256)
    except Rejected as rejected:
        if rejected.reason != UNKNOWN:
            raise
        return False
    return True


def media_type(path: Path) -> str:
    """By its name; what evidence cannot be is left to intake to refuse in a sentence."""
    ending = path.suffix.lower().removeprefix(".")
    found = (kind for kind, endings in ENDINGS.items() if ending in endings)
    return next(found, "application/octet-stream")


def _measure(path: Path) -> tuple[int, str]:
    digest, size_bytes = hashlib.sha256(), 0
    with path.open("rb") as opened:
        while piece := opened.read(CHUNK_BYTES):
            digest.update(piece)
            size_bytes += len(piece)
    return size_bytes, digest.hexdigest()
