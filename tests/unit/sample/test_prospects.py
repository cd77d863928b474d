"""What Tanah Bumbu promises and considers: kept by intake, and worth considering."""

import pytest

from deploy.sample import expected, prospects
from deploy.sample.plan import BASIS
from deploy.sample.traits import YEAR_OPEN
from services.intake.core import branch, occurrence, result, target
from services.intake.core.occurrence import Occurrence
from shared.kernel import hypotheses, names
from shared.kernel.events.innovation import InnovationRegistered
from shared.kernel.hypotheses import Raise
from shared.kernel.rules import eligibility, formula
from shared.kernel.scorecard import STAGES, Scorecard, Stage
from tests.unit.sample.replay import NOW, PLANS, RULES, decided

PLAN = next(plan for plan in PLANS if plan.region == prospects.REGION)
BODY = prospects.branch(PLAN)
FACTS = hypotheses.facts_of(YEAR_OPEN, BODY.hypotheses)


def save() -> branch.Save:
    head = len(decided(PLAN))
    return branch.Save(
        year=YEAR_OPEN,
        branch=prospects.BRANCH,
        name=BODY.name,
        cut_seq=head,
        head=head,
        hypotheses=FACTS,
    )


def card(*, supposed: bool) -> Scorecard:
    told = Scorecard(RULES)
    for fact in (*decided(PLAN), *(FACTS if supposed else ())):
        told.apply(fact)
    return told


def test_intake_would_keep_the_what_if_over_all_that_the_region_handed_in() -> None:
    registered = {body.innovation for body in PLAN.registered}
    brought = {fact.innovation for fact in FACTS if isinstance(fact, InnovationRegistered)}
    assert set(branch.presumed(save())) <= registered | brought
    [saved] = branch.decide(save(), branch.EMPTY, RULES, registered)
    assert branch.decide(save(), branch.evolve(branch.EMPTY, saved), RULES, registered) == ()
    assert names.is_innovation(prospects.BRANCH)
    stated = Occurrence(occurred_at=BODY.occurred_at, basis=BODY.basis)
    last = expected.last_moment([PLAN])
    occurrence.check(stated, allowed=True, now=NOW, earlier=[last])


def test_it_fills_the_affair_that_is_missing_with_an_innovation_that_may_be_assessed() -> None:
    [added] = [fact for fact in FACTS if isinstance(fact, InnovationRegistered)]
    assert added.innovation not in {body.innovation for body in PLAN.registered}
    assert names.is_innovation(added.innovation)
    asked = eligibility.candidate(
        added.profile.implementation_date, added.profile.development_date, added.profile.design
    )
    assert eligibility.unmet(RULES, YEAR_OPEN, asked) == ()
    for stage in STAGES:
        assert card(supposed=False).tally(stage).affairs == 5
        assert card(supposed=True).tally(stage).affairs == 6


@pytest.mark.parametrize("stage", STAGES)
def test_it_would_raise_the_index(stage: Stage) -> None:
    before, after = (card(supposed=supposed).score(stage) for supposed in (False, True))
    assert formula.score(RULES, expected.tally(PLAN, stage)) == before
    assert after.index > before.index
    assert after.spd > before.spd


def test_every_level_it_raises_is_higher_than_the_one_claimed() -> None:
    held = card(supposed=False)
    raised = [each for each in BODY.hypotheses if isinstance(each, Raise)]
    own = [each for each in raised if each.innovation != prospects.NEW]
    assert [bool(each.innovation) for each in own] == [False, False, True]
    assert own[-1].indicator == prospects.VIDEO
    for each in own:
        kept = held.innovations[each.innovation].levels if each.innovation else held.region
        rows = [row.code for row in RULES.rows if (row.unit == "region") == (not each.innovation)]
        assert kept.claimed[rows.index(each.indicator)] == each.level - 1


def test_the_targets_rise_and_say_that_they_are_sample() -> None:
    told = {each.year: each.body.target for each in prospects.targets()}
    assert told == {2024: "45.00", 2025: "48.00", 2026: "52.00"}
    for each in prospects.targets():
        assert "data contoh" in each.body.instrument
        assert each.body.basis == BASIS
        command = target.Set(
            year=each.year, target=result.score(each.body.target), instrument=each.body.instrument
        )
        assert len(target.decide(command, target.EMPTY)) == 1
        stated = Occurrence(occurred_at=each.body.occurred_at, basis=each.body.basis)
        occurrence.check(stated, allowed=True, now=NOW, earlier=[])
