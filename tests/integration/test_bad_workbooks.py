"""Workbooks made to break whoever reads them, or broken by accident: refused in a sentence."""

import asyncio
from collections.abc import Callable

import pytest

from services.intake.core.spreadsheet.workbook import SHEETS
from shared.io import problems, sheets, sheets_in
from shared.io.sheets import Sheets
from shared.kernel.errors import Refused, Unavailable
from shared.kernel.tables import Grid
from tests import papers, spreadsheets

GOOD = spreadsheets.saved({"Inovasi": [["Kode Inovasi"], ["tapis"]], "Daftar": [["x"]]})
SHEET = "xl/worksheets/sheet1.xml"


def with_sheet(text: str) -> bytes:
    """The good one with another first sheet."""
    head = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    xml = f"{head}<sheetData>{text}</sheetData></worksheet>".encode()
    return spreadsheets.repacked(GOOD, lambda name, part: xml if name == SHEET else part)


def cell(name: str) -> str:
    digits = name.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return f'<row r="{digits}"><c r="{name}"><v>1</v></c></row>'


def locked() -> bytes:
    """An OLE container with what Excel writes under a password."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    return head + bytes(512) + "EncryptedPackage".encode("utf-16-le")


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing at all": (lambda: b"", "workbook.empty"),
    "a PDF": (lambda: papers.pdf("x"), "workbook.other_kind"),
    "text": (lambda: b"Kode Inovasi;Nama\r\n", "workbook.other_kind"),
    "another archive": (lambda: papers.xlsx({"xl/workbook.xml": None}), "workbook.other_kind"),
    "cut in half": (lambda: GOOD[: len(GOOD) // 2], "workbook.broken"),
    "half a sheet": (
        lambda: spreadsheets.repacked(
            GOOD, lambda name, part: part[:300] if name == SHEET else part
        ),
        "workbook.broken",
    ),
    "a sheet that is not there": (
        lambda: spreadsheets.repacked(GOOD, lambda name, part: None if name == SHEET else part),
        "workbook.broken",
    ),
    "with a password": (locked, "workbook.encrypted"),
    "with macros": (
        lambda: spreadsheets.beside(GOOD, "xl/vbaProject.bin", b"\xd0\xcf"),
        "workbook.active_content",
    ),
    "a zip bomb": (
        lambda: spreadsheets.beside(GOOD, "xl/media/a.bin", bytes(300 * 1024 * 1024)),
        "workbook.unfolds",
    ),
    "a million rows": (lambda: with_sheet(cell("A1048576")), "workbook.rows"),
    "a million rows, and not one cell": (
        lambda: with_sheet('<row r="1048576"/>'),
        "workbook.rows",
    ),
    "too many rows without numbers": (lambda: with_sheet("<row/>" * 30_000), "workbook.rows"),
    "columns to the very end": (lambda: with_sheet(cell("XFD1")), "workbook.columns"),
    "the last of all cells": (
        lambda: with_sheet(cell("A1") + cell("XFD1048576")),
        "workbook.unfolds",
    ),
    "more cells than there is room for": (
        lambda: with_sheet(cell("A1") + cell("CV1048576")),
        "workbook.unfolds",
    ),
    "one endless cell": (
        lambda: with_sheet(
            f'<row r="1"><c r="A1" t="inlineStr"><is><t>{"x" * 40_000}</t></is></c></row>'
        ),
        "workbook.cell",
    ),
}


@pytest.mark.parametrize(("make", "reason"), BAD.values(), ids=BAD)
async def test_a_bad_workbook_is_refused_in_a_sentence(
    make: Callable[[], bytes], reason: str
) -> None:
    with pytest.raises(Refused) as refused:
        await Sheets().read(make(), SHEETS)
    assert refused.value.reason == reason
    for language in ("id", "en"):
        sentence = problems.sentence(reason, language, refused.value.facts)
        assert sentence.endswith(".")
        assert "…" not in sentence


async def test_a_claimed_size_is_not_believed_where_the_cells_are_few() -> None:
    """A dimension is a note of the writing program: what counts are the cells."""
    xml = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b'<dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="A1"><v>42</v></c></row>'
        b"</sheetData></worksheet>"
    )
    content = spreadsheets.repacked(GOOD, lambda name, part: xml if name == SHEET else part)
    assert await Sheets().read(content, SHEETS) == {"Inovasi": Grid(rows=(("42",),))}


async def test_cells_are_told_as_text_and_formulas_are_told_apart() -> None:
    content = spreadsheets.saved(
        {"Inovasi": [["0812", 2.0, 4.37, True, "=1+1", ""], ["{=1+6}", None, "a\nb"]]}
    )
    grid = (await Sheets().read(content, SHEETS))["Inovasi"]
    assert grid.rows[0][:5] == ("0812", "2", "4.37", "TRUE", "=1+1")
    assert grid.rows[1][:3] == ("7", "", "a\nb")
    assert grid.formulas == ((1, 0),)


async def test_a_sheet_nobody_asks_for_is_not_read() -> None:
    content = spreadsheets.saved({"Inovasi": [["a"]], "Lain": [["x"]] * 30_000})
    assert set(await Sheets().read(content, SHEETS)) == {"Inovasi"}


async def test_whoever_waits_too_long_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "TURN_SECONDS_MAX", 0.05)
    reader = Sheets()
    slow = asyncio.Event()

    async def answered(_: bytes, __: object) -> object:
        await slow.wait()
        raise Refused("workbook.broken")

    monkeypatch.setattr(sheets, "_answered", answered)
    waiting = [asyncio.create_task(reader.read(b"x", ())) for _ in range(sheets.TURNS_MAX)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await reader.read(b"x", ())
    slow.set()
    assert all(
        isinstance(told, Refused) for told in await asyncio.gather(*waiting, return_exceptions=True)
    )


async def test_a_reader_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "READ_SECONDS_MAX", 0.01)
    with pytest.raises(Unavailable):
        await Sheets().read(GOOD, SHEETS)


def test_parts_outside_the_folder_are_found_by_their_own_path() -> None:
    assert sheets_in._path("/xl/worksheets/sheet1.xml") == "xl/worksheets/sheet1.xml"
    assert sheets_in._path("worksheets/sheet1.xml") == "xl/worksheets/sheet1.xml"
