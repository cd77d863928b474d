"""The door to pypdf: a PDF that opens, has pages, is not locked and does nothing by itself."""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NullObject

from shared.kernel.errors import Refused
from shared.kernel.media import PDF

# A reader looks for the end of the file in its last kilobyte.
TAIL_BYTES = 1024
# Ten times the longest plan (RPJMD) that is printed.
PAGES_MAX = 10_000
# Of everything that can start an action: pages, annotations, bookmarks, form fields.
OBJECTS_MAX = 500_000

_ACTIONS = {"/Launch", "/JavaScript", "/ImportData", "/SubmitForm", "/GoToE", "/Rendition"}
_CARRIERS = {"/FileAttachment", "/RichMedia", "/Movie", "/Sound"}
_ACTIVE_KEYS = ("/JS", "/EF", "/EmbeddedFiles", "/JavaScript", "/XFA")
# Large, and nothing a reader acts on.
_PASSIVE = {
    "/AP", "/Contents", "/DR", "/Fonts", "/Group", "/Metadata", "/OCProperties", "/P", "/Parent",
    "/PieceInfo", "/Resources", "/StructTreeRoot", "/Thumb", "/V",
}  # fmt: skip
# The same by their names alone: what the library cannot make out, another reader may.
_NAMED = re.compile(rb"/(?:Launch|JavaScript|EmbeddedFiles?|RichMedia|ImportData)\b")
_NAME_BYTES = 32
CHUNK_BYTES = 1024 * 1024
_FAILURES = (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, OSError)


def must_open(file: BinaryIO, size_bytes: int) -> None:
    """Refuse what is cut off, locked, empty, or would act on its reader's computer."""
    file.seek(max(0, size_bytes - TAIL_BYTES))
    if b"%%EOF" not in file.read():
        raise Refused("evidence.truncated", media_type=PDF)
    file.seek(0)
    try:
        reader = PdfReader(file, strict=False)
        if reader.is_encrypted:
            raise Refused("evidence.encrypted")
        _must_have_pages(reader)
        _must_be_passive(reader)
        _must_name_nothing_active(file)
    except _FAILURES as error:
        raise Refused("evidence.unopenable", media_type=PDF) from error


def _must_have_pages(reader: PdfReader) -> None:
    count = len(reader.pages)
    if not count:
        raise Refused("evidence.without_pages")
    if count > PAGES_MAX:
        raise Refused("evidence.too_costly")
    for page in reader.pages:
        drawn = page.raw_get("/Contents") if "/Contents" in page else ArrayObject()
        if "/MediaBox" not in page or isinstance(drawn.get_object(), NullObject | None):
            raise Refused("evidence.unopenable", media_type=PDF)


def _must_be_passive(reader: PdfReader) -> None:
    for thing in _things(reader):
        kind, carrier = _named(thing, "/S"), _named(thing, "/Subtype")
        active = [kind] * (kind in _ACTIONS) + [carrier] * (carrier in _CARRIERS)
        active += [key for key in _ACTIVE_KEYS if key in thing]
        if active:
            raise Refused("evidence.active_content", found=active[0].removeprefix("/"))


def _must_name_nothing_active(file: BinaryIO) -> None:
    file.seek(0)
    before = b""
    while piece := file.read(CHUNK_BYTES):
        found = _NAMED.search(before + piece)
        if found:
            raise Refused("evidence.active_content", found=found[0][1:].decode())
        before = piece[-_NAME_BYTES:]


def _named(thing: DictionaryObject, key: str) -> str:
    return str(thing[key]) if key in thing else ""


def _things(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Every dictionary that a reader may act on, each once."""
    waiting: list[Any] = [reader.root_object]
    seen: set[int] = set()
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, IndirectObject):
            if thing.idnum in seen:
                continue
            seen.add(thing.idnum)
            if len(seen) > OBJECTS_MAX:
                raise Refused("evidence.too_costly")
            thing = thing.get_object()
        if isinstance(thing, DictionaryObject):
            yield thing
            # Not by `values()`: that would resolve what has been seen already.
            waiting += [thing.raw_get(key) for key in thing if key not in _PASSIVE]
        elif isinstance(thing, ArrayObject):
            waiting += list(thing)
