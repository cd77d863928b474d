"""The door to python-calamine: a workbook (XLSX) without macros that unfolds to a bounded size."""

import re
import zipfile
import zlib
from collections.abc import Sequence
from typing import BinaryIO

from python_calamine import CalamineError, CalamineWorkbook

from shared.io.opening.kinds import ZIP
from shared.kernel.errors import Refused
from shared.kernel.media import XLSX

# A register of a hundred thousand rows unfolds to half of this.
UNFOLDED_BYTES_MAX = 200 * 1024 * 1024
# XML shrinks to a tenth or a thirtieth; what shrinks more is made to, once it is large at all.
RATIO_MAX = 150
RATIO_BYTES_MIN = 4 * 1024 * 1024
PARTS_MAX = 5_000
CHUNK_BYTES = 1024 * 1024
# A document type stands before the first element.
PROLOGUE_BYTES = 4096

_LOCKED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_NEEDED = ("[Content_Types].xml", "xl/workbook.xml")
_ACTIVE = re.compile(
    r"(^|/)vbaProject|^xl/(macrosheets|activeX|embeddings|dialogsheets)/", re.IGNORECASE
)
_UNSAFE = re.compile(r"^/|\\|:|(^|/)\.\.(/|$)|[\x00-\x1f]")
_FAILURES = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError)


def must_open(file: BinaryIO, size_bytes: int) -> None:
    """Refuse another archive, a locked, cut off or boundless one, macros, and names that escape."""
    try:
        with zipfile.ZipFile(file) as archive:
            _must_be_bounded(archive.infolist(), size_bytes)
            _must_be_plain(archive)
            for part in archive.infolist():
                _must_read(archive, part)
    except _FAILURES as error:
        raise Refused("evidence.truncated", media_type=XLSX) from error
    _must_have_sheets(file)


def _must_be_plain(archive: zipfile.ZipFile) -> None:
    """By the names of its parts, a workbook and nothing else."""
    # As they stand in the archive: the library cuts a name off at its first NUL.
    names = [part.orig_filename for part in archive.infolist()]
    for name in names:
        if _UNSAFE.search(name) or names.count(name) > 1:
            raise Refused("evidence.unsafe_part", name=ascii(name)[1:-1])
    if any(part.flag_bits & _LOCKED for part in archive.infolist()):
        raise Refused("evidence.encrypted")
    if any(needed not in names for needed in _NEEDED):
        raise Refused("evidence.other_content", declared=XLSX, found=ZIP)
    active = next((name for name in names if _ACTIVE.search(name)), None)
    if active is not None:
        raise Refused("evidence.active_content", found=active)


def _must_be_bounded(parts: Sequence[zipfile.ZipInfo], size_bytes: int) -> None:
    """By what the parts say of themselves; what they hold is counted on reading."""
    unfolded = sum(part.file_size for part in parts)
    if len(parts) > PARTS_MAX or unfolded > UNFOLDED_BYTES_MAX:
        raise Refused("evidence.unfolds")
    if unfolded > RATIO_BYTES_MIN and unfolded > RATIO_MAX * size_bytes:
        raise Refused("evidence.unfolds")
    if any(part.compress_type not in _METHODS for part in parts):
        raise Refused("evidence.unopenable", media_type=XLSX)


def _must_read(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """To its end, with its checksum, in pieces."""
    with archive.open(part) as opened:
        chunk = opened.read(CHUNK_BYTES)
        prologue = chunk[:PROLOGUE_BYTES]
        if b"<!DOCTYPE" in prologue or b"<!ENTITY" in prologue:
            raise Refused("evidence.active_content", found="DOCTYPE")
        if part.filename == _NEEDED[0] and b"macroEnabled" in chunk:
            raise Refused("evidence.active_content", found="macroEnabled")
        if part.filename.startswith("xl/externalLinks/") and b"ddeLink" in chunk:
            raise Refused("evidence.active_content", found="ddeLink")
        while chunk:
            chunk = opened.read(CHUNK_BYTES)


def _must_have_sheets(file: BinaryIO) -> None:
    file.seek(0)
    try:
        with CalamineWorkbook.from_filelike(file) as book:
            if not book.sheet_names:
                raise Refused("evidence.without_pages")
            for place in range(len(book.sheet_names)):
                book.get_sheet_by_index(place)
    except (CalamineError, ValueError, OSError) as error:
        raise Refused("evidence.unopenable", media_type=XLSX) from error
