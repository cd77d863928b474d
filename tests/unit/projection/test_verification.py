"""What waits for verifiers, what happened to one indicator, and clarifications."""

from datetime import timedelta

import pytest

from services.projection import telling
from services.projection.core import backlog, clarifications, paging, thread
from services.projection.core import dossier as dossiers
from services.projection.core.backlog import Waiting
from services.projection.core.thread import Entry
from shared.kernel.errors import Refused
from shared.kernel.events.indicator import IndicatorReviewed
from shared.kernel.events.late import LateReceived
from shared.kernel.events.verification import (
    ClarificationAnswered,
    ClarificationOpened,
    Sampled,
    SampleDrawn,
    VerifierAssigned,
)
from shared.kernel.recorded import Event
from shared.kernel.rules import formula
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
