"""Season 2024 of the sample: what was published stays so, and both statements are true."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from deploy.sample import results
from deploy.sample.traits import PROVINCE, RULES_CLOSED
from services.intake.core import occurrence, result
from services.intake.core.occurrence import Occurrence
from shared.io import rulebook
from shared.kernel import regions
from shared.kernel.rules import formula

NOW = datetime(2026, 11, 22, tzinfo=UTC)
RULES = rulebook.rule_sets()[RULES_CLOSED]


def place_on(day: datetime) -> tuple[int, int]:
    """Tanah Bumbu's place and of how many, by sorting what stood on that day."""
    standing: dict[str, Decimal] = {}
    for told in results.ALL:
        assert told.body.occurred_at is not None
        if told.region != PROVINCE and told.body.occurred_at <= day:
            standing[told.region] = told.body.score
    ordered = sorted(standing, key=lambda region: standing[region], reverse=True)
    return ordered.index("63.10") + 1, len(ordered)


def test_tanah_bumbu_was_fourth_from_the_bottom_and_later_ninth_of_thirteen() -> None:
    assert place_on(datetime(2025, 2, 10, 15, tzinfo=UTC)) == (10, 13)
    assert place_on(datetime(2025, 3, 17, 15, tzinfo=UTC)) == (9, 13)


def test_every_region_and_the_province_have_a_first_result() -> None:
    ranked = {region.code for region in regions.of_province(rulebook.regions(), PROVINCE)}
    first = [told.region for told in results.FIRST]
    assert sorted(first) == sorted(ranked | {PROVINCE})


def test_no_two_regions_share_a_score() -> None:
    scores = [told.body.score for told in results.ALL if told.region != PROVINCE]
    assert len(set(scores)) == len(scores)


@pytest.mark.parametrize("told", results.ALL, ids=lambda told: f"{told.region}-{told.name}")
def test_every_predikat_is_the_one_of_its_score(told: results.Result) -> None:
    assert formula.predikat_of(RULES, told.body.score) == told.body.predikat


@pytest.mark.parametrize("told", results.ALL, ids=lambda told: f"{told.region}-{told.name}")
def test_invented_scores_are_marked_and_published_ones_name_their_source(
    told: results.Result,
) -> None:
    published = {PROVINCE: Decimal("51.71"), "63.71": Decimal("58.41")}
    assert told.body.sample == (told.region not in published)
    assert told.body.sample == ("data contoh" in told.body.source)
    assert told.body.source
    if told.region in published:
        assert told.body.score == published[told.region]


def test_a_published_predikat_under_an_invented_score_says_both() -> None:
    for told in results.ALL:
        if told.region == "63.10":
            assert told.body.sample
            assert "kalimantansmart.info" in told.body.source


@pytest.mark.parametrize("told", results.ALL, ids=lambda told: f"{told.region}-{told.name}")
def test_intake_would_record_every_result(told: results.Result) -> None:
    body = told.body
    command = result.Publish(
        year=2024,
        score=body.score,
        predikat=body.predikat,
        source=body.source,
        sample=body.sample,
    )
    assert len(result.decide(command, result.EMPTY, RULES.id, "digest")) == 1
    stated = Occurrence(occurred_at=body.occurred_at, basis=body.basis)
    occurrence.check(stated, allowed=True, now=NOW, earlier=[])
