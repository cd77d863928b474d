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


class InnovationWithdrawn(Struct, frozen=True, kw_only=True, tag="innovation.withdrawn.1"):
    """The region took the innovation out of the season; registering it again brings it back."""

    year: int
    innovation: str
    reason: str = ""


class InnovationRejected(Struct, frozen=True, kw_only=True, tag="innovation.rejected.1"):
    """A verifier found that it may not be assessed; it counts again when it is sent again."""

    year: int
    innovation: str
    reason: str
    note: str = ""


class InnovationReinstated(Struct, frozen=True, kw_only=True, tag="innovation.reinstated.1"):
    """A verifier took a rejection back: it may be assessed after all."""

    year: int
    innovation: str
    note: str = ""


class EvidenceReference(Struct, frozen=True, kw_only=True):
    """One evidence file by its fingerprint; the bytes live in the evidence store."""

    sha256: str
    size_bytes: int
    media_type: str
    document_number: str = ""
    document_date: date | None = None


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
    (*data contoh*); `score` keeps the scale of its year. The counts are as published, None where
    nobody said: innovations, agencies (perangkat daerah) that reported, and agencies there are.
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
    innovations: int | None = None
    agencies: int | None = None
    agencies_total: int | None = None


class ScoreReported(Struct, frozen=True, kw_only=True, tag="score.reported.1"):
    """A score of a stage before the decree, as someone stated it: no evidence of it is held here.

    Fields as in `ResultPublished`; `stage` is `mandiri` or `terverifikasi`.
    """

    year: int
    stage: str
    score: Decimal
    predikat: str
    rule_set: str
    rule_digest: str
    source: str
    sample: bool = False
    innovations: int | None = None
    agencies: int | None = None
    agencies_total: int | None = None


class TargetSet(Struct, frozen=True, kw_only=True, tag="target.set.1"):
    """The index a region's plan (RPJMD) promises for a year, with the regulation that says so."""

    year: int
    target: Decimal
    instrument: str


Hypothesis = (
    InnovationRegistered
    | InnovationRevised
    | InnovationSubmitted
    | InnovationWithdrawn
    | IndicatorClaimed
    | IndicatorAccepted
)


class BranchSaved(Struct, frozen=True, kw_only=True, tag="branch.saved.1"):
    """A what-if: hypothetical facts over a cut of the region's log. It changes no score.

    `cut_seq` is the last fact the branch rests on; a later one of the same name replaces it.
    """

    year: int
    branch: str
    name: str
    cut_seq: int
    hypotheses: tuple[Hypothesis, ...]


class BranchDiscarded(Struct, frozen=True, kw_only=True, tag="branch.discarded.1"):
    """The branch is no longer shown."""

    year: int
    branch: str


IntakeEvent = (
    SeasonOpened
    | SeasonClosed
    | SeasonEntered
    | InnovationRegistered
    | InnovationRevised
    | InnovationSubmitted
    | InnovationWithdrawn
    | InnovationRejected
    | InnovationReinstated
    | IndicatorClaimed
    | IndicatorAccepted
    | IndicatorReturned
    | ResultPublished
    | ScoreReported
    | TargetSet
    | BranchSaved
    | BranchDiscarded
)
