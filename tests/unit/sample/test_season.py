"""The open season of the sample: complete, repeatable, in order, nothing intake would refuse."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from typing import Any

import msgspec
import pytest

from deploy.sample import calendar, draw, expected, profiles
from deploy.sample.plan import Acceptances, Claims, Plan, Registrations, Returns, Submissions
from deploy.sample.traits import ALL, PROVINCE, RULES_OPEN, YEAR_OPEN
from services.intake.core import indicator, innovation, occurrence
from services.intake.core.occurrence import Occurrence
from shared.io import rulebook
from shared.kernel import names, regions
from shared.kernel.events.intake import EvidenceReference
from shared.kernel.recorded import Event
from shared.kernel.rules import affairs, formula
from shared.kernel.scorecard import STAGES, Scorecard

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
DAYS = calendar.season(NOW)
PLANS = [draw.season(traits, DAYS) for traits in ALL]
RULES = rulebook.rule_sets()[RULES_OPEN]

Moved = tuple[datetime | None, Any, Any, str]


def commands(plan: Plan) -> Iterator[Moved]:
    """Every fact as intake's core is asked for it: moment, noun, command, stream."""
    for step in plan.sent:
        match step:
            case Registrations() | Submissions():
                yield from of_innovations(step)
            case Claims():
                yield from claims(plan, step)
            case Acceptances() | Returns():
                yield from verdicts(step)


def of_innovations(step: Registrations | Submissions) -> Iterator[Moved]:
    if isinstance(step, Registrations):
        for body in step.items:
            register = innovation.Register(
                year=YEAR_OPEN, innovation=body.innovation, profile=body.profile.profile()
            )
            stream = names.innovation(YEAR_OPEN, body.innovation)
            yield body.occurred_at, innovation, register, stream
    else:
        for name, sent in step.items:
            submit = innovation.Submit(year=YEAR_OPEN, innovation=name)
            yield sent.occurred_at, innovation, submit, names.innovation(YEAR_OPEN, name)


def claims(plan: Plan, step: Claims) -> Iterator[Moved]:
    files = {
        document.sha256: EvidenceReference(
            sha256=document.sha256, size_bytes=len(document.content), media_type="application/pdf"
        )
        for document in plan.documents
    }
    for claimed in step.items:
        claim = indicator.Claim(
            year=YEAR_OPEN,
            innovation=claimed.innovation,
            indicator=claimed.indicator,
            level=claimed.level,
            evidence=tuple(files[file.sha256] for file in claimed.evidence),
        )
        yield claimed.occurred_at, indicator, claim, _slot(claim)


def verdicts(step: Acceptances | Returns) -> Iterator[Moved]:
    if isinstance(step, Acceptances):
        for accepted in step.items:
            accept = indicator.Accept(
                year=YEAR_OPEN,
                innovation=accepted.innovation,
                indicator=accepted.indicator,
                level=accepted.level,
                evidence=accepted.evidence,
                note=accepted.note,
            )
            yield accepted.occurred_at, indicator, accept, _slot(accept)
    else:
        for name, row, verdict in step.items:
            back = indicator.Return(
                year=YEAR_OPEN,
                innovation=name,
                indicator=row,
                reason=verdict.reason,
                evidence=verdict.evidence,
                note=verdict.note,
            )
            yield verdict.occurred_at, indicator, back, _slot(back)


def _slot(command: indicator.Command) -> str:
    return names.claim(YEAR_OPEN, command.innovation or names.REGION, command.indicator)


def decided(plan: Plan) -> list[Event]:
    """What intake's core makes of the plan; it raises where it would refuse."""
    streams: dict[str, list[Event]] = defaultdict(list)
    moments: dict[str, list[datetime]] = defaultdict(list)
    events: list[Event] = []
    for moment, noun, command, stream in commands(plan):
        state = reduce(noun.evolve, streams[stream], noun.EMPTY)
        if noun is indicator:
            if command.innovation:
                own = streams[names.innovation(YEAR_OPEN, command.innovation)]
                known = reduce(innovation.evolve, own, innovation.EMPTY)
                innovation.must_be_known(known, command.innovation)
            said = indicator.decide(command, state, RULES)
        else:
            said = innovation.decide(command, state)
        occurrence.check(
            Occurrence(occurred_at=moment, basis=draw.BASIS),
            allowed=True,
            now=NOW,
            earlier=moments[stream],
        )
        assert len(said) == 1, (plan.region, command)
        assert moment is not None
        moments[stream].append(moment)
        streams[stream].extend(said)
        events.extend(said)
    return events


def moments_of(plan: Plan) -> list[datetime]:
    return [moment for moment, *_ in commands(plan) if moment is not None]


def registered(plan: Plan) -> Sequence[Any]:
    return [body for step in plan.steps if isinstance(step, Registrations) for body in step.items]


def test_all_thirteen_regions_and_the_province_itself_report() -> None:
    ranked = {region.code for region in regions.of_province(rulebook.regions(), PROVINCE)}
    assert {plan.region for plan in PLANS} == ranked | {PROVINCE}
    assert len(ranked) == 13


def test_the_sample_is_as_large_as_a_province_of_today() -> None:
    counts = {plan.region: len(registered(plan)) for plan in PLANS}
    assert counts == {traits.region: traits.innovations for traits in ALL}
    assert 1000 <= sum(counts.values()) <= 1150
    claimed = sum(
        isinstance(command, indicator.Claim) for p in PLANS for _, _, command, _ in commands(p)
    )
    assert 0.72 <= (claimed - 14 * 18) / (20 * sum(counts.values())) <= 0.84


def test_the_verifier_accepts_about_four_of_five_claims_of_what_was_submitted() -> None:
    claimed, accepted, returned = 0, 0, 0
    for plan in PLANS:
        sent = {
            name for step in plan.sent if isinstance(step, Submissions) for name, _ in step.items
        }
        for _, _, command, _ in commands(plan):
            of_sent = command.innovation in sent
            claimed += of_sent and isinstance(command, indicator.Claim)
            accepted += of_sent and isinstance(command, indicator.Accept)
            returned += of_sent and isinstance(command, indicator.Return)
    assert 0.75 <= accepted / claimed <= 0.85
    assert returned > 100


def test_the_same_days_give_the_same_facts() -> None:
    again = [draw.season(traits, DAYS) for traits in ALL]
    assert msgspec.json.encode(again) == msgspec.json.encode(PLANS)


def test_what_is_claimed_does_not_depend_on_the_days() -> None:
    other = draw.season(ALL[0], calendar.season(datetime(2026, 8, 20, tzinfo=UTC)))
    assert moments_of(other) != moments_of(PLANS[0])
    assert decided(other) == decided(PLANS[0])


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.region)
def test_intake_would_record_every_fact(plan: Plan) -> None:
    assert len(decided(plan)) == len(moments_of(plan))


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.region)
def test_a_region_states_its_facts_in_the_order_they_took_place(plan: Plan) -> None:
    moments = moments_of(plan)
    assert moments == sorted(moments)


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.region)
def test_what_one_step_sends_side_by_side_happened_at_one_moment(plan: Plan) -> None:
    for step in plan.sent:
        if isinstance(step, Registrations):
            assert len({body.occurred_at for body in step.items}) == 1
        elif isinstance(step, Submissions | Returns):
            assert len({item[-1].occurred_at for item in step.items}) == 1


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.region)
def test_names_are_unique_and_can_be_ids(plan: Plan) -> None:
    ids = [body.innovation for body in registered(plan)]
    assert len(set(ids)) == len(ids)
    assert all(map(names.is_innovation, ids))
    assert all(body.profile.name.startswith("SI-") for body in registered(plan))


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.region)
def test_plain_arithmetic_and_the_scorecard_come_to_the_same_index(plan: Plan) -> None:
    card = Scorecard(RULES)
    for event in decided(plan):
        card.apply(event)
    for stage in STAGES:
        assert formula.score(RULES, expected.tally(plan, stage)) == card.score(stage)


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
    counts = [len(body.profile.design.split()) for plan in PLANS for body in registered(plan)]
    enough = sum(count >= (RULES.words_min.value or 0) for count in counts)
    assert 0.85 <= enough / len(counts) < 1


def test_the_affairs_of_the_words_are_the_laws_own() -> None:
    known = {affair.number for affair in rulebook.affairs()}
    drawn = [affair.number for affair in profiles.words().affairs]
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
    plans = [draw.season(traits, days) for traits in ALL]
    assert expected.last_moment(plans) <= clock
    assert all(min(moments_of(plan)) >= calendar.at(days.first, draw.REGISTERING) for plan in plans)


def test_the_season_is_the_real_one_unless_the_clock_stands_before_it() -> None:
    assert (DAYS.first, DAYS.last) == (date(2026, 6, 2), date(2026, 10, 31))
    early = calendar.season(datetime(2026, 4, 1, tzinfo=UTC))
    assert early.last - early.first == timedelta(days=calendar.DAYS_MOVED)
