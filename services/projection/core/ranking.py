"""Who stands where in a province: competition ranking on the rounded index, and how it moved.

Ties share a place (1, 2, 2, 4) and are ordered by region code. A region at 0 has a place like any
other. In a computed stage a region of which nothing is known counts as 0; a final result exists
only once it is published, so until then the region has no place.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Literal

from msgspec import Struct

Stage = Literal["mandiri", "terverifikasi", "final"]
STAGES: tuple[Stage, ...] = ("mandiri", "terverifikasi", "final")
FINAL: Stage = "final"

# The legal category of an index of 0.
NOT_ASSESSABLE = "Tidak Dapat Dinilai"

ZERO = Decimal(0)


def stated(stage: str) -> str:
    """The name under which scores of a stage are kept that somebody told, and nobody computed."""
    return f"stated:{stage}"


class Place(Struct, frozen=True, kw_only=True):
    """One region's place; `rank` and `score` are None where no result is published."""

    region: str
    score: Decimal | None
    rank: int | None
    tied: bool = False


class Movement(Struct, frozen=True, kw_only=True):
    """How many places up (positive) or down; None where there is nothing to compare with."""

    places: int | None
    words: str


def rank(regions: Iterable[str], scores: Mapping[str, Decimal], stage: Stage) -> tuple[Place, ...]:
    """Every region once, the best first, the unplaced last; `scores` are already rounded."""
    codes = sorted(set(regions))
    if stage == FINAL:
        placed = {code: scores[code] for code in codes if code in scores}
    else:
        placed = {code: scores.get(code, ZERO) for code in codes}
    ordered = sorted(placed, key=lambda code: (-placed[code], code))
    sharing = Counter(placed.values())
    first: dict[Decimal, int] = {}
    for position, code in enumerate(ordered, start=1):
        first.setdefault(placed[code], position)
    ranked = (
        Place(region=code, score=score, rank=first[score], tied=sharing[score] > 1)
        for code, score in ((code, placed[code]) for code in ordered)
    )
    unplaced = (Place(region=code, score=None, rank=None) for code in codes if code not in placed)
    return (*ranked, *unplaced)


def place_among(index: Decimal, others: Iterable[Decimal]) -> int:
    """The place of one rounded index among the others'."""
    return 1 + sum(1 for other in others if other > index)


def ranks(places: Iterable[Place], *, known: bool) -> dict[str, int]:
    """Each region's rank; empty where nothing was known of anybody, for then nobody led."""
    if not known:
        return {}
    return {place.region: place.rank for place in places if place.rank is not None}


def movement(place: Place, earlier: Mapping[str, int]) -> Movement:
    """The place against the rank of an earlier ranking, in Indonesian words."""
    if place.rank is None:
        return Movement(places=None, words="")
    before = earlier.get(place.region)
    if before is None:
        return Movement(places=None, words="baru")
    gained = before - place.rank
    if gained == 0:
        return Movement(places=0, words="tetap")
    return Movement(places=gained, words=f"{'naik' if gained > 0 else 'turun'} {abs(gained)}")
