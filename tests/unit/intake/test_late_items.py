"""Calendars and what comes after their deadlines, case by case."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from services.intake.core import agency, indicator, innovation, season, trial, verdict
from services.intake.core.late import Admit
from shared.kernel import calendar, names
from shared.kernel.errors import Failure
from shared.kernel.events.indicator import EvidenceReference, IndicatorAccepted, IndicatorClaimed
from shared.kernel.events.innovation import InnovationSubmitted, Profile
from shared.kernel.events.late import LateAdmitted, LateDismissed, LateReceived
from shared.kernel.events.season import Phase, PhaseName
from tests.desk import BEGIN, RULES, YEAR, Desk

FILE, OTHER = (
    EvidenceReference(sha256=letter * 64, size_bytes=1, media_type="application/pdf")
    for letter in "ab"
)
PROFILE = Profile(name="TAPIS", tahapan="penerapan", main_urusan=2)
REGISTER = innovation.Register(year=YEAR, innovation="tapis", profile=PROFILE)
DEADLINE = BEGIN + timedelta(days=10)
MEASURED = BEGIN + timedelta(days=40)
KINDS = {row.code for row in RULES.rows}


def phase(name: PhaseName, begins: Any, ends: Any) -> Phase:
    return Phase(name=name, opens_at=begins, closes_at=ends)


@pytest.fixture
def desk() -> Desk:
    """A season whose reporting ends after ten days, its measuring after forty."""
    desk = Desk()
    phases = (
        phase("penjaringan", BEGIN, DEADLINE),
        phase("pengukuran", DEADLINE, MEASURED),
    )
    keep(desk, season.Schedule(year=YEAR, at=BEGIN, phases=phases, letter="400/1"))
    return desk


def keep(desk: Desk, command: season.Command) -> None:
    desk.ask(command, tenant=names.MINISTRY)


def extend(desk: Desk, days: float) -> None:
    until = BEGIN + timedelta(days=days)
    keep(desk, season.Extend(year=YEAR, phase="penjaringan", closes_at=until, letter="400/2"))


def claim(level: int, *files: EvidenceReference, code: str = "SID-VIDEO") -> indicator.Claim:
    return indicator.Claim(
        year=YEAR, innovation="tapis", indicator=code, level=level, evidence=files or (FILE,)
    )


def kinds(desk: Desk, since: int = 0) -> list[str]:
    return [type(event).__name__ for event in desk.log[since:]]


def test_the_last_moment_counts_and_the_next_does_not(desk: Desk) -> None:
    desk.now = DEADLINE
    desk.ask(REGISTER)
    assert kinds(desk) == ["SeasonEntered", "InnovationRegistered"]
    desk.now = DEADLINE + timedelta(microseconds=1)
    decision = desk.ask(claim(2))
    assert decision.missed == DEADLINE
    assert kinds(desk)[-1] == "LateReceived"


def test_what_had_been_received_in_time_counts_however_long_it_took_to_decide(desk: Desk) -> None:
    desk.now = DEADLINE + timedelta(seconds=3)
    assert desk.ask(REGISTER, received_at=DEADLINE).missed is None


def test_late_items_are_decided_behind_one_another_and_admitted_in_order(desk: Desk) -> None:
    desk.passes(24 * 11)
    desk.ask(REGISTER)
    desk.ask(claim(2))
    with pytest.raises(Failure, match=r"innovation\.unknown"):
        desk.ask(indicator.Claim(year=YEAR, innovation="lain", indicator="SID-VIDEO", level=0))
    assert kinds(desk) == ["SeasonEntered", "LateReceived", "LateReceived"]
    assert desk.ask(claim(2)).events == ()
    desk.admit(desk.letterbox().waiting)
    assert kinds(desk) == ["SeasonEntered", "LateReceived", "LateReceived"]
    extend(desk, 12)
    desk.admit(desk.letterbox().waiting)
    assert kinds(desk, 3) == [
        "LateAdmitted",
        "InnovationRegistered",
        "LateAdmitted",
        "IndicatorClaimed",
    ]
    assert desk.letterbox().waiting == ()


def test_only_what_the_extension_covers_is_admitted(desk: Desk) -> None:
    desk.ask(REGISTER)
    desk.passes(24 * 11)
    desk.ask(claim(1))
    desk.passes(24 * 5)
    desk.ask(claim(2))
    extend(desk, 12)
    desk.admit(desk.letterbox().waiting)
    (left,) = desk.letterbox().waiting
    (fact,) = left.facts
    assert isinstance(fact, IndicatorClaimed)
    assert fact.level == 2


def test_an_older_late_item_never_replaces_a_newer_report(desk: Desk) -> None:
    desk.ask(REGISTER)
    desk.passes(24 * 11)
    desk.ask(claim(3))
    extend(desk, 20)
    desk.passes(1)
    desk.ask(claim(1, OTHER))
    desk.admit(desk.letterbox().waiting)
    last = desk.log[-1]
    assert isinstance(last, LateDismissed)
    assert last.reason == "late.superseded"
    assert [event.level for event in desk.log if isinstance(event, IndicatorClaimed)] == [1]


def test_a_late_resubmission_is_recorded_with_the_files_it_was_received_with(desk: Desk) -> None:
    rows = ("SID-VIDEO",)
    desk.ask(REGISTER)
    desk.ask(innovation.Submit(year=YEAR, innovation="tapis", indicators=rows))
    desk.passes(24 * 11)
    desk.ask(claim(2))
    assert desk.ask(innovation.Submit(year=YEAR, innovation="tapis", indicators=rows)).events
    extend(desk, 20)
    desk.admit(desk.letterbox().waiting)
    sent = [event for event in desk.log if isinstance(event, InnovationSubmitted)]
    assert [one.files for one in sent] == [(), (FILE.sha256,)]


def test_so_many_late_items_wait_and_no_more(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.intake.core.late.WAITING_MAX", 2)
    desk.passes(24 * 11)
    for level in (1, 2):
        desk.ask(
            indicator.Claim(
                year=YEAR, innovation="", indicator="SPD-01", level=level, evidence=(FILE,)
            )
        )
    with pytest.raises(Failure, match=r"late\.too_many_waiting"):
        desk.ask(indicator.Claim(year=YEAR, innovation="", indicator="SPD-01", level=0))


def test_of_several_late_reports_the_last_word_stands(desk: Desk) -> None:
    desk.ask(REGISTER)
    desk.passes(24 * 11)
    for level in (1, 3, 2):
        desk.ask(claim(level))
        desk.passes(1)
    extend(desk, 20)
    desk.admit(desk.letterbox().waiting)
    assert kinds(desk).count("LateAdmitted") == 3
    assert [event.level for event in desk.log if isinstance(event, IndicatorClaimed)] == [1, 3, 2]


def test_a_verdict_in_between_does_not_dismiss_what_came_late(desk: Desk) -> None:
    desk.ask(REGISTER)
    desk.ask(innovation.Submit(year=YEAR, innovation="tapis"))
    desk.ask(claim(2))
    desk.passes(24 * 11)
    desk.ask(claim(3, OTHER))
    desk.passes(1)
    accept(desk, 2, FILE, client="satu")
    extend(desk, 20)
    desk.admit(desk.letterbox().waiting)
    assert kinds(desk)[-2:] == ["LateAdmitted", "IndicatorClaimed"]


def test_what_can_no_longer_be_recorded_is_dismissed_with_the_reason(desk: Desk) -> None:
    desk.ask(REGISTER)
    desk.passes(24 * 11)
    desk.ask(claim(3))
    extend(desk, 20)
    desk.passes(1)
    desk.ask(innovation.Withdraw(year=YEAR, innovation="tapis"))
    desk.admit(desk.letterbox().waiting)
    last = desk.log[-1]
    assert isinstance(last, LateDismissed)
    assert last.reason == "innovation.withdrawn"


def test_an_item_is_settled_once_whoever_comes_second(desk: Desk) -> None:
    desk.ask(REGISTER)
    desk.passes(24 * 11)
    desk.ask(claim(3))
    extend(desk, 20)
    waiting = desk.letterbox().waiting
    desk.admit(waiting)
    desk.admit(waiting)
    assert sum(1 for event in desk.log if isinstance(event, LateAdmitted)) == 1


def test_a_late_submission_keeps_the_files_that_stood_then(desk: Desk) -> None:
    desk.ask(REGISTER)
    desk.ask(claim(2))
    desk.passes(24 * 11)
    sent = innovation.Submit(year=YEAR, innovation="tapis", indicators=("SID-VIDEO",))
    desk.ask(sent)
    extend(desk, 20)
    desk.admit(desk.letterbox().waiting)
    submitted = [event for event in desk.log if isinstance(event, InnovationSubmitted)]
    assert [event.files for event in submitted] == [(FILE.sha256,)]


def test_a_late_trial_is_admitted_with_the_stage_it_brings(desk: Desk) -> None:
    idea = Profile(name="TAPIS", tahapan="inisiatif", main_urusan=2)
    desk.ask(innovation.Register(year=YEAR, innovation="tapis", profile=idea))
    desk.ask(agency.Describe(year=YEAR, agency="dinas", name="Dinas", kind="dinas"))
    desk.passes(24 * 11)
    desk.ask(
        trial.Assign(
            year=YEAR,
            innovation="tapis",
            agency="dinas",
            begins_on=BEGIN.date(),
            instrument="SK 1",
        )
    )
    extend(desk, 20)
    desk.admit(desk.letterbox().waiting)
    assert kinds(desk)[-3:] == ["LateAdmitted", "TrialAssigned", "InnovationRevised"]


def accept(desk: Desk, level: int, *files: EvidenceReference, client: str) -> None:
    desk.ask(
        verdict.Accept(
            year=YEAR,
            innovation="tapis",
            indicator="SID-VIDEO",
            level=level,
            evidence=tuple(file.sha256 for file in files),
            reason="tingkat_terlalu_tinggi",
            note="Dua unsur saja.",
        ),
        client=client,
    )


def test_a_returned_claim_is_answered_while_measuring_goes_on_and_not_after(desk: Desk) -> None:
    desk.ask(REGISTER)
    desk.ask(innovation.Submit(year=YEAR, innovation="tapis"))
    desk.ask(claim(2))
    desk.passes(24 * 11)
    returned = verdict.Return(
        year=YEAR,
        innovation="tapis",
        indicator="SID-VIDEO",
        reason="tidak_terbaca",
        evidence=(FILE.sha256,),
    )
    desk.ask(returned, client="satu")
    assert desk.ask(claim(2, OTHER)).missed is None
    again = verdict.Return(
        year=YEAR,
        innovation="tapis",
        indicator="SID-VIDEO",
        reason="tidak_terbaca",
        evidence=(OTHER.sha256,),
    )
    desk.ask(again, client="satu")
    desk.now = MEASURED + timedelta(seconds=1)
    assert desk.ask(claim(2, FILE)).missed == DEADLINE


def test_a_frozen_season_takes_no_verdict_and_admits_nothing_until_it_is_reopened(
    desk: Desk,
) -> None:
    desk.ask(REGISTER)
    desk.ask(innovation.Submit(year=YEAR, innovation="tapis"))
    desk.ask(claim(2))
    desk.passes(24 * 11)
    keep(desk, season.Freeze(year=YEAR, at=desk.now, letter="400/3"))
    with pytest.raises(Failure, match=r"season\.frozen"):
        accept(desk, 2, FILE, client="satu")
    desk.passes(1)
    assert desk.ask(claim(3)).missed == DEADLINE
    with pytest.raises(Failure, match=r"season\.frozen"):
        extend(desk, 20)
    (waiting,) = desk.letterbox().waiting
    assert isinstance(waiting, LateReceived)
    until = desk.now + timedelta(days=1)
    keep(desk, season.Reopen(year=YEAR, at=desk.now, closes_at=until, letter="400/4"))
    desk.ask(Admit(year=YEAR, item=waiting, keeper="00", letter="400/4"), client="intake")
    # It was handed in at the very moment of reopening, so it counts.
    assert kinds(desk)[-2:] == ["LateAdmitted", "IndicatorClaimed"]
    accept(desk, 3, FILE, client="satu")
    assert isinstance(desk.log[-1], IndicatorAccepted)


def test_a_reopening_may_count_from_the_deadline_that_passed(desk: Desk) -> None:
    desk.ask(REGISTER)
    desk.passes(24 * 11)
    desk.ask(claim(3))
    desk.passes(24)
    until = desk.now + timedelta(days=1)
    again = season.Reopen(
        year=YEAR, at=desk.now, closes_at=until, letter="400/5", opens_at=DEADLINE
    )
    early = replace(again, opens_at=DEADLINE - timedelta(seconds=1))
    with pytest.raises(Failure, match=r"season\.reopening_out_of_range"):
        keep(desk, early)
    keep(desk, again)
    assert desk.calendar().deadline == until
    assert calendar.closes_at(desk.calendar().phases, "penjaringan") == until
    desk.admit(desk.letterbox().waiting)
    assert kinds(desk)[-2:] == ["LateAdmitted", "IndicatorClaimed"]


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (
            season.Extend(year=YEAR, phase="penjaringan", closes_at=BEGIN, letter="x"),
            "season.extension_shortens",
        ),
        (
            season.Extend(year=YEAR, phase="presentasi", closes_at=MEASURED, letter="x"),
            "season.without_deadline",
        ),
        (
            season.Extend(year=YEAR, phase="penjaringan", closes_at=MEASURED, letter=" "),
            "season.letter_missing",
        ),
        (
            season.Schedule(
                year=YEAR,
                at=DEADLINE,
                phases=(phase("penjaringan", BEGIN - timedelta(days=9), BEGIN),),
                letter="x",
            ),
            "season.deadline_passed",
        ),
        (
            season.Schedule(
                year=YEAR, at=BEGIN, phases=(phase("pengukuran", BEGIN, MEASURED),), letter="x"
            ),
            "season.phases_out_of_order",
        ),
        (
            season.Schedule(
                year=YEAR, at=BEGIN, phases=(phase("penjaringan", MEASURED, BEGIN),), letter="x"
            ),
            "season.phase_ends_before_it_begins",
        ),
        (season.Freeze(year=YEAR, at=BEGIN, letter=""), "season.letter_missing"),
        (
            season.Reopen(year=YEAR, at=BEGIN, closes_at=MEASURED, letter="x"),
            "season.still_open",
        ),
        (
            season.Reopen(year=YEAR, at=MEASURED, closes_at=BEGIN, letter="x"),
            "season.deadline_passed",
        ),
        (
            season.Extend(
                year=YEAR,
                phase="penjaringan",
                closes_at=MEASURED.replace(tzinfo=None),
                letter="x",
            ),
            "history.zone_missing",
        ),
    ],
)
def test_what_a_calendar_may_not(desk: Desk, command: season.Command, reason: str) -> None:
    with pytest.raises(Failure, match=reason.replace(".", r"\.")):
        keep(desk, command)
