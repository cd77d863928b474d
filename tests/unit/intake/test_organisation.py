"""Agencies, decrees, laboratories and coaching, case by case."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from services.intake.core import agency, coaching, decree, innovation, trial
from shared.kernel.errors import Failure
from shared.kernel.events.innovation import Profile
from tests.desk import YEAR, Desk

IDEA = Profile(name="TAPIS", tahapan="inisiatif", main_urusan=2)
DINAS = agency.Describe(year=YEAR, agency="dinas", name="Dinas Perikanan", kind="dinas")


@pytest.fixture
def desk() -> Desk:
    """A region with one agency and one idea."""
    desk = Desk()
    desk.ask(DINAS)
    desk.ask(innovation.Register(year=YEAR, innovation="tapis", profile=IDEA))
    return desk


def refused(desk: Desk, command: Any, reason: str) -> None:
    with pytest.raises(Failure, match=reason.replace(".", r"\.")):
        desk.ask(command)


def kinds(desk: Desk, since: int) -> list[str]:
    return [type(event).__name__ for event in desk.log[since:]]


def described(**changed: Any) -> agency.Describe:
    return agency.Describe(**{"year": YEAR, "name": "Unit", "kind": "uptd", **changed})


def test_an_agency_begins_no_season_and_is_said_once() -> None:
    desk = Desk()
    desk.ask(DINAS)
    assert kinds(desk, 0) == ["AgencyRegistered"]
    assert desk.ask(DINAS).events == ()
    desk.ask(agency.Describe(year=YEAR, agency="dinas", name="Dinas Kelautan", kind="dinas"))
    desk.ask(agency.Close(year=YEAR, agency="dinas"))
    assert desk.ask(agency.Close(year=YEAR, agency="dinas")).events == ()
    desk.ask(DINAS)
    told = ["AgencyRegistered", "AgencyRevised", "AgencyClosed", "AgencyRegistered"]
    assert kinds(desk, 0) == told


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (described(agency="unit", kind="klub"), "agency.unknown_kind"),
        (described(agency="unit", name=" "), "agency.name_missing"),
        (described(agency="unit", parent="tidak-ada"), "agency.unknown"),
        (described(agency="dinas", parent="dinas"), "agency.parent_is_a_unit"),
        (described(agency="anak", parent="unit"), "agency.parent_is_a_unit"),
        (agency.Close(year=YEAR, agency="tidak-ada"), "agency.unknown"),
        (
            innovation.Register(
                year=YEAR,
                innovation="lain",
                profile=Profile(name="L", tahapan="inisiatif", main_urusan=2, agency="tidak-ada"),
            ),
            "agency.unknown",
        ),
        (
            innovation.Register(
                year=YEAR,
                innovation="lain",
                profile=Profile(name="L", tahapan="inisiatif", main_urusan=2, agency="Dinas X"),
            ),
            "agency.name_malformed",
        ),
    ],
)
def test_what_an_agency_may_not(desk: Desk, command: Any, reason: str) -> None:
    desk.ask(described(agency="unit", parent="dinas"))
    refused(desk, command, reason)


def decreed(*names: str, number: str = "188.45/1") -> decree.Decree:
    return decree.Decree(year=YEAR, number=number, dated=date(2026, 2, 1), innovations=names)


def test_a_decree_names_innovations_that_are_there(desk: Desk) -> None:
    refused(desk, decreed("tidak-ada"), "innovation.unknown")
    refused(desk, decreed("tapis", "tapis"), "decree.innovation_named_twice")
    refused(desk, decreed(), "decree.innovations_out_of_range")
    refused(desk, decreed("tapis", number=" "), "text.missing")
    assert len(desk.ask(decreed("tapis")).events) == 1
    assert desk.ask(decreed("tapis")).events == ()


def assigned(**changed: Any) -> trial.Assign:
    told = {
        "year": YEAR,
        "innovation": "tapis",
        "agency": "dinas",
        "begins_on": date(2025, 3, 1),
        "instrument": "SK Bupati 1/2025",
    }
    return trial.Assign(**{**told, **changed})


def reported(on: date) -> trial.Report:
    return trial.Report(year=YEAR, innovation="tapis", reported_on=on, finding="Turun 5 hari.")


def decided(decision: str, on: date = date(2025, 7, 1)) -> trial.Decide:
    return trial.Decide(
        year=YEAR, innovation="tapis", decision=decision, decided_on=on, instrument="SK 2/2025"
    )


def profile(desk: Desk) -> Profile:
    held = innovation.EMPTY
    for event in desk.log:
        held = innovation.evolve(held, event)
    assert held.profile is not None
    return held.profile


def test_a_trial_leads_from_idea_to_application_and_writes_the_dates(desk: Desk) -> None:
    before = len(desk.log)
    refused(desk, reported(date(2025, 4, 1)), "trial.not_assigned")
    desk.ask(assigned())
    tried = profile(desk)
    assert (tried.tahapan, tried.trial_date) == ("uji_coba", date(2025, 3, 1))
    refused(desk, decided("diterapkan"), "trial.not_reported")
    refused(desk, reported(date(2025, 2, 1)), "trial.reported_before_it_begins")
    desk.ask(reported(date(2025, 6, 1)))
    assert desk.ask(reported(date(2025, 6, 1))).events == ()
    refused(desk, decided("diterapkan", date(2025, 5, 1)), "trial.decided_before_the_report")
    refused(desk, decided("mungkin"), "trial.unknown_decision")
    desk.ask(decided("diterapkan"))
    assert desk.ask(decided("diterapkan")).events == ()
    applied = profile(desk)
    assert (applied.tahapan, applied.implementation_date) == ("penerapan", date(2025, 7, 1))
    assert kinds(desk, before) == [
        "TrialAssigned",
        "InnovationRevised",
        "TrialReported",
        "TrialDecided",
        "InnovationRevised",
    ]
    refused(desk, assigned(begins_on=date(2025, 8, 1)), "trial.already_applied")


def test_a_corrected_trial_corrects_the_date_it_wrote(desk: Desk) -> None:
    desk.ask(assigned(begins_on=date(2029, 1, 10)))
    assert profile(desk).trial_date == date(2029, 1, 10)
    desk.ask(assigned(begins_on=date(2025, 1, 10)))
    assert profile(desk).trial_date == date(2025, 1, 10)
    desk.ask(assigned(begins_on=date(2025, 8, 1)))
    desk.ask(reported(date(2025, 9, 1)))
    early = replace(profile(desk), implementation_date=date(2025, 7, 1), trial_date=None)
    desk.ask(innovation.Revise(year=YEAR, innovation="tapis", profile=early))
    late = replace(early, trial_date=date(2025, 8, 1), implementation_date=None)
    desk.ask(innovation.Revise(year=YEAR, innovation="tapis", profile=late))
    desk.ask(decided("diterapkan", date(2025, 9, 2)))
    assert profile(desk).implementation_date == date(2025, 9, 2)


def test_a_trial_may_be_stopped_or_prolonged_without_becoming_an_application(desk: Desk) -> None:
    desk.ask(assigned())
    desk.ask(reported(date(2025, 6, 1)))
    desk.ask(decided("diperpanjang"))
    assert profile(desk).tahapan == "uji_coba"
    refused(desk, reported(date(2025, 8, 1)), "trial.decided_already")
    refused(desk, decided("dihentikan"), "trial.decided_already")
    desk.ask(assigned(begins_on=date(2025, 7, 2), instrument="SK 3/2025"))
    desk.ask(reported(date(2025, 9, 1)))
    desk.ask(decided("dihentikan", date(2025, 9, 2)))
    assert profile(desk).tahapan == "uji_coba"


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (assigned(agency="tidak-ada"), "agency.unknown"),
        (assigned(instrument=""), "text.missing"),
        (assigned(ends_on=date(2025, 2, 1)), "trial.ends_before_it_begins"),
        (assigned(innovation="tidak-ada"), "innovation.unknown"),
        (
            trial.Replicate(
                year=YEAR,
                innovation="tapis",
                by=" ",
                replicated_on=date(2025, 9, 1),
                document_number="1",
            ),
            "text.missing",
        ),
    ],
)
def test_what_a_laboratory_may_not(desk: Desk, command: Any, reason: str) -> None:
    refused(desk, command, reason)


def test_a_replication_is_recorded_once(desk: Desk) -> None:
    told = trial.Replicate(
        year=YEAR,
        innovation="tapis",
        by="63.01",
        replicated_on=date(2025, 9, 1),
        document_number="134/PKS",
    )
    assert len(desk.ask(told).events) == 1
    assert desk.ask(told).events == ()


def agreed(**changed: Any) -> coaching.Agree:
    told = {
        "year": YEAR,
        "agency": "dinas",
        "step": "langkah-1",
        "innovation": "tapis",
        "indicator": "SID-VIDEO",
        "level": 3,
        "due": date(2026, 7, 1),
        "gain": Decimal("0.27"),
    }
    return coaching.Agree(**{**told, **changed})


def closed(outcome: str, step: str = "langkah-1") -> coaching.Close:
    return coaching.Close(year=YEAR, agency="dinas", step=step, outcome=outcome)


def test_steps_are_agreed_closed_and_agreed_again(desk: Desk) -> None:
    coach = coaching.Assign(year=YEAR, agency="dinas", coach="pendamping-1")
    assert len(desk.ask(coach).events) == 1
    assert desk.ask(coach).events == ()
    assert len(desk.ask(agreed()).events) == 1
    assert desk.ask(agreed()).events == ()
    desk.ask(closed("selesai"))
    assert desk.ask(closed("selesai")).events == ()
    assert len(desk.ask(agreed()).events) == 1


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (agreed(agency="tidak-ada"), "agency.unknown"),
        (agreed(innovation="tidak-ada"), "innovation.unknown"),
        (agreed(indicator="SID-NIHIL"), "indicator.unknown"),
        (agreed(level=0), "indicator.level_out_of_range"),
        (agreed(step="Langkah 1"), "step.name_malformed"),
        (closed("selesai"), "step.unknown"),
        (closed("entah"), "step.unknown_outcome"),
        (coaching.Assign(year=YEAR, agency="dinas", coach="a b"), "client.malformed"),
    ],
)
def test_what_coaching_may_not(desk: Desk, command: Any, reason: str) -> None:
    refused(desk, command, reason)
