"""What waits for verifiers, what happened to one indicator, and clarifications."""

from datetime import timedelta
from fractions import Fraction

import pytest
from msgspec.structs import replace

from services.intake.orders import KEY_SEPARATOR
from services.projection import telling
from services.projection.core import backlog, clarifications, thread
from services.projection.core import dossier as dossiers
from services.projection.core.backlog import Waiting
from services.projection.core.branching import Brought
from services.projection.core.explanation import share
from services.projection.core.thread import Entry
from shared.kernel import paging
from shared.kernel.errors import Refused
from shared.kernel.events.indicator import IndicatorReviewed
from shared.kernel.events.late import LateAdmitted, LateDismissed, LateReceived
from shared.kernel.events.verification import (
    ClarificationAnswered,
    ClarificationOpened,
    Sampled,
    SampleDrawn,
    VerifierAssigned,
)
from shared.kernel.recorded import Event, Recorded
from shared.kernel.rules import formula
from shared.kernel.rules.formula import Tally
from tests.histories import RULES
from tests.told import (
    OTHER_SID,
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
    registered,
    returned,
    submitted,
)

DRAWN = SampleDrawn(
    year=YEAR, seed="s", percent=10, drawn=(Sampled(indicator=SID, innovation="tapis"),)
)
SENT: tuple[tuple[float, Event], ...] = (
    (0, registered("tapis")),
    (1, claimed(2, file("a"), innovation="tapis")),
    (2, claimed(3, file("b"))),
    (3, submitted("tapis")),
)


def queue(*said: tuple[float, Event], now: float = 10) -> list[Waiting]:
    told = facts(*said)
    found = backlog.waiting("63.10", told, dossier(told), RULES, day(now), ZONE)
    return sorted(found, key=backlog.key)


def test_what_was_sent_waits_the_oldest_first() -> None:
    first, second = queue(*SENT)
    assert (first.innovation, first.indicator, first.state, first.days) == ("", SPD, "awaiting", 8)
    assert (second.innovation, second.days, second.level) == ("tapis", 7, 2)
    assert second.evidence == ("a" * 64,)
    assert second.seqs == (2,)


def test_nothing_waits_before_it_is_sent_or_after_it_is_judged() -> None:
    assert [one.indicator for one in queue(*SENT[:3])] == [SPD]
    assert queue(*SENT, (4, accepted(2, innovation="tapis")), (4, returned())) == []
    assert queue((0, claimed(0))) == []


def test_what_it_is_worth_is_what_accepting_it_brings() -> None:
    told = facts(*SENT)
    before = formula.exact_index(RULES, dossiers.tally_at(dossier(told), RULES, "terverifikasi"))
    for one in queue(*SENT):
        verdict = accepted(one.level, innovation=one.innovation, indicator=one.indicator)
        after = facts(*SENT, (5, verdict))
        tally = dossiers.tally_at(dossier(after), RULES, "terverifikasi")
        assert one.worth.exact == formula.exact_index(RULES, tally) - before > 0


def test_a_claim_after_a_return_is_told_as_such() -> None:
    again = (5, claimed(2, file("c"), innovation="tapis"))
    one = queue(*SENT, (4, returned(innovation="tapis")), again)[-1]
    assert (one.state, one.days) == ("resubmitted", 5)
    verdict = (6, accepted(2, innovation="tapis"))
    more = (7, claimed(3, file("d"), innovation="tapis"))
    assert queue(*SENT, (4, returned(innovation="tapis")), again, verdict, more)[-1].state == (
        "awaiting"
    )


def test_a_verdict_that_was_drawn_waits_for_its_second_look() -> None:
    judged = (*SENT, (4, accepted(1, innovation="tapis")), (4, accepted(3)), (5, DRAWN))
    (one,) = queue(*judged)
    assert (one.state, one.level, one.claimed, one.days) == ("second_look", 1, 2, 5)
    assert one.worth.exact > 0
    looked = IndicatorReviewed(year=YEAR, innovation="tapis", indicator=SID, level=1)
    assert queue(*judged, (6, looked)) == []


def by(client: str, number: int, told: list[Recorded]) -> list[Recorded]:
    """The facts with one of them said by a client, as intake writes it down."""
    command = f"{client}{KEY_SEPARATOR}kunci-7"
    one = told[number]
    told[number] = replace(one, meta=replace(one.meta, command=command))
    return told


@pytest.mark.parametrize(
    ("given_to", "judge", "goes_to"),
    [("ani", "ani", ""), ("budi", "ani", "budi"), ("", "ani", "")],
)
@pytest.mark.parametrize("verdict", [accepted(1, innovation="tapis"), returned(innovation="tapis")])
def test_a_second_look_is_not_given_to_whoever_gave_the_verdict(
    given_to: str, judge: str, goes_to: str, verdict: Event
) -> None:
    given = VerifierAssigned(year=YEAR, innovation="tapis", verifier=given_to)
    told = by(judge, 5, facts(*SENT, (3, given), (4, verdict), (5, DRAWN)))
    waits = list(backlog.waiting("63.10", told, dossier(told), RULES, day(10), ZONE))
    (one,) = [each for each in waits if each.state == "second_look"]
    assert (one.verifier, one.not_for) == (goes_to, judge)
    loads = {load.verifier: load.second_look for load in backlog.loads(waits)}
    assert loads[goes_to] == 1
    assert not loads.get(judge)
    (before,) = [each for each in waits if each.state == "awaiting"]
    assert before.not_for == ""


def test_what_waits_anew_for_a_verdict_is_for_anybody_it_was_given_to() -> None:
    """A claim after a verdict is judged by the same verifier as before."""
    given = VerifierAssigned(year=YEAR, innovation="tapis", verifier="ani")
    again = (6, claimed(2, file("c"), innovation="tapis"))
    told = by("ani", 5, facts(*SENT, (3, given), (4, returned(innovation="tapis")), again))
    waits = backlog.waiting("63.10", told, dossier(told), RULES, day(10), ZONE)
    (one,) = [each for each in waits if each.innovation]
    assert (one.state, one.verifier, one.not_for) == ("resubmitted", "ani", "")


def test_assignments_choose_and_sum() -> None:
    given = (4, VerifierAssigned(year=YEAR, innovation="tapis", verifier="ani"))
    waits = queue(*SENT, given)
    assert [one.verifier for one in waits] == ["", "ani"]
    assert [one.innovation for one in backlog.chosen(waits, "ani", "")] == ["tapis"]
    assert [one.innovation for one in backlog.chosen(waits, "_", "")] == [""]
    assert backlog.chosen(waits, "", "second_look") == []
    assert [(load.verifier, load.awaiting, load.oldest_days) for load in backlog.loads(waits)] == [
        ("", 1, 8),
        ("ani", 1, 7),
    ]
    taken_back = (5, VerifierAssigned(year=YEAR, innovation="tapis", verifier=""))
    assert {one.verifier for one in queue(*SENT, given, taken_back)} == {""}


def test_pages_hold_together_though_rows_go() -> None:
    rows = [("a",), ("b",), ("c",), ("d",)]
    shown, cursor = paging.page(rows, lambda row: row, 2, "")
    assert shown == (("a",), ("b",))
    assert paging.page(rows[2:], lambda row: row, 2, cursor) == ((("c",), ("d",)), "")
    assert paging.page([], lambda row: row, 2, cursor) == ((), "")
    for nonsense in ("%", "bm90IGpzb24", "é", "W10x"):
        with pytest.raises(Refused):
            paging.page(rows, lambda row: row, 2, nonsense)


def entries(*said: tuple[float, Event]) -> tuple[Entry, ...]:
    return thread.thread(facts(*said), "tapis", SID, ZONE)


def test_a_thread_tells_every_version_and_which_verdict_holds() -> None:
    asked = ClarificationOpened(
        year=YEAR,
        innovation="tapis",
        indicator=SID,
        level=3,
        argument="Lihat hlm. 2",
        answer_by=day(12),
    )
    told = entries(
        (1, claimed(2, file("a"), innovation="tapis")),
        (2, claimed(2, innovation="tapis", indicator=OTHER_SID)),
        (3, returned(innovation="tapis")),
        (4, claimed(2, file("a"), innovation="tapis")),
        (5, accepted(1, innovation="tapis")),
        (6, DRAWN),
        (7, IndicatorReviewed(year=YEAR, innovation="tapis", indicator=SID, level=1)),
        (7, asked),
        (8, _answer(level=2)),
        (8, claimed(3, file("b"), innovation="tapis")),
        (8, accepted(2, innovation="tapis")),
        (9, claimed(0, innovation="tapis")),
    )
    assert [one.kind for one in told] == [
        "claimed",
        "returned",
        "resubmitted",
        "accepted",
        "drawn",
        "reviewed",
        "clarification_opened",
        "clarification_answered",
        "claimed",
        "accepted",
        "withdrawn",
    ]
    assert [one.files_changed for one in told if one.kind in thread.CLAIMS] == [
        None,
        False,
        True,
        True,
    ]
    assert [(one.seq, one.released_by) for one in told if one.kind in thread.VERDICTS] == [
        (3, 4),
        (5, 10),
        (11, 12),
    ]
    assert {one.role for one in told} == {"region_admin"}
    sentences = [telling.entry(one, ZONE).indonesian for one in told]
    assert "Dikembalikan: tidak terbaca." in sentences[1]
    assert "peristiwa ke-4" in sentences[1]
    assert "13 Juni 2026 pukul 09.00 WITA" in sentences[6]
    assert "dikabulkan pada tingkat 2" in sentences[7]


def test_another_verdict_replaces_and_a_late_claim_releases_nothing() -> None:
    late = LateReceived(
        year=YEAR,
        item=1,
        received_at=day(3),
        deadline=day(2),
        facts=(claimed(3, file("c"), innovation="tapis"),),
    )
    told = entries(
        (1, claimed(2, file("a"), innovation="tapis")),
        (2, accepted(2, innovation="tapis")),
        (3, late),
        (4, returned(innovation="tapis")),
    )
    assert [one.kind for one in told] == ["claimed", "accepted", "late", "returned"]
    assert (told[1].released_by, told[1].replaced_by) == (None, 4)


LATE = LateReceived(
    year=YEAR,
    item=1,
    received_at=day(3),
    deadline=day(2),
    facts=(claimed(3, file("c"), innovation="tapis"),),
)


@pytest.mark.parametrize(
    ("decided", "sentence"),
    [
        ((), "sesudah batas akhir; menunggu dan belum dihitung."),
        (
            (LateAdmitted(year=YEAR, item=1, keeper="63", letter="400/7"),),
            "sesudah batas akhir; dihitung karena 400/7, sejak 6 Juni 2026 pukul 09.00 WITA.",
        ),
        (
            (LateDismissed(year=YEAR, item=1, reason="late.superseded"),),
            "tidak dapat dihitung: Yang terlambat sudah digantikan oleh laporan yang lebih baru.",
        ),
        ((LateAdmitted(year=YEAR, item=2, keeper="63", letter="-"),), "belum dihitung."),
    ],
)
def test_a_thread_tells_what_became_of_what_came_late(
    decided: tuple[Event, ...], sentence: str
) -> None:
    (told,) = entries((3, LATE), *((5, event) for event in decided))
    assert telling.entry(told, ZONE).indonesian.startswith("Klaim tingkat 3 diterima")
    assert sentence in telling.entry(told, ZONE).indonesian


def _answer(level: int) -> ClarificationAnswered:
    return ClarificationAnswered(
        year=YEAR,
        innovation="tapis",
        indicator=SID,
        granted=level > 0,
        level=level,
        note="Dilihat lagi.",
    )


ASKED = ClarificationOpened(
    year=YEAR, innovation="tapis", indicator=SID, level=3, argument="Ya", answer_by=day(11)
)
DISPUTED = (*SENT, (4, accepted(1, innovation="tapis")), (4.5, ASKED))


def test_an_open_clarification_is_overdue_once_its_answer_is_due() -> None:
    told = facts(*DISPUTED)
    (raised,) = clarifications.raised(told)
    for now, overdue, days in ((10, False, 0), (11.5, True, 0), (13.5, True, 2)):
        one = clarifications.told(raised, dossier(told), RULES, None, day(now), ZONE)
        assert (one.state, one.overdue, one.overdue_days) == ("open", overdue, days)
    assert one.answer_by == day(11)
    assert one.answer_by.utcoffset() == timedelta(hours=8)


AGAIN = claimed(2, file("c"), innovation="tapis")


def test_a_new_claim_settles_what_was_asked_about_the_one_before() -> None:
    told = facts(*DISPUTED, (5, claimed(3, file("d"))), (13.5, AGAIN), (14, AGAIN))
    (raised,) = clarifications.raised(told)
    one = clarifications.told(raised, dossier(told), RULES, None, day(30), ZONE)
    assert (one.state, one.replaced_seq, one.replaced_at) == ("replaced", 8, day(13.5))
    assert (one.overdue, one.overdue_days, one.effect) == (True, 2, None)
    assert telling.clarification(one).indonesian == (
        "Klaim sudah diganti pada peristiwa ke-8; klarifikasi ini selesai tanpa jawaban."
    )


def test_an_answer_to_a_claim_replaced_before_is_told_as_an_answer() -> None:
    told = facts(*DISPUTED, (5, AGAIN), (6, accepted(1, innovation="tapis")), (7, _answer(0)))
    (raised,) = clarifications.raised(told)
    one = clarifications.told(raised, dossier(told), RULES, None, day(30), ZONE)
    assert (one.state, one.answered_seq, one.replaced_seq) == ("answered", 9, 7)


def test_a_thread_says_that_a_question_was_settled_by_a_claim() -> None:
    waiting, *_, claim = entries(*DISPUTED[-1:], (5, AGAIN))
    assert waiting.settled_by == claim.seq
    assert "Klaim sudah diganti" in telling.entry(waiting, ZONE).indonesian
    asked, *_ = entries(*DISPUTED[-1:], (5, _answer(2)), (5, AGAIN), (6, AGAIN))
    assert asked.settled_by is None
    first, *_ = entries(*DISPUTED[-1:], (5, AGAIN), (6, AGAIN))
    assert first.settled_by == 2


@pytest.mark.parametrize(
    ("score", "supposed", "ranks", "sentence"),
    [
        (0, 5000, (1, 1), "Bila dikabulkan, indeks {0} menjadi {1} dan peringkat tetap 1."),
        (0, 5000, (3, 2), "Bila dikabulkan, indeks {0} menjadi {1} dan peringkat 3 menjadi 2."),
        (
            5000,
            5000,
            (2, 2),
            "Bila dikabulkan, tidak ada yang berubah: indeks tetap {0} dan peringkat tetap 2.",
        ),
    ],
)
def test_what_stays_is_not_told_as_if_it_moved(
    score: int, supposed: int, ranks: tuple[int, int], sentence: str
) -> None:
    scores = [
        formula.score(RULES, Tally(spd=spd, maturity=0, innovations=0, affairs=0))
        for spd in (score, supposed)
    ]
    effect = Brought(
        score=scores[0],
        rank=ranks[0],
        supposed=scores[1],
        supposed_rank=ranks[1],
        gain=share(Fraction(0)),
        rank_gain=ranks[0] - ranks[1],
    )
    told = facts(*DISPUTED)
    (raised,) = clarifications.raised(told)
    one = clarifications.told(raised, dossier(told), RULES, effect, day(10), ZONE)
    read = [str(each.index).replace(".", ",") for each in scores]
    assert telling.clarification(one).indonesian == sentence.format(*read)


def test_what_is_granted_is_found_beside_its_answer() -> None:
    told = facts(
        *DISPUTED,
        (6, _answer(level=2)),
        (6, accepted(2, innovation="tapis")),
        (6, accepted(1)),
        (7, accepted(3, innovation="tapis")),
    )
    (raised,) = clarifications.raised(told)
    assert clarifications.as_granted(raised, told) == (accepted(2, innovation="tapis"),)
    one = clarifications.told(raised, dossier(told), RULES, None, day(30), ZONE)
    assert (one.state, one.granted, one.granted_level, one.overdue_days) == ("answered", True, 2, 0)


def test_a_refusal_changes_nothing_and_another_may_be_asked() -> None:
    told = facts(*DISPUTED, (6, _answer(level=0)), (7, ASKED))
    first, second = clarifications.raised(told)
    assert clarifications.as_granted(first, told) == ()
    assert second.answer is None
    one = clarifications.told(first, dossier(told), RULES, None, day(30), ZONE)
    assert telling.clarification(one).indonesian == "Jawaban tidak mengubah indeks."
    assert backlog.loads([]) == ()
