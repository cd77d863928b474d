"""Evidence files: bytes by fingerprint in the file store, their measure in a row beside the log.

A file is opened before it is kept, the bytes are stored before the row, and a claim may only name
rows; so a fingerprint in an event always has a file behind it that can be opened.
"""

import hashlib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

from msgspec import Struct

from shared.io import postgres
from shared.io.files import Files, Whole
from shared.io.opener import Opener
from shared.kernel import filenames, names
from shared.kernel.errors import Missing, Refused
from shared.kernel.media import FILES, LINK

# A file that comes in one request is held in memory whole while it is looked at; larger ones come
# in parts (`uploads.py`).
FILE_BYTES_MAX = 16 * 1024 * 1024

_INSERT = """
insert into evidence (tenant, sha256, size_bytes, media_type, name)
values (%(tenant)s, %(sha256)s, %(size_bytes)s, %(media_type)s, %(name)s)
on conflict (tenant, sha256) do nothing
returning sha256, size_bytes, media_type, name
"""
_SELECT = """
select sha256, size_bytes, media_type, name from evidence
where tenant = %(tenant)s and sha256 = any(%(wanted)s)
"""
_HELD = "select sha256, regions from held_elsewhere(%(tenant)s, %(wanted)s)"
_HOLDERS = """
select tenant from evidence where sha256 = %(sha256)s and tenant <> %(tenant)s order by tenant
"""


class Kept(Struct, frozen=True, kw_only=True):
    """One file as it was received; `name` is what the first to upload it called it, if anything."""

    sha256: str
    size_bytes: int
    media_type: str
    name: str = ""


def must_be_a_kind(media_type: str) -> None:
    """Refuse what evidence cannot be."""
    if media_type not in FILES:
        raise Refused("media.unsupported", needed=", ".join(FILES), given=media_type)


def must_be_named(sha256: str, received: str) -> None:
    """Refuse bytes that are not those named."""
    if received != sha256:
        raise Refused("evidence.other_fingerprint", received=received)


class Documents:
    """The evidence of all tenants, each by its own code."""

    def __init__(self, pool: postgres.Pool, files: Files, opener: Opener) -> None:
        self._pool = pool
        self._files = files
        self._opener = opener

    async def keep(
        self, tenant: str, sha256: str, media_type: str, content: bytes, name: str | None = None
    ) -> tuple[Kept, bool]:
        """Keep a file whose fingerprint the caller named, and whether it is new.

        The same file again is fine; what was said of it the first time stays.
        """
        if not content:
            raise Refused("evidence.empty")
        must_be_a_kind(media_type)
        called = "" if name is None else filenames.checked(name, media_type)
        must_be_named(sha256, hashlib.sha256(content).hexdigest())
        await self._opener.must_open(media_type, len(content), content)
        await self._files.keep(tenant, sha256, content)
        file = Kept(sha256=sha256, size_bytes=len(content), media_type=media_type, name=called)
        return await self._note(tenant, file)

    async def keep_whole(
        self, tenant: str, whole: Whole, media_type: str, name: str
    ) -> tuple[Kept, bool]:
        """Keep a file that was put together from parts; its name was looked at before the first."""
        await self._opener.must_open(media_type, whole.size_bytes, path=whole.path)
        await self._files.keep_whole(tenant, whole)
        file = Kept(
            sha256=whole.sha256, size_bytes=whole.size_bytes, media_type=media_type, name=name
        )
        return await self._note(tenant, file)

    async def keep_link(self, tenant: str, content: bytes) -> tuple[Kept, bool]:
        """Keep what stands for a video elsewhere; it is ours, so there is nothing to open."""
        sha256 = hashlib.sha256(content).hexdigest()
        await self._files.keep(tenant, sha256, content)
        return await self._note(
            tenant, Kept(sha256=sha256, size_bytes=len(content), media_type=LINK)
        )

    async def one(self, tenant: str, sha256: str) -> Kept:
        """What is known of a file of this tenant."""
        known = await self.known(tenant, [sha256]) if names.is_fingerprint(sha256) else {}
        if sha256 not in known:
            raise Missing("evidence.unknown")
        return known[sha256]

    async def read(
        self, tenant: str, kept: Kept, begin: int = 0, end: int | None = None
    ) -> AsyncIterator[bytes]:
        """Its bytes from `begin` until before `end`, piece by piece."""
        until = kept.size_bytes if end is None else end
        return await self._files.read(tenant, kept.sha256, begin, until)

    async def known(self, tenant: str, wanted: Iterable[str]) -> Mapping[str, Kept]:
        """Those of the fingerprints that this tenant has uploaded."""
        asked = sorted(set(wanted))
        if not asked:
            return {}
        rows = await postgres.fetch_of(
            self._pool, [tenant], _SELECT, {"tenant": tenant, "wanted": asked}
        )
        return {row["sha256"]: Kept(**row) for row in rows}

    async def regions_holding(self, tenant: str, wanted: Iterable[str]) -> Mapping[str, int]:
        """How many other tenants have uploaded the very same bytes, whoever they are."""
        asked = {"tenant": tenant, "wanted": sorted(set(wanted))}
        async with postgres.borrowed(self._pool) as connection:
            rows = await postgres.fetch(connection, _HELD, asked)
        return {row["sha256"]: row["regions"] for row in rows}

    async def holders(self, tenant: str, sha256: str, among: Iterable[str]) -> Sequence[str]:
        """Those of the tenants that have uploaded the very same bytes, this one left out."""
        asked = {"tenant": tenant, "sha256": sha256}
        rows = await postgres.fetch_of(self._pool, among, _HOLDERS, asked)
        return [row["tenant"] for row in rows]

    async def _note(self, tenant: str, file: Kept) -> tuple[Kept, bool]:
        """The row, once the bytes are there; the first one stays."""
        values = {
            "tenant": tenant,
            "sha256": file.sha256,
            "size_bytes": file.size_bytes,
            "media_type": file.media_type,
            "name": file.name,
        }
        async with postgres.reaching(self._pool, [tenant]) as connection:
            made = await postgres.fetch(connection, _INSERT, values)
        rows = [Kept(**row) for row in made] or [
            (await self.known(tenant, [file.sha256]))[file.sha256]
        ]
        return rows[0], bool(made)
