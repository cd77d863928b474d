"""What is explained, attributed or advised sums and holds exactly, for every history."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from services.projection.core import dossier as dossiers
from services.projection.core import explanation, steps, waterfall
from services.projection.core.candidates import Step
from services.projection.core.dossier import Dossier, Held, Slot
from shared.kernel.events.indicator import IndicatorAccepted
from shared.kernel.events.innovation import Profile
from shared.kernel.recorded import Recorded
from shared.kernel.rules import eligibility, formula
from shared.kernel.rules.formula import Tally
from shared.kernel.scorecard import STAGES, Scorecard, Stage
from tests.histories import (
    DESIGN,
    INNOVATION_CODES,
    INNOVATIONS,
    RULES,
    START,
    histories,
)

CODES = INNOVATION_CODES

stages = st.sampled_from(STAGES)
neighbours = st.lists(st.decimals(0, 100, places=2), max_size=5)


@given(histories(), stages)
def test_a_dossier_tallies_what_the_scorecard_does(
    history: Sequence[Recorded], stage: Stage
) -> None:
    card = Scorecard(RULES)
    for fact in history:
        card.apply(fact.event)
    assert dossiers.tally_at(dossiers.opened(history), RULES, stage) == card.tally(stage)


@given(histories(), stages)
def test_an_explanation_sums_to_the_index(history: Sequence[Recorded], stage: Stage) -> None:
    told = explanation.explain(dossiers.opened(history), RULES, stage)
    total = sum((line.share.exact for line in told.lines), told.rounding.exact)
    assert total == Fraction(told.score.index)
    known = {fact.seq for fact in history}
    assert all(set(line.seqs) <= known and line.seqs for line in told.lines)


@given(histories())
def test_a_waterfall_sums_to_the_difference(history: Sequence[Recorded]) -> None:
    fall = waterfall.fall(dossiers.opened(history), RULES)
    total = sum((step.change.exact for step in fall.steps), fall.rounding.exact)
    assert total == Fraction(fall.verified.index) - Fraction(fall.claimed.index)
    for step in fall.steps:
        if step.items:
            parts = sum((item.change.exact for item in step.items), Fraction(0))
            assert parts == step.change.exact
        elif step.cause not in ("affairs_gate", "number", "divisor"):
            assert not step.change.exact


@given(histories(), stages, neighbours)
def test_every_step_brings_what_a_full_rescore_says(
    history: Sequence[Recorded], stage: Stage, others: Sequence[Decimal]
) -> None:
    """Each step is carried out on a copy of the dossier, which is then scored from scratch."""
    dossier = dossiers.opened(history)
    base = formula.exact_index(RULES, dossiers.tally_at(dossier, RULES, stage))
    advice = steps.advise(dossier, RULES, stage, others)
    for priced in advice.steps:
        after = _carried_out(dossier, priced.step, stage, advice.assumed_maturity)
        assert priced.outcome.gain.exact == formula.exact_index(RULES, after) - base
        score = formula.score(RULES, after)
        assert (priced.outcome.index, priced.outcome.predikat) == (score.index, score.predikat)
        rank = 1 + sum(1 for other in others if other > score.index)
        assert priced.outcome.rank == rank == advice.rank - priced.outcome.rank_gain
    gains = [priced.outcome.gain.exact for priced in advice.steps]
    assert gains == sorted(gains, reverse=True)
    for bundle in advice.bundles:
        assert bundle.outcome.gain.exact > bundle.alone.exact


def _carried_out(dossier: Dossier, step: Step, stage: Stage, assumed: Decimal) -> Tally:
    copy = msgspec.convert(msgspec.to_builtins(dossier), Dossier)
    extra = 0
    fact = dossiers.Fact(seq=0, happened_at=_MOMENT)
    match step.kind:
        case "raise_region" | "await_verdict" | "answer_return" if not step.innovation:
            copy.region[step.indicator] = _at(step.to_level)
        case "raise_innovation" | "await_verdict" | "answer_return" if step.innovation:
            copy.innovations[step.innovation].slots[step.indicator] = _at(step.to_level)
        case "withdraw_innovation":
            del copy.innovations[step.innovation]
        case "apply_innovation":
            held = copy.innovations[step.innovation]
            assert held.profile is not None
            held.profile = msgspec.structs.replace(held.profile, tahapan="penerapan")
        case "submit_innovation":
            copy.innovations[step.innovation].submitted = fact
        case "complete_profile":
            copy.innovations[step.innovation].candidate = ELIGIBLE
        case "add_innovation" | "fill_slot" | "cover_affair":
            profile = Profile(name="baru", tahapan="penerapan", main_urusan=step.affair or 7)
            copy.innovations["baru"] = Held(
                slots={}, profile=profile, submitted=fact, candidate=ELIGIBLE
            )
            extra = int(assumed * 100)
    tally = dossiers.tally_at(copy, RULES, stage)
    return msgspec.structs.replace(tally, maturity=tally.maturity + extra)


def _at(level: int) -> Slot:
    return Slot(level=level, accepted=level)


_MOMENT = START
ELIGIBLE = eligibility.candidate(date(2025, 1, 1), None, DESIGN)


@given(
    st.integers(12, 199),
    st.integers(0, 11_100),
    st.integers(0, 11_100),
    st.integers(0, 6_300),
)
def test_a_new_innovation_helps_exactly_above_the_mean_less_what_its_number_earns(
    n: int, mean: int, own: int, spd: int
) -> None:
    """At n >= floor, below the cap, the gate met: own maturity > mean - 0.38 * (n + 1)."""
    before = Tally(spd=spd, maturity=mean * n, innovations=n, affairs=6)
    after = Tally(spd=spd, maturity=mean * n + own, innovations=n + 1, affairs=6)
    gain = formula.exact_index(RULES, after) - formula.exact_index(RULES, before)
    assert (gain > 0) == (own > mean - 38 * (n + 1))


@given(histories(), st.data())
def test_more_accepted_evidence_never_lowers_an_innovations_maturity(
    history: Sequence[Recorded], data: st.DataObject
) -> None:
    card = Scorecard(RULES)
    for fact in history:
        card.apply(fact.event)
    name, code = data.draw(st.sampled_from(INNOVATIONS)), data.draw(st.sampled_from(CODES))
    kept = card.innovations.get(name)
    before = kept.levels.accepted_points if kept else 0
    now = kept.levels.accepted[CODES.index(code)] if kept else 0
    index = card.score("terverifikasi").index
    level = data.draw(st.integers(max(now, 1), 3))
    card.apply(IndicatorAccepted(year=2026, innovation=name, indicator=code, level=level))
    assert card.innovations[name].levels.accepted_points >= before
    assert card.score("terverifikasi").index >= index


@given(histories(), st.sampled_from(STAGES))
def test_more_accepted_evidence_never_lowers_the_index(
    history: Sequence[Recorded], stage: Stage
) -> None:
    advice = steps.advise(dossiers.opened(history), RULES, stage, ())
    for priced in advice.steps:
        if priced.step.indicator:
            assert priced.outcome.gain.exact > 0
