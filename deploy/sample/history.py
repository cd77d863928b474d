"""What was really published, all over the country, out of `published.csv`: nothing is invented.

A row needs a score that somebody printed for a year that somebody named. Its predikat is the one
its source states (`sumber`); where the source states none, the one that the bands of that year's
rule set give, if they are better than unknown (`batas`), and then the source text says so. Ranks
are left in the words of the source: they are reckoned here, not recorded. Season 2024 of
Kalimantan Selatan has invented neighbours and stands in `results`.
"""

import csv
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from deploy.sample import seasons
from deploy.sample.seasons import Closed
from services.intake.bodies.results import ReportBody, ResultBody

ROUNDED = "nilai dibulatkan pada sumber"
BY_BANDS = "predikat menurut batas tahun itu, tidak disebut sumber"


class Row(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of the file; `rounded` is `ya` where the source itself prints no decimals."""

    year: int
    region: str
    stage: Literal["mandiri", "final"]
    score: str
    predikat: str
    predikat_by: Literal["sumber", "batas"]
    rounded: Literal["ya"] | None
    innovations: int | None
    agencies: int | None
    agencies_total: int | None
    source: str
    note: str | None

    @property
    def season(self) -> Closed:
        """The season it is a score of."""
        return seasons.closed()[self.year]

    @property
    def told(self) -> str:
        """The source, and all that must be known beside it."""
        rounded = ROUNDED if self.rounded else ""
        by_bands = BY_BANDS if self.predikat_by == "batas" else ""
        return "; ".join(part for part in (self.source, rounded, by_bands, self.note) if part)

    @property
    def occurred_at(self) -> datetime:
        """Final with its decree; a self-assessment stands when reporting ends."""
        return self.season.decided_at if self.stage == "final" else self.season.closed_at

    @property
    def body(self) -> ResultBody | ReportBody:
        """As the ministry's key hands it in."""
        return self._result() if self.stage == "final" else self._report()

    def _result(self) -> ResultBody:
        """A rounded score is not what the decree says, so none is named for it."""
        named = not self.rounded
        return ResultBody(
            score=Decimal(self.score),
            predikat=self.predikat,
            decree_number=self.season.decree_number if named else "",
            decree_date=self.season.decree_date if named else None,
            innovations=self.innovations,
            agencies=self.agencies,
            agencies_total=self.agencies_total,
            source=self.told,
            occurred_at=self.occurred_at,
            basis=self.season.decided_basis,
        )

    def _report(self) -> ReportBody:
        return ReportBody(
            score=Decimal(self.score),
            predikat=self.predikat,
            innovations=self.innovations,
            agencies=self.agencies,
            agencies_total=self.agencies_total,
            source=self.told,
            occurred_at=self.occurred_at,
            basis=f"{self.season.closed_basis}; saat penilaian mandiri diperkirakan",
        )


@cache
def rows() -> Sequence[Row]:
    """Every line of the file, read once; an empty cell is nothing said."""
    with (Path(__file__).parent / "published.csv").open(encoding="utf-8", newline="") as file:
        return [
            msgspec.convert({name: cell or None for name, cell in line.items()}, Row, strict=False)
            for line in csv.DictReader(file)
        ]
