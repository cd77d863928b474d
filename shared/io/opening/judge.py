"""The order of looking: what the bytes are, whether they are only that, and whether they open."""

import zipfile
from collections.abc import Callable, Mapping
from typing import BinaryIO

from shared.io.opening import kinds, pdf, picture, table, video, workbook
from shared.kernel.errors import Refused
from shared.kernel.media import CSV, JPEG, MP4, PDF, PNG, XLSX

Opens = Callable[[BinaryIO, int], None]

_OPENS: Mapping[str, Opens] = {
    PDF: pdf.must_open,
    JPEG: picture.must_open_jpeg,
    PNG: picture.must_open_png,
    XLSX: workbook.must_open,
    CSV: table.must_open,
    MP4: video.must_open,
}


def must_open(file: BinaryIO, size_bytes: int, media_type: str) -> None:
    """Refuse a file that is not what it is said to be, is two things at once, or does not open."""
    if not size_bytes:
        raise Refused("evidence.empty")
    found = kinds.kind_of(file.read(kinds.HEAD_BYTES))
    if found == kinds.OLE and kinds.is_locked(file):
        raise Refused("evidence.encrypted")
    if found != media_type:
        raise Refused("evidence.other_content", declared=media_type, found=found)
    if media_type not in (XLSX, CSV) and zipfile.is_zipfile(file):
        raise Refused("evidence.two_kinds", declared=media_type, found=kinds.ZIP)
    file.seek(0)
    try:
        _OPENS[media_type](file, size_bytes)
    except MemoryError as error:
        raise Refused("evidence.too_costly") from error
    except RecursionError as error:
        raise Refused("evidence.unopenable", media_type=media_type) from error
