"""One draw of verdicts still missing: what the province keeps, what a region does, what is left.

Shares are floats, and only here; what leaves is whole hundredths of points.
"""

from collections.abc import Iterator, Mapping
from math import fsum

from msgspec import Struct

from services.projection.core import dossier as dossiers
from services.projection.core.dossier import Dossier, Slot
from services.projection.core.provisional import chance as chances
from services.projection.core.provisional import past as pasts
from services.projection.core.provisional.past import Assumed, Evidence, Past, Pool
from shared.kernel.rules import ruleset
from shared.kernel.rules.ruleset import RuleSet

# Odds need a share that is neither 0 nor 1; nothing observed comes as near to either.
EDGE = 1e-9

NO_EVIDENCE = Evidence()


class Province(Struct, frozen=True, kw_only=True):
    """One draw of the share that the province keeps: of everything, and by indicator."""

    overall: float
    shares: dict[str, float]


class Opening(Struct, frozen=True, kw_only=True):
    """The claims of one indicator in one region that have no verdict, all innovations together.

    `chance` is the variance of the share kept were its mean certain, over that of one level;
    `seen` is the region's own past of the indicator.
    """

    code: str
    of_region: bool
    weight: int
    claims: int
    levels: int
    chance: float
    seen: Evidence


class Case(Struct, frozen=True, kw_only=True):
    """All that a region's draws rest on; `mix` is each indicator's part in its past.

    Strengths in levels; `strictness` is None where regions are taken not to differ.
    """

    openings: tuple[Opening, ...]
    overall: Evidence
    mix: tuple[tuple[str, float], ...]
    cohesion: float
    strictness: float | None
    habit: float


def provinces(
    rules: RuleSet, pool: Pool, assumed: Assumed, seed: int, simulations: int
) -> list[Province]:
    """What the province keeps, once per draw: all that its regions have in common."""
    drawn = []
    for draw in range(simulations):
        chance = chances.uniforms(seed, draw)
        overall = chances.beta(chance, pool.overall.kept + 0.5, pool.overall.lost + 0.5)
        kept, lost = assumed.pool_strength * overall, assumed.pool_strength * (1 - overall)
        shares = {}
        for row in rules.rows:
            seen = pool.indicators.get(row.code, NO_EVIDENCE)
            shares[row.code] = chances.beta(chance, kept + seen.kept, lost + seen.lost)
        drawn.append(Province(overall=overall, shares=shares))
    return drawn


def case(sent: Dossier, rules: RuleSet, past: Past, pool: Pool, assumed: Assumed) -> Case:
    """A region's case: its open claims at the verified stage and its own past."""
    levels = sum(kept.levels for kept in past.values())
    spread = pool.region_spread
    return Case(
        openings=_openings(sent, rules, past, pool),
        overall=pasts.strictness(past, pool, assumed),
        mix=tuple((code, kept.levels / levels) for code, kept in past.items()),
        cohesion=pool.cohesion,
        strictness=1 / spread - 1 if spread else None,
        habit=assumed.indicator_strength,
    )


def points(chance: Iterator[float], drawn: Case, province: Province) -> tuple[int, int]:
    """What verification leaves of the open claims, of the region's own and the innovations'."""
    if not drawn.openings:
        return 0, 0
    odds = _odds(chance, drawn, province)
    spd = maturity = 0
    for opening in drawn.openings:
        share = _moved(province.shares[opening.code], odds)
        worth = opening.weight * _levels(chance, opening, share, drawn)
        if opening.of_region:
            spd += worth
        else:
            maturity += worth
    return spd, maturity


def _openings(sent: Dossier, rules: RuleSet, past: Past, pool: Pool) -> tuple[Opening, ...]:
    """By code, so that the order of the facts changes nothing."""
    region: dict[str, list[int]] = {}
    innovations: dict[str, list[int]] = {}
    _gather(region, sent.region)
    for held in dossiers.counted_at(sent, rules, "terverifikasi").values():
        _gather(innovations, held.slots)
    weights = {row.code: ruleset.weight_hundredths(row) for row in rules.rows}
    return tuple(
        Opening(
            code=code,
            of_region=found is region,
            weight=weights[code],
            claims=len(claims),
            levels=sum(claims),
            chance=_chance(claims, pool.cohesion),
            seen=pasts.seen(past.get(code, pasts.NOTHING), pool),
        )
        for found in (region, innovations)
        for code, claims in sorted(found.items())
        if weights.get(code)
    )


def _gather(found: dict[str, list[int]], slots: Mapping[str, Slot]) -> None:
    for code, slot in slots.items():
        if slot.verdict is None and slot.level:
            found.setdefault(code, []).append(slot.level)


def _chance(claims: list[int], cohesion: float) -> float:
    """Levels of one claim cohere: the variance of their sum holds every pair of them."""
    levels = sum(claims)
    pairs = sum(claim * (claim - 1) for claim in claims)
    return (levels + cohesion * pairs) / levels**2


def _odds(chance: Iterator[float], drawn: Case, province: Province) -> float:
    """The region's strictness, as a factor on the odds of every level it claims.

    What the province keeps of the same mix of indicators is what to expect of the region; its own
    past moves that. Odds carry the shift to indicators that are nearly always or never kept.
    """
    if drawn.strictness is None:
        return 1.0
    expected = province.overall
    if drawn.mix:
        expected = _inside(fsum(part * province.shares[code] for code, part in drawn.mix))
    share = _inside(
        chances.beta(
            chance,
            drawn.strictness * expected + drawn.overall.kept,
            drawn.strictness * (1 - expected) + drawn.overall.lost,
        )
    )
    return share / (1 - share) * (1 - expected) / expected


def _inside(share: float) -> float:
    return min(1 - EDGE, max(EDGE, share))


def _moved(share: float, odds: float) -> float:
    return odds * share / (1 - share + odds * share) if share < 1 else 1.0


def _levels(chance: Iterator[float], opening: Opening, share: float, drawn: Case) -> int:
    """How many of the open levels are kept: a beta-binomial of claims, or one Beta like it."""
    strength = drawn.habit + opening.seen.kept + opening.seen.lost
    mean = (drawn.habit * share + opening.seen.kept) / strength
    if opening.claims == 1:
        if next(chance) < drawn.cohesion:
            return opening.levels if next(chance) < mean else 0
        kept = 0
        for _ in range(opening.levels):
            kept += next(chance) < mean
        return kept
    unsure = 1 / (strength + 1)
    like = 1 / (unsure + (1 - unsure) * opening.chance) - 1
    return round(opening.levels * chances.beta(chance, like * mean, like * (1 - mean)))
