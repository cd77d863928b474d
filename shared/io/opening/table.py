"""A CSV file: plain UTF-8 text in rows, without what a spreadsheet would run."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from shared.kernel.errors import Refused
from shared.kernel.media import CSV

# One row of any register is far shorter; beyond, the file is one endless line.
LINE_CHARACTERS_MAX = 1_000_000
CELL_CHARACTERS_MAX = 100_000

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# A call, a link to a program (DDE), or another workbook; `-5`, `+62…`, `- rapat (dua kali)` and
# `="0812"` are data.
_FORMULA = re.compile(
    r"\s*(?:=[^\r\n]*(?:\||[A-Za-z_.]\s*\(|\[)|[-+@]\s*(?:[A-Z][A-Z.]+\(|[A-Za-z]+\|))"
)


def must_open(file: BinaryIO, _: int) -> None:
    """Refuse what is not UTF-8, has control characters or formulas, or breaks off in a quote."""
    csv.field_size_limit(CELL_CHARACTERS_MAX)
    rows = 0
    try:
        for row in csv.reader(_lines(file), strict=True):
            rows += any(map(str.strip, row))
            if any(_FORMULA.match(cell) for cell in row):
                raise Refused("evidence.active_content", found="formula")
    except csv.Error as error:
        raise Refused("evidence.unopenable", media_type=CSV) from error
    if not rows:
        raise Refused("evidence.empty")


def _lines(file: BinaryIO) -> Iterator[str]:
    head = file.read(len(codecs.BOM_UTF8))
    file.seek(0)
    encoding = "utf-8-sig" if head == codecs.BOM_UTF8 else "utf-8"
    reader = io.TextIOWrapper(file, encoding=encoding, errors="strict", newline="")
    number = 0
    try:
        while line := reader.readline(LINE_CHARACTERS_MAX):
            number += 1
            if _FORBIDDEN.search(line):
                raise Refused("evidence.control_character", line=number)
            if len(line) == LINE_CHARACTERS_MAX:
                raise Refused("evidence.unopenable", media_type=CSV)
            yield line
    except UnicodeDecodeError as error:
        raise Refused("evidence.other_encoding") from error
    finally:
        reader.detach()
