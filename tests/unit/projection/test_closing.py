"""Around a season's end: late items, the decree's difference, and what is carried on."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from services.projection import telling
from services.projection.core import carry_over, differences, lateness
from services.projection.core.carry_over import CarryOver
from services.projection.core.dossier import Official
from shared.io import rulebook
from shared.kernel.events.late import LateAdmitted, LateDismissed, LateReceived
from shared.kernel.events.season import (
    Phase,
    SeasonClosed,
    SeasonExtended,
    SeasonFrozen,
    SeasonOpened,
    SeasonReopened,
    SeasonScheduled,
)
from shared.kernel.recorded import Event
from shared.kernel.rules import formula
from shared.kernel.rules.formula import Tally
from shared.kernel.scorecard import STAGES, Stage
from tests.histories import RULES
from tests.told import (
    SID,
    SPD,
    YEAR,
    ZONE,
    accepted,
    claimed,
    day,
    dossier,
    facts,
    file,
    profile,
    registered,
    submitted,
)


def late(item: int, *, minutes: int = 6) -> LateReceived:
    return LateReceived(
        year=YEAR,
        item=item,
        received_at=day(20) + timedelta(minutes=minutes),
        deadline=day(20),
        facts=(registered("tapis"), claimed(2, file("a"), innovation="tapis")),
    )


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "kurang dari 1 menit sesudah"),
        (1, "kurang dari 1 menit sesudah"),
        (59, "kurang dari 1 menit sesudah"),
        (60, " 1 menit sesudah"),
        (119, " 1 menit sesudah"),
        (3_659, " 1 jam sesudah"),
        (86_399, " 23 jam 59 menit sesudah"),
        (90_000, " 1 hari 1 jam sesudah"),
    ],
)
def test_how_late_it_was_is_never_more_than_it_was(seconds: int, told: str) -> None:
    came = late(1)
    came = replace(came, received_at=came.deadline + timedelta(seconds=seconds))
    (item,) = lateness.items(facts((20, came)), ZONE)
    assert told in telling.late(item, ZONE).indonesian


def test_late_items_wait_are_admitted_or_dismissed() -> None:
    told = facts(
        (20, late(1)),
        (20, late(2, minutes=3 * 24 * 60 + 125)),
        (20, late(3, minutes=0)),
        (25, LateAdmitted(year=YEAR, item=2, keeper="63", letter="400/7")),
        (25, LateDismissed(year=YEAR, item=3, reason="late.superseded")),
    )
    items = lateness.items(told, ZONE)
    assert [one.state for one in items] == ["waiting", "admitted", "dismissed"]
    assert [one.missed_by_seconds for one in items] == [360, 266_700, 0]
    assert [(one.fact, one.indicator, one.level) for one in items[0].holds] == [
        ("innovation.registered.1", "", None),
        ("indicator.claimed.1", SID, 2),
    ]
    assert (items[1].letter, items[1].decided_seq) == ("400/7", 4)
    assert lateness.counts(items) == {"waiting": 1, "admitted": 1, "dismissed": 1}
    assert [telling.late(one, ZONE).indonesian for one in items] == [
        (
            "Diterima 21 Juni 2026 pukul 09.06 WITA, 6 menit sesudah batas akhir "
            "21 Juni 2026 pukul 09.00 WITA; menunggu dan belum dihitung."
        ),
        (
            "Diterima 24 Juni 2026 pukul 11.05 WITA, 3 hari 2 jam 5 menit sesudah batas akhir "
            "21 Juni 2026 pukul 09.00 WITA; dihitung karena 400/7, "
            "sejak 26 Juni 2026 pukul 09.00 WITA."
        ),
        (
            "Diterima 21 Juni 2026 pukul 09.00 WITA, kurang dari 1 menit sesudah batas akhir "
            "21 Juni 2026 pukul 09.00 WITA; tidak dapat dihitung: "
            "Yang terlambat sudah digantikan oleh laporan yang lebih baru."
        ),
    ]
    assert "3 kiriman terlambat" in telling.late_items(items).indonesian
    assert telling.late_items(()).indonesian == "Tidak ada kiriman terlambat."


SCORE = formula.score(RULES, Tally(spd=5000, maturity=0, innovations=0, affairs=0))


def official(score: Decimal) -> Official:
    return Official(
        score=score, predikat="Inovatif", decree_number="1", source="", sample=False, seq=9
    )


def test_the_largest_difference_is_first_whichever_way_it_goes() -> None:
    own = SCORE.index
    rows = [
        differences.difference("63.01", "A", SCORE, None, official(own + Decimal("1.5"))),
        differences.difference("63.02", "B", SCORE, day(30), official(own - 2)),
        differences.difference("63.03", "C", SCORE, None, None),
        differences.difference("63.04", "D", None, None, official(own)),
        differences.difference("63.05", "E", SCORE, None, official(own)),
    ]
    told = differences.ordered(rows)
    assert [one.region for one in told] == ["63.02", "63.01", "63.05", "63.03", "63.04"]
    assert [one.difference for one in told] == [-2, Decimal("1.5"), 0, None, None]


def carried(stage: Stage, *said: tuple[float, Event], to: int = 2027) -> CarryOver:
    other = rulebook.rule_set_for_year(to)
    return carry_over.carry(dossier(facts(*said)), RULES, other, to, stage)


HELD: tuple[tuple[float, Event], ...] = (
    (0, registered("lama", profile(applied=date(2024, 5, 1)))),
    (0, registered("baru", profile(applied=date(2025, 5, 1)))),
    (0, registered("nanti", profile(applied=date(2026, 1, 5)))),
    (0, registered("coba", profile(tahapan="uji_coba", applied=None))),
    (1, claimed(2, file("a", date(2024, 12, 31)), innovation="baru")),
    (1, claimed(2, file("b", date(2025, 1, 1)), innovation="lama")),
    (1, claimed(3, file("c", None))),
    (1, claimed(1, file("d"), innovation="nanti")),
    (2, submitted("baru")),
    (3, accepted(1, innovation="baru")),
)


def test_the_window_moves_and_takes_the_old_along() -> None:
    told = carried("mandiri", *HELD)
    assert told.first_day == date(2025, 1, 1)
    by = {one.innovation: one for one in told.innovations}
    assert {name: one.counts for name, one in by.items()} == {
        "lama": False,
        "baru": True,
        "nanti": True,
        "coba": False,
    }
    assert by["lama"].unmet == ("outside_window",)
    assert [question.sha256[0] for question in by["baru"].questions] == ["a"]
    assert by["lama"].questions == ()
    assert [question.document_date for question in told.region.questions] == [None]
    assert (told.region.kept, told.region.lost) == ((SPD,), ())
    assert "2 masih dapat dihitung pada 2027" in telling.carried(told, 2027).indonesian


@pytest.mark.parametrize("stage", STAGES)
def test_the_carried_score_is_that_of_what_is_left(stage: Stage) -> None:
    told = carried(stage, *HELD)
    other = rulebook.rule_set_for_year(2027)
    assert told.by_rules.exact < 0
    assert bool(told.by_region.exact) == (stage == "mandiri")
    spd = next(row for row in other.rows if row.code == SPD)
    assert spd.weight.value is not None
    assert told.carried.innovations == (2 if stage == "mandiri" else 1)
    assert told.carried.spd == (3 * spd.weight.value if stage == "mandiri" else 0)


def test_a_row_that_the_other_rules_do_not_have_is_lost() -> None:
    gone = claimed(1, file("e"), innovation="baru", indicator="SID-TIDAK-ADA")
    by = {one.innovation: one for one in carried("mandiri", *HELD, (2, gone)).innovations}
    assert by["baru"].lost == ("SID-TIDAK-ADA",)
    assert by["baru"].kept == (SID,)


PHASES = (Phase(name="penjaringan", opens_at=day(0), closes_at=day(60)),)


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (SeasonOpened(year=YEAR, rule_set="2026.1", rule_digest="d"), "dibuka dengan aturan 2026."),
        (SeasonScheduled(year=YEAR, phases=PHASES, letter="1"), "31 Juli 2026 pukul 09.00 WITA"),
        (
            SeasonExtended(year=YEAR, phase="validasi_lapangan", closes_at=day(61), letter="2"),
            "Tahap validasi lapangan diperpanjang sampai 1 Agustus 2026",
        ),
        (SeasonClosed(year=YEAR), "Pelaporan ditutup."),
        (SeasonClosed(year=YEAR, at=day(61)), "ditutup pada 1 Agustus 2026"),
        (SeasonFrozen(year=YEAR, at=day(62), letter="3"), "dibekukan pada 2 Agustus 2026"),
        (
            SeasonReopened(year=YEAR, opens_at=day(63), closes_at=day(64), letter="4"),
            "dibuka kembali dari 3 Agustus 2026 pukul 09.00 WITA sampai 4 Agustus 2026",
        ),
        (registered("tapis"), ""),
    ],
)
def test_every_fact_of_a_calendar_has_its_sentence(event: Event, told: str) -> None:
    assert told in telling.said(event, ZONE).indonesian
