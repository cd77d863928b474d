"""What is claimed of an indicator, with which files, and what verifiers find."""

from datetime import date
from decimal import Decimal

from msgspec import Struct


class EvidenceReference(Struct, frozen=True, kw_only=True):
    """One evidence file by its fingerprint; the bytes live in the evidence store.

    `signer_office` is the office that signed the document, never a person.
    """

    sha256: str
    size_bytes: int
    media_type: str
    document_number: str = ""
    document_date: date | None = None
    subject: str = ""
    signer_office: str = ""


class IndicatorClaimed(Struct, frozen=True, kw_only=True, tag="indicator.claimed.1"):
    """A level of one indicator was claimed; any earlier verdict on it is released.

    `innovation` is empty for the region's own rows. Level 0 withdraws the claim. `figure` is the
    raw value from which the level was derived by the rule set's bands, where one was given.
    """

    year: int
    indicator: str
    level: int
    innovation: str = ""
    evidence: tuple[EvidenceReference, ...] = ()
    figure: Decimal | None = None


class IndicatorAccepted(Struct, frozen=True, kw_only=True, tag="indicator.accepted.1"):
    """A verifier accepted a level, having seen exactly the files named by `evidence`.

    Below the claim, `reason` and `note` say why.
    """

    year: int
    indicator: str
    level: int
    innovation: str = ""
    evidence: tuple[str, ...] = ()
    note: str = ""
    reason: str = ""


class IndicatorReturned(Struct, frozen=True, kw_only=True, tag="indicator.returned.1"):
    """A verifier returned the claim with a reason; the claim stands, nothing is accepted."""

    year: int
    indicator: str
    reason: str
    innovation: str = ""
    evidence: tuple[str, ...] = ()
    note: str = ""


class IndicatorReviewed(Struct, frozen=True, kw_only=True, tag="indicator.reviewed.1"):
    """A second verifier looked at the same files (quality control): `level` is what holds, 0 none.

    Where it is not what the first one found, the verdict that follows is recorded beside it.
    """

    year: int
    indicator: str
    level: int
    innovation: str = ""
    evidence: tuple[str, ...] = ()
    reason: str = ""
    note: str = ""
