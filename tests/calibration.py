"""Made-up provinces by another process than the one assumed, and how many ranges hold in them.

Odds are normal around an indicator's own, claims fall as a whole or level by level, and regions
differ by STRICTNESS.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import exp
from random import Random

import msgspec
from msgspec import Struct

from services.projection.core.dossier import Dossier, Slot
from services.projection.core.provisional import past as pasts
from services.projection.core.provisional import provisional
from services.projection.core.provisional.past import ASSUMED
from services.projection.core.provisional.provisional import Standing
from tests.histories import INNOVATION_CODES, REGION_CODES
from tests.provinces import CODES, FACT, RULES, index_if, season, span_of, standings_of

PROVINCES = 40
REGIONS = 6
INNOVATIONS = 6
STRICTNESS, HABIT, INDICATORS = 0.7, 0.4, 0.8


class Held(Struct, frozen=True, kw_only=True):
    """Shares of the regions whose index and place fell into their range; `alike` is the share of
    the indexes where regions are assumed to be judged with one strictness.
    """

    indexes: float
    places: float
    alike: float


def measured() -> Held:
    """Draw ranges for every province, then let happen what happens."""
    assumed_alike = msgspec.structs.replace(
        ASSUMED, region_spread=0.0, region_spread_min=0.0, region_spread_max=0.0
    )
    indexes = places = alike = 0
    for number in range(PROVINCES):
        standings, realised = _synthetic(Random(number))
        told = provisional.outlooks(standings, RULES, "mandiri", number)
        told_alike = provisional.outlooks(standings, RULES, "mandiri", number, assumed_alike)
        for outlook, other, index in zip(told, told_alike, realised, strict=True):
            span, narrow = span_of(outlook), span_of(other)
            indexes += span.index_low <= index <= span.index_high
            alike += narrow.index_low <= index <= narrow.index_high
            place = 1 + sum(each > index for each in realised)
            places += span.rank_best <= place <= span.rank_worst
    regions = PROVINCES * REGIONS
    return Held(indexes=indexes / regions, places=places / regions, alike=alike / regions)


def _synthetic(rng: Random) -> tuple[list[Standing], list[Decimal]]:
    """Half the regions were judged in an earlier season; then what is claimed, and what is kept."""
    usual = {code: rng.gauss(1.0, INDICATORS) for code in CODES}
    seasons, realised = [], []
    for region in range(REGIONS):
        strict = rng.gauss(0, STRICTNESS)
        share = {
            code: 1 / (1 + exp(-(odds + strict + rng.gauss(0, HABIT))))
            for code, odds in usual.items()
        }
        before = pasts.past_of(_judged(rng, share), RULES) if region % 2 else {}
        after = _judged(rng, share)
        realised.append(index_if(after, "terverifikasi", lambda slot: slot.level))
        seasons.append((_unjudged(after), before))
    return standings_of(seasons, "mandiri"), realised


def _judged(rng: Random, share: Mapping[str, float]) -> Dossier:
    def slots(codes: Sequence[str]) -> dict[str, Slot]:
        return {code: _verdict(rng, share[code]) for code in codes if rng.random() < 0.8}

    number = rng.randint(INNOVATIONS // 2, 2 * INNOVATIONS)
    return season(slots(REGION_CODES), [slots(INNOVATION_CODES) for _ in range(number)])


def _verdict(rng: Random, share: float) -> Slot:
    level = rng.randint(1, 3)
    tries = [rng.random() < share for _ in range(level)]
    accepted = level * tries[0] if rng.random() < 0.5 else sum(tries)
    return Slot(level=level, claim=FACT, accepted=accepted, verdict=FACT)


def _unjudged(dossier: Dossier) -> Dossier:
    def opened(slots: Mapping[str, Slot]) -> dict[str, Slot]:
        return {code: Slot(level=slot.level, claim=FACT) for code, slot in slots.items()}

    return season(
        opened(dossier.region), [opened(held.slots) for held in dossier.innovations.values()]
    )
