"""What a region says of an innovation as a whole."""

from datetime import date
from decimal import Decimal

from msgspec import Struct


class Attachment(Struct, frozen=True, kw_only=True):
    """A file of the profile itself (budget, business profile, award, IP), by its fingerprint."""

    kind: str
    sha256: str
    size_bytes: int = 0
    media_type: str = ""


class Profile(Struct, frozen=True, kw_only=True):
    """What is reported of an innovation; legal categories in their own words.

    `agency` is the id of the reporting agency among the region's own, `perangkat_daerah` what it is
    called. `initiator_office` names an office or agency, never a person. `replicates` names the
    innovation that this one repeats, as `63.01/tapis`. Which of them a year's form asks for, and
    what may be chosen, is in `shared/kernel/rules/forms`.
    """

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
    agency: str = ""
    initiator_office: str = ""
    klasifikasi: str = ""
    tematik: tuple[str, ...] = ()
    asta_cita: tuple[str, ...] = ()
    pkpn: str = ""
    pkpn_programme: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    attachments: tuple[Attachment, ...] = ()
    replicates: str = ""


class InnovationRegistered(Struct, frozen=True, kw_only=True, tag="innovation.registered.1"):
    """A region reported an innovation in a season; `carried_from` is the season it comes from."""

    year: int
    innovation: str
    profile: Profile
    carried_from: int | None = None


class InnovationRevised(Struct, frozen=True, kw_only=True, tag="innovation.revised.1"):
    """The whole profile was replaced."""

    year: int
    innovation: str
    profile: Profile


class InnovationSubmitted(Struct, frozen=True, kw_only=True, tag="innovation.submitted.1"):
    """The region sent the innovation for verification.

    `statement` is the id of the integrity statement (pakta integritas) that was given, by the
    holder of `signer_office`, with the reference of an electronic signature where there is one.
    `files` are the fingerprints that stood at that moment, `explained` what was said to each
    question (pertanyaan) of the check before sending.
    """

    year: int
    innovation: str
    statement: str = ""
    signer_office: str = ""
    signature: str = ""
    files: tuple[str, ...] = ()
    explained: dict[str, str] = {}


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


class TrialAssigned(Struct, frozen=True, kw_only=True, tag="trial.assigned.1"):
    """An agency was made the innovation's laboratory (PP 38/2017 art. 16) by an instrument."""

    year: int
    innovation: str
    agency: str
    begins_on: date
    instrument: str
    ends_on: date | None = None


class TrialReported(Struct, frozen=True, kw_only=True, tag="trial.reported.1"):
    """What the trial found, with its files by fingerprint."""

    year: int
    innovation: str
    reported_on: date
    finding: str
    files: tuple[str, ...] = ()


class TrialDecided(Struct, frozen=True, kw_only=True, tag="trial.decided.1"):
    """What follows from the trial: applied, prolonged or stopped, by an instrument."""

    year: int
    innovation: str
    decision: str
    decided_on: date
    instrument: str
    note: str = ""


class InnovationReplicated(Struct, frozen=True, kw_only=True, tag="innovation.replicated.1"):
    """Another region, village or office repeated the innovation, as a document says."""

    year: int
    innovation: str
    by: str
    replicated_on: date
    document_number: str
