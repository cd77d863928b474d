"""A region's published scores in a season: the official result, as its decree states it, and
scores of earlier stages that somebody told; a later one corrects the earlier of its kind.
"""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import Struct

from shared.kernel import text
from shared.kernel.errors import Refused
from shared.kernel.events.result import ResultPublished, ScoreReported
from shared.kernel.recorded import Event
from shared.kernel.scorecard import STAGES

PREDIKAT = ("Sangat Inovatif", "Inovatif", "Kurang Inovatif", "Tidak Dapat Dinilai")
# Scores before 2021 are open-ended sums; the largest known is 74,400.
SCORE_MAX = Decimal(1_000_000)
TEXT_CHARACTERS_MAX = 500

SPELLING_CHARACTERS_SHOWN = 40
# Digits as a decree prints them. `Decimal` reads far more: exponents that no column can hold,
# signs on nought, underscores, digits of other scripts.
_SCORE = re.compile(r"[0-9]{1,7}(\.[0-9]{1,2})?\Z", re.ASCII)


class Counts(Struct, frozen=True, kw_only=True):
    """What was published beside the score; None where nobody said."""

    innovations: int | None = None
    agencies: int | None = None
    agencies_total: int | None = None


NO_COUNTS = Counts()
# More than any region ever reported or has.
COUNT_MAX = 100_000


class Publish(Struct, frozen=True, kw_only=True):
    """Record the result with the decree, or the source, that states it."""

    year: int
    score: Decimal
    predikat: str
    decree_number: str = ""
    decree_date: date | None = None
    source: str = ""
    sample: bool = False
    counts: Counts = NO_COUNTS


class Report(Struct, frozen=True, kw_only=True):
    """Record a score of an earlier stage that someone stated outside this system."""

    year: int
    stage: str
    score: Decimal
    predikat: str
    source: str
    sample: bool = False
    counts: Counts = NO_COUNTS


Command = Publish | Report


class Result(Struct, frozen=True, kw_only=True):
    """The result as its stream says."""

    published: ResultPublished | ScoreReported | None = None


EMPTY = Result()


def evolve(result: Result, event: Event) -> Result:
    """The result after one of its events."""
    match event:
        case ResultPublished() | ScoreReported():
            return Result(published=event)
        case _:
            return result


def decide(command: Command, result: Result, rule_set: str, rule_digest: str) -> tuple[Event, ...]:
    """A result needs a decree or a source; saying the same again says nothing."""
    _check_score(str(command.score))
    if command.predikat not in PREDIKAT:
        raise Refused("result.unknown_predikat", allowed=", ".join(PREDIKAT))
    _check_counts(command.counts)
    text.check("source", command.source, TEXT_CHARACTERS_MAX)
    shared = {
        "year": command.year,
        "score": command.score,
        "predikat": command.predikat,
        "rule_set": rule_set,
        "rule_digest": rule_digest,
        "source": command.source,
        "sample": command.sample,
        "innovations": command.counts.innovations,
        "agencies": command.counts.agencies,
        "agencies_total": command.counts.agencies_total,
    }
    said = _published(command, shared) if isinstance(command, Publish) else _said(command, shared)
    return () if said == result.published else (said,)


def _published(command: Publish, shared: Mapping[str, Any]) -> ResultPublished:
    if not (command.decree_number or command.source):
        raise Refused("result.source_missing")
    text.check("decree_number", command.decree_number, TEXT_CHARACTERS_MAX)
    return ResultPublished(
        **shared, decree_number=command.decree_number, decree_date=command.decree_date
    )


def _said(command: Report, shared: Mapping[str, Any]) -> ScoreReported:
    if command.stage not in STAGES:
        raise Refused("ranking.unknown_stage", stage=command.stage, allowed=", ".join(STAGES))
    if not command.source.strip():
        raise Refused("result.source_missing")
    return ScoreReported(**shared, stage=command.stage)


def _check_counts(counts: Counts) -> None:
    for field in Counts.__struct_fields__:
        count = getattr(counts, field)
        if count is not None and not 0 <= count <= COUNT_MAX:
            raise Refused("result.count_out_of_range", field=field, count_max=COUNT_MAX)
    reporting, total = counts.agencies, counts.agencies_total
    if reporting is not None and total is not None and reporting > total:
        raise Refused("result.more_agencies_than_there_are")


def score(spelt: str) -> Decimal:
    """A score as it was sent: at most seven digits, then at most two decimals."""
    _check_score(spelt)
    return Decimal(spelt)


def _check_score(spelt: str) -> None:
    if not _SCORE.match(spelt) or Decimal(spelt) > SCORE_MAX:
        raise Refused("result.score_out_of_range", score=spelt[:SPELLING_CHARACTERS_SHOWN])
