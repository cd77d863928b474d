"""The door to obstore: evidence bytes by tenant and fingerprint, in a folder or an object store."""

import asyncio
import os
from pathlib import Path
from urllib.parse import unquote, urlparse

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, from_url

from shared.io import clock
from shared.kernel.errors import Unavailable


class Files:
    """Bytes that are written once and never changed."""

    def __init__(self, url: str) -> None:
        """Keep them in `file:///folder`, made if missing, or at another address obstore knows."""
        self._folder = _folder(url)
        self._store = from_url(url) if self._folder is None else LocalStore(self._folder)

    async def keep(self, tenant: str, sha256: str, content: bytes) -> None:
        """Store the bytes so that they outlive a crash; storing the same again changes nothing."""
        try:
            if self._folder is not None:
                await asyncio.to_thread(_write, self._folder, _path(tenant, sha256), content)
                return
            await obstore.put_async(self._store, _path(tenant, sha256), content)
        except (BaseError, OSError) as error:
            raise Unavailable("evidence.store_unavailable", why=str(error)) from error

    async def read(self, tenant: str, sha256: str) -> bytes:
        """The bytes as they were stored."""
        try:
            found = await obstore.get_async(self._store, _path(tenant, sha256))
            return bytes(await found.bytes_async())
        except (BaseError, OSError) as error:
            raise Unavailable("evidence.store_unavailable", why=str(error)) from error


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
            written.flush()
            os.fsync(written.fileno())
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
    # The names too: of the file in its folder, and of folders that may be new in theirs.
    for named in (file.parent, file.parent.parent, folder):
        _settle(named)


def _settle(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _path(tenant: str, sha256: str) -> str:
    return f"{tenant}/{sha256[:2]}/{sha256}"
