"""What callers send and are sent about evidence: files, links, and files that arrive in parts."""

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, Struct

from services.intake.bodies.stated import Sha256

# One bulk request; larger loads are sent in several, each with its own key.


class EvidenceView(Struct, frozen=True, kw_only=True):
    """An evidence file as it was received."""

    region: str
    sha256: str
    size_bytes: int
    media_type: str


class FileView(Struct, frozen=True, kw_only=True):
    """An evidence file as it was received; `name` is what its first uploader called it."""

    region: str
    sha256: str
    size_bytes: int
    media_type: str
    name: str = ""


class LinkBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A video that is shown elsewhere, and the day it was looked at there."""

    url: Annotated[str, Meta(description="Alamat http atau https; tidak pernah dibuka oleh kami")]
    captured_on: Annotated[date, Meta(description="Tanggal video dilihat pada alamat itu")]
    title: str


class UploadBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file that will be sent in parts."""

    sha256: Sha256
    size_bytes: int
    media_type: str
    name: str | None = None


class UploadView(Struct, frozen=True, kw_only=True):
    """How far a file has arrived: the next part begins at `offset`. Once `kept` it is evidence.

    Where `kept` is told at once the file was there before, and there is no id.
    """

    region: str
    id: str
    sha256: str
    size_bytes: int
    media_type: str
    name: str
    offset: int
    part_bytes_max: int
    kept: bool
    expires_at: datetime


class DuplicatesView(Struct, frozen=True, kw_only=True):
    """How many other regions handed in the very same bytes.

    `regions` names those that the key may see: none for a region's own key.
    """

    region: str
    sha256: str
    other_regions: int
    regions: tuple[str, ...]
