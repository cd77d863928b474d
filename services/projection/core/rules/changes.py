"""In what two rule sets differ, element by element in one declared order, and how that is said.

Between the rules a region entered under and the others stand readings: each is the one before
with one more element taken over. The differences of neighbouring readings sum exactly to the
whole, and each of them has one cause. What an element brings depends on the order, so it is fixed.
A weight that nobody knows is counted as nothing, and said to be unknown, not to be another one.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal

import msgspec
from msgspec import Struct

from shared.kernel import figures
from shared.kernel.rules import eligibility, reading, ruleset
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

# The gaps that say of which unit's rows some are missing, or their weights.
OPEN_UNITS: Mapping[str, str] = {"spd_rows": "region", "maturity_rows": "innovation"}

Said = tuple[str, str]

# How a value that differs is said: the others' first, then that of the entered rules.
VALUES: Mapping[str, Said] = {
    "spd_max": ("nilai SPD paling tinggi {}, bukan {}", "the SPD is at most {}, not {}"),
    "maturity_max": ("kematangan paling tinggi {}, bukan {}", "maturity is at most {}, not {}"),
    "counted_stages": ("tahapan yang dihitung {}, bukan {}", "the stages counted are {}, not {}"),
    "words_min": (
        "rancang bangun sedikitnya {} kata, bukan {}",
        "a design needs {} words instead of {}",
    ),
    "divisor_floor": ("pembagi sedikitnya {}, bukan {}", "the divisor's floor is {} instead of {}"),
    "count_weight": (
        "tiap inovasi bernilai {}, bukan {}",
        "each innovation counts {} instead of {}",
    ),
    "count_max": (
        "paling banyak {} inovasi dihitung, bukan {}",
        "at most {} innovations are counted instead of {}",
    ),
    "score_max": ("nilai paling tinggi {}, bukan {}", "the highest total is {}, not {}"),
    "places": (
        "indeks dibulatkan pada {} desimal, bukan {}",
        "the index is rounded to {} decimals instead of {}",
    ),
    "rounding": ("cara pembulatannya {}, bukan {}", "the way of rounding is {}, not {}"),
}


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


def scored_rows(rules: RuleSet) -> tuple[Row, ...]:
    """The rows that levels are kept of: the region's, then an innovation's."""
    return (*ruleset.region_rows(rules), *ruleset.innovation_rows(rules))


def open_units(rules: RuleSet) -> set[str]:
    """The units of which these rules do not know every row and its weight."""
    return {OPEN_UNITS[gap.what] for gap in reading.gaps(rules) if gap.what in OPEN_UNITS}


def unknown(rows: Iterable[Row], rules: RuleSet) -> tuple[Row, ...]:
    """Those of the rows whose weight the rules do not know: it stands there without a value, or
    the row is missing while others of its unit are missing too, so that nobody can say it is gone.
    """
    there = {row.code: row.weight.value for row in rules.rows}
    unsure = open_units(rules)
    return tuple(
        row
        for row in rows
        if there.get(row.code) is None and (row.code in there or row.unit in unsure)
    )


def _differences(element: Element, entered: RuleSet, other: RuleSet) -> Iterator[Said]:
    """In what the element differs, each said as a sentence's reason; nothing where it agrees."""
    match element:
        case "rows":
            told = tuple(_rows(entered, other))
            yield from told or _values(entered, other, "spd_max", "maturity_max")
        case "eligibility":
            yield from _eligibility(entered, other)
        case "formula":
            yield "bentuk rumusnya lain", "the sum has another shape"
        case "divisor":
            yield from _values(entered, other, "divisor_floor")
            yield from _divisor(entered, other)
        case "number" | "scale":
            yield from _values(entered, other, *ELEMENTS[element])
        case "affairs":
            yield from _affairs(entered, other)
        case "bands":
            yield from _bands(entered, other)
            yield from _values(entered, other, "places", "rounding")


def _values(entered: RuleSet, other: RuleSet, *names: str) -> Iterator[Said]:
    for each in names:
        yield from _instead(getattr(entered, each).value, getattr(other, each).value, *VALUES[each])


def _rows(entered: RuleSet, other: RuleSet) -> Iterator[Said]:
    """A row's weight is not known, or is another one, or the row is in one of the rules alone."""
    own = scored_rows(entered)
    there = {row.code: row.weight.value for row in other.rows}
    unsure, unsure_there = ({row.code for row in unknown(own, each)} for each in (entered, other))
    known = [row for row in own if row.code not in unsure | unsure_there]
    gone = [row for row in known if row.code not in there]
    for rules, rows in ((other, unsure_there - unsure), (entered, unsure - unsure_there)):
        yield from _counted(
            len(rows),
            f"bobot {{rows}} baris belum diketahui dalam aturan {rules.id}",
            f"{{rows}} {{have}} no known weight in rules {rules.id}",
        )
    differ = sum(row.weight.value != there.get(row.code) for row in known) - len(gone)
    new = len({row.code for row in scored_rows(other)} - {row.code for row in entered.rows})
    yield from _counted(differ, "{rows} baris berbobot lain", "{rows} {have} another weight")
    yield from _counted(len(gone), "{rows} baris tidak dinilai", "{rows} {are} not scored")
    yield from _counted(
        new,
        f"{{rows}} baris hanya tercantum dalam aturan {other.id}",
        f"{{rows}} {{are}} listed only in rules {other.id}",
    )


def _counted(rows: int, told: str, told_en: str) -> Iterator[Said]:
    if rows:
        have, are, noun = ("has", "is", "row") if rows == 1 else ("have", "are", "rows")
        yield told.format(rows=rows), told_en.format(rows=f"{rows} {noun}", have=have, are=are)


def _eligibility(entered: RuleSet, other: RuleSet) -> Iterator[Said]:
    """The window is compared as moved to the same season: "the two years before" is no change."""
    yield from _values(entered, other, "counted_stages")
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
    yield from _values(entered, other, "words_min")


def _divisor(entered: RuleSet, other: RuleSet) -> Iterator[Said]:
    was, now = (bool(each.rejected_in_divisor.value) for each in (entered, other))
    if was != now:
        yield (
            f"inovasi yang ditolak {'ikut' if now else 'tidak'} membagi",
            f"rejected innovations {'keep their' if now else 'have no'} place in the divisor",
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
            return figures.points(value, 0, language)
        case tuple():
            return ", ".join(map(str, value))
        case Window():
            return f"{value.first:%d-%m-%Y} – {value.last:%d-%m-%Y}"
        case _:
            return str(value)
