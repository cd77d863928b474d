"""A region's agencies: who reports, who is silent, what the head's decree names."""

from datetime import date

from services.projection import telling
from services.projection.core import agencies, reporting
from services.projection.core.agencies import Organisation
from shared.kernel.events.agency import (
    AgencyClosed,
    CoachAssigned,
    InnovationsDecreed,
    StepAgreed,
    StepClosed,
)
from shared.kernel.events.innovation import InnovationWithdrawn
from shared.kernel.events.late import LateReceived
from shared.kernel.recorded import Event
from tests.told import (
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
    returned,
    submitted,
)


def organised(*said: tuple[float, Event], now: float = 30) -> Organisation:
    told = facts(*said)
    return agencies.organisation(told, dossier(told), day(now), ZONE)


BASE: tuple[tuple[float, Event], ...] = (
    (0, agency("dinkes")),
    (0, agency("puskesmas", parent="dinkes")),
    (0, agency("disdik")),
    (1, registered("sehat", profile("puskesmas"))),
    (2, claimed(2, file("a"), innovation="sehat")),
    (3, submitted("sehat")),
    (4, accepted(1, innovation="sehat")),
    (5, registered("lama", profile(office="Dinas Perikanan", tahapan="uji_coba"))),
)


def test_a_units_report_counts_for_its_agency() -> None:
    told = organised(*BASE)
    assert (told.participation.agencies, told.participation.reported) == (2, 1)
    assert told.participation.silent == ("DISDIK",)
    assert told.participation.one_each is False
    by = {one.agency: one for one in told.agencies}
    assert [by[name].reported for name in ("dinkes", "puskesmas", "disdik")] == [True, True, False]
    unit = by["puskesmas"].activity
    assert (unit.innovations, unit.tahapan, unit.submitted) == (1, {"penerapan": 1}, 1)
    assert (unit.claimed_levels, unit.accepted_levels) == (2, 1)
    assert by["dinkes"].activity.innovations == 0


def test_silence_is_counted_from_the_last_report_and_verdicts_break_none() -> None:
    told = organised(*BASE)
    by = {one.agency: one.activity for one in told.agencies}
    assert by["puskesmas"].silent_days == by["dinkes"].silent_days == 27
    assert by["puskesmas"].last_at == day(3)
    assert by["disdik"].last_at is None
    assert by["disdik"].silent_days is None
    assert told.participation.silent_days == 25


def test_returns_wait_for_an_answer_until_the_region_claims_anew() -> None:
    again = (10, returned(innovation="sehat"))
    told = organised(*BASE, again, (12, claimed(1, file("b"))), (13, returned()))
    by = {one.agency: one.activity for one in told.agencies}
    assert (by["puskesmas"].returned, by["puskesmas"].returned_days) == (1, 20)
    assert (by["disdik"].returned, by["disdik"].returned_days) == (0, None)
    assert (told.participation.returned, told.participation.returned_days) == (2, 20)
    answered = organised(*BASE, again, (14, claimed(2, file("c"), innovation="sehat")))
    assert answered.participation.returned == 0


def test_free_text_stands_apart() -> None:
    told = organised(*BASE)
    (apart,) = told.unplaced
    assert (apart.perangkat_daerah, apart.innovations) == ("Dinas Perikanan", ("lama",))
    assert apart.activity.tahapan == {"uji_coba": 1}
    assert told.participation.unplaced == 1


def test_where_nothing_is_registered_nobody_knows() -> None:
    told = organised((1, registered("sehat", profile(office="Dinas Kesehatan"))))
    one = told.participation
    assert (one.agencies, one.reported, one.one_each, one.silent) == (None, None, None, ())
    assert one.innovations == one.unplaced == 1
    assert "belum diketahui" in telling.participation(one).indonesian


def test_one_agency_one_innovation() -> None:
    told = organised(*BASE, (6, registered("pintar", profile("disdik"))))
    assert told.participation.one_each is True
    assert "satu inovasi terpenuhi" in telling.participation(told.participation).indonesian
    gone = organised(
        *BASE,
        (6, registered("pintar", profile("disdik"))),
        (7, InnovationWithdrawn(year=YEAR, innovation="pintar")),
    )
    assert gone.participation.silent == ("DISDIK",)
    assert gone.participation.silent_days == 23


def test_a_closed_agency_is_not_missed_and_its_units_stand_for_themselves() -> None:
    told = organised(*BASE, (6, AgencyClosed(year=YEAR, agency="dinkes")))
    assert (told.participation.agencies, told.participation.reported) == (2, 1)
    by = {one.agency: one for one in told.agencies}
    assert by["dinkes"].closed
    assert not by["dinkes"].reported
    assert by["puskesmas"].reported


def test_what_came_late_is_activity_and_no_innovation() -> None:
    late = LateReceived(
        year=YEAR,
        item=1,
        received_at=day(20),
        deadline=day(19),
        facts=(registered("pintar", profile("disdik")),),
    )
    told = organised(*BASE, (20, late))
    by = {one.agency: one.activity for one in told.agencies}
    assert (by["disdik"].innovations, by["disdik"].silent_days) == (0, 10)
    assert told.participation.silent == ("DISDIK",)


def test_the_decree_names_and_leaves_out() -> None:
    decree = InnovationsDecreed(
        year=YEAR, number="188/7", dated=date(2026, 6, 3), innovations=("sehat", "hilang")
    )
    told = organised(*BASE, (6, decree))
    assert told.decree is not None
    assert (told.decree.gone, told.decree.not_named) == (("hilang",), ("lama",))
    by = {one.agency: one for one in told.agencies}
    assert (by["puskesmas"].decreed, by["puskesmas"].not_decreed) == (("sehat",), ())
    assert organised(*BASE).decree is None
    assert organised(*BASE).agencies[2].not_decreed == ()


def test_coaches_and_open_steps_are_there_and_can_be_left_out() -> None:
    agreed = [
        StepAgreed(
            year=YEAR, agency="disdik", step=step, indicator=SID, level=2, due=date(2026, 7, 1)
        )
        for step in ("satu", "dua")
    ]
    told = organised(
        *BASE,
        (6, CoachAssigned(year=YEAR, agency="disdik", coach="pendamping-1")),
        (7, agreed[0]),
        (7, agreed[1]),
        (8, StepClosed(year=YEAR, agency="disdik", step="dua", outcome="selesai")),
    )
    by = {one.agency: one for one in told.agencies}
    assert (by["disdik"].coach, by["disdik"].open_steps) == ("pendamping-1", 1)
    assert (by["dinkes"].coach, by["dinkes"].open_steps) == ("", 0)
    hidden = agencies.without_coaching(told)
    assert {(one.coach, one.open_steps) for one in hidden.agencies} == {(None, None)}


def test_a_report_counts_for_the_topmost_agency_that_is_not_closed() -> None:
    known = {
        name: reporting.Known(name=name, kind="lainnya", parent=parent)
        for name, parent in {"setda": "", "bagian": "setda", "seksi": "bagian"}.items()
    }
    assert [reporting.top_of(known, name) for name in known] == ["setda"] * 3
    known["bagian"].closed = True
    assert reporting.top_of(known, "seksi") == "seksi"
