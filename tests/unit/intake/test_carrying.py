"""What a region takes along into another season never undoes what that season says already."""

from typing import Any

import pytest

from services.intake.core import agency, carrying, indicator, innovation
from services.intake.core.agency import Agency
from services.intake.core.carrying import Past
from services.intake.core.indicator import Slot
from services.intake.core.innovation import Innovation
from shared.kernel.events.indicator import EvidenceReference, IndicatorClaimed
from shared.kernel.events.innovation import Profile
from tests.desk import RULES, YEAR, Desk

OLD, NEW = (
    EvidenceReference(sha256=letter * 64, size_bytes=1, media_type="application/pdf")
    for letter in "ab"
)
PROFILE = Profile(name="TAPIS", tahapan="penerapan", main_urusan=2, agency="puskesmas")
BARE = Profile(name="TAPIS", tahapan="penerapan", main_urusan=2)
PAST = Past(
    year=YEAR - 1,
    agencies={
        "dinkes": Agency(status="closed", name="Dinas Kesehatan", kind="dinas"),
        "puskesmas": Agency(
            status="open", name="Puskesmas Satu", kind="puskesmas", parent="dinkes"
        ),
        "setda": Agency(status="open", name="Sekretariat Daerah", kind="sekretariat"),
        "bagian": Agency(status="open", name="Bagian Umum", kind="lainnya", parent="setda"),
        "aaa": Agency(status="open", name="Seksi", kind="lainnya", parent="bagian"),
    },
    innovations={
        "tapis": Innovation(status="submitted", profile=PROFILE),
        "lain": Innovation(status="submitted", profile=PROFILE),
    },
    claims={
        ("tapis", "SID-VIDEO"): Slot(status="accepted", level=1, evidence=(OLD,)),
        ("", "SPD-01"): Slot(status="accepted", level=1, evidence=(OLD,)),
    },
)


def carried(wanted: Any = None) -> list[Any]:
    told = carrying.carry(PAST, YEAR, RULES, wanted, with_claims=True)
    return [each.command for each in told]


def claims(desk: Desk) -> list[tuple[str, int]]:
    return [(one.innovation, one.level) for one in desk.log if isinstance(one, IndicatorClaimed)]


def test_what_the_new_season_claims_already_stays() -> None:
    desk = Desk()
    desk.ask(innovation.Register(year=YEAR, innovation="tapis", profile=BARE))
    own: dict[str, Any] = {"year": YEAR, "level": 3, "evidence": (NEW,)}
    desk.ask(indicator.Claim(**own, innovation="tapis", indicator="SID-VIDEO"))
    desk.ask(indicator.Claim(**own, innovation="", indicator="SPD-01"))
    desk.ask(indicator.Claim(year=YEAR, innovation="", indicator="SPD-01", level=0))
    before = claims(desk)
    for command in carried():
        if isinstance(command, indicator.Claim):
            said = desk.ask(command).events
            # What was withdrawn is as good as never claimed.
            assert bool(said) == (command.indicator == "SPD-01")
    assert claims(desk) == [*before, ("", 1)]


def test_an_agency_that_was_renamed_or_closed_this_year_stays_so() -> None:
    desk = Desk()
    renamed = agency.Describe(year=YEAR, agency="setda", name="Setda Baru", kind="sekretariat")
    desk.ask(renamed)
    desk.ask(agency.Describe(year=YEAR, agency="bagian", name="Bagian", kind="lainnya"))
    desk.ask(agency.Close(year=YEAR, agency="bagian"))
    for command in carried():
        if isinstance(command, agency.Describe) and command.agency in ("setda", "bagian"):
            assert desk.ask(command).events == ()


def test_the_regions_own_rows_come_along_only_where_everything_does() -> None:
    named = [one for one in carried(["lain"]) if isinstance(one, indicator.Claim)]
    assert named == []
    everything = [one for one in carried() if isinstance(one, indicator.Claim)]
    assert {(one.innovation, one.indicator) for one in everything} == set(PAST.claims)


def test_what_stood_below_a_closed_agency_stands_alone_and_every_parent_is_said_first() -> None:
    desk = Desk()
    said = [one for one in carried() if isinstance(one, agency.Describe)]
    assert {one.agency: one.parent for one in said} == {
        "puskesmas": "",
        "setda": "",
        "bagian": "setda",
        "aaa": "bagian",
    }
    order = [one.agency for one in said]
    assert order.index("setda") < order.index("bagian") < order.index("aaa")
    for one in said[:-1]:
        assert desk.ask(one).events
    registered = next(one for one in carried() if isinstance(one, innovation.Register))
    assert registered.profile.agency == "puskesmas"


@pytest.mark.parametrize("status", ["withdrawn", "rejected", "unknown"])
def test_who_left_the_season_takes_no_part_in_it(status: Any) -> None:
    past = Past(
        year=YEAR,
        agencies={},
        innovations={"tapis": Innovation(status=status, profile=PROFILE)},
        claims={},
    )
    assert not past.takes_part("lain")
    assert past.takes_part("tapis") == (status == "unknown")
