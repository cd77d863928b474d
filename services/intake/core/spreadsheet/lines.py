"""The rows of a region's spreadsheet as they came back, by column, and what is wrong with them."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from services.intake.core.spreadsheet import guide as guides
from services.intake.core.spreadsheet import workbook
from services.intake.core.spreadsheet.cells import plain
from shared.kernel import tables
from shared.kernel.errors import Failure, Refused
from shared.kernel.tables import Grid

POSITION_DIGITS_MAX = 15


class Wrong(Struct, frozen=True, kw_only=True):
    """One cell that is wrong, by sheet and name (`F7`), and why: as a `Failure` has it."""

    sheet: str
    row: int
    column: int
    reason: str
    facts: dict[str, str] = {}

    @property
    def cell(self) -> str:
        """As people name it: `Inovasi!F7`."""
        return f"{self.sheet}!{tables.name_of(self.row, self.column)}"


class Line(Struct, frozen=True, kw_only=True):
    """One row below the header: its cells by the title of their column, and where those stand."""

    sheet: str
    row: int
    cells: Mapping[str, str]
    columns: Mapping[str, int]
    formulas: tuple[str, ...] = ()

    def wrong(self, title: str, failure: Failure) -> Wrong:
        """The cell of that column is wrong."""
        return wrong(self.sheet, self.row, self.columns.get(title, 0), failure)

    def computed(self) -> Iterator[Wrong]:
        """The cells that hold a formula: what it comes to here, nobody has computed."""
        for title in self.formulas:
            yield self.wrong(title, Refused("cell.formula"))


class About(Struct, frozen=True, kw_only=True):
    """What a file says of itself; empty where it says nothing."""

    region: str = ""
    year: str = ""
    position: int | None = None


def about(guide: Grid) -> About:
    """What stands in the guide's sheet."""
    told = {plain(row[0]): plain(row[1]) for row in guide.rows if len(row) > 1}
    position = told.get(guides.OF_POSITION, "")
    is_number = position.isascii() and position.isdigit() and len(position) <= POSITION_DIGITS_MAX
    return About(
        region=told.get(guides.OF_REGION, ""),
        year=told.get(guides.OF_YEAR, ""),
        position=int(position) if is_number else None,
    )


def lines(
    sheet: str, grid: Grid, known: Sequence[str], needed: Sequence[str]
) -> tuple[Sequence[Line], Sequence[Wrong]]:
    """The rows that say anything, and what is wrong with the header; without rows, nothing is."""
    columns, amiss = _header(sheet, grid, known)
    formulas: dict[int, list[int]] = {}
    for row, column in grid.formulas:
        formulas.setdefault(row, []).append(column)
    titles = {column: title for title, column in columns.items()}
    found = []
    for row in range(1, len(grid.rows)):
        cells = {title: plain(grid.cell(row, column)) for title, column in columns.items()}
        computed = tuple(titles[one] for one in formulas.get(row, ()) if one in titles)
        if any(cells.values()) or computed:
            found.append(
                Line(sheet=sheet, row=row, cells=cells, columns=columns, formulas=computed)
            )
    for title in needed if found else ():
        if title not in columns:
            amiss.append(wrong(sheet, 0, 0, Refused("cell.missing_column", column=title)))
    return found, amiss


def wrong(sheet: str, row: int, column: int, failure: Failure) -> Wrong:
    """A cell that is wrong for the reason of a failure."""
    facts = {name: str(fact) for name, fact in failure.facts.items()}
    return Wrong(sheet=sheet, row=row, column=column, reason=failure.reason, facts=facts)


def _header(sheet: str, grid: Grid, known: Sequence[str]) -> tuple[dict[str, int], list[Wrong]]:
    """Where each title stands; what is no title of ours is told, or its column would be lost."""
    spelt = {title.casefold(): title for title in known}
    aside = {title.casefold() for title in workbook.INFORMATION}
    columns: dict[str, int] = {}
    amiss: list[Wrong] = []
    for column, given in enumerate(grid.rows[0] if grid.rows else ()):
        title = " ".join(given.split()).casefold()
        if not title or title in aside:
            continue
        if title not in spelt:
            amiss.append(wrong(sheet, 0, column, Refused("cell.unknown_column", given=given[:40])))
        elif spelt[title] in columns:
            amiss.append(wrong(sheet, 0, column, Refused("cell.column_twice", given=given[:40])))
        else:
            columns[spelt[title]] = column
    return columns, amiss
