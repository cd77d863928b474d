"""The provisional rank: repeatable, within what can be, and right as often as it says."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from random import Random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from services.projection.core import dossier as dossiers
from services.projection.core.dossier import Dossier, Slot
from services.projection.core.provisional import past as pasts
from services.projection.core.provisional import provisional
from services.projection.core.provisional.past import Kept
from services.projection.core.provisional.provisional import Span, Standing
from shared.kernel.scorecard import STAGES, Stage
from tests.effort import examples
from tests.histories import INNOVATION_CODES, histories
from tests.provinces import (
    CODES,
    FACT,
    MANY,
    RULES,
    index_if,
    kept,
    season,
    span_of,
    standings_of,
)

# Every province is drawn 400 times: fewer of them say as much.
few = settings(max_examples=examples(25), deadline=None)

stages = st.sampled_from(STAGES)
seeds = st.integers(0, 2**64)


@st.composite
def past_seasons(draw: st.DrawFn) -> Mapping[str, Kept]:
    verdicts = st.tuples(st.sampled_from(CODES[:3] + CODES[-20:-16]), st.integers(1, 3))
    drawn = draw(st.lists(st.tuples(verdicts, st.integers(0, 3), st.integers(1, 30)), max_size=6))
    return pasts.added(
        {code: kept(claims, level, min(level, accepted))}
        for (code, level), accepted, claims in drawn
    )


@st.composite
def provinces(draw: st.DrawFn) -> tuple[list[Standing], Stage]:
    drawn = draw(st.lists(st.tuples(histories(), past_seasons()), min_size=1, max_size=4))
    stage = draw(stages)
    seasons = [(dossiers.opened(history), past) for history, past in drawn]
    return standings_of(seasons, stage), stage


@few
@given(provinces(), seeds, st.randoms(use_true_random=False))
def test_the_same_seed_says_the_same_in_whatever_order_regions_are_named(
    province: tuple[list[Standing], Stage], seed: int, shuffling: Random
) -> None:
    drawn, stage = province
    finals = [(Fraction(9, 10), Fraction(number, 7)) for number in range(len(drawn))]
    standings = [
        msgspec.structs.replace(each, finals=ratios)
        for each, ratios in zip(drawn, [(), *finals], strict=False)
    ]
    first = msgspec.json.encode(provisional.outlooks(standings, RULES, stage, seed))
    assert msgspec.json.encode(provisional.outlooks(standings, RULES, stage, seed)) == first
    shuffled = [
        msgspec.structs.replace(
            each, past=dict(reversed(list(each.past.items()))), finals=each.finals[::-1]
        )
        for each in standings
    ]
    shuffling.shuffle(shuffled)
    assert msgspec.json.encode(provisional.outlooks(shuffled, RULES, stage, seed)) == first


@few
@given(provinces(), seeds)
def test_a_range_is_ordered_and_lies_within_what_can_be(
    province: tuple[list[Standing], Stage], seed: int
) -> None:
    standings, stage = province
    told = provisional.outlooks(standings, RULES, stage, seed)
    judged = sum(
        kept.levels
        for each in standings
        for past in (each.past, pasts.past_of(each.dossier, RULES))
        for kept in past.values()
    )
    assert {each.basis.province_levels for each in told} == {judged}
    assert sum(each.basis.own_levels for each in told) == judged
    for each, outlook in zip(standings, told, strict=True):
        assert (outlook.region, outlook.index, outlook.rank) == (each.region, each.index, each.rank)
        assert (outlook.span is None) == (outlook.reason == "no_past") == (judged == 0)
        if outlook.span is None:
            continue
        span = outlook.span
        least = index_if(each.dossier, stage, lambda _: 0)
        most = index_if(each.dossier, stage, lambda slot: slot.level)
        assert least <= span.index_low <= span.index_middle <= span.index_high <= most
        assert 1 <= span.rank_best <= span.rank_worst <= len(standings)
        assert sum(span.chance.values()) == 1
        assert set(span.chance) <= set(range(1, len(standings) + 1))
        within = sum(
            share
            for rank, share in span.chance.items()
            if span.rank_best <= rank <= span.rank_worst
        )
        assert within >= Decimal("0.8")
        holds = span.chance.get(each.rank, Decimal(0))
        assert abs(span.holds - holds) <= Decimal("0.005")


@few
@given(provinces(), seeds)
def test_where_everything_has_a_verdict_nothing_is_left_to_chance(
    province: tuple[list[Standing], Stage], seed: int
) -> None:
    standings, stage = province
    settled = [(_all_judged(each.dossier), {CODES[0]: kept(9, 3, 1)}) for each in standings]
    verified = standings_of(settled, "terverifikasi")
    for each, outlook in zip(
        verified, provisional.outlooks(verified, RULES, stage, seed), strict=True
    ):
        span = span_of(outlook)
        assert span.index_low == span.index_middle == span.index_high == each.index
        assert (span.rank_best, span.rank_worst) == (each.rank, each.rank)
        assert (span.chance, span.holds) == ({each.rank: Decimal(1)}, Decimal("1.00"))


def _all_judged(dossier: Dossier) -> Dossier:
    def judged(slots: Mapping[str, Slot]) -> dict[str, Slot]:
        return {
            code: msgspec.structs.replace(slot, verdict=FACT, accepted=slot.level // 2)
            for code, slot in slots.items()
        }

    innovations = {
        name: msgspec.structs.replace(held, slots=judged(held.slots), submitted=FACT)
        for name, held in dossier.innovations.items()
    }
    return msgspec.structs.replace(dossier, region=judged(dossier.region), innovations=innovations)


@few
@given(provinces(), seeds, st.sampled_from([0, 1]))
def test_a_past_without_loss_ends_at_the_claim_and_a_past_of_nothing_else_at_the_verdicts(
    province: tuple[list[Standing], Stage], seed: int, everything: int
) -> None:
    standings, stage = province
    past = {code: kept(MANY, 3, 3 if everything else 0) for code in CODES}
    sure = [msgspec.structs.replace(each, past=past) for each in standings]
    for each, outlook in zip(sure, provisional.outlooks(sure, RULES, stage, seed), strict=True):
        span = span_of(outlook)
        end = index_if(each.dossier, stage, lambda slot: slot.level * everything)
        assert span.index_low == span.index_middle == span.index_high == end


@few
@given(st.integers(2, 8), st.integers(1, 3), seeds)
def test_more_past_of_ones_own_narrows_the_range(tenths: int, claims: int, seed: int) -> None:
    """The neighbour and the share kept stay the same; only how often it was seen grows."""

    def width(times: int) -> Decimal:
        def past(many: int) -> Mapping[str, Kept]:
            return {
                code: kept(tenths * many, 3, 3) + kept((10 - tenths) * many, 3, 0)
                for code in INNOVATION_CODES
            }

        opened = {code: Slot(level=3, claim=FACT) for code in INNOVATION_CODES}
        seasons = [(season({}, [opened] * 30), past(times)), (season({}, []), past(5))]
        told = provisional.outlooks(standings_of(seasons, "mandiri"), RULES, "mandiri", seed)
        span = span_of(told[0])
        return span.index_high - span.index_low

    assert width(claims * 30) < width(claims) < width(0)


@few
@given(provinces(), seeds)
def test_a_region_of_which_nothing_is_known_moves_nobodys_index(
    province: tuple[list[Standing], Stage], seed: int
) -> None:
    standings, stage = province
    opened = season({CODES[0]: Slot(level=3, claim=FACT)}, [])
    stranger = Standing(region="63.99", dossier=opened, index=Decimal(0), rank=1)
    alone = provisional.outlooks(standings, RULES, stage, seed)
    together = provisional.outlooks([stranger, *standings], RULES, stage, seed)
    for before, after in zip(alone, together, strict=False):
        assert (before.span is None) == (after.span is None)
        if before.span is not None and after.span is not None:
            assert _indexes(before.span) == _indexes(after.span)


def _indexes(span: Span) -> tuple[Decimal, ...]:
    return span.index_low, span.index_middle, span.index_high
