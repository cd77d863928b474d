"""What verification kept of what was claimed, and what that lets one expect: the past as counts.

Counts are whole levels. Levels of one claim tend to stand or fall together, and levels of one
region too, so counts become evidence only after they are brought down to what they are worth.
Sums of floats are exact (`fsum`), so that the order in which regions are named changes nothing.
"""

from collections.abc import Iterable, Mapping
from math import fsum
from typing import TypeAlias

from msgspec import Struct

from services.projection.core.dossier import Dossier, Slot
from shared.kernel.rules.ruleset import RuleSet


class Kept(Struct, frozen=True, kw_only=True):
    """Verdicts on one indicator: levels claimed and levels of them kept.

    `pairs` counts ordered pairs of levels within one claim, `pairs_kept` those of which both were
    kept: from them follows how far a claim stands or falls as a whole.
    """

    levels: int = 0
    kept: int = 0
    pairs: int = 0
    pairs_kept: int = 0

    def __add__(self, other: "Kept") -> "Kept":
        return Kept(
            levels=self.levels + other.levels,
            kept=self.kept + other.kept,
            pairs=self.pairs + other.pairs,
            pairs_kept=self.pairs_kept + other.pairs_kept,
        )


# One region's verdicts by indicator.
Past: TypeAlias = Mapping[str, Kept]
NOTHING = Kept()


class Assumed(Struct, frozen=True, kw_only=True):
    """What no past of any size says, declared; strengths in levels, spreads between 0 and 1.

    A spread is an intraclass correlation: a strength of s levels is a spread of 1 / (s + 1).
    """

    # An indicator rarely seen in the province leans on all indicators like ten levels seen.
    pool_strength: float = 10.0
    # Beside its region's strictness, an indicator has its own habits there: at a share of 0.7,
    # eight levels are a standard deviation of 0.15, half a level of a claim of three.
    indicator_strength: float = 8.0
    # Before anything is seen regions differ by 0.10, at a share of 0.7 a standard deviation of
    # 0.15: rather too wide a range than too narrow. Four regions seen weigh as much as that
    # guess. However alike regions have looked they are not the same, and above a half the past
    # would say nothing.
    region_spread: float = 0.10
    region_spread_regions: float = 4.0
    region_spread_min: float = 0.01
    region_spread_max: float = 0.5


ASSUMED = Assumed()


class Evidence(Struct, frozen=True, kw_only=True):
    """Levels kept and lost, brought down to what they are worth as independent levels."""

    kept: float = 0.0
    lost: float = 0.0


class Pool(Struct, frozen=True, kw_only=True):
    """What a province's regions say together.

    `cohesion` is the correlation of levels within one claim, `region_spread` that of levels
    within one region; `levels` is how many levels with a verdict it all rests on.
    """

    levels: int
    overall: Evidence
    indicators: dict[str, Evidence]
    cohesion: float
    region_spread: float


def past_of(dossier: Dossier, rules: RuleSet) -> dict[str, Kept]:
    """The verdicts of one season that stand; more accepted than was claimed counts as claimed."""
    found = {row.code: NOTHING for row in rules.rows}
    for slots in (dossier.region, *(held.slots for held in dossier.innovations.values())):
        for code, slot in slots.items():
            if code in found and slot.verdict is not None and slot.level:
                found[code] += _verdict(slot)
    return {code: kept for code, kept in found.items() if kept.levels}


def added(pasts: Iterable[Past]) -> dict[str, Kept]:
    """Seasons, or regions, together."""
    total: dict[str, Kept] = {}
    for past in pasts:
        for code, kept in past.items():
            total[code] = total.get(code, NOTHING) + kept
    return dict(sorted(total.items()))


def pooled(pasts: Mapping[str, Past], assumed: Assumed) -> Pool:
    """What the regions of a province say together; `pasts` by region."""
    whole = added(pasts.values())
    levels, kept = _sums(whole)
    # Half a level each way keeps a share that was always 1 or 0 from being certain.
    share = (kept + 0.5) / (levels + 1)
    shares = {
        code: (one.kept + assumed.pool_strength * share) / (one.levels + assumed.pool_strength)
        for code, one in whole.items()
    }
    cohesion = _cohesion(whole, shares)
    spread = _region_spread(pasts, shares, cohesion, assumed)
    worth = fsum(_cut(_independent(past, cohesion, assumed), spread) for past in pasts.values())
    return Pool(
        levels=levels,
        overall=_evidence(kept, levels, worth),
        indicators={
            code: _evidence(one.kept, one.levels, _indicator_worth(pasts, code, cohesion, assumed))
            for code, one in whole.items()
        },
        cohesion=cohesion,
        region_spread=spread,
    )


def strictness(past: Past, pool: Pool, assumed: Assumed) -> Evidence:
    """What a region's whole past says of how strictly it is judged."""
    levels, kept = _sums(past)
    return _evidence(kept, levels, _independent(past, pool.cohesion, assumed))


def seen(one: Kept, pool: Pool) -> Evidence:
    """What a region's own verdicts on one indicator are worth."""
    return _evidence(one.kept, one.levels, _worth(one, pool.cohesion))


def _verdict(slot: Slot) -> Kept:
    kept = min(slot.accepted, slot.level)
    return Kept(
        levels=slot.level,
        kept=kept,
        pairs=slot.level * (slot.level - 1),
        pairs_kept=kept * (kept - 1),
    )


def _sums(past: Past) -> tuple[int, int]:
    return sum(one.levels for one in past.values()), sum(one.kept for one in past.values())


def _evidence(kept: int, levels: int, worth: float) -> Evidence:
    share = kept / levels if levels else 0.0
    return Evidence(kept=worth * share, lost=worth * (1 - share))


def _cohesion(whole: Past, shares: Mapping[str, float]) -> float:
    """Pairs kept beyond those of independent levels; 1, the cautious end, where none is known."""
    beyond = fsum(one.pairs_kept - shares[code] ** 2 * one.pairs for code, one in whole.items())
    most = fsum(shares[code] * (1 - shares[code]) * one.pairs for code, one in whole.items())
    return min(1.0, max(0.0, beyond / most)) if most else 1.0


def _worth(one: Kept, cohesion: float) -> float:
    """Claims of cohering levels say less than as many levels apart (the design effect)."""
    return one.levels / (1 + cohesion * one.pairs / one.levels) if one.levels else 0.0


def _cut(levels: float, spread: float) -> float:
    """What cohering levels are worth as independent ones: never more than 1 / spread."""
    return levels / (1 + (levels - 1) * spread) if levels > 1 else levels


def _independent(past: Past, cohesion: float, assumed: Assumed) -> float:
    """What a region's past says of its strictness: no indicator speaks louder than its habits."""
    spread = 1 / (assumed.indicator_strength + 1)
    return fsum(_cut(_worth(one, cohesion), spread) for one in past.values())


def _indicator_worth(
    pasts: Mapping[str, Past], code: str, cohesion: float, assumed: Assumed
) -> float:
    """What the province says of an indicator: no region speaks louder than its habits."""
    spread = 1 / (assumed.indicator_strength + 1)
    found = sorted(_worth(past[code], cohesion) for past in pasts.values() if code in past)
    return fsum(_cut(levels, spread) for levels in found)


def _region_spread(
    pasts: Mapping[str, Past], shares: Mapping[str, float], cohesion: float, assumed: Assumed
) -> float:
    """How far regions differ beyond chance, by moments, leaning on what is assumed."""
    seen = [pasts[region] for region in sorted(pasts) if _sums(pasts[region])[0]]
    weight = assumed.region_spread_regions
    total = weight * assumed.region_spread
    if len(seen) > 1:
        for past in seen:
            levels, kept = _sums(past)
            expected = fsum(shares[code] * one.levels for code, one in past.items()) / levels
            beyond = (kept / levels - expected) ** 2 / (expected * (1 - expected))
            chance = 1 / max(1.0, _independent(past, cohesion, assumed))
            # The mean leans on the regions themselves, hence one degree of freedom less.
            total += beyond * len(seen) / (len(seen) - 1) - chance
            weight += 1 - chance
    return min(assumed.region_spread_max, max(assumed.region_spread_min, total / weight))
