"""What is sent packed (gzip) to whoever takes it so.

Only what everybody may see is packed: beside a secret, the length of an answer would tell of it.
"""

import gzip
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from litestar import Request

# Less than this is hardly shorter packed.
BYTES_MIN = 600
# As good as slower levels within a few per cent.
LEVEL = 6
PACKED = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
VARIED = {"Vary": "Accept-Encoding"}


def packed(request: Request[Any, Any, Any], raw: bytes) -> tuple[bytes, Mapping[str, str]]:
    """The bytes as the caller takes them, and the headers that say so."""
    if len(raw) < BYTES_MIN or not takes_gzip(request.headers.get("accept-encoding", "")):
        return raw, VARIED
    return _gzip(raw), PACKED


def packed_once(request: Request[Any, Any, Any], raw: bytes) -> tuple[bytes, Mapping[str, str]]:
    """The same for files that never change."""
    if len(raw) < BYTES_MIN or not takes_gzip(request.headers.get("accept-encoding", "")):
        return raw, VARIED
    return _gzip_kept(raw), PACKED


def takes_gzip(accepted: str) -> bool:
    """Whether `Accept-Encoding` names gzip, and not to refuse it."""
    for each in accepted.lower().split(","):
        name, _, weight = each.strip().partition(";")
        if name.strip() == "gzip":
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def _gzip(raw: bytes) -> bytes:
    return gzip.compress(raw, LEVEL, mtime=0)


@lru_cache(maxsize=16)
def _gzip_kept(raw: bytes) -> bytes:
    return _gzip(raw)
