"""Places by example: ties, zeros, what is not published, and how a place moved."""

from decimal import Decimal

import pytest

from services.projection.core import ranking
from services.projection.core.ranking import FINAL, Place, Stage

MANDIRI: Stage = "mandiri"


def placed(stage: Stage, **scores: str | None) -> list[tuple[str, int | None, bool]]:
    told = {region: Decimal(score) for region, score in scores.items() if score is not None}
    return [(each.region, each.rank, each.tied) for each in ranking.rank(scores, told, stage)]


def test_ties_share_a_rank_and_are_ordered_by_code() -> None:
    assert placed(MANDIRI, d="10", c="20", b="20.00", a="30") == [
        ("a", 1, False),
        ("b", 2, True),
        ("c", 2, True),
        ("d", 4, False),
    ]


def test_a_region_at_zero_and_one_without_a_word_share_the_last_place() -> None:
    assert placed(MANDIRI, a="5", c="0", b=None) == [
        ("a", 1, False),
        ("b", 2, True),
        ("c", 2, True),
    ]


def test_a_final_result_that_is_not_published_has_no_rank_and_stands_last() -> None:
    assert placed(FINAL, a=None, b="0", c="12") == [
        ("c", 1, False),
        ("b", 2, False),
        ("a", None, False),
    ]


def test_nobody_is_ranked_where_there_is_nobody() -> None:
    assert ranking.rank([], {}, MANDIRI) == ()


@pytest.mark.parametrize(
    ("rank", "before", "places", "words"),
    [
        (9, 10, 1, "naik 1"),
        (3, 1, -2, "turun 2"),
        (4, 4, 0, "tetap"),
        (4, None, None, "baru"),
        (None, 4, None, ""),
    ],
)
def test_movement_is_told_in_words(
    rank: int | None, before: int | None, places: int | None, words: str
) -> None:
    place = Place(region="63.10", score=None, rank=rank)
    earlier = {} if before is None else {"63.10": before}
    moved = ranking.movement(place, earlier)
    assert (moved.places, moved.words) == (places, words)


def test_where_nothing_was_known_nobody_led() -> None:
    everyone_at_zero = ranking.rank(["a", "b"], {}, MANDIRI)
    assert ranking.ranks(everyone_at_zero, known=False) == {}
    assert ranking.ranks(everyone_at_zero, known=True) == {"a": 1, "b": 1}
