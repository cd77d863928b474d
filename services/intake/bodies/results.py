"""Published scores: of one region, and of a whole annex at once."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Struct

from services.intake.bodies.receipts import OutcomeView
from services.intake.bodies.stated import Items, Spelt, Stated
from services.intake.bodies.submission import FindingView
from services.intake.bodies.workbook import WrongView
from shared.io.problems import Problem

RowGrouping = Literal["all", "region"]


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


class ResultRowBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of the annex; the counts are as published, left out where nobody said."""

    region: str
    score: Spelt
    predikat: str
    innovations: int | None = None
    agencies: int | None = None
    agencies_total: int | None = None


class ResultsBody(Stated, frozen=True, kw_only=True):
    """The annex of a decree; with `dry_run` nothing is recorded, and everything is told.

    With `group` `all` nothing is recorded unless every row can be; with `region` each row is
    recorded or refused by itself.
    """

    decree_number: str
    rows: Annotated[tuple[ResultRowBody, ...], Items]
    decree_date: date | None = None
    source: str = ""
    sample: bool = False
    dry_run: bool = False
    group: RowGrouping = "all"


class ResultOutcomeView(Struct, frozen=True, kw_only=True):
    """What became of a row: recorded, unchanged, or refused with the sentence that says why.

    `questions` are to be looked at again; they bar nothing.
    """

    region: str
    outcome: OutcomeView
    questions: tuple[FindingView, ...] = ()


class ResultsView(Struct, frozen=True, kw_only=True):
    """The rows in their order; after a dry run, what they would come to.

    `refused` is also a row that is right, where all are recorded together and one is wrong. The
    difference to what was computed here is told by the reading interface.
    """

    dry_run: bool
    recorded: int
    unchanged: int
    refused: int
    rows: tuple[ResultOutcomeView, ...]
    group: RowGrouping = "all"


class AnnexView(Struct, frozen=True, kw_only=True):
    """What an annex that came as a spreadsheet comes to: its wrong cells, and its results."""

    results: ResultsView
    wrongs: tuple[WrongView, ...]


class ResultsProblem(Problem, frozen=True, kw_only=True, omit_defaults=True):
    """Nothing was recorded: `answer` says which rows are in the way."""

    answer: ResultsView | None = None


class AnnexProblem(Problem, frozen=True, kw_only=True, omit_defaults=True):
    """Nothing was recorded: `answer` names every wrong cell, and the rows in the way."""

    answer: AnnexView | None = None
