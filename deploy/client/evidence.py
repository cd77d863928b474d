"""Evidence beside what `client.upload` does: names, large files, links, and reading back.

    async with client.connected("https://intake.example.go.id") as http:
        evidence = Evidence(http, key)
        film = await evidence.hand_in("63.10", pathlib.Path("video.mp4"), "video/mp4")

A large file goes in parts; a program that is started again goes on where the last one broke off,
for the file's fingerprint says which one it is.
"""

import asyncio
import hashlib
from datetime import date
from pathlib import Path
from urllib.parse import quote

import httpx
import msgspec

from deploy.client.wire import ATTEMPTS_MAX, Pause, Rejected, Wire
from services.intake.bodies.evidence import (
    DuplicatesView,
    FileView,
    LinkBody,
    UploadBody,
    UploadView,
)

# What goes in one request; the rest goes in parts. Intake takes twice as much.
WHOLE_BYTES_MAX = 8 * 1024 * 1024
CHUNK_BYTES = 1024 * 1024
# Another program sends the same file: each time, go on where it is.
MOVED = "upload.other_offset"


class Evidence:
    """One API key's way to evidence."""

    def __init__(self, http: httpx.AsyncClient, key: str, pause: Pause = asyncio.sleep) -> None:
        self._wire = Wire(http, key, pause)

    async def hand_in(self, region: str, file: Path, media_type: str) -> FileView:
        """Upload a file under its own name, in parts if it is large."""
        size_bytes, sha256 = await asyncio.to_thread(_measure, file)
        if size_bytes <= WHOLE_BYTES_MAX:
            content = await asyncio.to_thread(file.read_bytes)
            return await self.upload(region, content, media_type, file.name)
        body = UploadBody(
            sha256=sha256, size_bytes=size_bytes, media_type=media_type, name=file.name
        )
        uploads = f"/v1/regions/{quote(region)}/uploads"
        upload = await self._wire.ask(
            "POST",
            uploads,
            UploadView,
            content=msgspec.json.encode(body),
            headers={"Content-Type": "application/json"},
        )
        moved = 0
        while not upload.kept:
            try:
                upload = await self._add(uploads, upload, file)
            except Rejected as rejected:
                moved += 1
                if rejected.reason != MOVED or moved == ATTEMPTS_MAX:
                    raise
                upload = await self._wire.ask("GET", f"{uploads}/{upload.id}", UploadView)
        return FileView(
            region=region,
            sha256=upload.sha256,
            size_bytes=upload.size_bytes,
            media_type=upload.media_type,
            name=upload.name,
        )

    async def upload(
        self, region: str, content: bytes, media_type: str, name: str | None = None
    ) -> FileView:
        """Upload a file under its SHA-256 and its name; the same file again changes nothing."""
        named = {} if name is None else {"X-File-Name": quote(name, safe="")}
        return await self._wire.ask(
            "PUT",
            _path(region, hashlib.sha256(content).hexdigest()),
            FileView,
            content=content,
            headers={"Content-Type": media_type, **named},
        )

    async def link(self, region: str, url: str, captured_on: date, title: str) -> FileView:
        """Hand in the address of a video, with the day on which it was looked at."""
        body = LinkBody(url=url, captured_on=captured_on, title=title)
        content = msgspec.json.encode(body)
        return await self._wire.ask(
            "POST",
            f"/v1/regions/{quote(region)}/evidence/links",
            FileView,
            content=content,
            headers={
                "Content-Type": "application/json",
                "Idempotency-Key": hashlib.sha256(content).hexdigest(),
            },
        )

    async def duplicates(self, region: str, sha256: str) -> DuplicatesView:
        """How many other regions handed in the same file; verifiers see which."""
        return await self._wire.ask("GET", f"{_path(region, sha256)}/duplicates", DuplicatesView)

    async def _add(self, uploads: str, upload: UploadView, file: Path) -> UploadView:
        """The next part: sent again it changes nothing, so the wire may repeat it."""
        with file.open("rb") as opened:
            opened.seek(upload.offset)
            part = opened.read(upload.part_bytes_max)
        return await self._wire.ask(
            "PATCH",
            f"{uploads}/{upload.id}",
            UploadView,
            content=part,
            headers={"Upload-Offset": str(upload.offset)},
        )


def _path(region: str, sha256: str) -> str:
    return f"/v1/regions/{quote(region)}/evidence/{sha256}"


def _measure(file: Path) -> tuple[int, str]:
    digest, size_bytes = hashlib.sha256(), 0
    with file.open("rb") as opened:
        while piece := opened.read(CHUNK_BYTES):
            digest.update(piece)
            size_bytes += len(piece)
    return size_bytes, digest.hexdigest()
