"""Which bytes of a file a request asks for, by RFC 9110 section 14; no file and no network here."""

import re
from collections.abc import Mapping

# A range that lies behind the end of the file.
UNSATISFIABLE = (0, 0)

_RANGE = re.compile(r"bytes=\s*([0-9]{0,18})-([0-9]{0,18})\s*\Z", re.ASCII)


def wanted(headers: Mapping[str, str], etag: str, size_bytes: int) -> tuple[int, int] | None:
    """First byte and the one behind the last; None for the whole file.

    Several ranges, another unit or nonsense are answered by the whole file, as the standard allows;
    so is a range of a file that is not the one the caller has begun with.
    """
    condition = headers.get("if-range")
    asked = _RANGE.match(headers.get("range", ""))
    if asked is None or (condition is not None and condition.strip() != etag):
        return None
    first, last = asked.groups()
    if not first:
        return _suffix(last, size_bytes)
    begin = int(first)
    end = min(int(last) + 1, size_bytes) if last else size_bytes
    if last and int(last) < begin:
        return None
    return (begin, end) if begin < size_bytes else UNSATISFIABLE


def _suffix(length: str, size_bytes: int) -> tuple[int, int] | None:
    if not length:
        return None
    kept = min(int(length), size_bytes)
    return (size_bytes - kept, size_bytes) if kept else UNSATISFIABLE
