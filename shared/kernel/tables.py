"""Spreadsheets as values: what one is written from, and what was read of one."""

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct

LETTERS = 26


class Column(Struct, frozen=True, kw_only=True):
    """One column of a sheet: `choices` names the list that may be chosen from, if any.

    Its `width` is in characters. Text is text, also where it looks like a number; what is no number
    in a column of numbers is text as well.
    """

    title: str
    width: int = 18
    kind: Literal["text", "date", "number"] = "text"
    choices: str = ""
    note: str = ""


class Sheet(Struct, frozen=True, kw_only=True):
    """A header and its rows; lists may be chosen from in `spare` more rows. Dates are ISO."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    spare: int = 0


class Workbook(Struct, frozen=True, kw_only=True):
    """Sheets in order, and the lists that are chosen from by name, kept in the sheet `lists_in`."""

    title: str
    sheets: tuple[Sheet, ...]
    lists: Mapping[str, tuple[str, ...]]
    lists_in: str


class Grid(Struct, frozen=True, kw_only=True):
    """A sheet as it was read, header first: every cell as text, dates as ISO, empty where empty.

    `formulas` are the cells (row, column from 0) that hold one; what stands there is its last
    result, whoever computed it.
    """

    rows: tuple[tuple[str, ...], ...] = ()
    formulas: tuple[tuple[int, int], ...] = ()

    def cell(self, row: int, column: int) -> str:
        """The text of a cell, empty beyond the edge."""
        cells: Sequence[str] = self.rows[row] if row < len(self.rows) else ()
        return cells[column] if column < len(cells) else ""


def name_of(row: int, column: int) -> str:
    """How people call a cell: `F7` is row 6, column 5 from 0."""
    letters, left = "", column + 1
    while left:
        left, place = divmod(left - 1, LETTERS)
        letters = chr(ord("A") + place) + letters
    return f"{letters}{row + 1}"
