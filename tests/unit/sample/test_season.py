"""The open season of the sample: complete, repeatable, in order, nothing intake would refuse."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from deploy.sample import calendar, expected, schedule, story, words
from deploy.sample.plan import (
    Plan,
    Registrations,
    Rejections,
    Returns,
    Submissions,
    Withdrawals,
)
from deploy.sample.traits import ALL, PROVINCE, REJECTED, WITHDRAWN
from services.intake.core import indicator, verdict
from shared.io import rulebook
from shared.kernel import names, regions
from shared.kernel.events.innovation import InnovationRejected, InnovationWithdrawn
from shared.kernel.rules import affairs, eligibility, formula
from shared.kernel.scorecard import STAGES, Scorecard
from tests.unit.sample.replay import DAYS, PLANS, RULES, commands, decided, moments_of


def test_all_thirteen_regions_and_the_province_itself_report() -> None:
    ranked = {region.code for region in regions.of_province(rulebook.regions(), PROVINCE)}
    assert {plan.region for plan in PLANS} == ranked | {PROVINCE}
    assert len(ranked) == 13


def test_the_sample_is_as_large_as_a_province_of_today() -> None:
    counts = {plan.region: len(plan.registered) for plan in PLANS}
    assert counts == {traits.region: traits.innovations for traits in ALL}
    assert 1000 <= sum(counts.values()) <= 1150
    claimed = sum(isinstance(said.command, indicator.Claim) for p in PLANS for said in commands(p))
    assert 0.72 <= (claimed - 14 * 18) / (20 * sum(counts.values())) <= 0.84


def test_the_verifier_accepts_about_four_of_five_claims_of_what_was_submitted() -> None:
    claimed, accepted, returned = 0, 0, 0
    for plan in PLANS:
        sent = {
            name for step in plan.sent if isinstance(step, Submissions) for name, _ in step.items
        }
        for said in commands(plan):
            command = said.command
            of_sent = getattr(command, "innovation", "") in sent
            claimed += of_sent and isinstance(command, indicator.Claim)
            accepted += of_sent and isinstance(command, verdict.Accept)
            returned += of_sent and isinstance(command, verdict.Return)
    assert 0.75 <= accepted / claimed <= 0.85
    assert returned > 100


def test_the_same_days_give_the_same_facts() -> None:
    again = [story.season(traits, DAYS) for traits in ALL]
    assert msgspec.json.encode(again) == msgspec.json.encode(PLANS)


def test_what_is_claimed_does_not_depend_on_the_days() -> None:
    other = story.season(ALL[0], calendar.season(datetime(2026, 8, 20, tzinfo=UTC)))
    assert moments_of(other) != moments_of(PLANS[0])
    assert decided(other) == decided(PLANS[0])


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.region)
def test_intake_would_record_every_fact(plan: Plan) -> None:
    """And find none of it late: `decided` says so of every fact."""
    assert len(decided(plan)) >= len(moments_of(plan))


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.region)
def test_a_region_states_its_facts_in_the_order_they_took_place(plan: Plan) -> None:
    moments = moments_of(plan)
    assert moments == sorted(moments)


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.region)
def test_what_one_step_sends_side_by_side_happened_at_one_moment(plan: Plan) -> None:
    for step in plan.sent:
        if isinstance(step, Registrations):
            assert len({body.occurred_at for body in step.items}) == 1
        elif isinstance(step, Submissions | Returns | Rejections | Withdrawals):
            assert len({item[-1].occurred_at for item in step.items}) == 1


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.region)
def test_names_are_unique_and_can_be_ids(plan: Plan) -> None:
    ids = [body.innovation for body in plan.registered]
    assert len(set(ids)) == len(ids)
    assert all(map(names.is_innovation, ids))
    assert all(body.profile.name.startswith("SI-") for body in plan.registered)


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.region)
def test_plain_arithmetic_and_the_scorecard_come_to_the_same_index(plan: Plan) -> None:
    card = Scorecard(RULES)
    for event in decided(plan):
        card.apply(event)
    for stage in STAGES:
        assert formula.score(RULES, expected.tally(plan, stage)) == card.score(stage)


def test_two_innovations_are_rejected_and_one_is_withdrawn_each_in_another_region() -> None:
    struck = {
        plan.region: event
        for plan in PLANS
        for event in decided(plan)
        if isinstance(event, InnovationRejected | InnovationWithdrawn)
    }
    rejected = {code for code, event in struck.items() if isinstance(event, InnovationRejected)}
    assert rejected == set(REJECTED) == {"63.09", "63.10"}
    assert set(struck) - rejected == set(WITHDRAWN) == {"63.08"}
    assert len({event.reason for event in struck.values()}) == 3


@pytest.mark.parametrize("region", [*REJECTED, *WITHDRAWN])
def test_what_is_rejected_costs_more_than_what_is_withdrawn(region: str) -> None:
    """Both lose their points; only the rejected keeps its place in the divisor."""
    plan = next(plan for plan in PLANS if plan.region == region)
    full = msgspec.structs.replace(
        plan,
        steps=tuple(step for step in plan.steps if not isinstance(step, Rejections | Withdrawals)),
    )
    before, after = (expected.tally(each, "terverifikasi") for each in (full, plan))
    assert after.innovations == before.innovations - 1
    assert after.maturity < before.maturity
    assert after.affairs == before.affairs
    assert after.rejected == before.rejected + (region in REJECTED)
    claimed = [expected.tally(each, "mandiri").innovations for each in (full, plan)]
    assert claimed[0] - claimed[1] == (region in WITHDRAWN)


def test_short_designs_are_refused_a_score_and_keep_their_place() -> None:
    for plan in PLANS:
        told = expected.tally(plan, "terverifikasi")
        sent = {
            name for step in plan.sent if isinstance(step, Submissions) for name, _ in step.items
        }
        short = {
            body.innovation
            for body in plan.registered
            if len(body.profile.design.split()) < (RULES.words_min.value or 0)
        }
        assert told.rejected == len(short & sent) + (plan.region in REJECTED)
    assert sum(expected.tally(plan, "terverifikasi").rejected for plan in PLANS) > len(REJECTED)


def test_every_implementation_is_within_the_window() -> None:
    window = eligibility.window_of(RULES, RULES.year)
    assert window is not None
    dates = [
        body.profile.implementation_date
        for plan in PLANS
        for body in plan.registered
        if body.profile.implementation_date is not None
    ]
    assert window.first <= min(dates) <= max(dates) <= window.last


def test_one_region_stands_below_the_affairs_gate_and_the_others_above() -> None:
    covered = {plan.region: expected.tally(plan, "mandiri").affairs for plan in PLANS}
    assert covered.pop("63.02") == 4
    assert min(covered.values()) >= 5
    below = next(plan for plan in PLANS if plan.region == "63.02")
    assert formula.score(RULES, expected.tally(below, "mandiri")).number == 0


def test_the_two_rankings_are_spread_and_distinct() -> None:
    claimed, verified = (expected.ranked(PLANS, stage) for stage in expected.STAGES)
    assert 20 <= min(verified.values()) <= max(claimed.values()) <= 85
    assert all(verified[region] < claimed[region] for region in claimed)
    assert expected.positions(claimed) != expected.positions(verified)
    assert 7 <= expected.positions(claimed)["63.10"] <= 11


def test_only_the_province_keeps_a_submission_for_the_very_end() -> None:
    assert [plan.region for plan in PLANS if plan.last] == [PROVINCE]


def test_most_designs_have_the_words_the_rules_ask_for() -> None:
    counts = [len(body.profile.design.split()) for plan in PLANS for body in plan.registered]
    enough = sum(count >= (RULES.words_min.value or 0) for count in counts)
    assert 0.85 <= enough / len(counts) < 1


def test_the_affairs_of_the_words_are_the_laws_own() -> None:
    known = {affair.number for affair in rulebook.affairs()}
    drawn = [affair.number for affair in words.words().affairs]
    assert set(drawn) <= known
    assert affairs.basic(rulebook.affairs()) <= set(drawn)
    assert len(set(drawn)) == len(drawn)


@pytest.mark.parametrize(
    "clock",
    [
        datetime(2026, 5, 1, tzinfo=UTC),
        datetime(2026, 6, 3, tzinfo=UTC),
        datetime(2026, 8, 1, 23, tzinfo=UTC),
        datetime(2026, 10, 31, 12, tzinfo=UTC),
        datetime(2029, 1, 1, tzinfo=UTC),
    ],
)
def test_no_fact_is_in_the_future_on_any_clock(clock: datetime) -> None:
    days = calendar.season(clock)
    plans = [story.season(traits, days) for traits in ALL]
    assert expected.last_moment(plans) <= clock
    letters = schedule.of(days)
    assert letters.calendar.occurred_at is not None
    assert letters.extension.occurred_at is not None
    assert all(min(moments_of(plan)) > letters.calendar.occurred_at for plan in plans)
    assert letters.calendar.occurred_at < letters.extension.occurred_at <= clock
    assert letters.extension.closes_at >= clock + timedelta(days=schedule.OPEN_DAYS_MIN)


def test_the_season_is_the_real_one_unless_the_clock_stands_before_it() -> None:
    assert (DAYS.first, DAYS.last) == (date(2026, 6, 2), date(2026, 10, 31))
    early = calendar.season(datetime(2026, 4, 1, tzinfo=UTC))
    assert early.last - early.first == timedelta(days=calendar.DAYS_MOVED)
