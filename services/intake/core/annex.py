"""The annex of a decree as a spreadsheet: one row a region, every wrong cell named."""

from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

from msgspec import Struct

from services.intake.core import result
from services.intake.core.spreadsheet.cells import shown
from services.intake.core.spreadsheet.lines import Line, Wrong, lines
from shared.kernel.errors import Failure, Missing, Refused
from shared.kernel.tables import Column, Grid, Sheet, Workbook

SHEET = "Hasil"
LISTS = "Daftar"
REGION = "Kode"
NAME = "Daerah"
SCORE = "Skor"
PREDIKAT = "Predikat"
INNOVATIONS = "Jumlah Inovasi"
AGENCIES = "PD Melapor"
AGENCIES_TOTAL = "Jumlah PD"
KNOWN = (REGION, NAME, SCORE, PREDIKAT, INNOVATIONS, AGENCIES, AGENCIES_TOTAL)
NEEDED = (REGION, SCORE, PREDIKAT)

COUNT_DIGITS_MAX = 6

Read = TypeVar("Read")


class Row(Struct, frozen=True, kw_only=True):
    """One region's result as the annex spells it, its score with a point; and where it stands."""

    line: Line
    region: str
    score: str
    predikat: str
    counts: result.Counts


def read(grid: Grid, regions: Collection[str]) -> tuple[Sequence[Row], Sequence[Wrong]]:
    """The rows, and every wrong cell; `regions` are the codes of those that are assessed."""
    told, amiss = lines(SHEET, grid, KNOWN, NEEDED)
    wrongs = list(amiss)
    rows = []
    seen: set[str] = set()
    for line in told if not amiss else ():
        if _is_blank(line):
            continue
        tried = _Tried(line)
        region = tried.cell(REGION, lambda cell: _region(cell, regions, seen))
        score = tried.cell(SCORE, _score)
        predikat = tried.cell(PREDIKAT, _predikat)
        counts = result.Counts(
            innovations=tried.cell(INNOVATIONS, _count),
            agencies=tried.cell(AGENCIES, _count),
            agencies_total=tried.cell(AGENCIES_TOTAL, _count),
        )
        wrongs.extend([*line.computed(), *tried.wrongs])
        if region and score and predikat:
            rows.append(
                Row(line=line, region=region, score=score, predikat=predikat, counts=counts)
            )
    return rows, wrongs


def lay_out(year: int, listed: Sequence[tuple[str, str]]) -> Workbook:
    """A workbook to fill: one row for each region, by its code and name."""
    titles = {
        REGION: Column(title=REGION, width=8),
        NAME: Column(title=NAME, width=34),
        SCORE: Column(title=SCORE, width=12, note="Seperti tercetak: 58,20 atau 58.20"),
        PREDIKAT: Column(title=PREDIKAT, width=22, choices=PREDIKAT),
    }
    return Workbook(
        title=f"Jejak Inovasi: hasil {year}",
        sheets=(
            Sheet(
                name=SHEET,
                columns=tuple(titles.get(title, Column(title=title)) for title in KNOWN),
                rows=tuple((code, name) for code, name in listed),
            ),
            Sheet(name=LISTS, columns=(), rows=()),
        ),
        lists={PREDIKAT: result.PREDIKAT},
        lists_in=LISTS,
    )


def _is_blank(line: Line) -> bool:
    """A row of the template that nobody has filled: nothing is said of that region."""
    said = (line.cells.get(title, "") for title in KNOWN if title not in (REGION, NAME))
    named = line.cells.get(NAME, "")
    return bool(named) and not any(said) and not line.formulas


class _Tried:
    """The cells of a line, each read by itself so that each wrong one is told."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.wrongs: list[Wrong] = []

    def cell(self, title: str, parse: Callable[[str], Read]) -> Read | None:
        """What the cell of that column means; None where it is wrong."""
        try:
            return parse(self._line.cells.get(title, ""))
        except Failure as failure:
            self.wrongs.append(self._line.wrong(title, failure))
            return None


def _region(cell: str, regions: Collection[str], seen: set[str]) -> str:
    # A spreadsheet makes a number of 63.10 wherever it is let.
    found = f"{cell}0" if len(cell) == len("63.1") and f"{cell}0" in regions else cell
    if found not in regions:
        raise Missing("region.unknown", region=shown(cell))
    if found in seen:
        raise Refused("result.region_named_twice", region=found)
    seen.add(found)
    return found


def _score(cell: str) -> str:
    """With a comma or a point, as it is printed or computed."""
    spelt = cell.replace(",", ".")
    result.score(spelt)
    return spelt


def _predikat(cell: str) -> str:
    if cell not in result.PREDIKAT:
        raise Refused("result.unknown_predikat", allowed=", ".join(result.PREDIKAT))
    return cell


def _count(cell: str) -> int | None:
    if not cell:
        return None
    if not (cell.isascii() and cell.isdigit() and len(cell) <= COUNT_DIGITS_MAX):
        raise Refused("cell.count_malformed", given=shown(cell))
    return int(cell)
