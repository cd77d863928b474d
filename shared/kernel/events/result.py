"""Scores that somebody stated or decreed, and what a plan promises."""

from datetime import date
from decimal import Decimal

from msgspec import Struct


class ResultPublished(Struct, frozen=True, kw_only=True, tag="result.published.1"):
    """The official result of a region in a season, as its decree or its source states it.

    A later one in the same stream corrects the earlier. `sample` marks invented values
    (*data contoh*); `score` keeps the scale of its year. The counts are as published, None where
    nobody said: innovations, agencies (perangkat daerah) that reported, and agencies there are.
    """

    year: int
    score: Decimal
    predikat: str
    rule_set: str
    rule_digest: str
    decree_number: str = ""
    decree_date: date | None = None
    source: str = ""
    sample: bool = False
    innovations: int | None = None
    agencies: int | None = None
    agencies_total: int | None = None


class ScoreReported(Struct, frozen=True, kw_only=True, tag="score.reported.1"):
    """A score of a stage before the decree, as someone stated it: no evidence of it is held here.

    Fields as in `ResultPublished`; `stage` is `mandiri` or `terverifikasi`.
    """

    year: int
    stage: str
    score: Decimal
    predikat: str
    rule_set: str
    rule_digest: str
    source: str
    sample: bool = False
    innovations: int | None = None
    agencies: int | None = None
    agencies_total: int | None = None


class TargetSet(Struct, frozen=True, kw_only=True, tag="target.set.1"):
    """The index a region's plan (RPJMD) promises for a year, with the regulation that says so."""

    year: int
    target: Decimal
    instrument: str
