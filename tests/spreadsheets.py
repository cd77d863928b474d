"""Spreadsheets as people have them: opened, changed in a cell, saved again by another program."""

import io
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]
from python_calamine import CalamineWorkbook

from shared.kernel.media import XLSX

Cells = dict[str, list[list[Any]]]


def opened(content: bytes) -> Cells:
    """Every sheet's cells."""
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        return {
            name: [list(row) for row in book.get_sheet_by_name(name).to_python()]
            for name in book.sheet_names
        }


def saved(cells: Mapping[str, list[list[Any]]]) -> bytes:
    """The same as a file; text beginning with `{=` becomes a formula."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, rows in cells.items():
            page = book.add_worksheet(name)
            for place, row in enumerate(rows):
                for number, cell in enumerate(row):
                    if isinstance(cell, str) and cell.startswith("{="):
                        page.write_formula(place, number, cell[1:-1], None, 7)
                    elif hasattr(cell, "year"):
                        page.write_datetime(place, number, cell, day)
                    else:
                        page.write(place, number, cell)
    return out.getvalue()


def changed(content: bytes, *changes: tuple[str, int, str, Any]) -> bytes:
    """The file with cells changed, each by sheet, row from 1 below the header, column title."""
    cells = opened(content)
    for sheet, row, title, value in changes:
        rows = cells[sheet]
        while len(rows) <= row:
            rows.append([""] * len(rows[0]))
        rows[row][rows[0].index(title)] = value
    return saved(cells)


def repacked(content: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """The archive with parts changed, or left out where nothing is returned."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            made = change(part.filename, old.read(part))
            if made is not None:
                new.writestr(part.filename, made)
    return out.getvalue()


def beside(content: bytes, name: str, part: bytes) -> bytes:
    """The archive with one more part."""
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, part)
    return out.getvalue()


HEADERS = {"Content-Type": XLSX}
