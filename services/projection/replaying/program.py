"""The verifier that auditors are given, run here as they would run it: alone, on a bundle."""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from hashlib import sha256
from importlib import resources
from pathlib import Path

from msgspec import Struct

from shared.io import log
from shared.kernel.errors import Unavailable

# A province's decade takes seconds; whatever takes longer is ended.
SECONDS_MAX = 60.0
SOUND = 0


class Verdict(Struct, frozen=True, kw_only=True):
    """What the program said; `lines` are empty unless all was sound."""

    sound: bool
    sentence: str
    lines: tuple[bytes, ...]


class Program:
    """One file of Python that shares no code with this service."""

    def __init__(self) -> None:
        self._source = resources.files("deploy.verifier").joinpath("periksa.py").read_bytes()
        self.sha256 = sha256(self._source).hexdigest()

    async def replay(
        self, files: AsyncIterator[tuple[str, bytes]], asked: Sequence[str]
    ) -> Verdict:
        """A bundle verified, and replayed at the instants that the arguments ask for."""
        with tempfile.TemporaryDirectory(prefix="putar-ulang-") as name:
            folder = Path(name)
            await asyncio.to_thread(_write, folder / "periksa.py", self._source)
            async for member, content in files:
                await asyncio.to_thread(_write, folder / "bundle" / member, content)
            return await self._run(folder, asked)

    async def _run(self, folder: Path, asked: Sequence[str]) -> Verdict:
        arguments = ["-I", "-S", "periksa.py", "bundle", *asked]
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            cwd=folder,
            env={},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(SECONDS_MAX):
                told, said = await process.communicate()
        except TimeoutError:
            raise Unavailable("replay.too_long") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        verdict = Verdict(
            sound=process.returncode == SOUND,
            sentence=said.decode().strip(),
            lines=tuple(told.splitlines()),
        )
        if not verdict.sound:
            log.logger().error("replay.unsound", said=verdict.sentence)
        return verdict


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
