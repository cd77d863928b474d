"""Published scores: of one region, and of a whole annex at once."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from msgspec import Struct

from services.intake.bodies.receipts import OutcomeView
from services.intake.bodies.stated import Items, Spelt, Stated
from services.intake.bodies.workbook import WrongView

# One bulk request; larger loads are sent in several, each with its own key.


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
    """The annex of a decree; with `dry_run` nothing is recorded, and everything is told."""

    decree_number: str
    rows: Annotated[tuple[ResultRowBody, ...], Items]
    decree_date: date | None = None
    source: str = ""
    sample: bool = False
    dry_run: bool = False


class ResultOutcomeView(Struct, frozen=True, kw_only=True):
    """What became of a row: recorded, unchanged, or refused with the sentence that says why."""

    region: str
    outcome: OutcomeView


class ResultsView(Struct, frozen=True, kw_only=True):
    """The rows in their order; a row that is refused leaves its neighbours untouched.

    The difference to what was computed here is told by the reading interface.
    """

    dry_run: bool
    recorded: int
    unchanged: int
    refused: int
    rows: tuple[ResultOutcomeView, ...]


class AnnexView(Struct, frozen=True, kw_only=True):
    """What an annex that came as a spreadsheet comes to: its wrong cells, or its results."""

    results: ResultsView
    wrongs: tuple[WrongView, ...]
