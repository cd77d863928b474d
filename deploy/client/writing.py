"""What every write of the client is made of: its address, its key, its bytes."""

import asyncio
from urllib.parse import quote

import httpx
import msgspec
from msgspec import Struct

from deploy.client.wire import Pause, Wire
from services.intake.bodies.receipts import ReceiptView


class Writing:
    """One API key over some connections."""

    def __init__(self, http: httpx.AsyncClient, key: str, pause: Pause = asyncio.sleep) -> None:
        self._wire = Wire(http, key, pause)

    async def _write(
        self, method: str, path: str, body: Struct, key: str, *, version: int | None = None
    ) -> ReceiptView:
        headers = headers_of(key) | ({} if version is None else {"If-Match": f'"{version}"'})
        content = msgspec.json.encode(body)
        return await self._wire.ask(method, path, ReceiptView, content=content, headers=headers)


def headers_of(key: str) -> dict[str, str]:
    """Of a write: the same key and bytes are recorded once."""
    return {"Idempotency-Key": key, "Content-Type": "application/json"}


def season_path(year: int) -> str:
    """A season of the key's own tenant."""
    return f"/v1/seasons/{year}"


def entry_path(region: str, year: int) -> str:
    """A region's season."""
    return f"/v1/regions/{quote(region)}/seasons/{year}"


def subject_path(region: str, year: int, innovation: str) -> str:
    """The innovation, or the season itself where the row is the region's own."""
    entry = entry_path(region, year)
    return f"{entry}/innovations/{quote(innovation)}" if innovation else entry


def row_path(region: str, year: int, innovation: str, indicator: str) -> str:
    """An indicator of the innovation, or of the region itself."""
    return f"{subject_path(region, year, innovation)}/indicators/{quote(indicator)}"


def agency_path(region: str, year: int, agency: str) -> str:
    """One of the region's agencies."""
    return f"{entry_path(region, year)}/agencies/{quote(agency)}"
