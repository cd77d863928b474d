"""Spreadsheets in and out beside the loop: strangers' files in a process of their own."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from shared.io import sheets_out
from shared.io.sheets_in import Answer
from shared.kernel.errors import Refused, Unavailable
from shared.kernel.tables import Grid, Workbook

# One request; a region's whole season has a tenth of it.
FILE_BYTES_MAX = 16 * 1024 * 1024
# Reading and writing are nothing but work: one for each core of a small machine.
TURNS_MAX = 2
TURN_SECONDS_MAX = 20.0
# The process stops itself after 20 seconds of work; on a busy machine they take longer.
READ_SECONDS_MAX = 60.0

_ROOT = Path(__file__).parent.parent.parent


class Sheets:
    """Reads and writes a few at a time."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(TURNS_MAX)

    async def read(self, content: bytes, wanted: Sequence[str]) -> Mapping[str, Grid]:
        """What stands in those of the wanted sheets that are there; `Refused` says what to do."""
        if not content:
            raise Refused("workbook.empty")
        await self._turn()
        try:
            answer = await _answered(content, wanted)
        finally:
            self._turns.release()
        if answer.reason:
            raise refused(answer.reason, answer.facts)
        return answer.sheets

    async def write(self, workbook: Workbook) -> bytes:
        """The workbook as an XLSX file."""
        await self._turn()
        try:
            return await asyncio.to_thread(sheets_out.xlsx, workbook)
        finally:
            self._turns.release()

    async def _turn(self) -> None:
        try:
            async with asyncio.timeout(TURN_SECONDS_MAX):
                await self._turns.acquire()
        except TimeoutError as error:
            raise Unavailable("workbook.busy") from error


def refused(reason: str, facts: Mapping[str, str]) -> Refused:
    """Why a workbook was not read, in words about workbooks rather than evidence."""
    match reason:
        case "evidence.encrypted":
            return Refused("workbook.encrypted")
        case "evidence.active_content":
            return Refused("workbook.active_content", **facts)
        case "evidence.unfolds" | "evidence.too_costly":
            return Refused("workbook.unfolds")
        case "evidence.truncated" | "evidence.unopenable":
            return Refused("workbook.broken")
        case _ if reason.startswith("workbook."):
            return Refused(reason, **facts)
        case _:
            return Refused("workbook.other_kind")


async def _answered(content: bytes, wanted: Sequence[str]) -> Answer:
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "shared.io.sheets_in",
            *wanted,
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            cwd=_ROOT,
            # Not ours: it holds the database's password.
            env={},
        )
    except OSError as error:
        raise Unavailable("workbook.busy") from error
    try:
        async with asyncio.timeout(READ_SECONDS_MAX):
            told, _ = await process.communicate(content)
    except TimeoutError as error:
        raise Unavailable("workbook.busy") from error
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode:
        raise Refused("workbook.unfolds")
    return msgspec.msgpack.decode(told, type=Answer)
