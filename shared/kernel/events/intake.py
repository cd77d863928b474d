"""What intake says: every fact a region, a verifier or the ministry hands in.

The tags are the storage format. Who said it, when, and why stands in `Meta`, not here.
"""

from datetime import date
from decimal import Decimal

from msgspec import Struct


class SeasonOpened(Struct, frozen=True, kw_only=True, tag="season.opened.1"):
    """An assessment year was opened for reporting under a rule set (tenant: ministry, province)."""

    year: int
    rule_set: str
    rule_digest: str
    letter: str = ""


class SeasonClosed(Struct, frozen=True, kw_only=True, tag="season.closed.1"):
    """Reporting ended; nothing more is taken in for the year."""

    year: int
    letter: str = ""


class SeasonEntered(Struct, frozen=True, kw_only=True, tag="season.entered.1"):
    """The region's first fact in a season: from here its own log says which rules apply.

    `opened_by` and `opened_seq` name the season's opening in the other tenant's log.
    """

    year: int
    rule_set: str
    rule_digest: str
    opened_by: str
    opened_seq: int


class Profile(Struct, frozen=True, kw_only=True):
    """What is reported of an innovation; legal categories in their own words."""

    name: str
    tahapan: str
    main_urusan: int
    other_urusan: tuple[int, ...] = ()
    bentuk: str = ""
    jenis: str = ""
    inisiator: str = ""
    perangkat_daerah: str = ""
    trial_date: date | None = None
    implementation_date: date | None = None
    development_date: date | None = None
    design: str = ""
    purpose: str = ""
    benefit: str = ""
    outcome: str = ""


class InnovationRegistered(Struct, frozen=True, kw_only=True, tag="innovation.registered.1"):
    """A region reported an innovation in a season."""

    year: int
    innovation: str
    profile: Profile


class InnovationRevised(Struct, frozen=True, kw_only=True, tag="innovation.revised.1"):
    """The whole profile was replaced."""

    year: int
    innovation: str
    profile: Profile


class InnovationSubmitted(Struct, frozen=True, kw_only=True, tag="innovation.submitted.1"):
    """The region sent the innovation for verification."""

    year: int
    innovation: str


class EvidenceReference(Struct, frozen=True, kw_only=True):
    """One evidence file by its fingerprint; the bytes live in the evidence store."""

    sha256: str
    size_bytes: int
    media_type: str
    document_number: str = ""
    document_date: date | None = None


class IndicatorClaimed(Struct, frozen=True, kw_only=True, tag="indicator.claimed.1"):
    """A level of one indicator was claimed; any earlier verdict on it is released.

    `innovation` is empty for the region's own rows. Level 0 withdraws the claim.
    """

    year: int
    indicator: str
    level: int
    innovation: str = ""
    evidence: tuple[EvidenceReference, ...] = ()


class IndicatorAccepted(Struct, frozen=True, kw_only=True, tag="indicator.accepted.1"):
    """A verifier accepted a level, having seen exactly the files named by `evidence`."""

    year: int
    indicator: str
    level: int
    innovation: str = ""
    evidence: tuple[str, ...] = ()
    note: str = ""


class IndicatorReturned(Struct, frozen=True, kw_only=True, tag="indicator.returned.1"):
    """A verifier returned the claim with a reason; the claim stands, nothing is accepted."""

    year: int
    indicator: str
    reason: str
    innovation: str = ""
    evidence: tuple[str, ...] = ()
    note: str = ""


class ResultPublished(Struct, frozen=True, kw_only=True, tag="result.published.1"):
    """The official result of a region in a season, as its decree or its source states it.

    A later one in the same stream corrects the earlier. `sample` marks invented values
    (*data contoh*); `score` keeps the scale of its year.
    """

    year: int
    score: Decimal
    predikat: str
    rule_set: str
    rule_digest: str
    decree_number: str = ""
    decree_date: date | None = None
    source: str = ""
    sample: bool = False


IntakeEvent = (
    SeasonOpened
    | SeasonClosed
    | SeasonEntered
    | InnovationRegistered
    | InnovationRevised
    | InnovationSubmitted
    | IndicatorClaimed
    | IndicatorAccepted
    | IndicatorReturned
    | ResultPublished
)
