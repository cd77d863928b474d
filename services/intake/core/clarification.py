"""A clarification (klarifikasi): a region asks that a verdict be looked at again, and is answered.

Asking opens a clock; a new claim settles the question without an answer. What is granted becomes a
claim with the files that were shown, and its acceptance; both versions stay in the log.
"""

from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from services.intake.core import indicator
from services.intake.core.indicator import Slot
from shared.kernel import text
from shared.kernel.errors import Missing, Refused
from shared.kernel.events.indicator import EvidenceReference, IndicatorAccepted, IndicatorClaimed
from shared.kernel.events.verification import ClarificationAnswered, ClarificationOpened
from shared.kernel.recorded import Event
from shared.kernel.rules import levels

ARGUMENT_CHARACTERS_MAX = 5_000
ANSWER_DAYS = 7
# What a claim that was judged is, as its own stream says.
VERDICTS = ("accepted", "returned")


class Open(Struct, frozen=True, kw_only=True):
    """Ask, `at` a moment, that a level be accepted after all; `evidence` is what is shown for it.

    Without evidence the files of the claim as it stands are looked at again.
    """

    year: int
    innovation: str
    indicator: str
    at: datetime
    level: int
    argument: str
    evidence: tuple[EvidenceReference, ...] = ()


class Answer(Struct, frozen=True, kw_only=True):
    """Grant a level, at most the one asked for, or refuse."""

    year: int
    innovation: str
    indicator: str
    granted: bool
    note: str
    level: int = 0


Command = Open | Answer


class Clarification(Struct, frozen=True, kw_only=True):
    """What was asked last, and how it was answered."""

    status: Literal["none", "open", "answered"] = "none"
    asked: ClarificationOpened | None = None
    answered: ClarificationAnswered | None = None


EMPTY = Clarification()


def evolve(clarification: Clarification, event: Event) -> Clarification:
    """The clarification after one of its events."""
    match event:
        case ClarificationOpened():
            return Clarification(status="open", asked=event)
        case ClarificationAnswered():
            return replace(clarification, status="answered", answered=event)
        case _:
            return clarification


def decide(command: Command, clarification: Clarification, slot: Slot) -> tuple[Event, ...]:
    """What follows, given the claim as it stands; nothing where it is already true."""
    if isinstance(command, Open):
        return _open(command, clarification, slot)
    return _answer(command, clarification, slot)


def _open(command: Open, clarification: Clarification, slot: Slot) -> tuple[Event, ...]:
    _must_argue("argument", command.argument)
    levels.must_be_level(command.level, level_min=1)
    indicator.must_be_shown(command.evidence)
    asked = ClarificationOpened(
        year=command.year,
        innovation=command.innovation,
        indicator=command.indicator,
        level=command.level,
        argument=command.argument,
        answer_by=command.at + timedelta(days=ANSWER_DAYS),
        evidence=command.evidence or slot.evidence,
        claimed_level=slot.level,
        claimed_evidence=_shown(slot),
    )
    before = clarification.asked
    if before is not None and replace(asked, answer_by=before.answer_by) == before:
        return ()
    if clarification.status == "open" and not _replaced(clarification, slot):
        raise Refused("clarification.still_open", indicator=command.indicator)
    if slot.status not in VERDICTS:
        raise Refused("clarification.without_verdict", indicator=command.indicator)
    if command.level <= slot.accepted_level:
        raise Refused("clarification.asks_nothing", accepted=slot.accepted_level)
    if command.level > slot.level and not command.evidence:
        raise Refused("clarification.above_claim", claimed=slot.level)
    return (asked,)


def _answer(command: Answer, clarification: Clarification, slot: Slot) -> tuple[Event, ...]:
    _must_argue("note", command.note)
    asked = clarification.asked
    if asked is None:
        raise Missing("clarification.unknown", indicator=command.indicator)
    if command.granted != bool(command.level):
        raise Refused("clarification.level_disagrees")
    answered = ClarificationAnswered(
        year=command.year,
        innovation=command.innovation,
        indicator=command.indicator,
        granted=command.granted,
        level=command.level,
        note=command.note,
    )
    if clarification.status == "answered":
        if answered == clarification.answered:
            return ()
        raise Refused("clarification.answered", indicator=command.indicator)
    if _replaced(clarification, slot):
        raise Refused("clarification.claim_changed", indicator=command.indicator)
    if not command.granted:
        return (answered,)
    levels.must_be_level(command.level, level_min=1)
    if command.level > asked.level:
        raise Refused("clarification.above_asked", asked=asked.level)
    return (answered, *_granted(command, asked, slot))


def _granted(command: Answer, asked: ClarificationOpened, slot: Slot) -> tuple[Event, ...]:
    shown = asked.evidence
    claimed = IndicatorClaimed(
        year=command.year,
        innovation=command.innovation,
        indicator=command.indicator,
        level=max(slot.level, command.level),
        evidence=shown,
        figure=slot.figure if command.level <= slot.level else None,
    )
    accepted = IndicatorAccepted(
        year=command.year,
        innovation=command.innovation,
        indicator=command.indicator,
        level=command.level,
        evidence=tuple(reference.sha256 for reference in shown),
        note=command.note,
    )
    if shown == slot.evidence and command.level <= slot.level:
        return (accepted,)
    return (claimed, accepted)


def _replaced(clarification: Clarification, slot: Slot) -> bool:
    """Whether a new claim stands where the one was that is asked about: that settles the question.

    Questions recorded before the claim was noted with them tell it until the new claim is judged.
    """
    asked = clarification.asked
    if slot.status not in VERDICTS:
        return True
    if asked is None or not asked.claimed_level:
        return False
    return (asked.claimed_level, asked.claimed_evidence) != (slot.level, _shown(slot))


def _shown(slot: Slot) -> tuple[str, ...]:
    return tuple(file.sha256 for file in slot.evidence)


def _must_argue(field: str, given: str) -> None:
    text.check(field, given, ARGUMENT_CHARACTERS_MAX)
    if not given.strip():
        raise Refused("text.missing", field=field)
