"""Large files that arrive in parts and may break off: each part that was answered for stays.

A part's bytes are stored before its row, under the place where they begin and their fingerprint, so
the same part again changes nothing. With the last part the whole is put together, hashed, opened
and kept as any evidence is, or refused and forgotten.
"""

import asyncio
import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec import Struct

from services.intake.evidence.documents import Documents, Kept, must_be_a_kind, must_be_named
from shared.io import clock, log, postgres, stopping
from shared.io.files import Files
from shared.kernel import filenames
from shared.kernel.errors import Failure, Missing, Refused, Unavailable

# The videos of 100 MB that some years' rules allow, however a megabyte is counted.
UPLOAD_BYTES_MAX = 128 * 1024 * 1024
# Held in memory whole; on a poor line some minutes of work that could be lost.
PART_BYTES_MAX = 8 * 1024 * 1024
# Of one region at the same time: several offices upload, nobody stores a film archive.
OPEN_MAX = 20
OPEN_BYTES_MAX = 1024 * 1024 * 1024
# Since the last part; a week with its weekend.
DAYS_MAX = 7
SWEEP_SECONDS = 3600.0

_ID = re.compile(r"[0-9a-f]{32}\Z")
_SQL = postgres.queries(Path(__file__).parent / "uploads.sql")


class Upload(Struct, frozen=True, kw_only=True):
    """A file that is arriving: the next part begins at `received_bytes`."""

    tenant: str
    id: str
    sha256: str
    size_bytes: int
    media_type: str
    name: str
    received_bytes: int
    kept: bool
    expires_at: datetime


class Part(Struct, frozen=True, kw_only=True):
    """A stretch of the file by its first byte."""

    begin_byte: int
    size_bytes: int
    sha256: str

    @property
    def name(self) -> str:
        return f"{self.begin_byte:012d}-{self.sha256}"


class Uploads:
    """The unfinished files of all tenants, each by its own code."""

    def __init__(self, pool: postgres.Pool, files: Files, documents: Documents) -> None:
        self._pool = pool
        self._files = files
        self._documents = documents
        self._finishing: set[str] = set()

    async def begin(
        self, tenant: str, sha256: str, size_bytes: int, media_type: str, name: str | None
    ) -> tuple[Upload, bool]:
        """Begin to take a file in, or go on where the same one broke off; and whether it is new.

        A file that is kept already is answered as an upload that is done, without an id.
        """
        must_be_a_kind(media_type)
        if not 0 < size_bytes <= UPLOAD_BYTES_MAX:
            raise Refused("upload.size_out_of_range", bytes_max=UPLOAD_BYTES_MAX)
        wanted = {
            "tenant": tenant,
            "sha256": sha256,
            "size_bytes": size_bytes,
            "media_type": media_type,
            "name": "" if name is None else filenames.checked(name, media_type),
        }
        found = (await self._documents.known(tenant, [sha256])).get(sha256)
        if found is not None:
            return _done(tenant, found), False
        async with postgres.reaching(self._pool, [tenant]) as connection:
            await postgres.fetch(connection, _SQL["one_at_a_time"], wanted)
            same = await postgres.fetch(connection, _SQL["same"], wanted)
            if same:
                return Upload(**same[0]), False
            _must_fit((await postgres.fetch(connection, _SQL["open"], wanted))[0], size_bytes)
            fresh = {**wanted, "id": clock.new_id(), "days": DAYS_MAX}
            made = await postgres.fetch(connection, _SQL["begin"], fresh)
        return Upload(**made[0]), True

    async def state(self, tenant: str, upload_id: str) -> Upload:
        """How far it has come."""
        known = _ID.match(upload_id)
        rows = await self._fetch("one", tenant=tenant, id=upload_id) if known else []
        if not rows:
            raise Missing("upload.unknown")
        return Upload(**rows[0])

    async def add(self, tenant: str, upload_id: str, begin_byte: int, content: bytes) -> Upload:
        """Take the next part in; with the last one the file is kept, or refused and forgotten."""
        upload = await self.state(tenant, upload_id)
        if upload.kept:
            return upload
        if begin_byte + len(content) > upload.size_bytes:
            raise Refused("upload.beyond_size", size_bytes=upload.size_bytes)
        part = Part(
            begin_byte=begin_byte,
            size_bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        )
        if content and begin_byte == upload.received_bytes:
            await self._files.keep_part(tenant, upload_id, part.name, content)
            await self._advance(upload, part)
            upload = await self.state(tenant, upload_id)
        done = upload.received_bytes == upload.size_bytes
        if not (content or done):
            raise Refused("upload.part_empty")
        if content and part not in await self._parts(upload) and not upload.kept:
            raise Refused("upload.other_offset", offset=upload.received_bytes)
        return await self._finish_once(upload) if done and not upload.kept else upload

    async def give_up(self, tenant: str, upload_id: str) -> None:
        """Forget what has arrived; what is not there, or is kept already, is fine."""
        known = _ID.match(upload_id)
        if known and await self._execute("give_up", tenant=tenant, id=upload_id):
            await self._files.drop(tenant, upload_id)

    async def sweep(self) -> None:
        """Forget what is too old, and parts that a crash left without an upload."""
        # In this order: an upload has its row before it has parts.
        found = await self._files.unfinished()
        async with postgres.transaction(self._pool) as connection:
            await postgres.reach_all(connection)
            await postgres.execute(connection, _SQL["expire"])
            rows = await postgres.fetch(connection, _SQL["standing"])
        standing = {(row["tenant"], row["id"]) for row in rows}
        for tenant, upload_id in sorted(found - standing):
            await self._files.drop(tenant, upload_id)

    async def run(self) -> None:
        """Sweep for ever."""
        while not stopping.is_asked():
            try:
                await self.sweep()
            except Failure as failure:
                log.logger().warning("uploads.not_swept", why=str(failure))
            await asyncio.sleep(SWEEP_SECONDS)

    async def _finish_once(self, upload: Upload) -> Upload:
        """Whoever asks meanwhile, having lost the answer, is told to ask again."""
        if upload.id in self._finishing:
            raise Unavailable("upload.finishing")
        self._finishing.add(upload.id)
        try:
            now = await self.state(upload.tenant, upload.id)
            return now if now.kept else await self._finish(now)
        finally:
            self._finishing.discard(upload.id)

    async def _finish(self, upload: Upload) -> Upload:
        """Keep the whole. The row stays for a while, for whoever lost the answer."""
        names = [part.name for part in await self._parts(upload)]
        try:
            async with self._files.gathered(upload.tenant, upload.id, names) as whole:
                must_be_named(upload.sha256, whole.sha256)
                await self._documents.keep_whole(
                    upload.tenant, whole, upload.media_type, upload.name
                )
        except Refused:
            await self.give_up(upload.tenant, upload.id)
            raise
        await self._execute("kept", tenant=upload.tenant, id=upload.id)
        await self._files.drop(upload.tenant, upload.id)
        return await self.state(upload.tenant, upload.id)

    async def _advance(self, upload: Upload, part: Part) -> None:
        """Nothing happens where somebody was quicker; the next look at the parts tells."""
        await self._execute(
            "advance",
            tenant=upload.tenant,
            id=upload.id,
            begin_byte=part.begin_byte,
            size_bytes=part.size_bytes,
            sha256=part.sha256,
            days=DAYS_MAX,
        )

    async def _parts(self, upload: Upload) -> Sequence[Part]:
        rows = await self._fetch("parts", tenant=upload.tenant, id=upload.id)
        return [Part(**row) for row in rows]

    async def _fetch(self, query: str, *, tenant: str, **more: object) -> list[dict[str, Any]]:
        asked = {"tenant": tenant, **more}
        return await postgres.fetch_of(self._pool, [tenant], _SQL[query], asked)

    async def _execute(self, query: str, *, tenant: str, **more: object) -> int:
        async with postgres.reaching(self._pool, [tenant]) as connection:
            return await postgres.execute(connection, _SQL[query], {"tenant": tenant, **more})


def _done(tenant: str, found: Kept) -> Upload:
    """A file that was there before, as an upload that is done."""
    return Upload(
        tenant=tenant,
        id="",
        sha256=found.sha256,
        size_bytes=found.size_bytes,
        media_type=found.media_type,
        name=found.name,
        received_bytes=found.size_bytes,
        kept=True,
        expires_at=clock.now(),
    )


def _must_fit(standing: dict[str, Any], size_bytes: int) -> None:
    """Beside what is still arriving from the same region."""
    if standing["uploads"] >= OPEN_MAX:
        raise Refused("upload.too_many", uploads_max=OPEN_MAX)
    if standing["size_bytes"] + size_bytes > OPEN_BYTES_MAX:
        raise Refused("upload.too_much", bytes_max=OPEN_BYTES_MAX)
