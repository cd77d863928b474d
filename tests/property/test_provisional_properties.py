"""The provisional rank: repeatable, within what can be, and right as often as it says."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import exp
from random import Random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from services.projection.core import dossier as dossiers
from services.projection.core import provisional, ranking
from services.projection.core import provisional_past as pasts
from services.projection.core.dossier import Dossier, Fact, Held, Slot
from services.projection.core.provisional import Outlook, Span, Standing
from services.projection.core.provisional_past import ASSUMED, Kept
from shared.kernel.events.intake import Profile
from shared.kernel.rules import formula, ruleset
from shared.kernel.rules.formula import Tally
from shared.kernel.rules.ruleset import RuleSet
from shared.kernel.scorecard import STAGES, Stage
from tests.histories import INNOVATION_CODES, REGION_CODES, START, histories
from tests.histories import RULES as STRICT

# Every province is drawn 400 times: fewer of them say as much. Eligibility is tested elsewhere;
# here it would only leave most of the drawn innovations without points.
few = settings(max_examples=25, deadline=None)
RULES: RuleSet = msgspec.structs.replace(
    STRICT,
    window=ruleset.Sourced(certainty="unknown"),
    words_min=ruleset.Sourced(certainty="unknown"),
)
FACT = Fact(seq=1, happened_at=START)
CODES = [*REGION_CODES, *INNOVATION_CODES]
MANY = 1_000_000

stages = st.sampled_from(STAGES)
seeds = st.integers(0, 2**64)


def kept(claims: int, level: int, accepted: int) -> Kept:
    return Kept(
        levels=claims * level,
        kept=claims * accepted,
        pairs=claims * level * (level - 1),
        pairs_kept=claims * accepted * (accepted - 1),
    )


@st.composite
def past_seasons(draw: st.DrawFn) -> Mapping[str, Kept]:
    verdicts = st.tuples(st.sampled_from(CODES[:3] + CODES[-20:-16]), st.integers(1, 3))
    drawn = draw(st.lists(st.tuples(verdicts, st.integers(0, 3), st.integers(1, 30)), max_size=6))
    return pasts.added(
        {code: kept(claims, level, min(level, accepted))}
        for (code, level), accepted, claims in drawn
    )


def standings_of(
    seasons: Sequence[tuple[Dossier, Mapping[str, Kept]]], stage: Stage
) -> list[Standing]:
    names = [f"63.{number:02}" for number in range(1, len(seasons) + 1)]
    scores = {
        name: formula.score(RULES, dossiers.tally_at(dossier, RULES, stage)).index
        for name, (dossier, _) in zip(names, seasons, strict=True)
    }
    ranks = ranking.ranks(ranking.rank(names, scores, stage), known=True)
    return [
        Standing(region=name, dossier=dossier, index=scores[name], rank=ranks[name], past=past)
        for name, (dossier, past) in zip(names, seasons, strict=True)
    ]


@st.composite
def provinces(draw: st.DrawFn) -> tuple[list[Standing], Stage]:
    drawn = draw(st.lists(st.tuples(histories(), past_seasons()), min_size=1, max_size=4))
    stage = draw(stages)
    seasons = [(dossiers.opened(history), past) for history, past in drawn]
    return standings_of(seasons, stage), stage


def tally_if(dossier: Dossier, stage: Stage, level: Callable[[Slot], int]) -> Tally:
    """The verified tally if open claims became that level, everything being sent at `mandiri`."""

    def settled(slots: Mapping[str, Slot]) -> dict[str, Slot]:
        return {
            code: slot
            if slot.verdict is not None
            else msgspec.structs.replace(slot, accepted=level(slot))
            for code, slot in slots.items()
        }

    reached = msgspec.structs.replace(
        dossier,
        region=settled(dossier.region),
        innovations={
            name: msgspec.structs.replace(
                held,
                slots=settled(held.slots),
                submitted=FACT if stage == "mandiri" else held.submitted,
            )
            for name, held in dossier.innovations.items()
        },
    )
    return dossiers.tally_at(reached, RULES, "terverifikasi")


def index_if(dossier: Dossier, stage: Stage, level: Callable[[Slot], int]) -> Decimal:
    return formula.score(RULES, tally_if(dossier, stage, level)).index


def span_of(outlook: Outlook) -> Span:
    assert outlook.span is not None
    return outlook.span


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
        seasons = [(_season({}, [opened] * 30), past(times)), (_season({}, []), past(5))]
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
    opened = _season({CODES[0]: Slot(level=3, claim=FACT)}, [])
    stranger = Standing(region="63.99", dossier=opened, index=Decimal(0), rank=1)
    alone = provisional.outlooks(standings, RULES, stage, seed)
    together = provisional.outlooks([stranger, *standings], RULES, stage, seed)
    for before, after in zip(alone, together, strict=False):
        assert (before.span is None) == (after.span is None)
        if before.span is not None and after.span is not None:
            assert _indexes(before.span) == _indexes(after.span)


def _indexes(span: Span) -> tuple[Decimal, ...]:
    return span.index_low, span.index_middle, span.index_high


# Calibration: provinces made by another process than the one assumed. Odds are normal around an
# indicator's own, claims fall as a whole or level by level, and regions differ by STRICTNESS.
PROVINCES = 40
REGIONS = 6
INNOVATIONS = 6
STRICTNESS, HABIT, INDICATORS = 0.7, 0.4, 0.8


def test_eight_of_ten_ranges_hold_what_then_happens_and_far_fewer_without_the_common_shock() -> (
    None
):
    """Measured: 0.77 of the indexes and 0.95 of the ranks; without the common shock 0.53."""
    alike = msgspec.structs.replace(
        ASSUMED, region_spread=0.0, region_spread_min=0.0, region_spread_max=0.0
    )
    held = held_rank = held_alike = 0
    for number in range(PROVINCES):
        standings, realised = _synthetic(Random(number))
        told = provisional.outlooks(standings, RULES, "mandiri", number)
        told_alike = provisional.outlooks(standings, RULES, "mandiri", number, alike)
        for outlook, other, index in zip(told, told_alike, realised, strict=True):
            span, narrow = span_of(outlook), span_of(other)
            held += span.index_low <= index <= span.index_high
            held_alike += narrow.index_low <= index <= narrow.index_high
            rank = 1 + sum(each > index for each in realised)
            held_rank += span.rank_best <= rank <= span.rank_worst
    regions = PROVINCES * REGIONS
    assert 0.70 <= held / regions <= 0.92
    assert held_rank / regions >= 0.80
    assert held_alike / regions < 0.65


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
    return _season(slots(REGION_CODES), [slots(INNOVATION_CODES) for _ in range(number)])


def _verdict(rng: Random, share: float) -> Slot:
    level = rng.randint(1, 3)
    tries = [rng.random() < share for _ in range(level)]
    accepted = level * tries[0] if rng.random() < 0.5 else sum(tries)
    return Slot(level=level, claim=FACT, accepted=accepted, verdict=FACT)


def _unjudged(dossier: Dossier) -> Dossier:
    def opened(slots: Mapping[str, Slot]) -> dict[str, Slot]:
        return {code: Slot(level=slot.level, claim=FACT) for code, slot in slots.items()}

    return _season(
        opened(dossier.region), [opened(held.slots) for held in dossier.innovations.values()]
    )


def _season(region: Mapping[str, Slot], innovations: Sequence[Mapping[str, Slot]]) -> Dossier:
    return Dossier(
        region=dict(region),
        innovations={
            f"inovasi-{number}": Held(slots=dict(slots), profile=_profile(number), submitted=FACT)
            for number, slots in enumerate(innovations)
        },
        year=2026,
    )


def _profile(number: int) -> Profile:
    return Profile(name="Inovasi", tahapan="penerapan", main_urusan=1 + number % 6)
