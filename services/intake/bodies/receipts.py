"""What answers a command: its receipt, or each outcome of many."""

from datetime import datetime

from msgspec import Struct

from services.intake.bodies.submission import FindingView
from shared.kernel.appending import Receipt

# One bulk request; larger loads are sent in several, each with its own key.


class ReceiptView(Struct, frozen=True, kw_only=True):
    """Where a command's facts stand in the region's log; the same answer to the same key for ever.

    `recorded` is 0 where everything was already true. `deadline` is the one that decided, if any:
    what came after it is `late`, kept and labelled, and counts only if it is moved behind that.
    `questions` are to be looked at again; they bar nothing.
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
    questions: tuple[FindingView, ...] = ()


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
        deadline=receipt.missed or receipt.deadline,
    )
