"""Next best evidence (langkah terbaik berikutnya): every single step and what it would bring.

Each gain is the difference between two full scores of the formula; nothing is approximated. Steps
of equal worth share one calculation, so a region with two hundred innovations is answered live.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import combinations

import msgspec
from msgspec import Struct

from services.projection.core import candidates, figure, ranking
from services.projection.core.candidates import Delta, Position, Step
from services.projection.core.dossier import Dossier
from services.projection.core.explanation import Share, share
from shared.kernel.rules import formula, ruleset
from shared.kernel.rules.formula import Score, Tally
from shared.kernel.rules.ruleset import RuleSet
from shared.kernel.scorecard import BASIC_AFFAIRS, Stage

# Bundles are looked for among this many of the best steps and everything that touches a gate.
BUNDLE_AMONG_MAX = 30
BUNDLES_MAX = 10
# Less than an index shows is no unlocking: two steps nearly always do a hair more than each alone.
UNLOCKED_MIN = Fraction(1, 100)
# What brings another innovation; two of them in one bundle must differ in their affair.
ADDING = ("cover_affair", "fill_slot", "add_innovation")


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
    `break_even` is the least maturity at which one more innovation does not lower the index (None
    under an open sum, where none ever does),
    `empty_slots` the places of the divisor that nobody fills, `missing_affairs` the basic-service
    affairs that no counted innovation covers.
    """

    score: Score
    rank: int
    break_even: Decimal | None
    assumed_maturity: Decimal
    empty_slots: int
    missing_affairs: tuple[int, ...]
    steps: tuple[Priced, ...]
    bundles: tuple[Bundle, ...]


def advise(dossier: Dossier, rules: RuleSet, stage: Stage, others: Sequence[Decimal]) -> Advice:
    """Every step of a region whose neighbours' rounded indexes are `others`."""
    start = candidates.position(dossier, rules, stage)
    price = _pricing(rules, start, others)
    found = candidates.all_steps(dossier, rules, stage, start)
    priced = _best_first([(Priced(step=step, outcome=price((d,))), d) for step, d in found])
    score = figure.score(rules, start.tally)
    return Advice(
        score=score,
        rank=ranking.place_among(score.index, others),
        break_even=_break_even(rules, start.tally),
        assumed_maturity=Decimal(start.assumed).scaleb(-2),
        empty_slots=start.empty_slots,
        missing_affairs=tuple(sorted(set(BASIC_AFFAIRS) - start.covered)),
        steps=tuple(one for one, _ in priced),
        bundles=tuple(_bundles(priced, price)),
    )


def _best_first(
    priced: list[tuple[Priced, Delta]],
) -> list[tuple[Priced, Delta]]:
    """By exact gain; there are few different ones, so fractions are compared only once each."""
    gains = {one.outcome.gain for one, _ in priced}
    places = {gain: place for place, gain in enumerate(sorted(gains, key=lambda g: -g.exact))}
    priced.sort(
        key=lambda pair: (
            places[pair[0].outcome.gain],
            pair[0].step.innovation,
            pair[0].step.indicator,
            pair[0].step.to_level,
            pair[0].step.affair,
        )
    )
    return priced


def _pricing(
    rules: RuleSet, start: Position, others: Sequence[Decimal]
) -> Callable[[tuple[Delta, ...]], Outcome]:
    """A function from changes to their outcome, which calculates each distinct sum once."""
    tally = start.tally
    base = formula.exact_index(rules, tally)
    rank = ranking.place_among(formula.score(rules, tally).index, others)

    @cache
    def outcome(spd: int, maturity: int, innovations: int, rejected: int, affairs: int) -> Outcome:
        after = Tally(
            spd=tally.spd + spd,
            maturity=tally.maturity + maturity,
            innovations=tally.innovations + innovations,
            affairs=affairs,
            rejected=tally.rejected + rejected,
        )
        score = formula.score(rules, after)
        placed = ranking.place_among(score.index, others)
        return Outcome(
            gain=share(formula.exact_index(rules, after) - base),
            index=score.index,
            predikat=score.predikat,
            rank=placed,
            rank_gain=rank - placed,
        )

    def price(deltas: tuple[Delta, ...]) -> Outcome:
        reached = start.covered
        spd = maturity = innovations = rejected = 0
        for delta in deltas:
            if delta.covers or delta.uncovers:
                reached = (reached - delta.uncovers) | delta.covers
            spd += delta.spd
            maturity += delta.maturity
            innovations += delta.innovations
            rejected += delta.rejected
        return outcome(spd, maturity, innovations, rejected, len(reached))

    return price


def _bundles(
    priced: Sequence[tuple[Priced, Delta]], price: Callable[[tuple[Delta, ...]], Outcome]
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
            if outcome.gain.exact >= max(alone, Fraction(0)) + UNLOCKED_MIN:
                steps = tuple(one.step for one, _ in chosen)
                found.append(Bundle(steps=steps, outcome=outcome, alone=share(alone)))
    found.sort(key=lambda bundle: (-bundle.outcome.gain.exact, len(bundle.steps)))
    return found[:BUNDLES_MAX]


def _clash(steps: Sequence[Step]) -> bool:
    """Steps of one slot or innovation exclude each other, and so do new ones of one affair."""
    slots = [(step.innovation, step.indicator) for step in steps if step.indicator]
    whole = [step.innovation for step in steps if step.innovation and not step.indicator]
    added = [step.affair for step in steps if step.kind in ADDING]
    return (
        len(set(slots)) < len(slots)
        or len(set(whole)) < len(whole)
        or any(name in whole for name, _ in slots)
        or len(set(added)) < len(added)
    )


def _break_even(rules: RuleSet, tally: Tally) -> Decimal | None:
    """The least maturity, in points, at which one more innovation does not lower the index."""
    if rules.maturity_max.value is None:
        return None
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
