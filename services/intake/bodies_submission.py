"""What is told before and after an innovation is sent: the check, and the receipt."""

from datetime import datetime

from msgspec import Struct


class FindingView(Struct, frozen=True, kw_only=True):
    """One thing found; `key` is what an explanation is sent under."""

    code: str
    key: str
    sentence: str


class FileView(Struct, frozen=True, kw_only=True):
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
    files: tuple[FileView, ...]
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
