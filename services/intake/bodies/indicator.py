"""What is sent of one indicator: a claim with its files, and a verdict."""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

# One bulk request; larger loads are sent in several, each with its own key.
from services.intake.bodies.stated import Items, Level, Sha256, Stated


class FileBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An evidence file that was uploaded before, with the document's own number and date."""

    sha256: Sha256
    document_number: str = ""
    document_date: date | None = None
    subject: Annotated[str, Meta(description="Perihal dokumen")] = ""
    signer_office: Annotated[str, Meta(description="Jabatan penanda tangan, bukan nama")] = ""


class ClaimBody(Stated, frozen=True, kw_only=True):
    """Claim a level with its evidence; where the rules have bands, give the raw figure instead."""

    level: Level | None = None
    figure: Annotated[
        str | None,
        Meta(description="Angka mentah (misalnya TPT 4.37): tingkatnya diturunkan dari aturan"),
    ] = None
    evidence: tuple[FileBody, ...] = ()


class AcceptanceBody(Stated, frozen=True, kw_only=True):
    """Accept a level; `evidence` names exactly the files that were reviewed.

    Below the level claimed, a `reason` by its code and a `note` must say why.
    """

    level: Level
    evidence: tuple[Sha256, ...]
    reason: str = ""
    note: str = ""


class ReturnBody(Stated, frozen=True, kw_only=True):
    """Return a claim with a reason; `evidence` names exactly the files that were reviewed."""

    reason: str
    evidence: tuple[Sha256, ...]
    note: str = ""


class ClaimItemBody(ClaimBody, frozen=True, kw_only=True):
    """One claim among many; without `innovation` it is the region's own row."""

    indicator: str
    innovation: str = ""


class ClaimsBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Many claims at once; each is recorded or refused on its own."""

    items: Annotated[tuple[ClaimItemBody, ...], Items]


class AcceptanceItemBody(AcceptanceBody, frozen=True, kw_only=True):
    """One acceptance among many."""

    indicator: str
    innovation: str = ""


class AcceptancesBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Many acceptances at once; each is recorded or refused on its own."""

    items: Annotated[tuple[AcceptanceItemBody, ...], Items]
