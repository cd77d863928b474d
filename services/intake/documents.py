"""Evidence files: bytes by fingerprint in the file store, their measure in a row beside the log.

The bytes are stored before the row, and a claim may only name rows; so a fingerprint in an event
always has its file behind it.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from shared.io import postgres
from shared.io.files import Files
from shared.kernel.errors import Missing, Refused

# A file is held in memory whole while its fingerprint is taken. The 100 MB videos that some years'
# rules allow are therefore not taken in.
FILE_BYTES_MAX = 16 * 1024 * 1024
MEDIA_TYPES = (
    "application/pdf",
    "image/jpeg",
    "image/png",
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "video/mp4",
)

_INSERT = """
insert into evidence (tenant, sha256, size_bytes, media_type)
values (%(tenant)s, %(sha256)s, %(size_bytes)s, %(media_type)s)
on conflict (tenant, sha256) do nothing
returning sha256, size_bytes, media_type
"""
_SELECT = """
select sha256, size_bytes, media_type from evidence
where tenant = %(tenant)s and sha256 = any(%(wanted)s)
"""


_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


class Kept(Struct, frozen=True, kw_only=True):
    """One file as it was received."""

    sha256: str
    size_bytes: int
    media_type: str


class Documents:
    """The evidence of all tenants, each by its own code."""

    def __init__(self, pool: postgres.Pool, files: Files) -> None:
        self._pool = pool
        self._files = files

    async def keep(
        self, tenant: str, sha256: str, media_type: str, content: bytes
    ) -> tuple[Kept, bool]:
        """Keep a file whose fingerprint the caller named, and whether it is new.

        The same file again is fine; what was said of it the first time stays.
        """
        if not content:
            raise Refused("evidence.empty")
        if media_type not in MEDIA_TYPES:
            raise Refused("media.unsupported", needed=", ".join(MEDIA_TYPES), given=media_type)
        received = hashlib.sha256(content).hexdigest()
        if received != sha256:
            raise Refused("evidence.other_fingerprint", received=received)
        await self._files.keep(tenant, sha256, content)
        async with postgres.transaction(self._pool) as connection:
            made = await postgres.fetch(
                connection,
                _INSERT,
                {
                    "tenant": tenant,
                    "sha256": sha256,
                    "size_bytes": len(content),
                    "media_type": media_type,
                },
            )
        rows = [Kept(**row) for row in made] or [(await self.known(tenant, [sha256]))[sha256]]
        return rows[0], bool(made)

    async def read(self, tenant: str, sha256: str) -> tuple[Kept, bytes]:
        """A file of this tenant with what is known of it."""
        known = await self.known(tenant, [sha256]) if _SHA256.match(sha256) else {}
        if sha256 not in known:
            raise Missing("evidence.unknown")
        return known[sha256], await self._files.read(tenant, sha256)

    async def known(self, tenant: str, wanted: Iterable[str]) -> Mapping[str, Kept]:
        """Those of the fingerprints that this tenant has uploaded."""
        asked = sorted(set(wanted))
        if not asked:
            return {}
        async with postgres.borrowed(self._pool) as connection:
            rows = await postgres.fetch(connection, _SELECT, {"tenant": tenant, "wanted": asked})
        return {row["sha256"]: Kept(**row) for row in rows}
