"""What other rules do to one region's index and predikat, and which rule of them does it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from msgspec import Struct

from services.projection.core import explanation, figure, rule_changes
from services.projection.core.explanation import Share
from services.projection.core.rule_changes import Element, Reading, Said
from shared.kernel.rules import formula
from shared.kernel.rules.formula import Score, Tally
from shared.kernel.rules.ruleset import EXACT, RuleSet

Direction = Literal["naik", "turun", "tetap"]
_VERBS: Mapping[Direction, Said] = {
    "naik": ("naik", "rises"),
    "turun": ("turun", "falls"),
    "tetap": ("berubah", "changes"),
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
    """

    own: Score
    other: Score
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
    own, last = formula.score(entered, tallies[0]), formula.score(other, tallies[-1])
    net = _direction(entered, other, own.predikat, last.predikat)
    change = EXACT.subtract(last.index, own.index)
    changes = _changes(readings, tallies, other, net if own.predikat != last.predikat else None)
    told = sum((each.share.exact for each in changes), Fraction(0))
    text, text_en = _sentences(own, last, net, _reasons(readings, changes, own, last))
    return Effect(
        own=own,
        other=last,
        change=change,
        predikat_changes=own.predikat != last.predikat,
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
        told = f"Indeks {verb} {figure.points(by, 2)}"
        told_en = f"The index {verb_en} by {figure.points(by, 2, 'en')}"
    else:
        return "Indeks dan predikat tetap.", "Index and predikat stay as they are."
    because, because_en = rule_changes.joined(reasons)
    return f"{told} karena {because}.", f"{told_en} because {because_en}."
