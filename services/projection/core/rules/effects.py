"""What other rules do to one region's index and predikat, and which rule of them does it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from msgspec import Struct

from services.projection.core import explanation, figure
from services.projection.core.explanation import Share
from services.projection.core.rules import changes as rule_changes
from services.projection.core.rules.changes import Element, Reading, Said
from shared.kernel import figures
from shared.kernel.rules import formula, reading
from shared.kernel.rules.formula import Score, Tally
from shared.kernel.rules.ruleset import EXACT, RuleSet, declared, is_complete

Direction = Literal["naik", "turun", "tetap"]
_VERBS: Mapping[Direction, Said] = {
    "naik": ("naik", "rises"),
    "turun": ("turun", "falls"),
    "tetap": ("berubah", "changes"),
}
# What a row is scored for, in the order in which units are told.
_UNITS: Mapping[str, Said] = {
    "region": ("daerah", "region"),
    "innovation": ("inovasi", "innovation"),
}
_ROUNDING: Said = ("pembulatan", "of rounding")


class Change(Struct, frozen=True, kw_only=True):
    """What one element of the rules does to the index; `decides` where it moves the predikat."""

    element: Element
    share: Share
    decides: bool


class Effect(Struct, frozen=True, kw_only=True):
    """From a region's own score to that under other rules.

    The shares of `changes` and `rounding` sum exactly to `change`, that of the rounded indexes.
    `comparable` is False where either rule set does not know every number it needs: a score under
    it is the known part, so the predikat is not said to change, and nothing decides it.
    """

    own: Score
    other: Score
    comparable: bool
    change: Decimal
    predikat_changes: bool
    direction: Direction
    changes: tuple[Change, ...]
    rounding: Share
    text: str
    text_en: str


def effect(readings: Sequence[Reading], tallies: Sequence[Tally], other: RuleSet) -> Effect:
    """The first reading is the region's own rules, and there is one tally for each."""
    entered = readings[0].rules
    own, last = figure.score(entered, tallies[0]), figure.score(other, tallies[-1])
    comparable = own.complete and last.complete
    moves = comparable and own.predikat != last.predikat
    net = _direction(entered, other, own.predikat, last.predikat) if comparable else "tetap"
    change = EXACT.subtract(last.index, own.index)
    changes = _changes(readings, tallies, other, net if moves else None)
    told = sum((each.share.exact for each in changes), Fraction(0))
    if comparable:
        text, text_en = _sentences(own, last, net, _reasons(readings, changes, own, last))
    else:
        text, text_en = _known_part(entered, other, own, last)
    return Effect(
        own=own,
        other=last,
        comparable=comparable,
        change=change,
        predikat_changes=moves,
        direction=net,
        changes=changes,
        rounding=explanation.share(Fraction(change) - told),
        text=text,
        text_en=text_en,
    )


def _changes(
    readings: Sequence[Reading],
    tallies: Sequence[Tally],
    other: RuleSet,
    decided: Direction | None,
) -> tuple[Change, ...]:
    """Neighbouring readings' differences. `decided` is how the predikat moves in the end: the
    elements that move it so decide. None where it stays, whatever it did on the way.
    """
    entered = readings[0].rules
    pairs = list(zip(readings, tallies, strict=True))
    exact = [formula.exact_index(reading.rules, tally) for reading, tally in pairs]
    moves = [False] * len(pairs)
    if decided is not None:
        named = [formula.score(reading.rules, tally).predikat for reading, tally in pairs]
        for place, (was, now) in enumerate(pairwise(named), start=1):
            moves[place] = was != now and _direction(entered, other, was, now) == decided
    return tuple(
        Change(
            element=reading.element,
            share=explanation.share(exact[place] - exact[place - 1]),
            decides=moves[place],
        )
        for place, reading in enumerate(readings)
        if reading.element is not None
    )


def _direction(entered: RuleSet, other: RuleSet, was: str, now: str) -> Direction:
    """By the order of the others' bands, the highest first; a name they lack, by its own rules'."""
    order = [band.nama for band in other.predikat]
    own = [band.nama for band in entered.predikat]
    before, after = (order.index(each) if each in order else own.index(each) for each in (was, now))
    if before == after:
        return "tetap"
    return "turun" if after > before else "naik"


def _reasons(
    readings: Sequence[Reading], changes: Sequence[Change], own: Score, last: Score
) -> Sequence[Said]:
    """What decides the predikat; where it stays, what moves the index most in its direction."""
    because = {reading.element: reading.because for reading in readings}
    if own.predikat != last.predikat:
        return [because[each.element] for each in changes if each.decides]
    sign = 1 if last.index > own.index else -1
    moving = [each for each in changes if sign * each.share.exact > 0]
    if not moving:
        return [_ROUNDING]
    return [because[max(moving, key=lambda each: abs(each.share.exact)).element]]


def _sentences(own: Score, last: Score, net: Direction, reasons: Sequence[Said]) -> Said:
    """What happens and by which rule, in Indonesian and English."""
    if own.predikat != last.predikat:
        verb, verb_en = _VERBS[net]
        told = f"Predikat {verb} dari {own.predikat} menjadi {last.predikat}"
        told_en = f"Predikat {verb_en} from {own.predikat} to {last.predikat}"
    elif own.index != last.index:
        verb, verb_en = _VERBS["naik" if last.index > own.index else "turun"]
        by = abs(EXACT.subtract(last.index, own.index))
        told = f"Indeks {verb} {figures.points(by, 2)}"
        told_en = f"The index {verb_en} by {figures.points(by, 2, 'en')}"
    else:
        return "Indeks dan predikat tetap.", "Index and predikat stay as they are."
    because, because_en = rule_changes.joined(reasons)
    return f"{told} karena {because}.", f"{told_en} because {because_en}."


def _known_part(entered: RuleSet, other: RuleSet, own: Score, last: Score) -> Said:
    """What is not known of the rules, and that a score under them is compared with nothing."""
    told, told_en = map(list, zip(*_lacking(entered, other), strict=True))
    parts = [(rules, each.index) for rules, each in ((entered, own), (other, last))]
    if entered == other:
        del parts[1]
        told.insert(0, "Indeks dan predikat tetap karena aturannya sama.")
        told_en.insert(0, "Index and predikat stay as they are because the rules are the same.")
    shown, shown_en = (
        [
            figures.points(index, declared(rules.places), language)
            for rules, index in parts
            if not is_complete(rules)
        ]
        for language in ("id", "en")
    )
    values, values_en = " dan ".join(shown), " and ".join(shown_en)
    are = "is" if len(shown) == 1 else "are"
    told.append(f"Nilai {values} hanya bagian yang diketahui dan tidak dapat dibandingkan.")
    told_en.append(f"{values_en} {are} only the known part and cannot be compared.")
    return " ".join(told), " ".join(told_en)


@lru_cache(maxsize=rule_changes.PAIRS_MAX)
def _lacking(entered: RuleSet, other: RuleSet) -> tuple[Said, ...]:
    """A sentence for each of the rules that are incomplete, and one where scales differ; alike for
    all regions.
    """
    told = []
    for rules, beside in dict.fromkeys(((entered, other), (other, entered))):
        if not is_complete(rules):
            said, said_en = rule_changes.joined(_unknown(rules, beside))
            told.append(
                (
                    f"Aturan {rules.id} tidak lengkap: {said}.",
                    f"Rules {rules.id} are incomplete: {said_en}.",
                )
            )
    for rules, beside in ((entered, other), (other, entered)):
        if rules.formula == "open_sum" != beside.formula:
            told.append(
                (
                    f"Skalanya lain: aturan {rules.id} menjumlahkan poin tanpa batas atas.",
                    f"The scale is another: rules {rules.id} add up points without a maximum.",
                )
            )
    return tuple(told)


def _unknown(rules: RuleSet, beside: RuleSet) -> Iterator[Said]:
    """What incomplete rules do not know: of the rows of the rules beside them, if those are
    complete, else of their own; failing that, how many things nobody knows of them.
    """
    whole = is_complete(beside)
    rows = rule_changes.unknown(rule_changes.scored_rows(beside if whole else rules), rules)
    counts: Counter[str] = Counter(row.unit for row in rows)
    unsure = rule_changes.open_units(rules)
    if rows:
        units = [(counts[unit], *said) for unit, said in _UNITS.items() if counts[unit]]
        told = " dan ".join(f"{count} baris {named}" for count, named, _ in units)
        told_en = " and ".join(
            f"{count} {named} row{'s' * (count > 1)}" for count, _, named in units
        )
        of, are = ("weight", "is") if len(rows) == 1 else ("weights", "are")
        yield f"bobot {told} belum diketahui", f"the {of} of {told_en} {are} not known"
    for unit, (named, named_en) in _UNITS.items():
        if unit in unsure and not (whole and counts[unit]):
            yield f"baris {named} belum semua diketahui", f"not all {named_en} rows are known"
    if not rows and not unsure:
        gaps = len(reading.gaps(rules))
        if gaps:
            yield f"{gaps} hal belum diketahui", f"things not known: {gaps}"
        else:
            yield "bagiannya tidak berjumlah nilai tertinggi", "the parts miss the highest total"
