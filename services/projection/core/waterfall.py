"""From the claimed to the verified score: what was lost, by cause, summing exactly.

Causes are applied one after another in a declared order; each one's part is the difference that
its step makes to the unrounded index, so the parts sum to the whole whatever the order. What
submission takes away is split once more: points, divisor, number score and affairs gate.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Literal

import msgspec
from msgspec import Struct

from services.projection.core import dossier as dossiers
from services.projection.core.dossier import Dossier, Held, Slot
from services.projection.core.explanation import Share, share
from shared.kernel.rules import formula
from shared.kernel.rules.formula import Tally
from shared.kernel.rules.ruleset import RuleSet

Cause = Literal[
    "returned",
    "downgraded",
    "unverified",
    "not_submitted",
    "divisor",
    "number",
    "affairs_gate",
]


class Lost(Struct, frozen=True, kw_only=True):
    """One slot's part in a cause: what was claimed, what counts, and the facts that say so."""

    innovation: str
    indicator: str
    claimed: int
    counts: int
    reason: str
    seqs: tuple[int, ...]


class Step(Struct, frozen=True, kw_only=True):
    """One cause's part in the difference, in index points; negative where it costs."""

    cause: Cause
    change: Share
    slots: tuple[Lost, ...]


class Waterfall(Struct, frozen=True, kw_only=True):
    """The two scores and every cause between them."""

    claimed: formula.Score
    verified: formula.Score
    steps: tuple[Step, ...]
    rounding: Share


def fall(dossier: Dossier, rules: RuleSet) -> Waterfall:
    """Every cause with its part; those that change nothing are there with nothing."""
    staged = _staged(rules)
    states = [
        dossiers.tally(dossier, rules, level, staged)
        for level in (_claimed, _without_returned, _without_excess, _accepted)
    ]
    named: tuple[Cause, ...] = ("returned", "downgraded", "unverified")
    steps = [
        _step(dossier, rules, cause, before, after)
        for cause, before, after in zip(named, states[:-1], states[1:], strict=True)
    ]
    verified = dossiers.tally_at(dossier, rules, "terverifikasi")
    steps.extend(_submission(rules, states[-1], verified))
    claimed_score = formula.score(rules, states[0])
    verified_score = formula.score(rules, verified)
    told = sum((step.change.exact for step in steps), Fraction(0))
    return Waterfall(
        claimed=claimed_score,
        verified=verified_score,
        steps=tuple(steps),
        rounding=share(Fraction(verified_score.index) - Fraction(claimed_score.index) - told),
    )


def _submission(rules: RuleSet, before: Tally, after: Tally) -> list[Step]:
    """What leaves with innovations that were never sent, one quantity at a time."""
    moves: tuple[tuple[Cause, dict[str, int]], ...] = (
        ("not_submitted", {"maturity": after.maturity}),
        ("affairs_gate", {"affairs": after.affairs}),
    )
    steps = []
    for cause, change in moves:
        moved = msgspec.structs.replace(before, **change)
        steps.append(Step(cause=cause, change=_change(rules, before, moved), slots=()))
        before = moved
    whole = formula.exact_index(rules, after) - formula.exact_index(rules, before)
    number = Fraction(formula.score(rules, after).number - formula.score(rules, before).number)
    number *= Fraction(100 * 100, formula.scale_hundredths(rules))
    steps.append(Step(cause="number", change=share(number), slots=()))
    steps.append(Step(cause="divisor", change=share(whole - number), slots=()))
    return steps


def _step(dossier: Dossier, rules: RuleSet, cause: Cause, before: Tally, after: Tally) -> Step:
    return Step(
        cause=cause,
        change=_change(rules, before, after),
        slots=tuple(_lost(dossier, rules, cause)),
    )


def _change(rules: RuleSet, before: Tally, after: Tally) -> Share:
    return share(formula.exact_index(rules, after) - formula.exact_index(rules, before))


def _lost(dossier: Dossier, rules: RuleSet, cause: Cause) -> list[Lost]:
    staged = _staged(rules)
    tables = [("", dossier.region)] + [
        (name, held.slots) for name, held in dossier.innovations.items() if staged(held)
    ]
    return [
        Lost(
            innovation=name,
            indicator=code,
            claimed=slot.level,
            counts=slot.accepted,
            reason=slot.returned,
            seqs=tuple(fact.seq for fact in (slot.claim, slot.verdict) if fact is not None),
        )
        for name, slots in tables
        for code, slot in slots.items()
        if _cause(slot) == cause
    ]


def _cause(slot: Slot) -> Cause | None:
    """Why a slot counts for less than it claims; None where it does not."""
    if slot.accepted >= slot.level:
        return None
    if slot.returned:
        return "returned"
    return "downgraded" if slot.accepted else "unverified"


def _claimed(slot: Slot) -> int:
    return slot.level


def _without_returned(slot: Slot) -> int:
    return slot.accepted if _cause(slot) == "returned" else slot.level


def _without_excess(slot: Slot) -> int:
    return slot.accepted if _cause(slot) in ("returned", "downgraded") else slot.level


def _accepted(slot: Slot) -> int:
    return slot.accepted


def _staged(rules: RuleSet) -> Callable[[Held], bool]:
    return lambda held: dossiers.is_staged(held, rules)
