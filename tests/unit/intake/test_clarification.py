"""What a new claim does to a question that waits for its answer."""

import pytest
from msgspec.structs import replace

from services.intake.core import clarification, indicator
from services.intake.core.clarification import Clarification
from services.intake.core.indicator import Slot
from shared.kernel.errors import Failure
from shared.kernel.events.indicator import (
    EvidenceReference,
    IndicatorAccepted,
    IndicatorClaimed,
)
from tests.desk import BEGIN, YEAR

ROW = {"year": YEAR, "innovation": "tapis", "indicator": "SID-VIDEO"}
FILE, OTHER = (
    EvidenceReference(sha256=letter * 64, size_bytes=1, media_type="application/pdf")
    for letter in "ab"
)
ASK = clarification.Open(**ROW, at=BEGIN, level=3, argument="Lima unsur ada.")  # type: ignore[arg-type]
GRANT = clarification.Answer(**ROW, granted=True, level=3, note="Benar.")  # type: ignore[arg-type]
REFUSE = replace(GRANT, granted=False, level=0)


def claimed(level: int, file: EvidenceReference) -> Slot:
    event = IndicatorClaimed(**ROW, level=level, evidence=(file,))  # type: ignore[arg-type]
    return indicator.evolve(indicator.EMPTY, event)


def judged(slot: Slot, level: int) -> Slot:
    return indicator.evolve(slot, IndicatorAccepted(**ROW, level=level))  # type: ignore[arg-type]


FIRST = judged(claimed(3, FILE), 1)


def asked(command: clarification.Open = ASK, slot: Slot = FIRST) -> Clarification:
    (event,) = clarification.decide(command, clarification.EMPTY, slot)
    return clarification.evolve(clarification.EMPTY, event)


def refused(command: clarification.Command, held: Clarification, slot: Slot, reason: str) -> None:
    with pytest.raises(Failure, match=reason.replace(".", r"\.")):
        clarification.decide(command, held, slot)


@pytest.mark.parametrize(
    "slot",
    [
        claimed(2, OTHER),
        indicator.evolve(FIRST, IndicatorClaimed(**ROW, level=0)),  # type: ignore[arg-type]
        judged(claimed(3, OTHER), 1),
        judged(claimed(2, FILE), 1),
    ],
    ids=["not judged", "withdrawn", "other files", "other level"],
)
@pytest.mark.parametrize("answer", [GRANT, REFUSE])
def test_what_was_asked_about_a_claim_that_was_replaced_is_not_answered(
    slot: Slot, answer: clarification.Answer
) -> None:
    refused(answer, asked(), slot, "clarification.claim_changed")


def test_the_new_verdict_may_be_asked_about() -> None:
    new = judged(claimed(3, OTHER), 1)
    refused(replace(ASK, argument="Lihat lagi."), asked(), FIRST, "clarification.still_open")
    (event,) = clarification.decide(ASK, asked(), new)
    held = clarification.evolve(asked(), event)
    assert len(clarification.decide(GRANT, held, new)) == 2


def test_a_question_of_before_claims_were_noted_waits_while_a_verdict_stands() -> None:
    (event,) = clarification.decide(ASK, clarification.EMPTY, FIRST)
    bare = replace(event, claimed_level=0, claimed_evidence=())
    held = clarification.evolve(clarification.EMPTY, bare)
    assert len(clarification.decide(REFUSE, held, judged(claimed(2, OTHER), 1))) == 1
    refused(REFUSE, held, claimed(2, OTHER), "clarification.claim_changed")
