"""What the ministry sends of a decree's annex: the official results of many regions at once."""

from datetime import date
from typing import Annotated

from msgspec import Struct

from services.intake.bodies import Items, OutcomeView, Spelt, Stated
from services.intake.bodies_workbook import WrongView


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
