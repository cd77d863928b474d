"""A page's tables as files: CSV for programs, a workbook for offices, paper for meetings."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from litestar import Response

from shared.io import sheets_out, typeset
from shared.io.pages.asking import Asked
from shared.io.pages.listing import Listing
from shared.io.pages.parts import Sheet
from shared.io.pages.wording import Words
from shared.kernel import filenames, tables

TEMPLATE = Path(__file__).parent / "listing.typ"
MEDIA_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
# Sheets' names are this long at most, and some characters are not for them.
SHEET_NAME_MAX = 31
WIDTH_MIN, WIDTH_MAX = 8, 48


def answer(
    sheet: Sheet, asked: Asked, words: Words, address: str, made_at: datetime
) -> Response[bytes]:
    """The file that was asked for: one table as CSV, all of them as a workbook or on paper."""
    form = asked.format
    listings = sheet.listings()
    if form == "csv":
        raw = csv(asked.named(listings))
    elif form == "xlsx":
        raw = xlsx(sheet.title, [asked.ordered(each) for each in listings])
    else:
        raw = pdf(sheet, [asked.ordered(each) for each in listings], words, address, made_at)
    name = f"{sheet.file}.{form}"
    headers = {
        "Content-Disposition": filenames.attachment(name, sheet.file),
        "Cache-Control": "no-cache",
    }
    return Response(raw, media_type=MEDIA_TYPES[form], headers=headers)


def csv(listing: Listing) -> bytes:
    """The columns by their names, for programs; numbers with a point."""
    rows = [[cell.told for cell in row] for row in listing.rows]
    return sheets_out.table([column.name for column in listing.columns], rows)


def xlsx(title: str, listings: Sequence[Listing]) -> bytes:
    """A sheet for each table, the columns by their labels, numbers as numbers."""
    sheets = tuple(
        tables.Sheet(
            name=listing.name[:SHEET_NAME_MAX],
            columns=tuple(
                tables.Column(
                    title=column.label,
                    width=_width(listing, place),
                    kind="number" if column.number else "text",
                )
                for place, column in enumerate(listing.columns)
            ),
            rows=tuple(tuple(cell.told for cell in row) for row in listing.rows),
        )
        for listing in listings
    )
    return sheets_out.xlsx(tables.Workbook(title=title, sheets=sheets, lists={}, lists_in=""))


def pdf(
    sheet: Sheet, listings: Sequence[Listing], words: Words, address: str, made_at: datetime
) -> bytes:
    """The tables on paper, under what the page says of itself and with where it came from."""
    data: dict[str, Any] = {
        "language": words.language,
        "title": sheet.heading,
        "headline": sheet.headline,
        "notices": [notice.title for notice in sheet.notices],
        "stamp": [list(each) for each in sheet.stamp],
        "address": address,
        "page": words("site.page"),
        "tables": [
            {
                "caption": listing.caption,
                "columns": [column.label for column in listing.columns],
                "numbers": [column.number for column in listing.columns],
                "rows": [[cell.text or "–" for cell in row] for row in listing.rows],
            }
            for listing in listings
        ],
    }
    return typeset.pdf(TEMPLATE, data, made_at)


def _width(listing: Listing, place: int) -> int:
    """In characters, as wide as the longest cell within reason."""
    longest = max((len(row[place].told) for row in listing.rows), default=0)
    return min(WIDTH_MAX, max(WIDTH_MIN, longest + 2, len(listing.columns[place].label) // 2 + 2))
