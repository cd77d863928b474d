"""Reading a rule set aloud: where a row stands in print, and what nobody knows yet."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from msgspec import Struct

from shared.kernel.rules.ruleset import (
    RULE_SETS_MAX,
    Certainty,
    Formula,
    Row,
    RuleSet,
    Sourced,
    best,
    hundredths,
    innovation_rows,
    region_rows,
)


class Gap(Struct, frozen=True, kw_only=True):
    """One thing a score would need that is not known: a stable code, and why in Indonesian.

    A gap may still carry a declared value, so that the calculation goes on; it is a gap all the
    same, since nobody has confirmed it.
    """

    what: str
    note: str


# How far a citation is to be believed, said behind it.
MARKS: Mapping[Certainty, str] = MappingProxyType(
    {"confirmed": "", "inferred": " (disimpulkan)", "unknown": " (belum pasti)"}
)

ELIGIBILITY = ("counted_stages", "window", "development_extends_window", "words_min")

# What each shape of the sum asks of the year's own values, beside its bands and rows. An open
# sum has no maximum, no divisor and no count, so not knowing them costs it nothing.
NEEDED: Mapping[Formula, tuple[str, ...]] = MappingProxyType(
    {
        "open_sum": ("catalogue", "places", "rounding", *ELIGIBILITY),
        "mean_with_floor": (
            "catalogue",
            "score_max",
            "spd_max",
            "maturity_max",
            "places",
            "rounding",
            "divisor_floor",
            "rejected_in_divisor",
            "count_weight",
            "count_max",
            "affairs_min",
            "affairs_counted",
            *ELIGIBILITY,
        ),
    }
)


def article(rules: RuleSet, row: Row) -> str:
    """The citation of one row in Indonesian; where the instrument is unknown it says so, and
    names the transcriptions through which the row came down to us (keys of the citations).
    """
    place = f"indikator {row.number}" if row.number else f"indikator “{row.nama}”"
    if rules.catalogue.value is None:
        told_by = dict.fromkeys((*row.weight.sources, *row.levels.sources))
        return f"{place}; instrumen belum diketahui, menurut {', '.join(told_by)}"
    return f"{rules.catalogue.value}, {place}{MARKS[rules.catalogue.certainty]}"


@lru_cache(maxsize=RULE_SETS_MAX)
def gaps(rules: RuleSet) -> tuple[Gap, ...]:
    """Everything a score under these rules would need that is not known, in reading order."""
    asked = (*_values(rules), *_floors(rules), *_rows(rules))
    unknown = tuple(
        Gap(what=what, note=sourced.note)
        for what, sourced in asked
        if sourced.certainty == "unknown"
    )
    return (*unknown, *_sums(rules))


def _values(rules: RuleSet) -> Iterator[tuple[str, Sourced[Any]]]:
    for name in NEEDED[rules.formula]:
        yield name, getattr(rules, name)


def _floors(rules: RuleSet) -> Iterator[tuple[str, Sourced[Any]]]:
    for band in rules.predikat:
        yield f"predikat:{band.nama}", band.at_least


def _rows(rules: RuleSet) -> Iterator[tuple[str, Sourced[Any]]]:
    """What decides a row's points; proof and the mandatory mark are asked for and score nothing."""
    for row in rules.rows:
        yield f"row_weight:{row.code}", row.weight
        yield f"row_levels:{row.code}", row.levels
        if row.bands is not None:
            yield f"row_precedence:{row.code}", row.bands.precedence
        if row.base_rule is not None:
            yield f"row_base_rule:{row.code}", row.base_rule


def _sums(rules: RuleSet) -> Iterator[Gap]:
    """Rows are missing, or their weights, while they do not add up to what they should."""
    for what, rows, stated, kind in (
        ("spd_rows", region_rows(rules), rules.spd_max, "daerah"),
        ("maturity_rows", innovation_rows(rules), rules.maturity_max, "inovasi"),
    ):
        if stated.value is None:
            note = f"Baris {kind} dan nilai tertingginya belum diketahui"
            yield Gap(what=what, note=note)
        elif best(rows) != hundredths(stated.value):
            note = f"Baris {kind} yang bobotnya diketahui belum berjumlah {stated.value}"
            yield Gap(what=what, note=note)
