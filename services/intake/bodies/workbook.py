"""What is answered to a spreadsheet: row by row, cell by cell, group by group."""

from typing import Literal

from msgspec import Struct

from services.intake.bodies.receipts import ReceiptView
from shared.io.problems import Problem

Grouping = Literal["all", "innovation"]
Outcome = Literal["new", "changed", "unchanged", "refused"]

# More wrong cells than this are counted, not told: nobody reads them in one go.
WRONGS_MAX = 200


class RowView(Struct, frozen=True, kw_only=True):
    """One row of the file (as the spreadsheet numbers it) and what it comes to, or came to.

    `refused` is also a row that is right, where it stands in a group with one that is wrong.
    """

    sheet: str
    row: int
    outcome: Outcome


class WrongView(Struct, frozen=True, kw_only=True):
    """One wrong cell: `Inovasi!F7`, a stable reason, and a sentence that begins with the cell."""

    cell: str
    reason: str
    detail: str


class GroupView(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was recorded or refused as one. `name` is an innovation's, empty for the region's rows
    and for the whole file; `reason` why it was refused where that is no single cell's matter.
    """

    name: str
    receipt: ReceiptView | None = None
    reason: str = ""
    detail: str = ""


class WorkbookView(Struct, frozen=True, kw_only=True):
    """What a file comes to; after a dry run, what it would come to.

    All rows are counted by outcome; `rows` leaves out those that are unchanged. `recorded` counts
    facts. `wrongs_left_out` are wrong cells beyond those that are told.
    """

    region: str
    year: int
    rule_set: str
    dry_run: bool
    group: Grouping
    recorded: int
    late: bool
    new: int
    changed: int
    unchanged: int
    refused: int
    detail: str
    rows: tuple[RowView, ...]
    wrongs: tuple[WrongView, ...]
    wrongs_left_out: int
    groups: tuple[GroupView, ...]


class WorkbookProblem(Problem, frozen=True, kw_only=True, omit_defaults=True):
    """Nothing was recorded: `answer` names every wrong cell."""

    answer: WorkbookView | None = None
