"""An MP4 video by its boxes (ISO/IEC 14496-12): complete, with pictures, nothing behind it."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from msgspec import Struct

from shared.kernel.errors import Refused
from shared.kernel.media import MP4

# A live recording has a box every second or two.
BOXES_MAX = 20_000
# The index of a five-minute video is some hundred kilobytes.
INDEX_BYTES_MAX = 32 * 1024 * 1024
DEPTH_MAX = 6

_WORD = 4
_HEADER = 8
_WIDE_HEADER = 16
_CONTAINERS = (b"moov", b"trak", b"mdia", b"minf", b"stbl")


class Box(Struct, frozen=True):
    """A part of the file: its kind, where its content begins, and where it ends."""

    kind: bytes
    begin: int
    end: int


def must_open(file: BinaryIO, size_bytes: int) -> None:
    """Refuse a file that is cut off, has something behind it, or has no pictures or no index."""
    boxes = list(_boxes(file, 0, size_bytes))
    kinds = {box.kind for box in boxes}
    index = next((box for box in boxes if box.kind == b"moov"), None)
    if boxes[0].kind != b"ftyp" or index is None or not kinds & {b"mdat", b"moof"}:
        raise Refused("evidence.truncated", media_type=MP4)
    if index.end - index.begin > INDEX_BYTES_MAX:
        raise Refused("evidence.too_costly")
    inner = list(_inside(file, index, 0))
    if not any(box.kind == b"hdlr" and _shows(file, box) for box in inner):
        raise Refused("evidence.without_pictures")
    if any(_last_offset(file, box) >= size_bytes for box in inner):
        raise Refused("evidence.truncated", media_type=MP4)


def _boxes(file: BinaryIO, begin: int, end: int) -> Iterator[Box]:
    """The boxes side by side from `begin`, which must fill everything until `end`."""
    count = 0
    while begin < end:
        count += 1
        file.seek(begin)
        head = file.read(min(_WIDE_HEADER, end - begin))
        length, header = int.from_bytes(head[:_WORD]), _HEADER
        if length == 0:
            length = end - begin
        elif length == 1:
            length, header = int.from_bytes(head[_HEADER:_WIDE_HEADER]), _WIDE_HEADER
        if length < header or length > end - begin or count > BOXES_MAX:
            raise Refused("evidence.truncated", media_type=MP4)
        yield Box(head[_WORD:_HEADER], begin + header, begin + length)
        begin += length


def _inside(file: BinaryIO, box: Box, depth: int) -> Iterator[Box]:
    for inner in _boxes(file, box.begin, box.end):
        yield inner
        if inner.kind in _CONTAINERS and depth < DEPTH_MAX:
            yield from _inside(file, inner, depth + 1)


def _shows(file: BinaryIO, handler: Box) -> bool:
    """Whether the track is of pictures: the handler's type stands behind two words."""
    file.seek(handler.begin + 2 * _WORD)
    return file.read(_WORD) == b"vide"


def _last_offset(file: BinaryIO, box: Box) -> int:
    """Where the last piece of a track begins, by its table; -1 of any other box."""
    entry = {b"stco": ">I", b"co64": ">Q"}.get(box.kind)
    if entry is None:
        return -1
    file.seek(box.begin + _WORD)
    length = int.from_bytes(file.read(_WORD)) * struct.calcsize(entry)
    if 2 * _WORD + length > box.end - box.begin:
        raise Refused("evidence.truncated", media_type=MP4)
    return max((at for (at,) in struct.iter_unpack(entry, file.read(length))), default=-1)
