"""Laws of what is answered about agencies, verification, clarifications, coaching, carrying on."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from services.projection.core import (
    agencies,
    backlog,
    branching,
    carry_over,
    clarifications,
    figure,
    thread,
    worth,
)
from services.projection.core import dossier as dossiers
from services.projection.core.clarifications import Raised
from services.projection.core.worth import Worth
from shared.io import rulebook
from shared.kernel import paging
from shared.kernel.events.agency import AgencyClosed
from shared.kernel.events.indicator import IndicatorAccepted, IndicatorClaimed
from shared.kernel.events.innovation import InnovationRegistered
from shared.kernel.events.late import LateReceived
from shared.kernel.events.verification import ClarificationOpened
from shared.kernel.recorded import Event, Meta, Recorded
from shared.kernel.rules import formula
from shared.kernel.scorecard import STAGES, Stage
from tests.histories import INNOVATION_CODES, INNOVATIONS, REGION_CODES, RULES, START, histories
from tests.told import YEAR, ZONE, agency, profile

NOW = START + timedelta(days=60)

stages = st.sampled_from(STAGES)
slots = st.one_of(
    st.tuples(st.just(""), st.sampled_from(REGION_CODES[:4])),
    st.tuples(st.sampled_from(INNOVATIONS), st.sampled_from(INNOVATION_CODES[:4])),
)
neighbours = st.lists(st.decimals(0, 100, places=2), max_size=4)


def later(history: Sequence[Recorded], *events: Event) -> list[Recorded]:
    """The facts with others behind them."""
    last = max(fact.seq for fact in history)
    at = START + timedelta(days=40)
    behind = [
        Recorded(
            tenant="63.10",
            seq=last + number,
            stream="",
            version=1,
            event=event,
            meta=Meta(actor="a", role="r", occurred_at=at),
            recorded_at=at,
        )
        for number, event in enumerate(events, start=1)
    ]
    return [*history, *behind]


@given(histories(), stages, slots, st.integers(0, 3))
def test_a_level_is_worth_what_a_full_rescore_says(
    history: Sequence[Recorded], stage: Stage, slot: tuple[str, str], level: int
) -> None:
    dossier = dossiers.opened(history)
    before = formula.exact_index(RULES, dossiers.tally_at(dossier, RULES, stage))
    told = Worth(dossier, RULES, stage).change(*slot, level)
    again = dossiers.opened(history)
    held = again.innovations.get(slot[0])
    assume(not slot[0] or held is not None)
    standing = again.region if held is None else held.slots
    changed = standing.setdefault(slot[1], dossiers.Slot())
    changed.level = changed.accepted = level
    assert told == formula.exact_index(RULES, dossiers.tally_at(again, RULES, stage)) - before


@given(histories())
def test_the_queue_empties_when_all_of_it_is_judged(history: Sequence[Recorded]) -> None:
    facts = list(history)
    for _ in range(2):
        dossier = dossiers.opened(facts)
        waits = list(backlog.waiting("63.10", facts, dossier, RULES, NOW, ZONE))
        for one in waits:
            stands = worth.slot_of(dossier, one.innovation, one.indicator)
            assert stands.verdict is None
            assert stands.level == one.level > 0
        verdicts = [
            IndicatorAccepted(
                year=YEAR, innovation=one.innovation, indicator=one.indicator, level=one.level
            )
            for one in waits
        ]
        facts = later(facts, *verdicts)
    assert not waits


@given(histories(), st.integers(1, 5))
def test_pages_show_every_row_once_and_in_order(history: Sequence[Recorded], limit: int) -> None:
    dossier = dossiers.opened(history)
    waits = list(backlog.waiting("63.10", history, dossier, RULES, NOW, ZONE))
    waits.sort(key=backlog.key)
    shown, cursor = paging.page(waits, backlog.key, limit, "")
    seen = list(shown)
    while cursor:
        shown, cursor = paging.page(waits, backlog.key, limit, cursor)
        assert 1 <= len(shown) <= limit
        seen.extend(shown)
    assert seen == waits
    assert all(one.since <= other.since for one, other in pairwise(seen))


@given(histories(), slots, stages, st.integers(1, 3), neighbours)
def test_the_effect_if_granted_is_what_granting_does(
    history: Sequence[Recorded],
    slot: tuple[str, str],
    stage: Stage,
    level: int,
    others: Sequence[Decimal],
) -> None:
    innovation, indicator = slot
    asked = ClarificationOpened(
        year=YEAR,
        innovation=innovation,
        indicator=indicator,
        level=level,
        argument="-",
        answer_by=NOW,
    )
    facts = later(history, asked)
    dossier = dossiers.opened(facts)
    raised = Raised(opened=facts[-1], asked=asked)
    promised = branching.suppose(
        facts, clarifications.if_granted(raised, dossier), RULES, stage, others
    )
    # As intake records it: no new claim where the level asked for is claimed already.
    claimed = worth.slot_of(dossier, innovation, indicator).level
    named = {"year": YEAR, "innovation": innovation, "indicator": indicator, "level": level}
    granted: list[Event] = [IndicatorAccepted(**named)]  # type: ignore[arg-type]
    if level > claimed:
        granted.insert(0, IndicatorClaimed(**named))  # type: ignore[arg-type]
    after = dossiers.opened(later(facts, *granted))
    assert promised.supposed == figure.score(RULES, dossiers.tally_at(after, RULES, stage))


@given(histories(), slots)
def test_a_thread_tells_each_fact_once_and_one_verdict_holds(
    history: Sequence[Recorded], slot: tuple[str, str]
) -> None:
    entries = thread.thread(history, *slot, ZONE)
    about = [
        fact.seq
        for fact in history
        if isinstance(fact.event, thread.ABOUT_A_SLOT)
        and (fact.event.innovation, fact.event.indicator) == slot
    ]
    assert [one.seq for one in entries] == about
    holding = [
        one
        for one in entries
        if one.kind in thread.VERDICTS and one.released_by is None and one.replaced_by is None
    ]
    verdict = worth.slot_of(dossiers.opened(history), *slot).verdict
    assert [one.seq for one in holding] == ([] if verdict is None else [verdict.seq])


named_agencies = st.sampled_from(["", "a", "b", "c", "hilang"])


@given(
    st.lists(st.sampled_from(["a", "b", "c", "a-1", "b-1"]), unique=True),
    st.lists(st.tuples(st.sampled_from(INNOVATIONS), st.sampled_from("abc") | named_agencies)),
    st.sets(st.sampled_from(["a", "b", "a-1"])),
)
def test_agencies_that_report_and_that_are_silent_are_all_there_are(
    known: Sequence[str], reports: Sequence[tuple[str, str]], closed: set[str]
) -> None:
    events: list[Event] = [agency(name, name[0] if "-" in name else "") for name in known]
    events += [
        InnovationRegistered(year=YEAR, innovation=name, profile=profile(of))
        for name, of in reports
    ]
    events += [AgencyClosed(year=YEAR, agency=name) for name in closed]
    facts = later([_first()], *events)
    told = agencies.organisation(facts, dossiers.opened(facts), NOW, ZONE)
    one = told.participation
    placed = sum(each.activity.innovations for each in told.agencies)
    assert placed + one.unplaced == one.innovations == len({name for name, _ in reports})
    if one.agencies is None:
        assert (one.reported, one.one_each, one.silent) == (None, None, ())
    else:
        assert one.reported is not None
        assert one.reported + len(one.silent) == one.agencies >= 1
        assert one.one_each == (one.reported == one.agencies)


def _first() -> Recorded:
    return Recorded(
        tenant="63.10",
        seq=1,
        stream="",
        version=1,
        event=IndicatorClaimed(year=YEAR, indicator=REGION_CODES[0], level=1),
        meta=Meta(actor="a", role="r"),
        recorded_at=START,
    )


@given(histories(), stages)
def test_what_came_late_counts_for_nothing(history: Sequence[Recorded], stage: Stage) -> None:
    said = tuple(
        fact.event
        for fact in history
        if isinstance(fact.event, InnovationRegistered | IndicatorClaimed)
    )
    late = LateReceived(year=YEAR, item=1, received_at=NOW, deadline=START, facts=said)
    before = dossiers.tally_at(dossiers.opened(history), RULES, stage)
    assert dossiers.tally_at(dossiers.opened(later(history, late)), RULES, stage) == before


@given(histories(), stages, st.sampled_from([2024, 2026, 2027, 2029]))
def test_what_is_carried_on_is_what_a_season_of_it_alone_would_score(
    history: Sequence[Recorded], stage: Stage, to: int
) -> None:
    other = rulebook.rule_set_for_year(to)
    dossier = dossiers.opened(history)
    told = carry_over.carry(dossier, RULES, other, to, stage)
    counting = {
        one.innovation
        for one in told.innovations
        if one.counts and (stage == "mandiri" or not one.rejected)
    }
    left = replace(
        dossier,
        year=to,
        innovations={name: dossier.innovations[name] for name in counting},
    )
    assert told.carried == figure.score(other, dossiers.tally_at(left, other, stage))
    present = formula.exact_index(RULES, dossiers.tally_at(dossier, RULES, stage))
    after = formula.exact_index(other, dossiers.tally_at(left, other, stage))
    assert told.by_rules.exact + told.by_window.exact == after - present
