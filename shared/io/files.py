"""The door to obstore: evidence bytes by tenant and fingerprint, in a folder or an object store.

What is still arriving lies apart, under `uploads/tenant/upload`, until it is whole.
"""

import asyncio
import hashlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from io import BufferedWriter
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import obstore
from msgspec import Struct
from obstore.exceptions import BaseError
from obstore.store import LocalStore, from_url

from shared.io import clock
from shared.kernel.errors import Unavailable

# What is held of a file while it is read or put together, however large it is.
CHUNK_BYTES = 1024 * 1024
UPLOADS = "uploads"


class Whole(Struct, frozen=True):
    """A file that was put together on this machine, with its fingerprint."""

    path: Path
    sha256: str
    size_bytes: int


class Keeping:
    """Small files under names of ours, in a folder or an object store; written whole and durably.

    Unlike `Files`, a name may be written again.
    """

    def __init__(self, url: str) -> None:
        """Keep them in `file:///folder`, made if missing, or at another address obstore knows."""
        self.folder = _folder(url)
        self.store = from_url(url) if self.folder is None else LocalStore(self.folder)

    async def write(self, name: str, content: bytes) -> None:
        """Put the content there so that it outlives a crash, in place of what was there."""
        with _translated():
            if self.folder is not None:
                await asyncio.to_thread(_write, self.folder, name, content)
                return
            await obstore.put_async(self.store, name, content)

    async def read(self, name: str) -> bytes | None:
        """What is there; None where there is nothing."""
        with _translated():
            try:
                found = await obstore.get_async(self.store, name)
            except FileNotFoundError:
                return None
            return bytes(await found.bytes_async())


class Files:
    """Bytes that are written once and never changed."""

    def __init__(self, url: str) -> None:
        """Keep them in `file:///folder`, made if missing, or at another address obstore knows."""
        self._keeping = Keeping(url)
        self._folder = self._keeping.folder
        self._store = self._keeping.store

    async def keep(self, tenant: str, sha256: str, content: bytes) -> None:
        """Store the bytes so that they outlive a crash; storing the same again changes nothing."""
        await self._put(_path(tenant, sha256), content)

    async def keep_whole(self, tenant: str, whole: Whole) -> None:
        """Store a file that was put together here, as `keep` does."""
        path = _path(tenant, whole.sha256)
        with _translated():
            if self._folder is not None:
                await asyncio.to_thread(_move, self._folder, path, whole.path)
                return
            await obstore.put_async(self._store, path, whole.path)

    async def read(self, tenant: str, sha256: str, begin: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from `begin` until before `end`, piece by piece; that they are there is known
        before the first piece is asked for.
        """
        with _translated():
            path = _path(tenant, sha256)
            found = await obstore.get_async(self._store, path, options={"range": (begin, end)})
        return _pieces(found.stream(min_chunk_size=CHUNK_BYTES))

    async def keep_part(self, tenant: str, upload: str, part: str, content: bytes) -> None:
        """Store a part of what is still arriving, as durably as a whole file."""
        await self._put(_part(tenant, upload, part), content)

    @asynccontextmanager
    async def gathered(
        self, tenant: str, upload: str, parts: Sequence[str]
    ) -> AsyncIterator[Whole]:
        """The parts one behind the other, as one file for as long as the block lasts."""
        with _translated():
            # In the folder it is afterwards moved within, not copied.
            near = None if self._folder is None else self._folder / UPLOADS / tenant / upload
            folder = Path(await asyncio.to_thread(tempfile.mkdtemp, dir=near, prefix="whole-"))
        try:
            digest, size_bytes = hashlib.sha256(), 0
            with _translated(), (folder / "whole").open("xb") as written:
                for part in parts:
                    found = await obstore.get_async(self._store, _part(tenant, upload, part))
                    content = memoryview(await found.bytes_async())
                    await asyncio.to_thread(digest.update, content)
                    await asyncio.to_thread(written.write, content)
                    size_bytes += len(content)
                await asyncio.to_thread(_flush, written)
            yield Whole(folder / "whole", digest.hexdigest(), size_bytes)
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def unfinished(self) -> set[tuple[str, str]]:
        """The tenant and name of every upload that has parts here."""
        with _translated():
            found = set()
            async for batch in obstore.list(self._store, UPLOADS):
                # `uploads/tenant/upload/part`
                found |= {tuple(each["path"].split("/")[1:3]) for each in batch}
            return {(tenant, upload) for tenant, upload in found}

    async def drop(self, tenant: str, upload: str) -> None:
        """Forget the parts of an upload; what is not there is fine."""
        with _translated():
            if self._folder is not None:
                folder = self._folder / UPLOADS / tenant / upload
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
                return
            async for batch in obstore.list(self._store, f"{UPLOADS}/{tenant}/{upload}"):
                await obstore.delete_async(self._store, [each["path"] for each in batch])

    async def _put(self, path: str, content: bytes) -> None:
        await self._keeping.write(path, content)


@contextmanager
def _translated() -> Iterator[None]:
    """Exceptions of the library and the disk stop here."""
    try:
        yield
    except (BaseError, OSError) as error:
        raise Unavailable("evidence.store_unavailable", why=str(error)) from error


async def _pieces(stream: AsyncIterator[Any]) -> AsyncIterator[bytes]:
    with _translated():
        async for piece in stream:
            yield bytes(piece)


def _folder(url: str) -> Path | None:
    parsed = urlparse(url)
    if parsed.scheme != "file":
        return None
    folder = Path(unquote(parsed.path))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _write(folder: Path, path: str, content: bytes) -> None:
    """Whole or not at all, and on the disk: the row that follows says the file is there."""
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f".{file.name}.{clock.new_id()}")
    try:
        with unfinished.open("xb") as written:
            written.write(content)
            _flush(written)
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
    _settle_names(folder, file)


def _move(folder: Path, path: str, whole: Path) -> None:
    """A file that is on the disk already, to where it stays."""
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    whole.replace(file)
    _settle_names(folder, file)


def _flush(written: BufferedWriter) -> None:
    written.flush()
    os.fsync(written.fileno())


def _settle_names(folder: Path, file: Path) -> None:
    """The names too: of the file in its folder, and of folders that may be new in theirs."""
    for named in file.parents:
        _settle(named)
        if named == folder:
            return


def _settle(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _path(tenant: str, sha256: str) -> str:
    return f"{tenant}/{sha256[:2]}/{sha256}"


def _part(tenant: str, upload: str, part: str) -> str:
    return f"{UPLOADS}/{tenant}/{upload}/{part}"
