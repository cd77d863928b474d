"""The door to XlsxWriter, and CSV beside it: tables written so that no cell is ever run.

The same workbook gives the same bytes. Text stays text in a workbook, whatever it begins with; a
CSV file has no types, so what a spreadsheet would run stands there behind an apostrophe.
"""

import csv
import io
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from shared.kernel.errors import Corrupt
from shared.kernel.tables import Sheet, Workbook

# Fixed, or the same content would have other bytes each time.
CREATED = datetime(2020, 1, 1, tzinfo=UTC)
# Excel counts days from here.
DATES_FROM = date(1900, 3, 1)
HEADER_HEIGHT = 30
BOM = "\ufeff"

_RUNS = re.compile(r"[=+\-@\t\r]")
# Where a list is parted by semicolons, or a line ends, another cell may begin in the midst of one.
_RUNS_WITHIN = re.compile(r"([;\t\r\n|][\s\"']*)(?=[=@]|[+-][A-Za-z(])")
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}([.,][0-9]{1,15})?\Z", re.ASCII)


def xlsx(workbook: Workbook) -> bytes:
    """The workbook as a file."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.set_properties({"title": workbook.title, "created": CREATED})
        styles = _styles(book)
        places = {name: place for place, name in enumerate(workbook.lists)}
        for sheet in workbook.sheets:
            if sheet.name == workbook.lists_in:
                _write_lists(book.add_worksheet(sheet.name), workbook, styles)
                continue
            page = book.add_worksheet(sheet.name)
            _write(page, sheet, styles)
            for number, column in enumerate(sheet.columns):
                if column.choices:
                    length = max(1, len(workbook.lists[column.choices]))
                    letter = xlsxwriter.utility.xl_col_to_name(places[column.choices])
                    source = f"={workbook.lists_in}!${letter}$2:${letter}${length + 1}"
                    _offer(page, sheet, number, source)
    return out.getvalue()


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """A CSV file (RFC 4180) that spreadsheets take for UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([harmless(title) for title in columns])
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return (BOM + out.getvalue()).encode()


def harmless(text: str) -> str:
    """Text that no spreadsheet runs: behind an apostrophe, unless it is a plain number."""
    if _NUMBER.match(text):
        return text
    quiet = _RUNS_WITHIN.sub(r"\1'", text)
    return f"'{quiet}" if _RUNS.match(text) else quiet


def _styles(book: Any) -> dict[str, Any]:
    """Every text is marked as text, so that it stays text also where somebody edits the cell."""
    plain = {"num_format": "@", "quote_prefix": True, "valign": "top", "text_wrap": True}
    return {
        "head": book.add_format(
            {"bold": True, "bg_color": "#DCE6F1", "text_wrap": True, "valign": "top", "border": 1}
        ),
        "text": book.add_format(plain),
        "blank": book.add_format({"num_format": "@", "valign": "top", "text_wrap": True}),
        "date": book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"}),
    }


def _write(page: Any, sheet: Sheet, styles: dict[str, Any]) -> None:
    page.freeze_panes(1, 1)
    page.set_row(0, HEADER_HEIGHT)
    for number, column in enumerate(sheet.columns):
        page.set_column(
            number, number, column.width, styles["date" if column.kind == "date" else "blank"]
        )
        page.write_string(0, number, column.title, styles["head"])
        if column.note:
            page.write_comment(0, number, column.note)
    for place, row in enumerate(sheet.rows, start=1):
        page.set_row(place, HEADER_HEIGHT / 2)
        for number, cell in enumerate(row):
            if cell:
                _put(page, place, number, cell, sheet.columns[number].kind, styles)


def _put(page: Any, row: int, number: int, cell: str, kind: str, styles: dict[str, Any]) -> None:
    if kind == "date" and cell >= DATES_FROM.isoformat():
        when = datetime.combine(date.fromisoformat(cell), datetime.min.time())
        page.write_datetime(row, number, when, styles["date"])
    elif kind == "number" and _NUMBER.match(cell):
        page.write_number(row, number, float(cell.replace(",", ".")))
    elif page.write_string(row, number, cell, styles["text"]):
        raise Corrupt("workbook.cell_too_long", characters=len(cell))


def _offer(page: Any, sheet: Sheet, number: int, source: str) -> None:
    page.data_validation(
        1,
        number,
        max(1, len(sheet.rows) + sheet.spare),
        number,
        {"validate": "list", "source": source, "error_type": "warning"},
    )


def _write_lists(page: Any, workbook: Workbook, styles: dict[str, Any]) -> None:
    page.freeze_panes(1, 0)
    for number, (name, entries) in enumerate(workbook.lists.items()):
        page.set_column(number, number, 30, styles["blank"])
        page.write_string(0, number, name, styles["head"])
        for place, entry in enumerate(entries, start=1):
            page.write_string(place, number, entry, styles["text"])
