"""The door to obstore: evidence bytes by tenant and fingerprint, in a folder or an object store."""

from pathlib import Path
from urllib.parse import unquote, urlparse

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from shared.kernel.errors import Unavailable


class Files:
    """Bytes that are written once and never changed."""

    def __init__(self, url: str) -> None:
        """Keep them in `file:///folder`, made if missing, or at another address obstore knows."""
        self._store = _opened(url)

    async def keep(self, tenant: str, sha256: str, content: bytes) -> None:
        """Store the bytes; storing the same again changes nothing."""
        try:
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


def _opened(url: str) -> ObjectStore:
    parsed = urlparse(url)
    if parsed.scheme != "file":
        return from_url(url)
    folder = Path(unquote(parsed.path))
    folder.mkdir(parents=True, exist_ok=True)
    return LocalStore(folder)


def _path(tenant: str, sha256: str) -> str:
    return f"{tenant}/{sha256[:2]}/{sha256}"
