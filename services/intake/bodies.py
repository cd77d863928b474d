"""What callers send and are sent: separate shapes for input and output, unknown fields refused."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct

from shared.kernel.appending import Receipt
from shared.kernel.events.branch import BranchSaved
from shared.kernel.events.innovation import Profile
from shared.kernel.hypotheses import ProfileBody, Supposed

# One bulk request; larger loads are sent in several, each with its own key.
ITEMS_MAX = 500

Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Level = Annotated[int, Meta(description="Tingkat (parameter) 1 sampai 3; 0 menarik klaim")]
Spelt = Annotated[str, Meta(description="Angka, paling banyak 7 digit dan 2 desimal: 45.06")]
Items = Meta(min_length=1, max_length=ITEMS_MAX)


class Stated(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A moment in the past with the document that states it; only for keys that may."""

    occurred_at: datetime | None = None
    basis: str = ""


class RegisterBody(Stated, frozen=True, kw_only=True):
    """Register an innovation; without an id of your own, one is given."""

    profile: ProfileBody
    innovation: str = ""


class ReviseBody(Stated, frozen=True, kw_only=True):
    """Replace an innovation's profile."""

    profile: ProfileBody


class SubmissionBody(Stated, frozen=True, kw_only=True):
    """Send an innovation for verification, with the integrity statement of whoever answers for it.

    `explained` answers the questions of the check before sending, by key. All of it may be left out
    where a stated moment tells of a submission that took place elsewhere.
    """

    statement: str = ""
    signer_office: Annotated[str, Meta(description="Jabatan, bukan nama")] = ""
    signature: Annotated[str, Meta(description="Rujukan tanda tangan elektronik (TTE)")] = ""
    explained: dict[str, str] = {}


class WithdrawalBody(Stated, frozen=True, kw_only=True):
    """Take an innovation out of the season; registering it again brings it back."""

    reason: str = ""


class RejectionBody(Stated, frozen=True, kw_only=True):
    """Find that an innovation may not be assessed, with the reason."""

    reason: str
    note: str = ""


class ReinstatementBody(Stated, frozen=True, kw_only=True):
    """Take a rejection back, with what the verifier has to say."""

    note: str = ""


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
    """Accept a level; `evidence` names exactly the files that were reviewed."""

    level: Level
    evidence: tuple[Sha256, ...]
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


class SourcedBody(Stated, frozen=True, kw_only=True):
    """What a published score says beside itself; `sample` marks invented values.

    The counts are of innovations and agencies (perangkat daerah) as they were published.
    """

    predikat: str
    innovations: int | None = None
    agencies: int | None = None
    agencies_total: int | None = None
    source: str = ""
    sample: bool = False


class ResultBody(SourcedBody, frozen=True, kw_only=True):
    """The official result with its decree or source, as a program sends it."""

    score: Decimal
    decree_number: str = ""
    decree_date: date | None = None


class SpeltResultBody(SourcedBody, frozen=True, kw_only=True):
    """The same as it is received: the score's spelling is judged before it becomes a number."""

    score: Spelt
    decree_number: str = ""
    decree_date: date | None = None


class ReportBody(SourcedBody, frozen=True, kw_only=True):
    """A score of an earlier stage that someone stated, as a program sends it."""

    score: Decimal


class SpeltReportBody(SourcedBody, frozen=True, kw_only=True):
    """The same as it is received."""

    score: Spelt


class TargetBody(Stated, frozen=True, kw_only=True):
    """What the region's plan (RPJMD) promises for a year, with the regulation that says so."""

    target: Spelt
    instrument: str


class BranchBody(Stated, frozen=True, kw_only=True):
    """A what-if to keep: what is supposed, over the region's log until `cut_seq` (without: now)."""

    name: str
    hypotheses: tuple[Supposed, ...]
    cut_seq: int | None = None


class DiscardingBody(Stated, frozen=True, kw_only=True):
    """Show a saved what-if no longer."""


class ReceiptView(Struct, frozen=True, kw_only=True):
    """Where a command's facts stand in the region's log; the same answer to the same key for ever.

    `recorded` is 0 where everything was already true. What came after the `deadline` is `late`: it
    is kept and labelled, and counts only if the deadline is moved behind it.
    """

    region: str
    first_seq: int
    last_seq: int
    recorded: int
    version: int
    leaf_hashes: tuple[str, ...]
    recorded_at: datetime
    innovation: str = ""
    late: bool = False
    deadline: datetime | None = None


class OutcomeView(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One item's outcome: its receipt, or why it was refused."""

    receipt: ReceiptView | None = None
    reason: str = ""
    detail: str = ""


class OutcomesView(Struct, frozen=True, kw_only=True):
    """The outcomes in the order of the items; `unchanged` are those that were already true."""

    recorded: int
    unchanged: int
    refused: int
    outcomes: tuple[OutcomeView, ...]


class InnovationView(Struct, frozen=True, kw_only=True):
    """An innovation as it stands; its version is the ETag."""

    region: str
    year: int
    innovation: str
    status: str
    version: int
    profile: Profile


class BranchView(Struct, frozen=True, kw_only=True):
    """A saved what-if: the facts that are supposed, over the region's log until its `cut_seq`."""

    region: str
    version: int
    saved: BranchSaved


class EvidenceView(Struct, frozen=True, kw_only=True):
    """An evidence file as it was received."""

    region: str
    sha256: str
    size_bytes: int
    media_type: str


def receipt_view(receipt: Receipt, stream: str, innovation: str = "") -> ReceiptView:
    """A receipt as callers see it; `version` is the written stream's."""
    return ReceiptView(
        region=receipt.tenant,
        first_seq=receipt.first,
        last_seq=receipt.last,
        recorded=receipt.last - receipt.first + 1,
        version=receipt.versions[stream],
        leaf_hashes=receipt.leaf_hashes,
        recorded_at=receipt.recorded_at,
        innovation=innovation,
        late=receipt.missed is not None,
        deadline=receipt.missed,
    )
