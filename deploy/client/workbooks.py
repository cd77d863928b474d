"""Spreadsheets of a season: fetched, checked and handed in.

    async with client.connected("https://intake.example.go.id") as http:
        workbooks = Workbooks(http, key)
        told = await workbooks.check("63.10", 2026, pathlib.Path("inovasi.xlsx").read_bytes())

A file is handed in under a key that follows from its bytes and its grouping: however often a
program is started again with the same file, what it says is recorded once.
"""

import asyncio
import hashlib
from urllib.parse import quote

import httpx
import msgspec

from deploy.client.wire import Pause, Rejected, Wire
from services.intake.bodies.workbook import Grouping, WorkbookProblem, WorkbookView
from shared.kernel.media import XLSX

# Nothing was recorded, and the refusal names every wrong cell: that is an answer, too.
REFUSED = "workbook.refused"


class Workbooks:
    """One API key's way to the spreadsheets of a region."""

    def __init__(self, http: httpx.AsyncClient, key: str, pause: Pause = asyncio.sleep) -> None:
        self._wire = Wire(http, key, pause)

    async def get(self, region: str, year: int, agency: str = "") -> bytes:
        """The season as a workbook, filled with what is recorded; of one agency, if named."""
        asked = f"?agency={quote(agency)}" if agency else ""
        return await self._wire.fetch("GET", _path(region, year) + asked)

    async def check(
        self, region: str, year: int, content: bytes, group: Grouping = "all"
    ) -> WorkbookView:
        """What the file would come to, and every wrong cell; nothing is recorded."""
        return await self._send(region, year, content, group, "true")

    async def put(
        self, region: str, year: int, content: bytes, group: Grouping = "all"
    ) -> WorkbookView:
        """Record what the file says: whole or not at all, or innovation by innovation."""
        return await self._send(region, year, content, group, "false")

    async def _send(
        self, region: str, year: int, content: bytes, group: Grouping, dry_run: str
    ) -> WorkbookView:
        key = f"{region}-{year}-{group}-{hashlib.sha256(content).hexdigest()}"
        try:
            return await self._wire.ask(
                "POST",
                f"{_path(region, year)}?dry_run={dry_run}&group={group}",
                WorkbookView,
                content=content,
                headers={"Content-Type": XLSX, "Idempotency-Key": key},
            )
        except Rejected as rejected:
            if rejected.reason != REFUSED:
                raise
            told = msgspec.json.decode(rejected.document, type=WorkbookProblem).answer
            if told is None:
                raise
            return told


def _path(region: str, year: int) -> str:
    return f"/v1/regions/{quote(region)}/seasons/{year}/workbook"
