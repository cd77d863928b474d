"""One year's law as typed data: what is counted, for how much, and who says so.

Every legal value is `Sourced`: it carries how sure we are and the keys of its citations. A value
that is `unknown` may still be declared, so that a calculation can go on; nobody has confirmed
it, and every page that shows it says so. Decimals are quoted strings in the file.
"""

import hashlib
import tomllib
from collections.abc import Iterable
from datetime import date
from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    FloatOperation,
    InvalidOperation,
    Overflow,
)
from functools import lru_cache
from typing import Generic, Literal, NoReturn, TypeVar

import msgspec
from msgspec import Struct

from shared.kernel.errors import Corrupt, Missing

# The one context of every calculation of points; its flags are never read.
EXACT = Context(
    prec=50,
    rounding=ROUND_HALF_EVEN,
    traps=[InvalidOperation, DivisionByZero, Overflow, FloatOperation],
)

# A level is 0 (nothing proven) to this.
LEVEL_MAX = 3

# One plan per published rule set and revision; far more than will ever be adopted together.
RULE_SETS_MAX = 64

T = TypeVar("T")

Certainty = Literal["confirmed", "inferred", "unknown"]
Tahapan = Literal["inisiatif", "uji_coba", "penerapan"]
Formula = Literal["open_sum", "mean_with_floor"]


class Sourced(Struct, Generic[T], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A legal value, how sure we are of it, and the keys of its citations in the same file."""

    value: T | None = None
    certainty: Certainty
    sources: tuple[str, ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        if self.certainty != "unknown" and (self.value is None or not self.sources):
            raise ValueError(f"{self.certainty} needs a value and a source")


class Window(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """First and last day, inclusive, on which an innovation may have begun to be applied."""

    first: date
    last: date


class Predikat(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A band of the rounded index, by its floor only: the next floor above is its end."""

    nama: str
    at_least: Sourced[Decimal]


class Level(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One step of an indicator; worth `weight` times `level` points."""

    level: int
    label: str


class Cut(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The raw values that earn a level, both ends inclusive, exactly as printed."""

    level: int
    at_least: Decimal | None = None
    at_most: Decimal | None = None


class Bands(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Cut points of a raw figure. They overlap in print, so precedence is declared beside them."""

    unit: str
    places: int
    higher_is_better: bool
    cuts: tuple[Cut, ...]
    precedence: Sourced[Literal["highest_level", "lowest_level"]]


class AlternativeBasis(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another measure by which the same three levels may be claimed."""

    code: str
    unit: str
    labels: tuple[str, str, str]


class Row(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One scored row. Key it by `code`: the printed `number` moves between years.

    `number` is empty where nobody knows it; the name of such a row is all that is known.
    """

    code: str
    number: str
    aspek: Literal["spd", "sid"]
    variabel: str
    nama: str
    name_en: str
    unit: Literal["region", "innovation", "count"]
    weight: Sourced[Decimal]
    mandatory: Sourced[bool]
    evidence: Sourced[tuple[str, ...]]
    levels: Sourced[tuple[Level, ...]]
    bands: Bands | None = None
    alternative_bases: tuple[AlternativeBasis, ...] = ()
    base_rule: Sourced[str] | None = None


class RuleSet(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything a score of one assessment year depends on.

    `catalogue` is the instrument that carries the rows, as a citizen would cite it.
    """

    id: str
    year: int
    revision: int
    standing: Literal["published", "prognosis"]
    title: str
    basis: str
    formula: Formula
    catalogue: Sourced[str]
    sources: dict[str, str]
    score_max: Sourced[Decimal]
    spd_max: Sourced[Decimal]
    maturity_max: Sourced[Decimal]
    places: Sourced[int]
    rounding: Sourced[Literal["half_even"]]
    divisor_floor: Sourced[int]
    rejected_in_divisor: Sourced[bool]
    count_weight: Sourced[Decimal]
    count_max: Sourced[int]
    affairs_min: Sourced[int]
    affairs_counted: Sourced[Literal["main_affair", "main_and_other_affairs"]]
    counted_stages: Sourced[tuple[Tahapan, ...]]
    window: Sourced[Window]
    development_extends_window: Sourced[bool]
    words_min: Sourced[int]
    predikat: tuple[Predikat, ...]
    rows: tuple[Row, ...]

    def __post_init__(self) -> None:
        if self.id != f"{self.year}.{self.revision}":
            raise ValueError(f"id {self.id} is not year.revision")

    def __hash__(self) -> int:
        """By id: the fields hold a dictionary, and the hash is asked for once per event."""
        return hash(self.id)


def decode(raw: bytes) -> RuleSet:
    """A rule set from its TOML bytes; `Corrupt` names the path of what does not fit."""
    try:
        return msgspec.convert(tomllib.loads(raw.decode(), parse_float=_refuse_float), RuleSet)
    except ValueError as problem:  # malformed text, TOML and fields alike
        raise Corrupt("rules.malformed", problem=str(problem)) from problem


def digest(raw: bytes) -> str:
    """The name of exactly these bytes: SHA-256 in lower-case hex, cited by every score."""
    return hashlib.sha256(raw).hexdigest()


def row(rules: RuleSet, code: str) -> Row:
    """The row of that code."""
    try:
        return _rows_by_code(rules)[code]
    except KeyError:
        raise Missing("rules.row", rules=rules.id, code=code) from None


@lru_cache(maxsize=RULE_SETS_MAX)
def region_rows(rules: RuleSet) -> tuple[Row, ...]:
    """The rows the region itself is scored by, in catalogue order, which is their index."""
    return tuple(each for each in rules.rows if each.unit == "region")


@lru_cache(maxsize=RULE_SETS_MAX)
def innovation_rows(rules: RuleSet) -> tuple[Row, ...]:
    """The rows every innovation is scored by, in catalogue order, which is their index."""
    return tuple(each for each in rules.rows if each.unit == "innovation")


def weight_hundredths(scored: Row) -> int:
    """Hundredths of a point per level; 0 where the weight is not known (see `is_complete`)."""
    return hundredths(scored.weight.value) if scored.weight.value is not None else 0


def hundredths(points: Decimal) -> int:
    """Points as a whole number of hundredths; every weight of every year is one."""
    scaled = EXACT.multiply(points, Decimal(100))
    if scaled != scaled.to_integral_value():
        raise Corrupt("rules.finer_than_hundredths", points=points)
    return int(scaled)


def declared(sourced: Sourced[T]) -> T:
    """The value a calculation cannot do without, whatever its certainty."""
    if sourced.value is None:
        raise Corrupt("rules.value_needed", note=sourced.note)
    return sourced.value


def best(rows: Iterable[Row]) -> int:
    """The hundredths of points that these rows are worth together, at most."""
    return LEVEL_MAX * sum(weight_hundredths(each) for each in rows)


@lru_cache(maxsize=RULE_SETS_MAX)
def is_complete(rules: RuleSet) -> bool:
    """Whether every number the formula needs is known, and the rows add up to the stated maxima.

    Only then is an index comparable with an official one; otherwise it is the known part.
    """
    needed = (rules.score_max, rules.spd_max, rules.maturity_max, rules.count_weight)
    known = all(each.certainty != "unknown" for each in (*needed, *(r.weight for r in rules.rows)))
    counts = (rules.divisor_floor, rules.count_max)
    if not (rules.rows and known and all(each.certainty != "unknown" for each in counts)):
        return False
    region, innovation = (best(of(rules)) for of in (region_rows, innovation_rows))
    number = hundredths(declared(rules.count_weight)) * declared(rules.count_max)
    return (region, innovation, region + innovation + number) == (
        hundredths(declared(rules.spd_max)),
        hundredths(declared(rules.maturity_max)),
        hundredths(declared(rules.score_max)),
    )


def level_of(bands: Bands, raw: Decimal) -> int:
    """The level a raw figure earns, rounded first as the cut points are printed; 0 below all."""
    figure = EXACT.quantize(raw, Decimal((0, (1,), -bands.places)))
    earned = [
        cut.level
        for cut in bands.cuts
        if (cut.at_least is None or figure >= cut.at_least)
        and (cut.at_most is None or figure <= cut.at_most)
    ]
    pick = max if declared(bands.precedence) == "highest_level" else min
    return pick(earned, default=0)


@lru_cache(maxsize=RULE_SETS_MAX)
def _rows_by_code(rules: RuleSet) -> dict[str, Row]:
    return {each.code: each for each in rules.rows}


def _refuse_float(text: str) -> NoReturn:
    raise ValueError(f"{text} must be quoted: points are decimals, not floats")
