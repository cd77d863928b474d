"""What kind of file bytes begin like. A name or a header can say anything; the first bytes cannot.

Names are media types; what evidence cannot be has one too, for the sentence that refuses it.
"""

import re
from collections.abc import Sequence
from typing import BinaryIO

from shared.kernel.media import CSV, JPEG, MP4, PDF, PNG, XLSX

HEAD_BYTES = 4096
# A PDF reader looks this far for the header, so nothing else may begin here and be one as well.
PDF_HEADER_BYTES = 1024

ZIP = "application/zip"
OLE = "application/x-ole-storage"
HTML = "text/html"
SVG = "image/svg+xml"
PROGRAM = "application/x-executable"
UNKNOWN = "application/octet-stream"

_BEGINS: Sequence[tuple[bytes, str]] = (
    (b"%PDF-", PDF),
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"PK\x03\x04", XLSX),
    (b"PK\x05\x06", ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (b"MZ", PROGRAM),
    (b"\x7fELF", PROGRAM),
    (b"\xcf\xfa\xed\xfe", PROGRAM),
    (b"\xca\xfe\xba\xbe", PROGRAM),
    (b"#!", PROGRAM),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"RIFF", "video/x-msvideo"),
    (b"{\\rtf", "application/rtf"),
    (b"Rar!", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"),
    (b"\x1aE\xdf\xa3", "video/x-matroska"),
    (b"ID3", "audio/mpeg"),
)
_MARKUP = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+)?([a-z]+)",
    re.IGNORECASE | re.DOTALL,
)
# Major brands of the same box format that are no MP4 video.
_OTHER_BRANDS = {
    b"qt  ": "video/quicktime",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heic",
    b"avif": "image/avif",
    b"M4A ": "audio/mp4",
}


def kind_of(head: bytes) -> str:
    """The media type that these first bytes of a file say; plain text is taken for CSV."""
    for begins, kind in _BEGINS:
        if head.startswith(begins):
            return kind
    if head[4:8] == b"ftyp":
        return _OTHER_BRANDS.get(head[8:12], MP4)
    markup = _MARKUP.match(head)
    if markup:
        return _markup(markup[1].lower())
    if b"%PDF-" in head[:PDF_HEADER_BYTES]:
        return f"{PDF}; {UNKNOWN}"
    return UNKNOWN if _is_binary(head) else CSV


def is_locked(file: BinaryIO) -> bool:
    """Whether an OLE container holds an encrypted workbook: that is how Excel sets a password."""
    file.seek(0)
    return "EncryptedPackage".encode("utf-16-le") in file.read()


def _markup(tag: bytes) -> str:
    if tag == b"svg":
        return SVG
    return HTML if tag in (b"html", b"head", b"body", b"script", b"iframe") else "text/xml"


def _is_binary(head: bytes) -> bool:
    """UTF-16 text has NUL bytes too; it is text, and refused as such with better advice."""
    return b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff"))
