"""Agreed steps: how long they have stalled, what they brought, and what is left of them."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from msgspec.structs import replace

from services.projection import organising
from services.projection.core import coaching
from services.projection.core import dossier as dossiers
from services.projection.core.coaching import AgreedStep
from services.projection.core.crediting import StepName
from shared.kernel.events.agency import CoachAssigned, StepAgreed, StepClosed
from shared.kernel.recorded import Event
from shared.kernel.rules import formula
from shared.kernel.scorecard import STAGES
from tests.histories import RULES
from tests.told import (
    OTHER_SID,
    SID,
    YEAR,
    ZONE,
    accepted,
    agency,
    claimed,
    day,
    dossier,
    facts,
    file,
    profile,
    registered,
    submitted,
)


def agreed(step: str = "video", *, level: int = 3, due: int = 11, note: str = "") -> StepAgreed:
    return StepAgreed(
        year=YEAR,
        agency="dinkes",
        step=step,
        innovation="sehat",
        indicator=SID,
        level=level,
        due=date(2026, 6, due),
        gain=Decimal("0.27"),
        note=note,
    )


BASE: tuple[tuple[float, Event], ...] = (
    (0, agency("dinkes")),
    (0, registered("sehat", profile("dinkes"))),
    (0, submitted("sehat")),
    (1, claimed(1, file("a"), innovation="sehat")),
    (2, CoachAssigned(year=YEAR, agency="dinkes", coach="pendamping-1")),
    (3, agreed()),
)


def steps(*said: tuple[float, Event], now: float = 20) -> tuple[AgreedStep, ...]:
    told = facts(*said)
    return coaching.steps(told, dossier(told), RULES, {"dinkes": "Dinkes"}, day(now), ZONE)


def test_a_step_stalls_from_its_agreement_or_the_last_fact_of_its_claim() -> None:
    (one,) = steps(*BASE)
    assert (one.coach, one.agency_name, one.state) == ("pendamping-1", "Dinkes", "terbuka")
    assert (one.stalled_days, one.overdue_days) == (17, 10)
    (moved,) = steps(*BASE, (15, claimed(2, file("b"), innovation="sehat")))
    assert moved.stalled_days == 5
    assert (moved.claimed_then, moved.claimed, moved.reached_claimed) == (1, 2, False)


def test_a_day_is_over_where_the_region_is() -> None:
    """The eleventh ends at 16.00 UTC in Makassar; the step is due on that day."""
    assert steps(*BASE, now=10.6)[0].overdue_days == 0
    assert steps(*BASE, now=10.7)[0].overdue_days == 1


def test_the_effect_is_the_difference_of_two_full_scores() -> None:
    said = (
        *BASE,
        (4, claimed(2, file("b"), innovation="sehat")),
        (5, accepted(2, innovation="sehat")),
    )
    (one,) = steps(*said)
    told = dossier(facts(*said))
    for effect, stage, before in zip(one.effects, STAGES, (1, 0), strict=True):
        now = formula.exact_index(RULES, dossiers.tally_at(told, RULES, stage))
        then = dossier(facts(*said))
        then.innovations["sehat"].slots[SID].level = before
        then.innovations["sehat"].slots[SID].accepted = before
        without = formula.exact_index(RULES, dossiers.tally_at(then, RULES, stage))
        assert effect.stage == stage
        assert effect.brought.exact == now - without > 0
        then.innovations["sehat"].slots[SID].level = 3
        then.innovations["sehat"].slots[SID].accepted = 3
        reached = formula.exact_index(RULES, dossiers.tally_at(then, RULES, stage))
        assert effect.left.exact == reached - now > 0
    (done,) = steps(*said, (6, claimed(3, file("c"), innovation="sehat")))
    assert (done.reached_claimed, done.reached_accepted) == (True, False)
    assert not done.effects[0].left.exact


def test_a_step_put_otherwise_is_measured_from_when_it_was_first_agreed() -> None:
    said = (*BASE, (4, claimed(2, file("b"), innovation="sehat")), (5, agreed(due=30)))
    (one,) = steps(*said)
    assert (one.claimed_then, one.due, one.stalled_days) == (1, date(2026, 6, 30), 15)
    closing = StepClosed(year=YEAR, agency="dinkes", step="video", outcome="dibatalkan")
    (again,) = steps(*said, (6, closing), (7, agreed(note="lagi")))
    assert (again.claimed_then, again.state) == (2, "terbuka")


def test_the_longest_stalled_come_first_and_the_closed_last() -> None:
    closing = StepClosed(year=YEAR, agency="dinkes", step="video", outcome="selesai", note="Ya")
    told = steps(*BASE, (4, agreed("dua", level=2)), (5, agreed("tiga", level=2)), (6, closing))
    assert [one.step for one in told] == ["dua", "tiga", "video"]
    assert (told[2].state, told[2].outcome_note) == ("selesai", "Ya")
    assert (told[2].stalled_days, told[2].overdue_days) == (0, 0)
    (load,) = organising.caseloads(told)
    assert (load.coach, load.open, load.overdue, load.stalled_days) == ("pendamping-1", 2, 2, 16)
    assert organising.caseloads(()) == ()


def brought(one: AgreedStep) -> list[Fraction]:
    return [effect.brought.exact for effect in one.effects]


def test_a_gain_of_two_steps_is_credited_once_to_the_one_agreed_first() -> None:
    beside = agreed("kedua", level=2)
    raised = (
        (4, claimed(3, file("b"), innovation="sehat")),
        (6, accepted(3, innovation="sehat")),
    )
    (alone,) = steps(*BASE, *raised)
    both = {one.step: one for one in steps(*BASE, (3.5, beside), *raised)}
    assert brought(both["video"]) == brought(alone)
    assert min(brought(alone)) > 0
    assert brought(both["kedua"]) == [0, 0]
    assert both["kedua"].credited_to == (StepName(agency="dinkes", step="video"),)
    assert both["video"].credited_to == ()
    (load,) = organising.caseloads(tuple(both.values()))
    assert load.brought.exact == brought(alone)[0]


def test_a_verdict_is_credited_to_the_step_that_had_it_claimed() -> None:
    done = StepClosed(year=YEAR, agency="dinkes", step="video", outcome="selesai")
    told = steps(
        *BASE,
        (4, claimed(2, file("b"), innovation="sehat")),
        (5, done),
        (6, agreed("kedua", level=3)),
        (7, accepted(2, innovation="sehat")),
        (8, claimed(3, file("c"), innovation="sehat")),
        (9, accepted(3, innovation="sehat")),
    )
    by = {one.step: brought(one) for one in told}
    # Level 1 was claimed before any step, and accepted while the second was open.
    assert by["video"] == [by["kedua"][0], by["kedua"][1] / 2]
    assert min(*by["video"], *by["kedua"]) > 0


def test_what_is_lost_again_was_brought_by_nobody() -> None:
    raised = (*BASE, (4, claimed(3, file("b"), innovation="sehat")))
    (one,) = steps(*raised)
    (lost,) = steps(*raised, (5, claimed(2, file("c"), innovation="sehat")))
    assert brought(lost)[0] == brought(one)[0] / 2 > 0


def test_a_level_regained_was_brought_by_nobody_anew() -> None:
    told = steps(
        *BASE[:3],
        (1, claimed(2, file("a"), innovation="sehat")),
        *BASE[4:],
        (4, claimed(1, file("b"), innovation="sehat")),
        (5, claimed(2, file("a"), innovation="sehat")),
    )
    assert brought(told[0])[0] == 0


def test_a_step_agreed_again_keeps_what_it_brought() -> None:
    done = StepClosed(year=YEAR, agency="dinkes", step="video", outcome="selesai")
    raised = (*BASE, (4, claimed(2, file("b"), innovation="sehat")), (5, done))
    (before,) = steps(*raised)
    (again,) = steps(*raised, (6, agreed(note="lagi")))
    assert (again.state, again.claimed_then) == ("terbuka", 2)
    assert brought(again) == brought(before)
    assert brought(before)[0] > 0
    # Also where the same name now stands for another claim.
    elsewhere = replace(agreed(), indicator=OTHER_SID)
    (moved,) = steps(*raised, (6, elsewhere))
    assert brought(moved) == brought(before)
