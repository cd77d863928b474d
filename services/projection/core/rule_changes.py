"""In what two rule sets differ, element by element in one declared order, and how that is said.

Between the rules a region entered under and the others stand readings: each is the one before
with one more element taken over. The differences of neighbouring readings sum exactly to the
whole, and each of them has one cause. What an element brings depends on the order, so it is fixed.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal

import msgspec
from msgspec import Struct

from services.projection.core import figure
from shared.kernel.rules import eligibility, ruleset
from shared.kernel.rules.ruleset import Row, RuleSet, Window
from shared.kernel.scorecard import BASIC_AFFAIRS

# Pairs of rule sets whose readings are kept; a season was entered under one or two.
PAIRS_MAX = 32

Element = Literal[
    "rows", "eligibility", "formula", "divisor", "number", "affairs", "scale", "bands"
]

# What each element holds of a rule set, in the order in which they are taken over.
ELEMENTS: dict[Element, tuple[str, ...]] = {
    "rows": ("rows", "spd_max", "maturity_max"),
    "eligibility": ("counted_stages", "window", "development_extends_window", "words_min"),
    "divisor": ("divisor_floor", "rejected_in_divisor"),
    "number": ("count_weight", "count_max"),
    "affairs": ("affairs_min", "affairs_counted"),
    "scale": ("score_max",),
    "bands": ("places", "rounding", "predikat"),
}
# Another shape of the sum needs its own numbers, so they are taken over together.
SHAPE: tuple[Element, ...] = ("divisor", "number", "affairs", "scale")

Said = tuple[str, str]


class Reading(Struct, frozen=True, kw_only=True):
    """The entered rules with every element up to this one as the others have it.

    Weights are in hundredths, in the row order of the entered rules, which is that of the levels;
    `because` says the element's difference in Indonesian and English. The first has no element.
    """

    element: Element | None
    rules: RuleSet
    region_weights: tuple[int, ...]
    innovation_weights: tuple[int, ...]
    because: Said = ("", "")


@lru_cache(maxsize=PAIRS_MAX)
def readings(entered: RuleSet, other: RuleSet) -> tuple[Reading, ...]:
    """From the entered rules to the others; elements in which they do not differ are left out.

    A reading has an id that no published rule set has, so that plans kept by rule set stay apart
    (they are compared by every field besides).
    """
    rows = (ruleset.region_rows(entered), ruleset.innovation_rows(entered))
    region, innovation = (tuple(map(ruleset.weight_hundredths, each)) for each in rows)
    taken = [
        Reading(element=None, rules=entered, region_weights=region, innovation_weights=innovation)
    ]
    for element, fields in _elements(entered, other):
        said = list(_differences(element, entered, other))
        if not said:
            continue
        last = taken[-1]
        if element == "rows":
            region, innovation = (_weights(each, other) for each in rows)
        changes: dict[str, Any] = {field: getattr(other, field) for field in fields}
        year = other.year if element == "eligibility" else last.rules.year
        revision = 100 * other.year + len(taken)
        changes |= {"year": year, "revision": revision, "id": f"{year}.{revision}"}
        taken.append(
            Reading(
                element=element,
                rules=msgspec.structs.replace(last.rules, **changes),
                region_weights=region,
                innovation_weights=innovation,
                because=joined(said),
            )
        )
    return tuple(taken)


def _elements(entered: RuleSet, other: RuleSet) -> Iterator[tuple[Element, tuple[str, ...]]]:
    if entered.formula == other.formula:
        yield from ELEMENTS.items()
        return
    yield "rows", ELEMENTS["rows"]
    yield "eligibility", ELEMENTS["eligibility"]
    yield "formula", ("formula", *(field for each in SHAPE for field in ELEMENTS[each]))
    yield "bands", ELEMENTS["bands"]


def _weights(rows: tuple[Row, ...], other: RuleSet) -> tuple[int, ...]:
    """What these rows weigh under the other rules; one they do not have is worth nothing."""
    there = {row.code: ruleset.weight_hundredths(row) for row in other.rows}
    return tuple(there.get(row.code, 0) for row in rows)


def _differences(element: Element, entered: RuleSet, other: RuleSet) -> Iterator[Said]:
    """In what the element differs, each said as a sentence's reason; nothing where it agrees."""
    match element:
        case "rows":
            yield from _rows(entered, other)
        case "eligibility":
            yield from _eligibility(entered, other)
        case "formula":
            yield "bentuk rumusnya lain", "the sum has another shape"
        case "divisor":
            yield from _divisor(entered, other)
        case "number":
            yield from _number(entered, other)
        case "affairs":
            yield from _affairs(entered, other)
        case "scale":
            was, now = entered.score_max.value, other.score_max.value
            yield from _instead(
                was, now, "nilai paling tinggi {}, bukan {}", "the highest total is {}, not {}"
            )
        case "bands":
            yield from _bands(entered, other)


def _rows(entered: RuleSet, other: RuleSet) -> Iterator[Said]:
    rows = (*ruleset.region_rows(entered), *ruleset.innovation_rows(entered))
    own = map(ruleset.weight_hundredths, rows)
    differ = sum(was != now for was, now in zip(own, _weights(rows, other), strict=True))
    if differ:
        yield (
            f"{differ} indikator berbobot lain",
            f"{differ} indicator{'s have' if differ > 1 else ' has'} another weight",
        )


def _eligibility(entered: RuleSet, other: RuleSet) -> Iterator[Said]:
    """The window is compared as moved to the same season: "the two years before" is no change."""
    yield from _instead(
        entered.counted_stages.value,
        other.counted_stages.value,
        "tahapan yang dihitung {}, bukan {}",
        "the stages counted are {}, not {}",
    )
    yield from _instead(
        eligibility.window_of(entered, entered.year),
        eligibility.window_of(other, entered.year),
        "inovasi harus mulai diterapkan pada {}, bukan {}",
        "innovations must have begun within {}, not {}",
    )
    was, now = (bool(each.development_extends_window.value) for each in (entered, other))
    if was != now:
        yield (
            f"inovasi lama yang dikembangkan {'ikut' if now else 'tidak lagi'} dinilai",
            f"older innovations that were developed {'may' if now else 'may not'} be assessed",
        )
    yield from _instead(
        entered.words_min.value,
        other.words_min.value,
        "rancang bangun sedikitnya {} kata, bukan {}",
        "a design needs {} words instead of {}",
    )


def _divisor(entered: RuleSet, other: RuleSet) -> Iterator[Said]:
    yield from _instead(
        entered.divisor_floor.value,
        other.divisor_floor.value,
        "pembagi sedikitnya {}, bukan {}",
        "the divisor's floor is {} instead of {}",
    )
    was, now = (bool(each.rejected_in_divisor.value) for each in (entered, other))
    if was != now:
        yield (
            f"inovasi yang ditolak {'ikut' if now else 'tidak'} membagi",
            f"rejected innovations {'keep their' if now else 'have no'} place in the divisor",
        )


def _number(entered: RuleSet, other: RuleSet) -> Iterator[Said]:
    yield from _instead(
        entered.count_weight.value,
        other.count_weight.value,
        "tiap inovasi bernilai {}, bukan {}",
        "each innovation counts {} instead of {}",
    )
    yield from _instead(
        entered.count_max.value,
        other.count_max.value,
        "paling banyak {} inovasi dihitung, bukan {}",
        "at most {} innovations are counted instead of {}",
    )


def _affairs(entered: RuleSet, other: RuleSet) -> Iterator[Said]:
    all_six = other.affairs_min.value == len(BASIC_AFFAIRS)
    yield from _instead(
        entered.affairs_min.value or 0,
        other.affairs_min.value or 0,
        "diperlukan {} urusan pelayanan dasar, bukan {}",
        f"{'all ' if all_six else ''}{{}} basic-service affairs are needed instead of {{}}",
    )
    if entered.affairs_counted.value != other.affairs_counted.value:
        main = other.affairs_counted.value == "main_affair"
        yield (
            f"urusan {'lain tidak lagi' if main else 'lain ikut'} mengisi urusan pelayanan dasar",
            f"other affairs {'no longer cover' if main else 'cover'} basic services too",
        )


def _bands(entered: RuleSet, other: RuleSet) -> Iterator[Said]:
    was, now = (
        {band.nama: band.at_least.value for band in rules.predikat} for rules in (entered, other)
    )
    for nama in {**now, **was}:
        yield from _instead(
            was.get(nama),
            now.get(nama),
            f"{nama} mulai {{}}, bukan {{}}",
            f"{nama} begins at {{}} instead of {{}}",
        )
    yield from _instead(
        entered.places.value,
        other.places.value,
        "indeks dibulatkan pada {} desimal, bukan {}",
        "the index is rounded to {} decimals instead of {}",
    )


def joined(said: Iterable[Said]) -> Said:
    """Several reasons as one."""
    told, told_en = zip(*said, strict=True)
    return " dan ".join(told), " and ".join(told_en)


def _instead(was: object, now: object, told: str, told_en: str) -> Iterator[Said]:
    if was != now:
        yield (
            told.format(_shown(now, "id"), _shown(was, "id")),
            told_en.format(_shown(now, "en"), _shown(was, "en")),
        )


def _shown(value: object, language: str) -> str:
    match value:
        case None:
            return "tidak ditentukan" if language == "id" else "unspecified"
        case Decimal():
            return figure.points(value, 0, language)
        case tuple():
            return ", ".join(map(str, value))
        case Window():
            return f"{value.first:%d-%m-%Y} – {value.last:%d-%m-%Y}"
        case _:
            return str(value)
