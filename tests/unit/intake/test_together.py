"""Several reports as one command: all or nothing, on time and late."""

from datetime import timedelta
from itertools import pairwise

import pytest

from services.intake import commands
from services.intake.core import indicator, innovation, season, together
from services.intake.core.late import Report
from services.intake.core.together import Together
from shared.kernel import names, recorded
from shared.kernel.appending import EVENT_BYTES_MAX
from shared.kernel.errors import Missing, Refused
from shared.kernel.events.indicator import EvidenceReference, IndicatorClaimed
from shared.kernel.events.innovation import Profile
from shared.kernel.events.late import LateReceived
from shared.kernel.events.season import Phase
from shared.kernel.rules import ruleset
from tests.desk import BEGIN, RULES, YEAR, Desk

FILE = EvidenceReference(sha256="a" * 64, size_bytes=1, media_type="application/pdf")
CODES = [row.code for row in ruleset.innovation_rows(RULES)]
DEADLINE = BEGIN + timedelta(days=10)


def register(name: str, design: str = "") -> innovation.Register:
    profile = Profile(name=name, tahapan="penerapan", main_urusan=2, design=design)
    return innovation.Register(year=YEAR, innovation=name, profile=profile)


def claim(name: str, code: str = CODES[0], level: int = 2) -> indicator.Claim:
    return indicator.Claim(
        year=YEAR, innovation=name, indicator=code, level=level, evidence=(FILE,)
    )


def all_of(*reports: Report) -> Together:
    return Together(year=YEAR, reports=reports)


def kinds(desk: Desk) -> list[str]:
    return [type(event).__name__ for event in desk.log]


@pytest.fixture
def desk() -> Desk:
    """A season whose reporting ends after ten days."""
    desk = Desk()
    phases = (Phase(name="penjaringan", opens_at=BEGIN, closes_at=DEADLINE),)
    schedule = season.Schedule(year=YEAR, at=BEGIN, phases=phases, letter="400/1")
    desk.ask(schedule, tenant=names.MINISTRY)
    return desk


def test_each_is_decided_on_those_before_it(desk: Desk) -> None:
    desk.ask(all_of(register("tapis"), claim("tapis"), claim("tapis", level=3)))
    assert kinds(desk) == [
        "SeasonEntered",
        "InnovationRegistered",
        "IndicatorClaimed",
        "IndicatorClaimed",
    ]


def test_one_that_is_refused_refuses_all_and_is_named(desk: Desk) -> None:
    reports = (register("tapis"), claim("tapis"), claim("lain"), claim("tapis", level=9))
    with pytest.raises(Missing) as refused:
        desk.ask(all_of(*reports))
    assert (refused.value.reason, refused.value.facts["place"]) == ("innovation.unknown", 2)
    assert desk.log == []


def test_what_is_already_true_is_nothing_not_even_an_entry(desk: Desk) -> None:
    assert desk.ask(all_of()).events == ()
    desk.ask(all_of(register("tapis"), claim("tapis")))
    told = len(desk.log)
    assert desk.ask(all_of(register("tapis"), claim("tapis"))).events == ()
    assert len(desk.log) == told


def test_late_they_are_one_item_and_count_together_once_admitted(desk: Desk) -> None:
    desk.now = DEADLINE + timedelta(hours=1)
    decision = desk.ask(all_of(register("tapis"), claim("tapis")))
    assert decision.missed == DEADLINE
    (item,) = desk.letterbox().waiting
    assert len(item.facts) == 2
    # Behind it, as if it had counted.
    assert desk.ask(all_of(register("tapis"), claim("tapis"))).events == ()
    until = desk.now + timedelta(days=1)
    extend = season.Extend(year=YEAR, phase="penjaringan", closes_at=until, letter="400/2")
    desk.ask(extend, tenant=names.MINISTRY)
    desk.admit(desk.letterbox().waiting)
    assert kinds(desk)[-3:] == ["LateAdmitted", "InnovationRegistered", "IndicatorClaimed"]


def test_late_facts_that_no_event_can_hold_are_several_items(desk: Desk) -> None:
    desk.now = DEADLINE + timedelta(hours=1)
    names_of = [f"i-{number}" for number in range(30)]
    reports = [register(name, "kata " * 3_900) for name in names_of]
    decision = desk.ask(all_of(*reports, *(claim(name) for name in names_of)))
    items = [event for event in decision.events if isinstance(event, LateReceived)]
    assert len(items) > 1
    assert [item.item for item in items] == list(range(1, len(items) + 1))
    assert sum(len(item.facts) for item in items) == 60
    assert all(len(recorded.encode(item)) < EVENT_BYTES_MAX for item in items)
    until = desk.now + timedelta(days=1)
    extend = season.Extend(year=YEAR, phase="penjaringan", closes_at=until, letter="400/2")
    desk.ask(extend, tenant=names.MINISTRY)
    desk.admit(desk.letterbox().waiting)
    assert desk.letterbox().waiting == ()
    assert sum(isinstance(event, IndicatorClaimed) for event in desk.log) == 30


def test_all_that_they_rest_on_is_read() -> None:
    read = [stream for _, stream in commands.rests_on("63.10", all_of(claim("tapis")))]
    assert read[0] == names.entry(YEAR)
    assert {
        names.claim(YEAR, "tapis", CODES[0]),
        names.innovation(YEAR, "tapis"),
        names.late(YEAR),
        names.season(YEAR),
    } < set(read)


def test_a_parcel_is_as_full_as_it_may_be() -> None:
    facts = [
        IndicatorClaimed(year=YEAR, indicator=code, level=1, evidence=(FILE,) * 20)
        for code in CODES * 10
    ]
    parcels = together.parcels(facts)
    assert [fact for parcel in parcels for fact in parcel] == facts
    sizes = [sum(len(recorded.encode(fact)) + 1 for fact in parcel) for parcel in parcels]
    assert max(sizes) <= together.LATE_BYTES_MAX
    assert all(one + two > together.LATE_BYTES_MAX for one, two in pairwise(sizes))


def test_a_failure_keeps_its_kind_and_facts() -> None:
    failure = together.placed(Refused("cell.level", given="9"), 4)
    assert isinstance(failure, Refused)
    assert failure.facts == {"given": "9", "place": 4}
