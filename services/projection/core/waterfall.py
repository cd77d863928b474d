"""From the claimed to the verified score and on to the decree: what was lost, by cause, exactly.

Causes are applied one after another in a declared order; each one's part is the difference that
its step makes to the unrounded index, so the parts sum to the whole. First go the innovations that
do not count, with all they claim; then the levels of the others; then what fewer innovations do
to gate, number and divisor. Where a cause is made of indicators or innovations, their own parts
sum to it.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import msgspec
from msgspec import Struct

from services.projection.core import dossier as dossiers
from services.projection.core import figure
from services.projection.core.dossier import Dossier, Official, Slot
from services.projection.core.explanation import Share, share
from shared.kernel.rules import formula, ruleset
from shared.kernel.rules.formula import Score, Tally
from shared.kernel.rules.ruleset import RuleSet
from shared.kernel.scorecard import Part

Cause = Literal[
    "not_submitted",
    "ineligible",
    "returned",
    "downgraded",
    "unverified",
    "affairs_gate",
    "number",
    "divisor",
]


# Why a level that counts is another than the one that was claimed.
LEVELS: tuple[Cause, ...] = ("returned", "downgraded", "unverified")


class Lost(Struct, frozen=True, kw_only=True):
    """One slot's or innovation's part in a cause: what was claimed, what counts, who says so.

    `indicator` is empty where the whole innovation does not count; the levels are then 0. `note`
    is what the verifier wrote.
    """

    innovation: str
    indicator: str
    claimed: int
    counts: int
    reasons: tuple[str, ...]
    note: str
    change: Share
    seqs: tuple[int, ...]


class Step(Struct, frozen=True, kw_only=True):
    """One cause's part in the difference, in index points; negative where it costs."""

    cause: Cause
    change: Share
    items: tuple[Lost, ...]


class Waterfall(Struct, frozen=True, kw_only=True):
    """The scores of the stages and every cause between them.

    The steps and `rounding` sum to `verified` less `claimed`. A decree says one number: `decreed`
    is that less `verified`, None until there is one; nobody publishes its causes.
    """

    claimed: Score
    verified: Score
    official: Official | None
    steps: tuple[Step, ...]
    rounding: Share
    decreed: Decimal | None


def fall(dossier: Dossier, rules: RuleSet) -> Waterfall:
    """Every cause with its part; those that change nothing are there with nothing."""
    claimed = dossiers.tally_at(dossier, rules, "mandiri")
    per_point = Fraction(100, formula.scale_hundredths(rules))
    divided = per_point / formula.score(rules, claimed).divisor
    verified = dossiers.tally_at(dossier, rules, "terverifikasi")
    steps = [
        _summed("not_submitted", _gone(dossier, rules, "absent", divided)),
        _summed("ineligible", _gone(dossier, rules, "rejected", divided)),
    ]
    steps.extend(
        _summed(cause, _slots(dossier, rules, cause, per_point, divided)) for cause in LEVELS
    )
    steps.extend(_counted(rules, claimed, verified))
    claimed_score, verified_score = figure.score(rules, claimed), figure.score(rules, verified)
    told = sum((step.change.exact for step in steps), Fraction(0))
    official = dossier.official
    return Waterfall(
        claimed=claimed_score,
        verified=verified_score,
        official=official,
        steps=tuple(steps),
        rounding=share(Fraction(verified_score.index) - Fraction(claimed_score.index) - told),
        decreed=None if official is None else official.score - verified_score.index,
    )


def _slots(
    dossier: Dossier, rules: RuleSet, cause: Cause, per_point: Fraction, divided: Fraction
) -> Iterator[Lost]:
    """Levels of what counts; an innovation's points are divided, the region's own are not."""
    weights = {row.code: ruleset.weight_hundredths(row) for row in rules.rows}
    counted = dossiers.counted_at(dossier, rules, "terverifikasi")
    tables = [("", dossier.region, per_point)]
    tables += [(name, held.slots, divided) for name, held in counted.items()]
    for name, slots, worth in tables:
        for code, slot in slots.items():
            if _cause(slot) == cause:
                points = weights.get(code, 0) * (slot.accepted - slot.level)
                yield Lost(
                    innovation=name,
                    indicator=code,
                    claimed=slot.level,
                    counts=slot.accepted,
                    reasons=(slot.returned,) if slot.returned else (),
                    note=slot.note,
                    change=share(points * worth),
                    seqs=tuple(f.seq for f in (slot.claim, slot.verdict) if f is not None),
                )


def _gone(dossier: Dossier, rules: RuleSet, part: Part, divided: Fraction) -> Iterator[Lost]:
    """Innovations that count as claimed and not as verified, with all the points they claim."""
    weights = {row.code: ruleset.weight_hundredths(row) for row in rules.rows}
    for name, held in dossier.innovations.items():
        played = dossiers.part_at(dossier, held, rules, "terverifikasi")
        if not dossiers.is_staged(held, rules) or played != part:
            continue
        points = sum(weights.get(code, 0) * slot.level for code, slot in held.slots.items())
        yield Lost(
            innovation=name,
            indicator="",
            claimed=0,
            counts=0,
            reasons=dossiers.refused(dossier, held, rules) if part == "rejected" else (),
            note=held.note,
            change=share(-points * divided),
            seqs=tuple(f.seq for f in (held.registered, held.rejected) if f is not None),
        )


def _counted(rules: RuleSet, before: Tally, after: Tally) -> Iterator[Step]:
    """What fewer innovations do to gate, number and divisor, one quantity at a time."""
    before = msgspec.structs.replace(before, spd=after.spd, maturity=after.maturity)
    gated = msgspec.structs.replace(before, affairs=after.affairs)
    yield Step(cause="affairs_gate", change=_change(rules, before, gated), items=())
    whole = formula.exact_index(rules, after) - formula.exact_index(rules, gated)
    number = Fraction(formula.score(rules, after).number - formula.score(rules, gated).number)
    number *= Fraction(100 * 100, formula.scale_hundredths(rules))
    yield Step(cause="number", change=share(number), items=())
    yield Step(cause="divisor", change=share(whole - number), items=())


def _summed(cause: Cause, items: Iterable[Lost]) -> Step:
    ordered = tuple(sorted(items, key=lambda item: item.change.exact))
    whole = sum((item.change.exact for item in ordered), Fraction(0))
    return Step(cause=cause, change=share(whole), items=ordered)


def _change(rules: RuleSet, before: Tally, after: Tally) -> Share:
    return share(formula.exact_index(rules, after) - formula.exact_index(rules, before))


def _cause(slot: Slot) -> Cause | None:
    """Why a slot does not count for what it claims; None where it does."""
    if slot.accepted == slot.level:
        return None
    if slot.returned:
        return "returned"
    return "downgraded" if slot.accepted else "unverified"
