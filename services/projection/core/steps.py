"""Next best evidence (langkah terbaik berikutnya): every single step and what it would bring.

Each gain is the difference between two full scores of the formula; nothing is approximated. Steps
of equal worth share one calculation, so a region with two hundred innovations is answered live.
"""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import combinations
from typing import Literal

import msgspec
from msgspec import Struct

from services.projection.core import dossier as dossiers
from services.projection.core.dossier import Dossier, Held
from services.projection.core.explanation import Share, share
from shared.kernel.rules import formula, ruleset
from shared.kernel.rules.formula import Score, Tally
from shared.kernel.rules.ruleset import LEVEL_MAX, Row, RuleSet
from shared.kernel.scorecard import BASIC_AFFAIRS, Stage

# Bundles are looked for among this many of the best steps and everything that touches a gate.
BUNDLE_AMONG_MAX = 30
BUNDLES_MAX = 10

Kind = Literal["raise_region", "raise_innovation", "add_innovation", "withdraw_innovation"]
# What it takes: a document, several, a new innovation, or a better figure in the statistics.
Effort = Literal["ringan", "sedang", "berat", "capaian"]


class Step(Struct, frozen=True, kw_only=True):
    """One thing to do. `affair` is the urusan a new innovation would cover, 0 where none is new."""

    kind: Kind
    indicator: str = ""
    nama: str = ""
    innovation: str = ""
    innovation_name: str = ""
    level: int = 0
    to_level: int = 0
    affair: int = 0
    effort: Effort


class Outcome(Struct, frozen=True, kw_only=True):
    """What would be true afterwards; `gain` is exact, in points of the unrounded index."""

    gain: Share
    index: Decimal
    predikat: str
    rank: int
    rank_gain: int


class Priced(Struct, frozen=True, kw_only=True):
    """A step with its outcome."""

    step: Step
    outcome: Outcome


class Bundle(Struct, frozen=True, kw_only=True):
    """Steps that bring more together than one by one: one unlocks another."""

    steps: tuple[Step, ...]
    outcome: Outcome
    alone: Share


class Advice(Struct, frozen=True, kw_only=True):
    """Where the region stands and everything it could do, best first.

    `assumed_maturity` is what a new innovation is taken to be worth: the mean of those there are.
    """

    score: Score
    rank: int
    break_even: Decimal
    assumed_maturity: Decimal
    steps: tuple[Priced, ...]
    bundles: tuple[Bundle, ...]


class _Delta(Struct, frozen=True):
    """What a step changes in the tally; hundredths, counts."""

    spd: int = 0
    maturity: int = 0
    innovations: int = 0
    covers: frozenset[int] = frozenset()
    uncovers: frozenset[int] = frozenset()


def advise(dossier: Dossier, rules: RuleSet, stage: Stage, others: Sequence[Decimal]) -> Advice:
    """Every step of a region whose neighbours' rounded indexes are `others`."""
    tally = dossiers.tally_at(dossier, rules, stage)
    counted = {
        name: held
        for name, held in dossier.innovations.items()
        if dossiers.counts_at(held, rules, stage)
    }
    covered = frozenset(u for held in counted.values() for u in dossiers.affairs_of(held, rules))
    assumed = tally.maturity // tally.innovations if tally.innovations else 0
    price = _pricing(rules, tally, covered, others)
    deltas = [
        *_region_steps(dossier, rules, stage),
        *_innovation_steps(counted, rules, stage),
        *_new_innovations(covered, assumed),
        *_withdrawals(counted, rules, stage, covered),
    ]
    priced = _best_first([(Priced(step=step, outcome=price((d,))), d) for step, d in deltas])
    score = formula.score(rules, tally)
    return Advice(
        score=score,
        rank=_rank(score.index, others),
        break_even=_break_even(rules, tally),
        assumed_maturity=Decimal(assumed).scaleb(-2),
        steps=tuple(one for one, _ in priced),
        bundles=tuple(_bundles(priced, price)),
    )


def _best_first(
    priced: list[tuple[Priced, _Delta]],
) -> list[tuple[Priced, _Delta]]:
    """By exact gain; there are few different ones, so fractions are compared only once each."""
    gains = {one.outcome.gain for one, _ in priced}
    places = {gain: place for place, gain in enumerate(sorted(gains, key=lambda g: -g.exact))}
    priced.sort(
        key=lambda pair: (
            places[pair[0].outcome.gain],
            pair[0].step.innovation,
            pair[0].step.indicator,
            pair[0].step.to_level,
        )
    )
    return priced


def _pricing(
    rules: RuleSet, tally: Tally, covered: frozenset[int], others: Sequence[Decimal]
) -> Callable[[tuple[_Delta, ...]], Outcome]:
    """A function from changes to their outcome, which calculates each distinct sum once."""
    base = formula.exact_index(rules, tally)
    rank = _rank(formula.score(rules, tally).index, others)

    @cache
    def outcome(spd: int, maturity: int, innovations: int, affairs: int) -> Outcome:
        after = Tally(spd=spd, maturity=maturity, innovations=innovations, affairs=affairs)
        score = formula.score(rules, after)
        placed = _rank(score.index, others)
        return Outcome(
            gain=share(formula.exact_index(rules, after) - base),
            index=score.index,
            predikat=score.predikat,
            rank=placed,
            rank_gain=rank - placed,
        )

    def price(deltas: tuple[_Delta, ...]) -> Outcome:
        reached = covered
        for delta in deltas:
            reached = (reached - delta.uncovers) | delta.covers
        return outcome(
            tally.spd + sum(delta.spd for delta in deltas),
            tally.maturity + sum(delta.maturity for delta in deltas),
            tally.innovations + sum(delta.innovations for delta in deltas),
            len(reached),
        )

    return price


def _region_steps(dossier: Dossier, rules: RuleSet, stage: Stage) -> Iterator[tuple[Step, _Delta]]:
    for row in ruleset.region_rows(rules):
        slot = dossier.region.get(row.code)
        now = dossiers.level_at(slot, stage) if slot else 0
        for level in range(now + 1, LEVEL_MAX + 1):
            gained = ruleset.weight_hundredths(row) * (level - now)
            yield _raise(row, now, level, "raise_region"), _Delta(spd=gained)


def _innovation_steps(
    counted: dict[str, Held], rules: RuleSet, stage: Stage
) -> Iterator[tuple[Step, _Delta]]:
    rows = [(row, ruleset.weight_hundredths(row)) for row in ruleset.innovation_rows(rules)]
    for name, held in counted.items():
        title = held.profile.name if held.profile else name
        for row, weight in rows:
            slot = held.slots.get(row.code)
            now = dossiers.level_at(slot, stage) if slot else 0
            for level in range(now + 1, LEVEL_MAX + 1):
                step = _raise(row, now, level, "raise_innovation", name, title)
                yield step, _Delta(maturity=weight * (level - now))


def _raise(
    row: Row, now: int, level: int, kind: Kind, innovation: str = "", title: str = ""
) -> Step:
    efforts: tuple[Effort, ...] = ("ringan", "sedang", "berat")
    return Step(
        kind=kind,
        indicator=row.code,
        nama=row.nama,
        innovation=innovation,
        innovation_name=title,
        level=now,
        to_level=level,
        effort="capaian" if row.bands is not None else efforts[level - now - 1],
    )


def _new_innovations(covered: frozenset[int], assumed: int) -> Iterator[tuple[Step, _Delta]]:
    """One more innovation like those there are, in each affair not yet covered, or in any."""
    for affair in (0, *(urusan for urusan in BASIC_AFFAIRS if urusan not in covered)):
        covers = frozenset({affair} - {0})
        step = Step(kind="add_innovation", affair=affair, effort="berat")
        yield step, _Delta(maturity=assumed, innovations=1, covers=covers)


def _withdrawals(
    counted: dict[str, Held], rules: RuleSet, stage: Stage, covered: frozenset[int]
) -> Iterator[tuple[Step, _Delta]]:
    weights = {row.code: ruleset.weight_hundredths(row) for row in rules.rows}
    carriers = {
        urusan: [n for n, held in counted.items() if urusan in dossiers.affairs_of(held, rules)]
        for urusan in covered
    }
    for name, held in counted.items():
        worth = sum(
            weights.get(code, 0) * dossiers.level_at(slot, stage)
            for code, slot in held.slots.items()
        )
        alone = frozenset(urusan for urusan, names in carriers.items() if names == [name])
        step = Step(
            kind="withdraw_innovation",
            innovation=name,
            innovation_name=held.profile.name if held.profile else name,
            effort="ringan",
        )
        yield step, _Delta(maturity=-worth, innovations=-1, uncovers=alone)


def _bundles(
    priced: Sequence[tuple[Priced, _Delta]], price: Callable[[tuple[_Delta, ...]], Outcome]
) -> list[Bundle]:
    """Pairs and triples that bring more together than the sum of each alone."""
    best = list(priced[:BUNDLE_AMONG_MAX])
    gates = [pair for pair in priced if pair[1].covers and pair not in best]
    found = []
    for size, among in ((2, [*best, *gates]), (3, [p for p in priced if p[1].covers])):
        for chosen in combinations(among, size):
            if _clash([one.step for one, _ in chosen]):
                continue
            outcome = price(tuple(delta for _, delta in chosen))
            alone = sum((one.outcome.gain.exact for one, _ in chosen), Fraction(0))
            if outcome.gain.exact > max(alone, Fraction(0)):
                steps = tuple(one.step for one, _ in chosen)
                found.append(Bundle(steps=steps, outcome=outcome, alone=share(alone)))
    found.sort(key=lambda bundle: (-bundle.outcome.gain.exact, len(bundle.steps)))
    return found[:BUNDLES_MAX]


def _clash(steps: Sequence[Step]) -> bool:
    """Steps of one slot, or of an innovation that is also withdrawn, exclude each other."""
    slots = [(step.innovation, step.indicator) for step in steps if step.kind.startswith("raise")]
    gone = {step.innovation for step in steps if step.kind == "withdraw_innovation"}
    added = [step.affair for step in steps if step.kind == "add_innovation"]
    return (
        len(set(slots)) < len(slots)
        or any(name in gone for name, _ in slots)
        or len(set(added)) < len(added)
    )


def _break_even(rules: RuleSet, tally: Tally) -> Decimal:
    """The least maturity, in points, at which one more innovation does not lower the index."""
    base = formula.exact_index(rules, tally)
    ceiling = ruleset.hundredths(ruleset.declared(rules.maturity_max))
    low, high = 0, ceiling
    while low < high:
        middle = (low + high) // 2
        more = msgspec.structs.replace(
            tally, innovations=tally.innovations + 1, maturity=tally.maturity + middle
        )
        if formula.exact_index(rules, more) >= base:
            high = middle
        else:
            low = middle + 1
    return Decimal(low).scaleb(-2)


def _rank(index: Decimal, others: Sequence[Decimal]) -> int:
    return 1 + sum(1 for other in others if other > index)
