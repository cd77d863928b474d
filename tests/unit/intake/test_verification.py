"""Verdicts by assigned verifiers, second looks, samples, and clarifications, case by case."""

from typing import Any

import pytest
from msgspec.structs import replace

from services.intake.core import assignment, clarification, indicator, innovation, sample, verdict
from shared.kernel.errors import Failure
from shared.kernel.events.indicator import EvidenceReference, IndicatorAccepted
from shared.kernel.events.innovation import Profile
from shared.kernel.events.verification import Sampled, SampleDrawn
from tests.desk import YEAR, Desk

FILE, OTHER = (
    EvidenceReference(sha256=letter * 64, size_bytes=1, media_type="application/pdf")
    for letter in "ab"
)
ROW: dict[str, Any] = {"year": YEAR, "innovation": "tapis", "indicator": "SID-VIDEO"}
SEEN: dict[str, Any] = {**ROW, "evidence": (FILE.sha256,)}
WHY: dict[str, Any] = {"reason": "tingkat_terlalu_tinggi", "note": "Dua unsur saja."}
PROFILE = Profile(name="TAPIS", tahapan="penerapan", main_urusan=2)


@pytest.fixture
def desk() -> Desk:
    """An innovation that was sent with one claim at level 3."""
    desk = Desk()
    desk.ask(innovation.Register(year=YEAR, innovation="tapis", profile=PROFILE))
    desk.ask(indicator.Claim(**ROW, level=3, evidence=(FILE,)))
    desk.ask(innovation.Submit(year=YEAR, innovation="tapis"))
    return desk


def refused(desk: Desk, command: Any, reason: str, client: str = "satu") -> None:
    with pytest.raises(Failure, match=reason.replace(".", r"\.")):
        desk.ask(command, client=client)


def kinds(desk: Desk, since: int) -> list[str]:
    return [type(event).__name__ for event in desk.log[since:]]


def slot(desk: Desk) -> indicator.Slot:
    held = indicator.EMPTY
    for event in desk.log:
        if getattr(event, "indicator", "") == "SID-VIDEO":
            held = indicator.evolve(held, event)
    return held


def test_a_second_look_settles_the_verdict_until_a_new_claim(desk: Desk) -> None:
    refused(desk, verdict.Review(**SEEN, level=2, **WHY), "verification.not_yet_judged", "dua")
    desk.ask(verdict.Accept(**SEEN, level=3), client="satu")
    before = len(desk.log)
    refused(desk, verdict.Review(**SEEN, level=2, **WHY), "verification.same_verifier", "satu")
    desk.ask(verdict.Review(**SEEN, level=2, **WHY), client="dua")
    assert kinds(desk, before) == ["IndicatorReviewed", "IndicatorAccepted"]
    assert slot(desk).accepted_level == 2
    assert desk.ask(verdict.Review(**SEEN, level=2, **WHY), client="dua").events == ()
    refused(desk, verdict.Accept(**SEEN, level=3), "verification.reviewed", "satu")
    refused(desk, verdict.Return(**SEEN, reason="lainnya"), "verification.reviewed", "satu")
    desk.ask(indicator.Claim(**ROW, level=3, evidence=(OTHER,)))
    assert slot(desk).review is None
    desk.ask(verdict.Accept(**ROW, evidence=(OTHER.sha256,), level=3), client="satu")


def test_a_second_look_that_agrees_is_recorded_and_changes_nothing(desk: Desk) -> None:
    desk.ask(verdict.Accept(**SEEN, level=3), client="satu")
    before = len(desk.log)
    desk.ask(verdict.Review(**SEEN, level=3), client="dua")
    assert kinds(desk, before) == ["IndicatorReviewed"]


def test_a_second_look_may_find_nothing_and_then_says_why(desk: Desk) -> None:
    desk.ask(verdict.Accept(**SEEN, level=3), client="satu")
    refused(desk, verdict.Review(**SEEN, level=0), "verification.unknown_reason", "dua")
    desk.ask(verdict.Review(**SEEN, level=0, reason="tidak_terbaca"), client="dua")
    assert slot(desk).status == "returned"
    other = {**SEEN, "evidence": (OTHER.sha256,)}
    refused(desk, verdict.Review(**other, level=1), "verification.other_files", "dua")


@pytest.mark.parametrize(
    "why", [{}, {"reason": "lainnya"}, {"note": "Kurang."}, {"reason": "lainnya", "note": " "}]
)
def test_less_than_was_claimed_needs_a_reason_and_a_note(desk: Desk, why: dict[str, Any]) -> None:
    reason = "verification.lowered_without_reason"
    refused(desk, verdict.Accept(**SEEN, level=2, **why), reason)
    desk.ask(verdict.Accept(**SEEN, level=3), client="satu")
    refused(desk, verdict.Review(**SEEN, level=2, **why), reason, "dua")
    desk.ask(verdict.Review(**SEEN, level=2, **WHY), client="dua")
    assert desk.log[-1] == IndicatorAccepted(**SEEN, level=2, **WHY)


def test_a_reason_nobody_knows_is_none_and_files_must_be_named(desk: Desk) -> None:
    unknown: dict[str, Any] = {"reason": "malas", "note": "Kurang."}
    refused(desk, verdict.Accept(**SEEN, level=3, **unknown), "verification.unknown_reason")
    unnamed: dict[str, Any] = {**SEEN, "evidence": ()}
    refused(desk, verdict.Accept(**unnamed, level=3), "verification.files_unnamed")
    refused(desk, verdict.Return(**unnamed, reason="lainnya"), "verification.files_unnamed")


def test_what_is_computed_is_neither_claimed_nor_judged(desk: Desk) -> None:
    counted: dict[str, Any] = {**SEEN, "indicator": "SID-JUMLAH_INOVASI"}
    refused(desk, verdict.Accept(**counted, level=1), "indicator.computed")
    own: dict[str, Any] = {**counted, "innovation": ""}
    refused(desk, verdict.Accept(**own, level=1), "indicator.computed")


def test_what_is_assigned_is_judged_by_nobody_else(desk: Desk) -> None:
    desk.ask(assignment.Assign(year=YEAR, innovation="tapis", verifier="satu"))
    refused(desk, verdict.Accept(**SEEN, level=3), "verification.of_another", "dua")
    rejection = innovation.Reject(year=YEAR, innovation="tapis", reason="lainnya")
    refused(desk, rejection, "verification.of_another", "dua")
    desk.ask(verdict.Accept(**SEEN, level=3), client="satu")
    desk.ask(verdict.Review(**SEEN, level=3), client="dua")
    desk.ask(assignment.Assign(year=YEAR, innovation="tapis", verifier=""))
    desk.ask(rejection, client="dua")
    unknown = assignment.Assign(year=YEAR, innovation="tidak-ada", verifier="satu")
    refused(desk, unknown, "innovation.unknown")


def test_what_was_changed_after_sending_can_be_sent_again_for_a_receipt(desk: Desk) -> None:
    send = innovation.Submit(year=YEAR, innovation="tapis", indicators=("SID-VIDEO",))
    desk.ask(send)
    before = len(desk.log)
    assert desk.ask(send).events == ()
    desk.ask(indicator.Claim(**ROW, level=3, evidence=(OTHER,)))
    desk.ask(send)
    desk.ask(innovation.Revise(year=YEAR, innovation="tapis", profile=replace(PROFILE, name="B")))
    desk.ask(send)
    assert desk.ask(send).events == ()
    told = ["IndicatorClaimed", "InnovationSubmitted", "InnovationRevised", "InnovationSubmitted"]
    assert kinds(desk, before) == told


def test_a_draw_follows_from_its_seed_and_is_made_once() -> None:
    candidates = tuple(
        Sampled(indicator=code, innovation=f"inovasi-{number}")
        for number in range(40)
        for code in ("SID-VIDEO", "SID-REGULASI")
    )

    def drawn(seed: str, percent: int = 25) -> set[Sampled]:
        command = sample.Draw(year=YEAR, seed=seed, percent=percent, candidates=candidates)
        (event,) = sample.decide(command, sample.EMPTY)
        assert isinstance(event, SampleDrawn)
        return set(event.drawn)

    assert drawn("berita acara 1") == drawn("berita acara 1")
    assert drawn("berita acara 1") != drawn("berita acara 2")
    assert drawn("x", 25) < drawn("x", 60) < set(candidates)
    assert drawn("x", 100) == set(candidates)
    assert 8 <= len(drawn("berita acara 1")) <= 34
    first = sample.Draw(year=YEAR, seed="x", percent=25, candidates=candidates)
    held = sample.evolve(sample.EMPTY, sample.decide(first, sample.EMPTY)[0])
    assert sample.decide(first, held) == ()
    other = sample.Draw(year=YEAR, seed="x", percent=26, candidates=candidates)
    with pytest.raises(Failure, match=r"sample\.seed_used"):
        sample.decide(other, held)


def opened(desk: Desk, level: int = 3, *files: EvidenceReference) -> clarification.Open:
    return clarification.Open(
        **ROW, at=desk.now, level=level, argument="Lihat halaman 3.", evidence=files
    )


def answer(level: int) -> clarification.Answer:
    return clarification.Answer(**ROW, granted=level > 0, level=level, note="Sudah dilihat.")


def test_a_clarification_is_asked_once_and_answered_once(desk: Desk) -> None:
    refused(desk, opened(desk), "clarification.without_verdict")
    refused(desk, answer(1), "clarification.unknown")
    desk.ask(verdict.Accept(**SEEN, level=1, **WHY), client="satu")
    refused(desk, opened(desk, 1), "clarification.asks_nothing")
    desk.ask(opened(desk, 2))
    assert desk.ask(opened(desk, 2)).events == ()
    refused(desk, opened(desk, 3), "clarification.still_open")
    refused(desk, answer(3), "clarification.above_asked")
    before = len(desk.log)
    desk.ask(answer(2), client="dua")
    assert kinds(desk, before) == ["ClarificationAnswered", "IndicatorAccepted"]
    assert slot(desk).accepted_level == 2
    assert desk.ask(answer(2), client="dua").events == ()
    refused(desk, answer(0), "clarification.answered")


def test_a_refused_clarification_leaves_the_verdict(desk: Desk) -> None:
    desk.ask(verdict.Return(**SEEN, reason="tidak_terbaca"), client="satu")
    desk.ask(opened(desk, 3, OTHER))
    before = len(desk.log)
    desk.ask(answer(0), client="satu")
    assert kinds(desk, before) == ["ClarificationAnswered"]
    assert slot(desk).status == "returned"


def test_what_is_granted_with_new_files_is_claimed_and_accepted_with_them(desk: Desk) -> None:
    desk.ask(indicator.Claim(**ROW, level=1, evidence=(FILE,)))
    desk.ask(verdict.Accept(**SEEN, level=1, **WHY), client="satu")
    refused(desk, opened(desk, 3), "clarification.above_claim")
    desk.ask(opened(desk, 3, OTHER))
    before = len(desk.log)
    desk.ask(answer(3), client="satu")
    assert kinds(desk, before) == [
        "ClarificationAnswered",
        "IndicatorClaimed",
        "IndicatorAccepted",
    ]
    held = slot(desk)
    assert (held.level, held.accepted_level, held.evidence) == (3, 3, (OTHER,))


def test_who_judged_a_claim_once_gives_no_second_look_at_it(desk: Desk) -> None:
    desk.ask(verdict.Accept(**SEEN, level=3), client="satu")
    desk.ask(verdict.Review(**SEEN, level=1, **WHY), client="dua")
    refused(desk, verdict.Review(**SEEN, level=3), "verification.same_verifier", "satu")
    desk.ask(verdict.Review(**SEEN, level=3), client="tiga")
    desk.ask(indicator.Claim(**ROW, level=2, evidence=(OTHER,)))
    other = {**SEEN, "evidence": (OTHER.sha256,)}
    desk.ask(verdict.Accept(**other, level=2), client="dua")
    # Another claim: whoever judged the one before may look at it again.
    desk.ask(verdict.Review(**other, level=2), client="satu")


@pytest.mark.parametrize("reason", ["x" * 100_000, "\x00", "malas"])
def test_a_second_looks_reason_is_one_of_the_codes_or_none(desk: Desk, reason: str) -> None:
    desk.ask(verdict.Accept(**SEEN, level=3), client="satu")
    for level in (2, 3):
        look = verdict.Review(**SEEN, level=level, reason=reason, note="Dua unsur saja.")
        refused(desk, look, "verification.unknown_reason", "dua")


def test_each_file_that_was_seen_is_named_once(desk: Desk) -> None:
    twice = {**SEEN, "evidence": (FILE.sha256,) * 2}
    refused(desk, verdict.Accept(**twice, level=3), "evidence.named_twice")


@pytest.mark.parametrize("away", ["withdrawn", "rejected", "given to another"])
def test_questions_are_answered_like_verdicts_are_given(desk: Desk, away: str) -> None:
    desk.ask(verdict.Accept(**SEEN, level=1, **WHY), client="satu")
    asking = clarification.Open(**ROW, at=desk.now, level=3, argument="Lima unsur ada.")
    answer = clarification.Answer(**ROW, granted=True, level=3, note="Benar.")
    desk.ask(asking)
    named: dict[str, Any] = {"year": YEAR, "innovation": "tapis"}
    match away:
        case "withdrawn":
            desk.ask(innovation.Withdraw(**named))
        case "rejected":
            desk.ask(innovation.Reject(**named, reason="lainnya", note="x"), client="satu")
        case _:
            desk.ask(assignment.Assign(**named, verifier="satu"))
    reasons = {
        "withdrawn": "innovation.withdrawn",
        "rejected": "verification.rejected",
        "given to another": "verification.of_another",
    }
    refused(desk, answer, reasons[away], "dua")
    if away == "given to another":
        desk.ask(answer, client="satu")
    else:
        again = replace(asking, argument="Lihat lagi.")
        refused(desk, again, reasons[away], "daerah")


def test_a_draw_of_too_many_is_cut_by_lot_and_not_by_name() -> None:
    candidates = tuple(
        Sampled(indicator="SID-VIDEO", innovation=f"inovasi-{number:04}") for number in range(1500)
    )
    draw = sample.Draw(year=YEAR, seed="x", percent=100, candidates=candidates)
    (drawn,) = sample.decide(draw, sample.EMPTY)
    assert isinstance(drawn, SampleDrawn)
    assert len(drawn.drawn) == sample.DRAWN_MAX
    assert list(drawn.drawn) == sorted(drawn.drawn, key=lambda one: one.innovation)
    assert len(set(drawn.drawn) & set(candidates[1000:])) > 250
