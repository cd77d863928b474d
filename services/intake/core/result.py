"""A region's published scores in a season: the official result, as its decree states it, and
scores of earlier stages that somebody told; a later one corrects the earlier of its kind.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import Struct

from services.intake.core.checking import Finding
from shared.kernel import text
from shared.kernel.errors import Refused
from shared.kernel.events.result import ResultPublished, ScoreReported
from shared.kernel.recorded import Event
from shared.kernel.rules.ruleset import RuleSet
from shared.kernel.scorecard import STAGES

PREDIKAT = ("Sangat Inovatif", "Inovatif", "Kurang Inovatif", "Tidak Dapat Dinilai")
# Scores before 2021 are open-ended sums; the largest known is 74,400.
SCORE_MAX = Decimal(1_000_000)
TEXT_CHARACTERS_MAX = 500
# Where the rules divide by what can be reached at most, nobody has more than all of it.
SCALE_MAX = Decimal(100)
# No decree is given so many years after its season; a later year was mistyped.
YEARS_AHEAD_MAX = 2

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


def questions(command: Publish, rules: RuleSet, *, frozen: bool) -> tuple[Finding, ...]:
    """What is odd about a result by its year's rules and calendar; it is recorded nevertheless.

    The decree is the only official result: whoever enters it is asked to look again, not overruled.
    """
    return tuple(_odd(command, rules, frozen=frozen))


def _odd(command: Publish, rules: RuleSet, *, frozen: bool) -> Iterator[Finding]:
    score = str(command.score)
    if rules.formula == "mean_with_floor" and command.score > SCALE_MAX:
        yield _asked("result.above_scale", score=score, score_max=str(SCALE_MAX))
    else:
        fitting = _predikat_of(command.score, rules)
        if fitting and fitting != command.predikat:
            yield _asked(
                "result.other_predikat", score=score, predikat=command.predikat, fitting=fitting
            )
    if not frozen:
        yield _asked("result.before_freeze", year=str(command.year))


def _predikat_of(score: Decimal, rules: RuleSet) -> str:
    """The band of the year's rules that holds the score; empty where none is known to."""
    reached = [
        (band.at_least.value, band.nama)
        for band in rules.predikat
        if band.at_least.value is not None and score >= band.at_least.value
    ]
    return max(reached)[1] if reached else ""


def _asked(code: str, **facts: str) -> Finding:
    return Finding(severity="question", code=code, key=code, facts=facts)


def _published(command: Publish, shared: Mapping[str, Any]) -> ResultPublished:
    if not (command.decree_number or command.source):
        raise Refused("result.source_missing")
    year_max = command.year + YEARS_AHEAD_MAX
    if command.decree_date is not None and command.decree_date.year > year_max:
        raise Refused("decree.too_far_ahead", dated=command.decree_date, year_max=year_max)
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
