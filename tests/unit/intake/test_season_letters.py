"""A season's letters: corrected by another one, never swallowed; and dates that cannot be meant."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from services.intake.core import decree, result, season
from shared.io import rulebook
from shared.kernel import calendar, names
from shared.kernel.calendar import Calendar
from shared.kernel.errors import Failure
from shared.kernel.events.agency import InnovationsDecreed
from shared.kernel.events.season import Phase, PhaseName
from shared.kernel.recorded import Event
from tests.desk import Desk

YEAR = 2026
BEGIN = datetime(2026, 6, 1, tzinfo=UTC)
RULES = rulebook.rule_set_for_year(YEAR)
OPEN = season.Open(year=YEAR, rule_set="2026.1", rules_year=YEAR, rule_digest="a", letter="1")


def day(number: float) -> datetime:
    return BEGIN + timedelta(days=number)


def phase(name: PhaseName, first: float, last: float) -> Phase:
    return Phase(name=name, opens_at=day(first), closes_at=day(last))


PHASES = (phase("penjaringan", 0, 60), phase("pengukuran", 60, 90))


def schedule(letter: str, phases: tuple[Phase, ...] = PHASES, at: float = 1) -> season.Schedule:
    return season.Schedule(year=YEAR, at=day(at), phases=phases, letter=letter)


def extend(letter: str, until: float = 70) -> season.Extend:
    return season.Extend(year=YEAR, phase="penjaringan", closes_at=day(until), letter=letter)


def close(letter: str, at: float = 80) -> season.Close:
    return season.Close(year=YEAR, at=day(at), letter=letter)


def freeze(letter: str, at: float = 85) -> season.Freeze:
    return season.Freeze(year=YEAR, at=day(at), letter=letter)


def reopen(letter: str, at: float = 86, until: float = 90) -> season.Reopen:
    return season.Reopen(year=YEAR, at=day(at), closes_at=day(until), letter=letter)


def said(*commands: season.Command) -> tuple[Calendar, list[Event]]:
    kept, told = season.EMPTY, []
    for command in commands:
        for event in season.decide(command, kept):
            kept = season.evolve(kept, event)
            told.append(event)
    return kept, told


ALL: dict[str, tuple[tuple[season.Command, ...], season.Command, season.Command]] = {
    "opening": ((), OPEN, replace(OPEN, letter="1a")),
    "calendar": ((OPEN,), schedule("2"), schedule("2a")),
    "extension": ((OPEN, schedule("2")), extend("3"), extend("3a")),
    "closing": ((OPEN,), close("4", 5), close("4a", 6)),
    "freeze": ((OPEN,), freeze("5"), freeze("5a", 88)),
    "reopening": ((OPEN, freeze("5")), reopen("6"), reopen("6a", 87)),
}


@pytest.mark.parametrize("name", ALL)
def test_another_letter_is_recorded_and_moves_nothing_and_the_same_again_is_no_fact(
    name: str,
) -> None:
    before, first, corrected = ALL[name]
    kept, told = said(*before, first)
    again, same = said(*before, first, first)
    assert (again, same) == (kept, told)
    after, more = said(*before, first, corrected, corrected)
    assert len(more) == len(told) + 1
    assert more[-1] == replace(told[-1], letter=corrected.letter)
    assert (after.windows, after.phases, after.frozen_at) == (
        kept.windows,
        kept.phases,
        kept.frozen_at,
    )


def test_without_a_letter_nothing_is_corrected() -> None:
    bare = season.Open(year=YEAR, rule_set="2026.1", rules_year=YEAR, rule_digest="a")
    assert len(said(OPEN, bare)[1]) == 1
    assert len(said(OPEN, close("4", 5), close("", 6))[1]) == 2


def test_a_frozen_season_takes_no_letter_of_the_calendar_or_of_the_closing() -> None:
    frozen = (OPEN, schedule("2"), close("4", 5), freeze("5"))
    for late in (close("4a"), schedule("2a", said(*frozen)[0].phases)):
        with pytest.raises(Failure, match=r"season\.frozen"):
            said(*frozen, late)
    assert len(said(*frozen, close("4"))[1]) == 4


def test_an_open_season_is_not_reopened_though_it_ends_then() -> None:
    with pytest.raises(Failure, match=r"season\.still_open"):
        said(OPEN, schedule("2"), reopen("6", 5, 60))


OVERLAPPING = (phase("penjaringan", 0, 60), phase("pengukuran", 59, 90))
FAR = 365 * 3


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (schedule("2", OVERLAPPING), "season.phases_overlap"),
        (schedule("2", (phase("penjaringan", 0, FAR),)), "season.too_far_away"),
        (schedule("2", (phase("penjaringan", -FAR, 60),)), "season.too_far_away"),
        (extend("3", FAR), "season.too_far_away"),
    ],
)
def test_a_calendar_that_cannot_be_meant_is_refused(command: season.Command, reason: str) -> None:
    with pytest.raises(Failure, match=reason.replace(".", r"\.")):
        said(OPEN, schedule("1"), command)


def test_no_reopening_lasts_for_years() -> None:
    with pytest.raises(Failure, match=r"season\.too_far_away"):
        said(OPEN, close("4", 5), reopen("6", 6, FAR))
    last = datetime(2028, 12, 31, 23, tzinfo=UTC)
    until = season.Reopen(year=YEAR, at=day(6), closes_at=last, letter="6")
    assert said(OPEN, close("4", 5), until)[0].deadline == last


def test_no_decree_is_dated_years_ahead() -> None:
    far = date(2029, 1, 1)
    named = decree.Decree(year=YEAR, number="1", dated=far, innovations=("tapis",))
    with pytest.raises(Failure, match=r"decree\.too_far_ahead"):
        decree.decide(named, decree.EMPTY, ["tapis"])
    decreed = result.Publish(
        year=YEAR, score=Decimal(50), predikat="Inovatif", decree_number="1", decree_date=far
    )
    with pytest.raises(Failure, match=r"decree\.too_far_ahead"):
        result.decide(decreed, result.EMPTY, RULES.id, "a")
    (event,) = decree.decide(
        decree.Decree(year=YEAR, number="1", dated=date(2028, 12, 31), innovations=("tapis",)),
        decree.EMPTY,
        ["tapis"],
    )
    assert isinstance(event, InnovationsDecreed)


def test_the_deadline_that_decided_is_the_one_of_its_time() -> None:
    opened, _ = said(OPEN)
    assert calendar.deadline_at(opened, day(5)) is None
    kept, _ = said(OPEN, schedule("2"))
    assert calendar.deadline_at(kept, day(5)) == day(60)
    # After the deadline only what answers a verdict is in time, until the measuring ends.
    assert calendar.deadline_at(kept, day(70)) == day(90)
    assert calendar.deadline_at(kept, day(91)) == day(60)
    again, _ = said(OPEN, schedule("2"), freeze("5"), reopen("6"))
    assert calendar.deadline_at(again, day(5)) == day(60)
    assert calendar.deadline_at(again, day(87)) == day(90)


@pytest.mark.parametrize(
    ("year", "score", "predikat", "frozen", "codes"),
    [
        (2026, "58.20", "Inovatif", True, []),
        (2026, "58.20", "Inovatif", False, ["result.before_freeze"]),
        (2026, "58.20", "Sangat Inovatif", True, ["result.other_predikat"]),
        (2026, "65.01", "Sangat Inovatif", True, []),
        (2026, "65.00", "Sangat Inovatif", True, ["result.other_predikat"]),
        (2026, "100", "Sangat Inovatif", True, []),
        (2026, "100.01", "Sangat Inovatif", True, ["result.above_scale"]),
        (2020, "1462", "Sangat Inovatif", True, []),
        (2020, "1462", "Inovatif", True, ["result.other_predikat"]),
    ],
)
def test_what_is_odd_about_a_result_is_asked(
    year: int, score: str, predikat: str, *, frozen: bool, codes: list[str]
) -> None:
    command = result.Publish(year=year, score=Decimal(score), predikat=predikat, source="x")
    rules = rulebook.rule_set_for_year(year)
    assert [one.code for one in result.questions(command, rules, frozen=frozen)] == codes


def test_a_corrected_opening_leaves_the_calendar_as_it_is() -> None:
    kept, _ = said(OPEN, schedule("2"), close("4", 5))
    after, _ = said(OPEN, schedule("2"), close("4", 5), replace(OPEN, letter="1a"))
    assert (after.phases, after.windows) == (kept.phases, kept.windows)
    assert after.letters == replace(kept.letters, opening="1a")


def test_a_province_opens_no_season_beside_the_ministrys() -> None:
    desk = Desk()
    digest = rulebook.rule_digests()[RULES.id]
    own = season.Open(
        year=YEAR, rule_set=RULES.id, rules_year=YEAR, rule_digest=digest, letter="63/1"
    )
    with pytest.raises(Failure, match=r"season\.kept_by_ministry"):
        desk.ask(own, tenant="63")
    # Where the ministry came later, what the province opened goes on.
    desk.streams.pop((names.MINISTRY, names.season(YEAR)))
    assert desk.ask(own, tenant="63").events
    desk.ask(own, tenant=names.MINISTRY)
    assert desk.ask(replace(own, letter="63/2"), tenant="63").events
