"""A region's official result in a season, as its decree states it; a later one corrects it."""

import re
from datetime import date
from decimal import Decimal

from msgspec import Struct

from services.intake.core import text
from shared.kernel.errors import Refused
from shared.kernel.events.intake import ResultPublished
from shared.kernel.recorded import Event

PREDIKAT = ("Sangat Inovatif", "Inovatif", "Kurang Inovatif", "Tidak Dapat Dinilai")
# Scores before 2021 are open-ended sums; the largest known is 74,400.
SCORE_MAX = Decimal(1_000_000)
TEXT_CHARACTERS_MAX = 500

SPELLING_CHARACTERS_SHOWN = 40
# Digits as a decree prints them. `Decimal` reads far more: exponents that no column can hold,
# signs on nought, underscores, digits of other scripts.
_SCORE = re.compile(r"[0-9]{1,7}(\.[0-9]{1,2})?\Z", re.ASCII)


class Publish(Struct, frozen=True, kw_only=True):
    """Record the result with the decree, or the source, that states it."""

    year: int
    score: Decimal
    predikat: str
    decree_number: str = ""
    decree_date: date | None = None
    source: str = ""
    sample: bool = False


class Result(Struct, frozen=True, kw_only=True):
    """The result as its stream says."""

    published: ResultPublished | None = None


EMPTY = Result()


def evolve(result: Result, event: Event) -> Result:
    """The result after one of its events."""
    match event:
        case ResultPublished():
            return Result(published=event)
        case _:
            return result


def decide(command: Publish, result: Result, rule_set: str, rule_digest: str) -> tuple[Event, ...]:
    """A result needs a decree or a source; saying the same again says nothing."""
    _check_score(str(command.score))
    if command.predikat not in PREDIKAT:
        raise Refused("result.unknown_predikat", allowed=", ".join(PREDIKAT))
    if not (command.decree_number or command.source):
        raise Refused("result.source_missing")
    for field in ("decree_number", "source"):
        text.check(field, getattr(command, field), TEXT_CHARACTERS_MAX)
    published = ResultPublished(
        year=command.year,
        score=command.score,
        predikat=command.predikat,
        rule_set=rule_set,
        rule_digest=rule_digest,
        decree_number=command.decree_number,
        decree_date=command.decree_date,
        source=command.source,
        sample=command.sample,
    )
    return () if published == result.published else (published,)


def score(spelt: str) -> Decimal:
    """A score as it was sent: at most seven digits, then at most two decimals."""
    _check_score(spelt)
    return Decimal(spelt)


def _check_score(spelt: str) -> None:
    if not _SCORE.match(spelt) or Decimal(spelt) > SCORE_MAX:
        raise Refused("result.score_out_of_range", score=spelt[:SPELLING_CHARACTERS_SHOWN])
