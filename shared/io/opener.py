"""Having a stranger's file opened: by processes that have little and know nothing.

Libraries that read PDF, pictures and workbooks meet files that were made to hang or break them. So
they run in `shared.io.opening`, beside the service: the loop never waits for a parser, and what
kills the parser kills nothing else.
"""

import asyncio
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from shared.kernel.errors import Refused, Unavailable

# One for each core of a small machine: opening is nothing but work.
PROCESSES_MAX = 2
# A process stops a file after 20 seconds of work; on a machine that is busy they take longer.
OPEN_SECONDS_MAX = 60.0
# How long a caller waits for a process that opens another's file.
TURN_SECONDS_MAX = 20.0
# A process that died for another reason than this file is replaced, and the file opened again.
ATTEMPTS_MAX = 2

_ROOT = Path(__file__).parent.parent.parent
_PROGRAM = ("-m", "shared.io.opening")


class _Verdict(Struct, frozen=True, kw_only=True):
    reason: str = ""
    gone: str = ""
    facts: Mapping[str, str] = {}


class Opener:
    """A few processes, started when they are first needed."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(PROCESSES_MAX)
        self._idle: list[Process] = []

    async def must_open(
        self, media_type: str, size_bytes: int, content: bytes = b"", path: Path | None = None
    ) -> None:
        """Refuse a file that is not what it is said to be, or does not open; by bytes or path."""
        asked = {
            "media_type": media_type,
            "size_bytes": size_bytes,
            "path": "" if path is None else str(path),
        }
        job = msgspec.json.encode(asked) + b"\n"
        try:
            async with asyncio.timeout(TURN_SECONDS_MAX):
                await self._turns.acquire()
        except TimeoutError as error:
            raise Unavailable("evidence.opener_busy") from error
        try:
            verdict = await self._judged(job, content)
        finally:
            self._turns.release()
        if verdict.gone:
            raise Unavailable("evidence.store_unavailable", why=verdict.gone)
        if verdict.reason:
            raise Refused(verdict.reason, **verdict.facts)

    async def _judged(self, job: bytes, content: bytes) -> _Verdict:
        for _ in range(ATTEMPTS_MAX):
            process = await self._next()
            verdict = await _asked(process, job, content)
            if verdict is not None:
                self._idle.append(process)
                return verdict
            if process.returncode == -signal.SIGPROF:
                break
        raise Refused("evidence.too_costly")

    async def _next(self) -> Process:
        """One that waits and lives, or a new one."""
        while self._idle:
            process = self._idle.pop()
            if process.returncode is None:
                return process
        return await _started()

    async def close(self) -> None:
        """End the processes."""
        while self._idle:
            await _end(self._idle.pop())


async def _started() -> Process:
    try:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *_PROGRAM,
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            cwd=_ROOT,
            # Not ours: it holds the database's password.
            env={},
        )
    except OSError as error:
        raise Unavailable("evidence.opener_busy") from error


async def _asked(process: Process, job: bytes, content: bytes) -> _Verdict | None:
    """The process's verdict; None if it died of the file. It is ended unless it gave one."""
    assert process.stdin is not None
    assert process.stdout is not None
    verdict = None
    try:
        async with asyncio.timeout(OPEN_SECONDS_MAX):
            with suppress(ConnectionError):
                process.stdin.write(job)
                process.stdin.write(content)
                await process.stdin.drain()
            with suppress(msgspec.DecodeError, ValueError):
                line = await process.stdout.readline()
                verdict = msgspec.json.decode(line, type=_Verdict)
    except TimeoutError as error:
        raise Unavailable("evidence.opener_busy") from error
    finally:
        if verdict is None:
            await _end(process)
    return verdict


async def _end(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()
