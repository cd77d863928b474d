"""The provisional rank by example: what counts as past, what is drawn, and what is said of it."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from statistics import fmean, pvariance

import pytest

from services.projection.core import ranking
from services.projection.core.dossier import Dossier, Held, Slot
from services.projection.core.provisional import chance as chances
from services.projection.core.provisional import draw as provisional_draw
from services.projection.core.provisional import past as pasts
from services.projection.core.provisional import provisional
from services.projection.core.provisional.past import ASSUMED, Evidence, Kept
from services.projection.core.provisional.provisional import Outlook, Span, Standing
from shared.kernel.events.innovation import Profile
from shared.kernel.rules import ruleset
from shared.kernel.rules.ruleset import RuleSet
from shared.kernel.scorecard import Stage
from tests.provinces import FACT, RULES, kept

SPD, OTHER_SPD = (row.code for row in ruleset.region_rows(RULES)[:2])
SID = ruleset.innovation_rows(RULES)[0].code
MANDIRI: Stage = "mandiri"


def opened(level: int) -> Slot:
    return Slot(level=level, claim=FACT)


def judged(level: int, accepted: int) -> Slot:
    return Slot(level=level, claim=FACT, accepted=accepted, verdict=FACT)


def region(slots: Mapping[str, Slot], **innovations: Held) -> Dossier:
    return Dossier(region=dict(slots), innovations=innovations, year=2026)


def held(slots: Mapping[str, Slot], *, sent: bool = True) -> Held:
    profile = Profile(name="Inovasi", tahapan="penerapan", main_urusan=1)
    return Held(slots=dict(slots), profile=profile, submitted=FACT if sent else None)


def standing(
    dossier: Dossier,
    code: str = "63.01",
    rank: int = 1,
    past: Mapping[str, Kept] | None = None,
    finals: tuple[Fraction, ...] = (),
) -> Standing:
    return Standing(
        region=code, dossier=dossier, index=Decimal(0), rank=rank, past=past or {}, finals=finals
    )


def spans(*standings: Standing, stage: Stage = MANDIRI, rules: RuleSet = RULES) -> list[Span]:
    found = [each.span for each in provisional.outlooks(standings, rules, stage, 7)]
    assert all(found)
    return [span for span in found if span is not None]


def test_a_level_is_the_unit_of_the_past_and_only_verdicts_count() -> None:
    slots = {SPD: judged(3, 2), OTHER_SPD: opened(3), "SPD-LAMA": judged(3, 3)}
    one = held({SID: judged(2, 0)})
    two = held({SID: judged(1, 3)})
    three = held({SID: judged(0, 1)})
    assert pasts.past_of(region(slots, one=one, two=two, three=three), RULES) == {
        SPD: Kept(levels=3, kept=2, pairs=6, pairs_kept=2),
        SID: Kept(levels=3, kept=1, pairs=2, pairs_kept=0),
    }


def test_seasons_add_up() -> None:
    first, second = {SPD: kept(2, 3, 2)}, {SPD: kept(1, 3, 3), SID: kept(1, 1, 0)}
    assert pasts.added((first, second)) == {
        SID: Kept(levels=1, kept=0, pairs=0, pairs_kept=0),
        SPD: Kept(levels=9, kept=7, pairs=18, pairs_kept=10),
    }


def test_without_any_verdict_nothing_is_guessed() -> None:
    dossier = region({SPD: opened(3)})
    told = provisional.outlooks([standing(dossier)], RULES, MANDIRI, 7)
    assert [(each.span, each.reason) for each in told] == [(None, "no_past")]
    assert told[0].basis == provisional.Basis(own_levels=0, province_levels=0, final_ratios=0)
    assert "tidak ada dasar" in told[0].sentence.indonesian
    assert "no basis" in told[0].sentence.english


def test_a_neighbours_past_is_a_basis_and_is_told_apart_from_ones_own() -> None:
    mine = standing(region({SPD: opened(3), OTHER_SPD: judged(2, 1)}), "63.01")
    past = {SPD: kept(10, 3, 2)}
    neighbour = standing(region({}), "63.02", past=past)
    told = provisional.outlooks([mine, neighbour], RULES, MANDIRI, 7)
    assert [(each.basis.own_levels, each.basis.province_levels) for each in told] == [
        (2, 32),
        (30, 32),
    ]
    assert all(each.span for each in told)


def test_what_has_a_verdict_is_not_drawn_again() -> None:
    """Two regions, all judged: 3 and 2 levels of a row of weight 1, out of 250 points."""
    first = standing(region({SPD: judged(3, 3)}), "63.01", rank=1)
    second = standing(region({SPD: judged(3, 2)}), "63.02", rank=1)
    certain, follower = spans(first, second)
    assert (certain.index_low, certain.index_high) == (Decimal("1.20"), Decimal("1.20"))
    assert (follower.index_low, follower.index_high) == (Decimal("0.80"), Decimal("0.80"))
    assert (certain.chance, certain.holds) == ({1: Decimal(1)}, Decimal("1.00"))
    assert (follower.chance, follower.holds) == ({2: Decimal(1)}, Decimal("0.00"))


def test_regions_of_the_same_index_share_a_rank() -> None:
    same = [standing(region({SPD: judged(3, 3)}), f"63.0{number}") for number in (1, 2)]
    last = standing(region({SPD: judged(3, 1)}), "63.03")
    assert [span.rank_best for span in spans(*same, last)] == [1, 1, 3]
    indexes = [Decimal(each) for each in ("5.00", "7.00", "5.00", "1.00", "9.00")]
    placed = {f"{place}": index for place, index in enumerate(indexes)}
    by_code = ranking.ranks(ranking.rank(placed, placed, MANDIRI), known=True)
    assert provisional._ranks(indexes) == [by_code[f"{place}"] for place in range(5)]


def test_until_verification_begins_everything_is_taken_as_sent() -> None:
    """A row of weight 3, claimed and kept at 3 by one innovation of twelve, besides its number."""
    past = {SID: kept(100_000, 3, 3)}
    unsent = standing(region({}, one=held({SID: opened(3)}, sent=False)), past=past)
    [before] = spans(unsent)
    assert before.index_middle == Decimal("0.30")
    [after] = spans(unsent, stage="terverifikasi")
    assert (after.index_low, after.index_high) == (Decimal("0.00"), Decimal("0.00"))


def test_a_rejected_innovation_is_worth_nothing_whatever_it_claims() -> None:
    rejected = held({SID: opened(3)})
    rejected.rejected, rejected.refusal = FACT, "lainnya"
    [span] = spans(standing(region({}, one=rejected), past={SID: kept(100_000, 3, 3)}))
    assert (span.index_low, span.index_high) == (Decimal("0.00"), Decimal("0.00"))


def test_claims_that_always_fell_as_a_whole_are_drawn_as_a_whole() -> None:
    """Half of all claims of three were kept, each wholly: 0 and 1.20 are all there can be."""
    whole = {SPD: pasts.added(({SPD: kept(50, 3, 3)}, {SPD: kept(50, 3, 0)}))[SPD]}
    outlook = standing(region({SPD: opened(3)}), past=whole)
    [span] = spans(outlook)
    assert (span.index_low, span.index_high) == (Decimal("0.00"), Decimal("1.20"))
    assert span.index_middle in (Decimal("0.00"), Decimal("1.20"))
    apart = {SPD: kept(100, 3, 2)}
    [drawn] = spans(standing(region({SPD: opened(3)}), past=apart))
    assert drawn.index_middle in (Decimal("0.40"), Decimal("0.80"))


def test_a_strict_past_of_one_indicator_warns_of_another() -> None:
    """The common shock: nothing is known of their claims but how strict another row was."""
    pool = {code: kept(40, 3, 2) for code in (SPD, OTHER_SPD)}
    neighbours = [standing(region({}), f"63.0{number}", past=pool) for number in (3, 4, 5)]
    innovations = {f"inovasi-{number}": held({SID: opened(3)}) for number in range(40)}
    dossier = region({}, **innovations)
    strict = standing(dossier, "63.01", past={SPD: kept(40, 3, 0)})
    lenient = standing(dossier, "63.02", past={SPD: kept(40, 3, 3)})
    hard, soft, *_ = spans(strict, lenient, *neighbours)
    assert hard.index_high < soft.index_low


def test_the_step_to_the_decree_is_taken_from_ones_own_years_first() -> None:
    finals = (Fraction(1, 2),)
    own = standing(region({SPD: judged(3, 3)}), "63.01", finals=finals)
    without = standing(region({SPD: judged(3, 2)}), "63.02")
    better = standing(region({SPD: judged(3, 1)}), "63.03", finals=(Fraction(3, 2),))
    halved, borrowed, raised = spans(own, without, better)
    assert {halved.index_low, halved.index_high} == {Decimal("0.60")}
    assert (borrowed.index_low, borrowed.index_high) == (Decimal("0.40"), Decimal("1.20"))
    assert {raised.index_low, raised.index_high} == {Decimal("0.60")}
    told = provisional.outlooks([own, without, better], RULES, MANDIRI, 7)
    assert [each.basis.final_ratios for each in told] == [1, 2, 1]


def test_no_decree_lifts_an_index_above_its_scale() -> None:
    full = region({SPD: judged(3, 3)})
    [span] = spans(standing(full, finals=(Fraction(1000),)))
    assert span.index_high == Decimal("100.00")


@pytest.mark.parametrize(
    ("finals", "decree"),
    [((), "Perubahan saat penetapan tidak"), ((Fraction(1),), "Perubahan saat penetapan termasuk")],
)
def test_the_sentence_says_what_it_rests_on(finals: tuple[Fraction, ...], decree: str) -> None:
    def told(*standings: Standing) -> Outlook:
        return provisional.outlooks(standings, RULES, MANDIRI, 7)[0]

    sure = told(standing(region({SPD: judged(3, 3)}), finals=finals))
    assert sure.sentence.indonesian.startswith(
        "Dari 400 ulangan dengan susut verifikasi masa lalu, sedikitnya 8 dari 10 berakhir di "
        f"peringkat 1. {decree}"
    )
    assert sure.sentence.indonesian.endswith("Ini perkiraan, bukan hasil.")
    assert sure.sentence.english.endswith("This is an estimate, not a result.")
    open_both = [
        standing(region({SPD: opened(3)}), f"63.0{number}", past={SPD: kept(9, 3, 1)})
        for number in (1, 2)
    ]
    assert "peringkat 1–2." in told(*open_both).sentence.indonesian
    assert "rank 1–2." in told(*open_both).sentence.english


def test_bounds_are_the_40th_the_200th_and_the_360th_of_the_sorted_draws() -> None:
    draws = [Decimal(number) for number in range(400, 0, -1)]
    span = provisional._span(1, draws, [1] * 399 + [2])
    bounds = (span.index_low, span.index_middle, span.index_high)
    assert bounds == (Decimal(40), Decimal(200), Decimal(360))
    assert (span.chance, span.holds) == (
        {1: Decimal("0.9975"), 2: Decimal("0.0025")},
        Decimal("1.00"),
    )


def test_cohesion_tells_whole_claims_from_loose_levels() -> None:
    whole = {SPD: kept(50, 3, 3) + kept(50, 3, 0)}
    loose = {SPD: kept(12, 3, 0) + kept(38, 3, 1) + kept(38, 3, 2) + kept(12, 3, 3)}
    unknown = {SPD: kept(50, 1, 1) + kept(50, 1, 0)}
    found = [pasts.pooled({"63.01": past}, ASSUMED).cohesion for past in (whole, loose, unknown)]
    assert found == [pytest.approx(1, abs=0.01), pytest.approx(0, abs=0.05), 1.0]


def test_regions_that_differ_are_seen_to_differ() -> None:
    def spread(*accepted: int) -> float:
        known = {f"63.0{n}": {SPD: kept(90, 3, each)} for n, each in enumerate(accepted)}
        return pasts.pooled(known, ASSUMED).region_spread

    assert spread(2, 2, 2, 2) < ASSUMED.region_spread < spread(0, 3, 0, 3)
    assert spread(2) == pytest.approx(ASSUMED.region_spread)


def test_many_claims_at_once_have_the_mean_and_the_variance_of_claims_one_by_one() -> None:
    """Eight levels' worth of the moved share and sixteen seen: 8 kept of 24, a third."""
    claims, level, cohesion = 20, 3, 0.5
    lump = (1 + cohesion * (level - 1)) / (claims * level)
    opening = provisional_draw.Opening(
        code=SID,
        of_region=False,
        weight=1,
        claims=claims,
        levels=claims * level,
        chance=provisional_draw._chance([level] * claims, cohesion),
        seen=Evidence(kept=4, lost=12),
    )
    case = provisional_draw.Case(
        openings=(opening,),
        overall=Evidence(),
        mix=(),
        cohesion=cohesion,
        strictness=None,
        habit=8,
    )
    chance = chances.uniforms(7)
    many = [provisional_draw._levels(chance, opening, 0.5, case) / 60 for _ in range(10_000)]
    assert fmean(many) == pytest.approx(1 / 3, abs=0.01)
    assert pvariance(many) == pytest.approx(2 / 9 * (1 / 25 + 24 / 25 * lump), rel=0.06)


def test_chance_belongs_to_its_name_and_never_changes() -> None:
    assert list(islice(chances.uniforms(7, "63.01", 0), 400)) == list(
        islice(chances.uniforms(7, "63.01", 0), 400)
    )
    names = ((7, "63.01", 0), (7, "63.01", 1), (8, "63.01", 0), (7, "63.02", 0), (7, 0))
    assert len({next(chances.uniforms(*name)) for name in names}) == len(names)
    many = list(islice(chances.uniforms(7), 20_000))
    assert len(set(many)) > 19_990
    assert 0 < min(many) < max(many) < 1
    assert fmean(many) == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(("a", "b"), [(9.0, 4.0), (0.6, 0.3), (200.0, 1.0), (0.05, 2.0)])
def test_a_beta_share_has_the_mean_and_the_variance_of_the_distribution(a: float, b: float) -> None:
    chance = chances.uniforms(7, f"{a} {b}")
    many = [chances.beta(chance, a, b) for _ in range(20_000)]
    mean = a / (a + b)
    assert fmean(many) == pytest.approx(mean, abs=0.01)
    assert pvariance(many) == pytest.approx(mean * (1 - mean) / (a + b + 1), rel=0.1)


def test_a_beta_share_of_nothing_against_something_is_certain() -> None:
    chance = chances.uniforms(7)
    assert [chances.beta(chance, 0, 3), chances.beta(chance, 3, 0)] == [0.0, 1.0]
    assert {chances.beta(chance, 1e-12, 1e-12) for _ in range(50)} == {0.0, 1.0}
