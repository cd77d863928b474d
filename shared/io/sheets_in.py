"""The process that reads one stranger's workbook: `python -m shared.io.sheets_in SHEET...`.

The file comes on standard input; what stands in the named sheets leaves on standard output, or why
it cannot be read. It has as little as the processes that open evidence (`shared/io/opening`): a
little memory, no file to write, a bound of work, no secrets; what kills it kills nothing else.
"""

import io
import re
import resource
import signal
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from xml.parsers import expat

import msgspec
from msgspec import Struct
from python_calamine import CalamineError, CalamineWorkbook

from shared.io.opening import judge
from shared.kernel.errors import Refused
from shared.kernel.media import XLSX
from shared.kernel.tables import Grid

# The largest region's season has 300 innovations with 20 rows each, and some have several files.
ROWS_MAX = 20_000
COLUMNS_MAX = 200
# What a cell of a spreadsheet can hold at all.
CELL_CHARACTERS_MAX = 32_767
FORMULAS_MAX = 200
ADDRESS_BYTES_MAX = 1024 * 1024 * 1024
CPU_SECONDS_MAX = 20
CHUNK_BYTES = 1024 * 1024

_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})\Z", re.ASCII)


class Answer(Struct, frozen=True, kw_only=True):
    """The sheets that were found, or the reason of a `Refused` with its facts."""

    sheets: Mapping[str, Grid] = {}
    reason: str = ""
    facts: Mapping[str, str] = {}


def main(wanted: Sequence[str]) -> None:
    """Read, answer, end."""
    _narrow()
    content = sys.stdin.buffer.read()
    try:
        answer = Answer(sheets=read(content, wanted))
    except Refused as failure:
        facts = {name: str(fact) for name, fact in failure.facts.items()}
        answer = Answer(reason=failure.reason, facts=facts)
    sys.stdout.buffer.write(msgspec.msgpack.encode(answer))


def read(content: bytes, wanted: Sequence[str]) -> Mapping[str, Grid]:
    """Those of the wanted sheets that are there; everything is bounded before it is unfolded."""
    judge.must_open(io.BytesIO(content), len(content), XLSX)
    try:
        with (
            zipfile.ZipFile(io.BytesIO(content)) as archive,
            CalamineWorkbook.from_filelike(io.BytesIO(content)) as book,
        ):
            parts = _parts(archive)
            found = [name for name in wanted if name in book.sheet_names]
            return {name: _grid(archive, book, name, parts.get(name, "")) for name in found}
    except (CalamineError, expat.ExpatError, KeyError, ValueError) as error:
        raise Refused("evidence.unopenable", media_type=XLSX) from error


def _grid(archive: zipfile.ZipFile, book: CalamineWorkbook, name: str, part: str) -> Grid:
    look = _Look(name)
    look.over(archive, part)
    rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    told = [tuple(_text(cell, name) for cell in row) for row in rows]
    while told and not any(told[-1]):
        told.pop()
    return Grid(rows=tuple(told), formulas=tuple(look.formulas))


class _Look:
    """One pass over a sheet's own XML: how far it goes, and which cells hold formulas."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._row, self._column = 0, 0
        self.formulas: list[tuple[int, int]] = []

    def over(self, archive: zipfile.ZipFile, part: str) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._begin
        with archive.open(part) as opened:
            while chunk := opened.read(CHUNK_BYTES):
                parser.Parse(chunk, False)
        parser.Parse(b"", True)

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        element = tag.rpartition(" ")[2]
        if element == "row":
            given = attributes.get("r", "")
            self._row = int(given) if given.isdecimal() else self._row + 1
            self._column = 0
        elif element == "c":
            self._place(attributes.get("r", ""))
        elif element == "f" and self._row and len(self.formulas) < FORMULAS_MAX:
            self.formulas.append((self._row - 1, self._column - 1))
        if self._row > ROWS_MAX:
            raise Refused("workbook.rows", sheet=self._name, rows_max=ROWS_MAX)
        if self._column > COLUMNS_MAX:
            raise Refused("workbook.columns", sheet=self._name, columns_max=COLUMNS_MAX)

    def _place(self, given: str) -> None:
        named = _CELL.match(given)
        if named is None:
            self._column += 1
            return
        self._row = int(named[2])
        self._column = 0
        for letter in named[1]:
            self._column = self._column * 26 + ord(letter) - ord("A") + 1


def _parts(archive: zipfile.ZipFile) -> Mapping[str, str]:
    """Where in the archive each sheet is."""
    targets = {
        given.get("Id", ""): given.get("Target", "")
        for tag, given in _elements(archive, "xl/_rels/workbook.xml.rels")
        if tag == "Relationship"
    }
    return {
        given["name"]: _path(targets.get(given.get(_RELATION, ""), ""))
        for tag, given in _elements(archive, "xl/workbook.xml")
        if tag == "sheet" and "name" in given
    }


_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships id"


def _path(target: str) -> str:
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _elements(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[str, dict[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = lambda tag, given: found.append((tag.rpartition(" ")[2], given))
    parser.Parse(archive.read(part), True)
    return iter(found)


def _text(cell: object, sheet: str) -> str:
    """A cell as text: whole numbers without a point, days as ISO, others as they are written."""
    if isinstance(cell, str):
        if len(cell) > CELL_CHARACTERS_MAX:
            raise Refused("workbook.cell", sheet=sheet, characters_max=CELL_CHARACTERS_MAX)
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else format(Decimal(repr(cell)), "f")
    if isinstance(cell, datetime) and cell.time() == datetime.min.time():
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _narrow() -> None:
    """What is enough for any honest workbook; where a system has no such limit, others hold."""
    for limit, most in (
        (resource.RLIMIT_AS, ADDRESS_BYTES_MAX),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):
            resource.setrlimit(limit, (most, most))
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS_MAX)


if __name__ == "__main__":
    main(sys.argv[1:])
