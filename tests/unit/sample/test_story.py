"""What happens around claims and verdicts: it holds together, and no score is another by it."""

import itertools
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest

from deploy.sample import (
    agencies,
    clarifications,
    coaching,
    draw,
    evidence,
    expected,
    keyring,
    latecomer,
    quality,
    schedule,
    seasons,
)
from deploy.sample.draft import day_of
from deploy.sample.plan import Claims, Fact, Facts, Plan, Rejections, Withdrawals
from deploy.sample.traits import ALL, PROVINCE, YEAR_CLOSED, YEAR_OPEN
from services.intake.bodies.region import (
    AgencyBody,
    CoachBody,
    DecreeBody,
    StepBody,
    StepClosingBody,
    TrialBody,
    TrialDecisionBody,
)
from services.intake.bodies.verification import AnswerBody, ClarificationBody, ReviewBody
from services.intake.core import checking
from shared.io import rulebook
from shared.kernel import profiles
from shared.kernel.events.indicator import (
    IndicatorAccepted,
    IndicatorClaimed,
    IndicatorReturned,
    IndicatorReviewed,
)
from shared.kernel.events.innovation import InnovationRegistered, InnovationRevised, Profile
from tests.unit.sample.replay import DAYS, NOW, PLANS, RULES, decided, moments_of

each_plan = pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.region)

PLAN = {plan.region: plan for plan in PLANS}
TANAH_BUMBU = PLAN["63.10"]


def facts(plan: Plan) -> Iterator[Fact]:
    for step in plan.sent:
        if isinstance(step, Facts):
            yield from step.items


def final_profiles(plan: Plan) -> dict[str, Profile]:
    return {
        event.innovation: event.profile
        for event in decided(plan)
        if isinstance(event, InnovationRegistered | InnovationRevised)
    }


@each_plan
def test_the_story_leaves_every_score_as_it_was_drawn(plan: Plan) -> None:
    drawn = draw.season(next(traits for traits in ALL if traits.region == plan.region), DAYS)
    for stage in expected.STAGES:
        assert expected.tally(plan, stage) == expected.tally(drawn, stage)


def test_tanah_bumbu_stands_where_it_stood() -> None:
    shown = {stage: expected.ranked(PLANS, stage) for stage in expected.STAGES}
    assert shown["mandiri"]["63.10"] == Decimal("41.53")
    assert shown["terverifikasi"]["63.10"] == Decimal("28.79")
    assert {expected.positions(scores)["63.10"] for scores in shown.values()} == {10}


@each_plan
def test_every_agency_that_is_named_is_one_of_the_regions_own(plan: Plan) -> None:
    known = {fact.agency: fact.body for fact in facts(plan) if isinstance(fact.body, AgencyBody)}
    assert set(known) == set(agencies.of_region(plan.region))
    for body in plan.registered:
        assert body.profile.perangkat_daerah == known[body.profile.agency].name
    assert {fact.agency for fact in facts(plan) if fact.agency} <= set(known)
    tried = {fact.body.agency for fact in facts(plan) if isinstance(fact.body, TrialBody)}
    assert tried <= set(known)
    tops = [body for body in known.values() if not body.parent]
    assert all(known[body.parent] in tops for body in known.values() if body.parent)
    assert 30 <= len(tops) <= 45


def test_some_agencies_of_tanah_bumbu_report_and_others_are_silent() -> None:
    known = agencies.of_region("63.10")
    tops = {name for name, one in known.items() if not one.parent}
    reported = {
        known[body.profile.agency].parent or body.profile.agency for body in TANAH_BUMBU.registered
    }
    assert len(tops) == 45
    assert 15 <= len(tops - reported) <= 25


@each_plan
def test_a_profile_lacks_nothing_that_the_form_asks_for(plan: Plan) -> None:
    form = rulebook.form_for_year(YEAR_OPEN)
    for name, profile in final_profiles(plan).items():
        profiles.check(profile)
        subject = checking.Subject(
            year=YEAR_OPEN, today=day_of(NOW), profile=profile, claims={}, shared={}
        )
        found = [one.code for one in checking.check(subject, RULES, form)]
        assert not [code for code in found if code.startswith("form.")], (name, found)


def test_what_lies_in_a_region_lies_about_its_middle() -> None:
    for plan in PLANS:
        places = {(body.profile.latitude, body.profile.longitude) for body in plan.registered}
        assert len(places) > len(plan.registered) // 2
        for latitude, longitude in places:
            assert latitude is not None
            assert longitude is not None
            assert Decimal("-4.1") < latitude < Decimal("-2.0")
            assert Decimal("114.4") < longitude < Decimal("116.4")


@each_plan
def test_no_claim_falls_after_even_the_first_deadline(plan: Plan) -> None:
    first = schedule.of(DAYS).calendar.phases[0]
    assert first.name == "penjaringan"
    claimed = [
        claim.occurred_at
        for step in plan.sent
        if isinstance(step, Claims)
        for claim in step.items
        if claim.occurred_at is not None
    ]
    assert first.opens_at <= min(claimed) <= max(claimed) <= first.closes_at


def test_the_calendar_runs_from_reporting_to_the_decree_by_letters_marked_as_sample() -> None:
    letters = schedule.of(DAYS)
    assert [phase.name for phase in letters.calendar.phases][::4] == ["penjaringan", "penetapan"]
    assert letters.extension.closes_at > letters.calendar.phases[0].closes_at
    later = [phase for phase in letters.calendar.phases if phase.name != "penjaringan"]
    assert all(phase.closes_at > letters.extension.closes_at for phase in later)
    assert letters.extension.closes_at >= NOW + timedelta(days=schedule.OPEN_DAYS_MIN)
    for letter in (letters.opening, letters.calendar, letters.extension):
        assert "data contoh" in letter.letter


def test_a_trial_that_is_applied_ends_in_the_profile_that_was_drawn() -> None:
    outcomes = Counter(
        fact.body.decision
        for plan in PLANS
        for fact in facts(plan)
        if isinstance(fact.body, TrialDecisionBody)
    )
    assert outcomes["diterapkan"] == 3
    assert set(outcomes) == {"diterapkan", "diperpanjang", "dihentikan"}
    drawn = draw.season(next(one for one in ALL if one.region == "63.10"), DAYS)
    ended = final_profiles(TANAH_BUMBU)
    begun = [body for body in drawn.registered if body.profile.profile() != ended[body.innovation]]
    assert {body.profile.tahapan for body in begun} <= {"inisiatif", "uji_coba"}


@pytest.mark.parametrize("region", ["63.08", "63.09", "63.10", "63.71"])
def test_a_decree_names_most_innovations_and_not_all(region: str) -> None:
    [decree] = [fact.body for fact in facts(PLAN[region]) if isinstance(fact.body, DecreeBody)]
    registered = {body.innovation for body in PLAN[region].registered}
    assert set(decree.innovations) < registered
    assert len(decree.innovations) > len(registered) / 2
    assert "data contoh" in decree.number


def test_second_looks_are_of_another_verifier_and_some_find_something_else() -> None:
    events = decided(PLAN[quality.SAMPLED_IN])
    looked = [event for event in events if isinstance(event, IndicatorReviewed)]
    changed = [
        (before, after)
        for before, after in itertools.pairwise(events)
        if isinstance(before, IndicatorReviewed)
        and isinstance(after, IndicatorAccepted | IndicatorReturned)
    ]
    assert 10 <= len(looked) <= 60
    assert 1 <= len(changed) < len(looked) / 2
    by = {fact.by for fact in facts(PLAN[quality.SAMPLED_IN]) if isinstance(fact.body, ReviewBody)}
    assert by == {"second"}
    assert keyring.SECOND.identity != keyring.VERIFIER.identity


def test_clarifications_are_open_in_tanah_bumbu_and_answered_both_ways_elsewhere() -> None:
    asked = {
        plan.region: [fact for fact in facts(plan) if isinstance(fact.body, ClarificationBody)]
        for plan in PLANS
    }
    answers = {
        plan.region: [fact.body for fact in facts(plan) if isinstance(fact.body, AnswerBody)]
        for plan in PLANS
    }
    assert {region: len(told) for region, told in asked.items() if told} == {
        clarifications.OPEN_IN: 2,
        clarifications.GRANTED_IN: 1,
        clarifications.REFUSED_IN: 1,
    }
    assert answers[clarifications.OPEN_IN] == []
    assert [one.granted for one in answers[clarifications.GRANTED_IN]] == [True]
    assert [one.granted for one in answers[clarifications.REFUSED_IN]] == [False]


def test_what_was_returned_is_in_part_claimed_again_by_another_file() -> None:
    for region in clarifications.RESENT_IN:
        back: dict[tuple[str, str], tuple[str, ...]] = {}
        again = 0
        for event in decided(PLAN[region]):
            if isinstance(event, IndicatorReturned):
                back[event.innovation, event.indicator] = event.evidence
            elif isinstance(event, IndicatorClaimed):
                seen = back.pop((event.innovation, event.indicator), None)
                again += seen is not None
                assert seen is None or seen != tuple(file.sha256 for file in event.evidence)
        assert 0 < again < len(back)


def test_coaching_has_a_step_of_every_kind_and_the_one_that_is_done_raised_a_level() -> None:
    told = list(facts(TANAH_BUMBU))
    steps = {fact.step: fact for fact in told if isinstance(fact.body, StepBody)}
    closed = {fact.step for fact in told if isinstance(fact.body, StepClosingBody)}
    coached = {fact.agency for fact in told if isinstance(fact.body, CoachBody)}
    assert {fact.agency for fact in steps.values()} == coached
    assert len(steps) == len(coached) == 4
    assert closed == {"langkah-selesai"}
    due = {name: fact.body.due for name, fact in steps.items() if isinstance(fact.body, StepBody)}
    today = day_of(NOW)
    assert due["langkah-lewat"] < today < min(due["langkah-tertunda"], due["langkah-baru"])
    done = steps["langkah-selesai"].body
    assert isinstance(done, StepBody)
    levels = [
        event.level
        for event in decided(TANAH_BUMBU)
        if isinstance(event, IndicatorClaimed)
        and (event.innovation, event.indicator) == (done.innovation, done.indicator)
    ]
    assert levels == [done.level - 1, done.level]
    assert TANAH_BUMBU.region == coaching.REGION


def test_nothing_is_told_of_what_was_struck() -> None:
    for plan in PLANS:
        struck = {
            name
            for step in plan.sent
            if isinstance(step, Rejections | Withdrawals)
            for name, _ in step.items
        }
        asked = [
            fact for fact in facts(plan) if isinstance(fact.body, ClarificationBody | StepBody)
        ]
        assert not struck & {fact.innovation for fact in asked}


def test_only_the_innovations_of_tanah_bumbu_have_files_of_their_own() -> None:
    for plan in PLANS:
        shared = len(evidence.documents(plan.region))
        own = len(plan.documents) - shared
        assert own == (3 * len(plan.registered) if plan.region == "63.10" else 0)
        assert len({document.sha256 for document in plan.documents}) == len(plan.documents)


def test_one_report_came_after_the_deadline_of_a_season_that_is_over() -> None:
    body = latecomer.body()
    assert body.occurred_at is not None
    missed = body.occurred_at - seasons.closed()[YEAR_CLOSED].closed_at
    assert timedelta() < missed < timedelta(days=1)
    profiles.check(body.profile)
    assert "data contoh" in body.basis


def test_the_province_only_describes_itself() -> None:
    assert {type(fact.body) for fact in facts(PLAN[PROVINCE])} == {AgencyBody}
    assert moments_of(PLAN[PROVINCE])
