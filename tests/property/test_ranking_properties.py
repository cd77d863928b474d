"""A ranking against one counted out by hand, for any scores in any order."""

import itertools
from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from services.projection.core import ranking
from services.projection.core.ranking import FINAL, STAGES, Stage

CODES = st.integers(1, 40).map(lambda number: f"63.{number:02d}")
# Few values, so that ties are common; hundredths, as indexes are.
INDEXES = st.integers(0, 30).map(lambda number: Decimal(number * 25) / 100)
SCORES = st.dictionaries(CODES, st.none() | INDEXES, max_size=40)


def counted_out(scores: dict[str, Decimal | None], stage: Stage) -> dict[str, int | None]:
    """One plus the number of those who stand better; shares nothing with the code."""
    known = {
        code: Decimal(0) if score is None and stage != FINAL else score
        for code, score in scores.items()
    }
    places: dict[str, int | None] = {}
    for code, score in known.items():
        if score is None:
            places[code] = None
        else:
            better = [other for other in known.values() if other is not None and other > score]
            places[code] = 1 + len(better)
    return places


@given(SCORES, st.sampled_from(STAGES), st.randoms(use_true_random=False))
def test_it_is_what_one_counts_out_in_whatever_order_it_is_given(
    scores: dict[str, Decimal | None], stage: Stage, chance: Random
) -> None:
    told = {code: score for code, score in scores.items() if score is not None}
    regions, pairs = list(scores), list(told.items())
    chance.shuffle(regions)
    chance.shuffle(pairs)
    places = ranking.rank(regions, dict(pairs), stage)
    assert places == ranking.rank(sorted(scores), told, stage)
    assert {place.region: place.rank for place in places} == counted_out(scores, stage)


@given(SCORES, st.sampled_from(STAGES))
def test_order_ties_and_the_unplaced(scores: dict[str, Decimal | None], stage: Stage) -> None:
    told = {code: score for code, score in scores.items() if score is not None}
    places = ranking.rank(scores, told, stage)
    ranks = [place.rank for place in places]
    unplaced = [place for place in places if place.rank is None]
    assert [place.region for place in places if place.rank is None] == sorted(
        place.region for place in unplaced
    )
    assert ranks == sorted(ranks, key=lambda rank: (rank is None, rank or 0))
    for one, other in itertools.pairwise(places):
        if one.rank == other.rank:
            assert one.region < other.region
    for place in places:
        sharing = sum(1 for other in places if other.rank == place.rank)
        assert place.tied == (place.rank is not None and sharing > 1)


@given(SCORES, SCORES, st.sampled_from(STAGES))
def test_movements_lead_from_the_earlier_rank_to_the_later(
    before: dict[str, Decimal | None], now: dict[str, Decimal | None], stage: Stage
) -> None:
    regions = sorted(before.keys() | now.keys())
    was = {code: score for code, score in before.items() if score is not None}
    told = {code: score for code, score in now.items() if score is not None}
    earlier = ranking.ranks(ranking.rank(regions, was, stage), known=bool(was))
    for place in ranking.rank(regions, told, stage):
        moved = ranking.movement(place, earlier)
        if place.rank is None:
            assert moved.words == ""
        elif moved.places is None:
            assert place.region not in earlier
            assert moved.words == "baru"
        else:
            assert earlier[place.region] - moved.places == place.rank
