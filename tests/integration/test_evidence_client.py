"""The client's way to evidence against a running intake: names, parts, breaking off, links."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import httpx
import pytest

from deploy.client import evidence
from deploy.client.client import connected
from deploy.client.evidence import Evidence
from deploy.client.wire import Rejected, Unreachable
from deploy.local.nats import Server
from deploy.local.postgres import Cluster
from shared.kernel.media import LINK, MP4, PDF
from tests import databases, papers
from tests.system import System, running


@pytest.fixture(scope="module")
def system(
    postgres_cluster: Cluster,
    role_passwords: dict[str, str],
    template: str,
    nats_server: Server,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[System]:
    folder = tmp_path_factory.mktemp("evidence-client")
    with (
        databases.fresh(postgres_cluster, role_passwords, template) as database,
        running(database, nats_server, folder, "intake") as system,
    ):
        asyncio.run(system.ready("intake"))
        yield system


class Broken(httpx.AsyncHTTPTransport):
    """Loses the answer to every part, after `whole` requests for ever loses the request too."""

    def __init__(self, whole: int) -> None:
        super().__init__()
        self.left = whole

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.left -= 1
        if self.left < 0:
            raise httpx.ConnectError("gone")
        response = await super().handle_async_request(request)
        if request.method == "PATCH" and self.left % 2:
            await response.aread()
            raise httpx.ReadError("answer lost")
        return response


async def _no_pause(_: float) -> None:
    pass


@asynccontextmanager
async def opened(system: System, whole: int = 10_000) -> AsyncIterator[Evidence]:
    async with connected(system.url("intake"), Broken(whole)) as http:
        yield Evidence(http, system.key("63.10", "region_admin"), _no_pause)


async def test_a_small_file_goes_whole_under_its_name(system: System, tmp_path: Path) -> None:
    file = tmp_path / "SK é.pdf"
    file.write_bytes(papers.pdf("kecil"))
    async with opened(system) as client:
        kept = await client.hand_in("63.10", file, PDF)
        assert await client.hand_in("63.10", file, PDF) == kept
    assert (kept.name, kept.size_bytes) == (file.name, file.stat().st_size)


async def test_a_large_file_goes_in_parts_though_answers_are_lost(
    system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "WHOLE_BYTES_MAX", 1000)
    file = tmp_path / "film.mp4"
    file.write_bytes(papers.mp4(size_bytes=20_000_000))
    async with opened(system, whole=3) as client:
        with pytest.raises(Unreachable):
            await client.hand_in("63.10", file, MP4)
    async with opened(system) as client:
        kept = await client.hand_in("63.10", file, MP4)
        again = await client.hand_in("63.10", file, MP4)
    assert kept == again
    assert kept.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert kept.name == "film.mp4"


async def test_a_bad_large_file_is_rejected_in_a_sentence(
    system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "WHOLE_BYTES_MAX", 100)
    file = tmp_path / "film.mp4"
    file.write_bytes(papers.mp4(size_bytes=2_000)[:-50])
    async with opened(system) as client:
        with pytest.raises(Rejected, match="terpotong"):
            await client.hand_in("63.10", file, MP4)


async def test_a_link_and_who_else_has_a_file(system: System) -> None:
    async with opened(system) as client:
        kept = await client.link("63.10", "https://youtu.be/x", date(2026, 1, 2), "Video")
        told = await client.duplicates("63.10", kept.sha256)
    assert (kept.media_type, told.other_regions) == (LINK, 0)
