"""The door to Pillow: a photograph or screenshot that can be decoded to its last row."""

import struct
import warnings
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from shared.kernel.errors import Refused
from shared.kernel.media import JPEG, PNG

# The largest cameras of telephones; beyond, a small file unfolds into more than memory holds.
PIXELS_MAX = 100_000_000
# Decoding to an eighth reads everything and holds a sixty-fourth of it.
DRAFT_EDGE = 1
PNG_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"
# Some programs leave a few bytes behind the end.
TAIL_BYTES = 1024

_FAILURES = (UnidentifiedImageError, OSError, ValueError, SyntaxError, struct.error, EOFError)


def must_open_jpeg(file: BinaryIO, _: int) -> None:
    """Refuse a JPEG that is cut off, broken or unfolds without measure."""
    _must_decode(file, JPEG)


def must_open_png(file: BinaryIO, size_bytes: int) -> None:
    """The same of a PNG."""
    file.seek(max(0, size_bytes - TAIL_BYTES))
    if PNG_END not in file.read():
        raise Refused("evidence.truncated", media_type=PNG)
    _must_decode(file, PNG)


def _must_decode(file: BinaryIO, media_type: str) -> None:
    formats = [media_type.removeprefix("image/").upper()]
    try:
        with warnings.catch_warnings():
            # The limit is ours, below.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            file.seek(0)
            with Image.open(file, formats=formats) as picture:
                if picture.width * picture.height > PIXELS_MAX:
                    raise Refused("evidence.unfolds")
                picture.verify()
            file.seek(0)
            with Image.open(file, formats=formats) as picture:
                picture.draft(None, (DRAFT_EDGE, DRAFT_EDGE))
                picture.load()
    except Image.DecompressionBombError as error:
        raise Refused("evidence.unfolds") from error
    except _FAILURES as error:
        if "truncated" in str(error):
            raise Refused("evidence.truncated", media_type=media_type) from error
        raise Refused("evidence.unopenable", media_type=media_type) from error
