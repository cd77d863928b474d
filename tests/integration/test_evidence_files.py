"""What is handed in as evidence is what it says, opens, and is called by a plain name; or nothing
of it stays.
"""

import asyncio
import hashlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from deploy.local.nats import Server
from deploy.local.postgres import Cluster
from shared.io import problems
from shared.kernel.media import CSV, PDF, XLSX
from tests import databases, papers
from tests.bad_papers import BAD, BAD_NAMES
from tests.system import System, running

ADMIN = ("63.10", "region_admin")
# Reasons that are not 422.
STATUS = {"media.unsupported": 415}


@pytest.fixture(scope="module")
def system(
    postgres_cluster: Cluster,
    role_passwords: dict[str, str],
    template: str,
    nats_server: Server,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[System]:
    folder = tmp_path_factory.mktemp("evidence-files")
    with (
        databases.fresh(postgres_cluster, role_passwords, template) as database,
        running(database, nats_server, folder, "intake") as system,
    ):
        asyncio.run(system.ready("intake"))
        yield system


def _address(content: bytes) -> str:
    return f"/v1/regions/63.10/evidence/{hashlib.sha256(content).hexdigest()}"


def put(system: System, content: bytes, media_type: str, name: str | None = None) -> httpx.Response:
    headers = {"Content-Type": media_type} | ({} if name is None else {"X-File-Name": name})
    return system.send(ADMIN, "PUT", _address(content), content, headers)


def stored(system: System, content: bytes) -> tuple[int, list[Path]]:
    """Rows and files of these bytes, wherever they lie."""
    fingerprint = hashlib.sha256(content).hexdigest()
    rows = system.query("select 1 from intake.evidence where sha256 = %s", fingerprint)
    return len(rows), list((system.folder / "evidence").rglob(f"*{fingerprint}*"))


def must_be_refused(told: httpx.Response, reason: str) -> None:
    assert (told.status_code, told.json()["title"]) == (STATUS.get(reason, 422), reason), told.text
    assert told.headers["content-type"] == "application/problem+json"
    facts = told.json().get("facts", {})
    assert told.json()["detail"] == problems.sentence(reason, "id", facts)
    assert "…" not in told.json()["detail"]


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_in_a_sentence_and_leaves_nothing(system: System, name: str) -> None:
    media_type, make, reason = BAD[name]
    content = make()
    must_be_refused(put(system, content, media_type), reason)
    assert stored(system, content) == (0, [])


@pytest.mark.parametrize("name", papers.GOOD)
def test_a_good_file_of_each_kind_is_kept_under_its_name(system: System, name: str) -> None:
    media_type, content = papers.GOOD[name]
    told = put(system, content, media_type, quote(name))
    assert told.status_code == 201, told.text
    assert told.json() == {
        "region": "63.10",
        "sha256": hashlib.sha256(content).hexdigest(),
        "size_bytes": len(content),
        "media_type": media_type,
        "name": name,
    }
    assert stored(system, content)[0] == 1
    assert system.send(ADMIN, "GET", _address(content)).content == content


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_hides_something_is_refused_with_its_file(system: System, name: str) -> None:
    given, reason = BAD_NAMES[name]
    content = papers.pdf("nama", "buruk")
    must_be_refused(put(system, content, PDF, given), reason)
    assert stored(system, content) == (0, [])


@pytest.mark.parametrize(
    "media_type",
    [
        "application/x-msdownload",
        "image/svg+xml",
        "text/html",
        "application/octet-stream",
        "application/vnd.jejak.link+json",
        "application/vnd.ms-excel.sheet.macroEnabled.12",
        "",
    ],
)
def test_another_type_is_refused_whatever_the_bytes(system: System, media_type: str) -> None:
    content = papers.pdf("jenis", "lain")
    told = put(system, content, media_type)
    assert (told.status_code, told.json()["title"]) == (415, "media.unsupported")
    assert stored(system, content) == (0, [])


def test_the_first_name_and_kind_stay(system: System) -> None:
    content = papers.pdf("pertama")
    first = put(system, content, PDF, "SK%20Bupati.pdf")
    again = put(system, content, PDF, "lain.pdf")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    must_be_refused(put(system, content, CSV), "evidence.other_content")


def test_a_name_has_one_spelling_and_a_fallback_for_old_programs(system: System) -> None:
    content = papers.pdf("ejaan")
    told = put(system, content, PDF, quote("Rekap e\u0301.pdf"))
    assert told.json()["name"] == "Rekap é.pdf"
    read = system.send(ADMIN, "GET", _address(content))
    disposition = "attachment; filename=\"Rekap e.pdf\"; filename*=UTF-8''Rekap%20%C3%A9.pdf"
    assert read.headers["content-disposition"] == disposition


def _two_cells(column: str, row: int) -> bytes:
    """A sheet of two values, which a reader may unfold to all that lies between them."""
    cells = "".join(
        f'<row r="{r}"><c r="{c}{r}"><v>1</v></c></row>' for c, r in (("A", 1), (column, row))
    )
    sheet = papers.WORKBOOK["xl/worksheets/sheet1.xml"].partition("<row")[0]
    return papers.xlsx({"xl/worksheets/sheet1.xml": f"{sheet}{cells}</sheetData></worksheet>"})


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.4\n" + b"[" * 400_000 + b"\n%%EOF\n",
        papers.pdf_with(
            b"/OpenAction " + b"<< /Next " * 20_000 + b"<< /S /Launch >> " + b">>" * 20_000
        ),
        _two_cells("XFD", 1_048_576),
        _two_cells("ALL", 150_000),
    ],
    ids=["nested", "actions", "cells in opposite corners", "cells some gigabytes apart"],
)
def test_what_breaks_a_reader_is_refused_and_the_next_file_is_opened(
    system: System, content: bytes
) -> None:
    media_type = PDF if content.startswith(b"%PDF") else XLSX
    told = put(system, content, media_type)
    assert told.status_code == 422, told.text
    reasons = {"evidence.unopenable", "evidence.too_costly", "evidence.active_content"}
    assert told.json()["title"] in reasons
    assert stored(system, content) == (0, [])
    following = papers.pdf("sesudah", told.json()["title"], str(len(content)))
    assert put(system, following, PDF).status_code == 201


def test_other_requests_are_answered_while_a_file_is_opened(system: System) -> None:
    """The loop does not open files: health answers at once while both processes work."""
    costly = papers.xlsx({f"xl/media/a{number}.xml": bytes(1_000_000) for number in range(180)})

    async def both() -> float:
        headers = {"Authorization": f"Bearer {system.key(*ADMIN)}", "Content-Type": XLSX}
        async with httpx.AsyncClient(base_url=system.url("intake"), timeout=60) as http:
            opening = asyncio.create_task(
                http.put(_address(costly), content=costly, headers=headers)
            )
            slowest = 0.0
            loop = asyncio.get_running_loop()
            for _ in range(20):
                begun = loop.time()
                assert (await http.get("/healthz")).status_code == 200
                slowest = max(slowest, loop.time() - begun)
            await opening
            return slowest

    assert asyncio.run(both()) < 0.5
