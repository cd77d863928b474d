"""Why a rank moved: every cause, item and crossing sums exactly, for every history and two cuts."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction

import msgspec
from hypothesis import assume, given
from hypothesis import strategies as st

from services.projection.core.attribution import attribution
from services.projection.core.attribution import items as breakdown
from services.projection.core.attribution.attribution import Movement, Result
from services.projection.core.attribution.items import Standing
from services.projection.core.explanation import Share
from shared.io import rulebook
from shared.kernel.events.indicator import IndicatorAccepted, IndicatorReturned
from shared.kernel.events.innovation import InnovationReinstated, InnovationRejected
from shared.kernel.recorded import Recorded
from shared.kernel.rules import formula
from shared.kernel.rules.ruleset import RuleSet
from shared.kernel.scorecard import STAGES, Scorecard, Stage
from tests.histories import RULES, START, histories
from tests.reference import ranked

# The same rows, another divisor and another gate.
OTHER = msgspec.structs.replace(
    RULES, divisor_floor=rulebook.rule_set_for_year(2027).divisor_floor, score_max=RULES.spd_max
)
VERDICTS = (
    IndicatorAccepted,
    IndicatorReturned,
    InnovationRejected,
    InnovationReinstated,
)

stages = st.sampled_from(STAGES)
deadlines = st.one_of(st.none(), st.integers(0, 12).map(lambda s: START + timedelta(seconds=s)))
rule_sets = st.sampled_from([RULES, RULES, OTHER])


@st.composite
def provinces(draw: st.DrawFn) -> Sequence[Standing]:
    """The region first, then its neighbours, some of them with the same history: those tie."""
    clock = draw(st.sampled_from(["happened", "known"]))
    shared = draw(histories())
    standings = []
    for number in range(draw(st.integers(1, 4))):
        facts = draw(st.one_of(st.just(shared), histories()))
        early = draw(st.integers(0, 6))
        late = draw(st.integers(early, 24))
        standings.append(
            Standing(
                region=f"63.{number:02}",
                name=f"Daerah {number}",
                then=_cut(facts, clock, early),
                now=_cut(facts, clock, late),
                rules_then=draw(rule_sets),
                rules_now=draw(rule_sets),
            )
        )
    # Where nothing was known of anybody, nobody had a place to move from.
    assume(any(breakdown.counts(one.then) for one in standings))
    return standings


def _cut(facts: Sequence[Recorded], clock: str, seconds: int) -> Sequence[Recorded]:
    if clock == "known":
        recorded = START + timedelta(days=30, seconds=seconds)
        return [fact for fact in facts if fact.recorded_at < recorded]
    happened = [fact for fact in facts if fact.happened_at < START + timedelta(seconds=seconds)]
    return sorted(happened, key=lambda fact: (fact.happened_at, fact.seq))


def _moved(
    standings: Sequence[Standing], stage: Stage, deadline: datetime | None = None
) -> Movement:
    return attribution.attribute(standings[0], standings[1:], stage=stage, deadline=deadline)


def _card(facts: Sequence[Recorded], rules: RuleSet) -> Scorecard:
    """The same facts by another road: the running sums that scoring keeps."""
    card = Scorecard(rules)
    for fact in facts:
        card.apply(fact.event)
    return card


def _exact(facts: Sequence[Recorded], rules: RuleSet, stage: Stage) -> Fraction:
    return formula.exact_index(rules, _card(facts, rules).tally(stage))


def _sum(shares: Sequence[Share]) -> Fraction:
    return sum((share.exact for share in shares), Fraction(0))


@given(provinces(), stages, deadlines)
def test_both_indexes_and_ranks_are_those_of_a_scorecard(
    standings: Sequence[Standing], stage: Stage, deadline: datetime | None
) -> None:
    movement = _moved(standings, stage, deadline)
    then = {one.region: _card(one.then, one.rules_then).score(stage).index for one in standings}
    now = {one.region: _card(one.now, one.rules_now).score(stage).index for one in standings}
    own = standings[0].region
    assert (movement.index_then, movement.index_now) == (then[own], now[own])
    assert (movement.rank_then, movement.rank_now) == (ranked(then)[own], ranked(now)[own])
    assert movement.places_gained == ranked(then)[own] - ranked(now)[own]
    assert movement.tied == tuple(one.name for one in standings[1:] if now[one.region] == now[own])
    assert movement.of == movement.placed_now == len(standings)


@given(provinces(), stages, deadlines)
def test_places_and_points_sum_over_the_causes(
    standings: Sequence[Standing], stage: Stage, deadline: datetime | None
) -> None:
    movement = _moved(standings, stage, deadline)
    assert [part.cause for part in movement.parts] == list(attribution.COMPUTED)
    assert sum(part.places for part in movement.parts) == movement.places_gained
    assert movement.index_then is not None
    assert movement.index_now is not None
    told = _sum([part.change for part in movement.parts]) + movement.rounding.exact
    assert told == Fraction(movement.index_now) - Fraction(movement.index_then)
    own = standings[0]
    exact = _exact(own.now, own.rules_now, stage) - _exact(own.then, own.rules_then, stage)
    assert _sum([part.change for part in movement.parts]) == exact


@given(provinces(), stages, deadlines)
def test_crossings_sum_to_the_places_and_to_each_cause(
    standings: Sequence[Standing], stage: Stage, deadline: datetime | None
) -> None:
    movement = _moved(standings, stage, deadline)
    assert sum(crossing.places for crossing in movement.neighbours) == movement.places_gained
    for part in movement.parts:
        turns = [turn for crossing in movement.neighbours for turn in crossing.turns]
        assert part.places == sum(turn.places for turn in turns if turn.cause == part.cause)
    for crossing in movement.neighbours:
        assert crossing.turns
        assert crossing.places == sum(turn.places for turn in crossing.turns)
        assert crossing.way == {1: "overtaken", -1: "overtook", 0: "both"}[crossing.places]


@given(provinces(), stages, deadlines)
def test_each_step_is_the_difference_of_two_whole_folds(
    standings: Sequence[Standing], stage: Stage, deadline: datetime | None
) -> None:
    """Causes and, within them, groups of facts are added one by one and all is folded anew."""
    movement = _moved(standings, stage, deadline)
    own = standings[0]
    included = {fact.seq for fact in own.then}
    for part in movement.parts[1:4]:
        assert {item.groups for item in part.items} <= {1}
        assert _sum([item.change for item in part.items]) == part.change.exact
        told = {item.seqs: item.change.exact for item in part.items}
        assert Fraction(0) not in told.values()
        sizes = [abs(item.change.exact) for item in part.items]
        assert sizes == sorted(sizes, reverse=True)
        for seqs in _groups(own.now, part.seqs):
            before = _exact(_among(own.now, included), own.rules_now, stage)
            included.update(seqs)
            after = _exact(_among(own.now, included), own.rules_now, stage)
            assert told.pop(seqs, Fraction(0)) == after - before
        assert not told
    assert included == {fact.seq for fact in own.now}
    ruled = _exact(own.then, own.rules_now, stage) - _exact(own.then, own.rules_then, stage)
    assert movement.parts[0].change.exact == ruled
    assert movement.parts[4].change.exact == 0


def _groups(facts: Sequence[Recorded], seqs: Sequence[int]) -> Sequence[tuple[int, ...]]:
    """The facts of each indicator and each innovation, in the order of their first."""
    groups: dict[tuple[str, str], list[int]] = {}
    for fact in sorted(facts, key=lambda one: one.seq):
        if fact.seq in seqs:
            event = fact.event
            where = (getattr(event, "innovation", ""), getattr(event, "indicator", ""))
            groups.setdefault(where, []).append(fact.seq)
    return [tuple(group) for group in groups.values()]


def _among(facts: Sequence[Recorded], included: set[int]) -> Sequence[Recorded]:
    return [fact for fact in facts if fact.seq in included]


@given(provinces(), stages, deadlines)
def test_every_new_fact_belongs_to_one_cause(
    standings: Sequence[Standing], stage: Stage, deadline: datetime | None
) -> None:
    movement = _moved(standings, stage, deadline)
    own = standings[0]
    by_seq: Mapping[int, Recorded] = {fact.seq: fact for fact in own.now}
    held = {fact.seq for fact in own.then}
    cause_of = {seq: part.cause for part in movement.parts for seq in part.seqs}
    assert set(cause_of) == set(by_seq) - held
    for seq, cause in cause_of.items():
        verdict = isinstance(by_seq[seq].event, VERDICTS)
        late = deadline is not None and by_seq[seq].happened_at >= deadline
        assert cause == ("verification" if verdict else "deadline" if late else "own")
    theirs = sum(len(one.now) - len(one.then) for one in standings[1:])
    assert [part.facts for part in movement.parts] == [
        *(len(part.seqs) for part in movement.parts[:4]),
        theirs,
    ]


@given(provinces(), stages, deadlines)
def test_nothing_between_two_moments_changes_nothing(
    standings: Sequence[Standing], stage: Stage, deadline: datetime | None
) -> None:
    same = [
        msgspec.structs.replace(one, then=one.now, rules_then=one.rules_now) for one in standings
    ]
    movement = _moved(same, stage, deadline)
    assert movement.places_gained == 0
    assert movement.neighbours == ()
    assert movement.rounding.exact == 0
    for part in movement.parts:
        assert (part.change.exact, part.places, part.facts) == (Fraction(0), 0, 0)
        assert part.items == ()


@given(provinces(), stages, deadlines)
def test_told_as_one_the_rest_still_sums(
    standings: Sequence[Standing], stage: Stage, deadline: datetime | None
) -> None:
    whole = _moved(standings, stage, deadline)
    kept, breakdown.ITEMS_MAX = breakdown.ITEMS_MAX, 1
    try:
        short = _moved(standings, stage, deadline)
    finally:
        breakdown.ITEMS_MAX = kept
    for few, all_of in zip(short.parts, whole.parts, strict=True):
        assert few.change == all_of.change
        assert {seq for item in few.items for seq in item.seqs} == {
            seq for item in all_of.items for seq in item.seqs
        }
        assert _sum([item.change for item in few.items]) == (
            few.change.exact if few.items else Fraction(0)
        )
        assert len(few.items) <= 2
        assert sum(item.groups for item in few.items) == len(all_of.items)


indexes = st.one_of(st.none(), st.decimals(0, 5, places=1))


@given(st.lists(st.tuples(indexes, indexes), min_size=1, max_size=6))
def test_published_results_sum_where_both_exist(
    given_results: Sequence[tuple[object, object]],
) -> None:
    results = [
        msgspec.convert(
            {"region": str(number), "name": str(number), "then": then, "now": now}, Result
        )
        for number, (then, now) in enumerate(given_results)
    ]
    movement = attribution.attribute_results(results[0], results[1:])
    then = ranked({one.region: one.then for one in results if one.then is not None})
    now = ranked({one.region: one.now for one in results if one.now is not None})
    assert (movement.rank_then, movement.rank_now) == (then.get("0"), now.get("0"))
    if results[0].then is None or results[0].now is None:
        assert (movement.places_gained, movement.parts, movement.neighbours) == (None, (), ())
        return
    gained = then["0"] - now["0"]
    assert movement.places_gained == gained
    assert sum(part.places for part in movement.parts) == gained
    assert sum(crossing.places for crossing in movement.neighbours) == gained
    change = Fraction(results[0].now) - Fraction(results[0].then)
    assert [part.change.exact for part in movement.parts] == [change, 0]
    assert movement.rounding.exact == 0
