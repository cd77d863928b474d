"""Sending an innovation: the check before, the statement with it, and the receipt after."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct, field

# One bulk request; larger loads are sent in several, each with its own key.
from services.intake.bodies.stated import Stated


class SubmissionBody(Stated, frozen=True, kw_only=True):
    """Send an innovation for verification, with the integrity statement of whoever answers for it.

    `explained` answers the questions of the check before sending, by key. All of it may be left out
    where a stated moment tells of a submission that took place elsewhere.
    """

    statement: str = ""
    signer_office: Annotated[str, Meta(description="Jabatan, bukan nama")] = ""
    signature: Annotated[str, Meta(description="Rujukan tanda tangan elektronik (TTE)")] = ""
    explained: dict[str, str] = field(default_factory=dict)


class FindingView(Struct, frozen=True, kw_only=True):
    """One thing found; `key` is what an explanation is sent under."""

    code: str
    key: str
    sentence: str


class SentFileView(Struct, frozen=True, kw_only=True):
    """One evidence file behind a claim, with the claim it stands behind."""

    sha256: str
    indicator: str
    level: int
    media_type: str
    size_bytes: int


class StatementView(Struct, frozen=True, kw_only=True):
    """The integrity statement (pakta integritas) to be sent along by its `code`."""

    code: str
    text: str


class CheckView(Struct, frozen=True, kw_only=True):
    """What stands between an innovation and its submission; `ready` once there are no errors.

    `late` says that what is sent now comes after the deadline and would not count.
    """

    region: str
    year: int
    innovation: str
    status: str
    ready: bool
    late: bool
    deadline: datetime | None
    errors: tuple[FindingView, ...]
    questions: tuple[FindingView, ...]
    files: tuple[SentFileView, ...]
    statement: StatementView


class SubmissionReceiptView(Struct, frozen=True, kw_only=True):
    """The receipt (tanda terima) of a submission, the same for ever.

    `number` names it; `received_at` is when all of it had been received, `leaf_hash` stands in the
    region's tree at `seq`. A `late` one does not count unless the deadline is moved behind it.
    """

    number: str
    region: str
    name: str
    year: int
    innovation: str
    seq: int
    received_at: datetime
    recorded_at: datetime
    local_time: str
    late: bool
    deadline: datetime | None
    statement: str
    signer_office: str
    signature: str
    explained: dict[str, str]
    files: tuple[str, ...]
    leaf_hash: str
    sentence: str
