"""Clarifications (klarifikasi): what was asked and answered, until when, and as which facts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from services.projection.core import moment, worth
from services.projection.core.branching import Brought
from services.projection.core.dossier import Dossier
from shared.kernel import clocks
from shared.kernel.events.branch import Hypothesis
from shared.kernel.events.indicator import EvidenceReference, IndicatorAccepted, IndicatorClaimed
from shared.kernel.events.verification import ClarificationAnswered, ClarificationOpened
from shared.kernel.recorded import Recorded
from shared.kernel.rules.ruleset import RuleSet

State = Literal["open", "answered", "replaced"]

# What is granted is recorded in one go with the answer: a claim, and its acceptance.
RECORDED_WITH_MAX = 2


class Raised(Struct, frozen=True, kw_only=True):
    """A clarification with its place in the log, and its answer where there is one.

    `replaced` is the claim that took the place of the one it is about, and so settled it.
    """

    opened: Recorded
    asked: ClarificationOpened
    replaced: Recorded | None = None
    replied: Recorded | None = None
    answer: ClarificationAnswered | None = None

    @property
    def state(self) -> State:
        """An answer that was given to a claim replaced before is told as it was given."""
        if self.answer is not None:
            return "answered"
        return "open" if self.replaced is None else "replaced"

    @property
    def settled(self) -> Recorded | None:
        """What ended it."""
        return self.replied or self.replaced


class Clarification(Struct, frozen=True, kw_only=True):
    """One clarification. It is open, answered, or settled because the claim it is about was
    replaced; `overdue_days` are whole days past `answer_by`, to whatever ended it or to now.

    `effect` is over the index and place: of an open one if the level asked for were granted, of an
    answered one what the answer did at its moment; None where it granted nothing, or was replaced.
    """

    innovation: str
    innovation_name: str
    indicator: str
    nama: str
    state: State
    level: int
    argument: str
    files: tuple[EvidenceReference, ...]
    opened_seq: int
    opened_at: datetime
    answer_by: datetime
    overdue: bool
    overdue_days: int
    answered_seq: int | None
    answered_at: datetime | None
    granted: bool | None
    granted_level: int | None
    note: str
    effect: Brought | None
    replaced_seq: int | None
    replaced_at: datetime | None


def raised(facts: Sequence[Recorded]) -> list[Raised]:
    """Every clarification, as asked; an answer is to the one that was asked last, and the first
    claim after the question settles it.
    """
    found: list[Raised] = []
    standing: dict[tuple[str, str], int] = {}
    for fact in facts:
        match fact.event:
            case ClarificationOpened() as event:
                standing[event.innovation, event.indicator] = len(found)
                found.append(Raised(opened=fact, asked=event))
            case ClarificationAnswered() as event:
                place = standing.pop((event.innovation, event.indicator), None)
                if place is not None:
                    found[place] = replace(found[place], replied=fact, answer=event)
            case IndicatorClaimed() as event:
                place = standing.get((event.innovation, event.indicator))
                if place is not None and found[place].replaced is None:
                    found[place] = replace(found[place], replaced=fact)
            case _:
                pass
    return found


def if_granted(one: Raised, dossier: Dossier) -> tuple[Hypothesis, ...]:
    """The facts that granting the level asked for would be, over the claim as it stands."""
    asked = one.asked
    slot = worth.slot_of(dossier, asked.innovation, asked.indicator)
    return (
        IndicatorClaimed(
            year=asked.year,
            innovation=asked.innovation,
            indicator=asked.indicator,
            level=max(slot.level, asked.level),
        ),
        IndicatorAccepted(
            year=asked.year,
            innovation=asked.innovation,
            indicator=asked.indicator,
            level=asked.level,
        ),
    )


def as_granted(one: Raised, facts: Sequence[Recorded]) -> tuple[Hypothesis, ...]:
    """The claim and the acceptance that the answer was recorded with; nothing where it refused."""
    if one.replied is None or one.answer is None or not one.answer.granted:
        return ()
    beside = range(one.replied.seq + 1, one.replied.seq + 1 + RECORDED_WITH_MAX)
    found = sorted((fact for fact in facts if fact.seq in beside), key=lambda fact: fact.seq)
    slot = (one.answer.innovation, one.answer.indicator)
    return tuple(
        fact.event
        for fact in found
        if isinstance(fact.event, IndicatorClaimed | IndicatorAccepted)
        and (fact.event.innovation, fact.event.indicator) == slot
    )


def told(
    one: Raised,
    dossier: Dossier,
    rules: RuleSet,
    effect: Brought | None,
    now: datetime,
    zone: str,
) -> Clarification:
    """A clarification with its effect."""
    asked, answer = one.asked, one.answer
    until = now if one.settled is None else one.settled.happened_at
    return Clarification(
        innovation=asked.innovation,
        innovation_name=worth.called(dossier, asked.innovation),
        indicator=asked.indicator,
        nama=worth.nama(rules, asked.indicator),
        state=one.state,
        level=asked.level,
        argument=asked.argument,
        files=asked.evidence,
        opened_seq=one.opened.seq,
        opened_at=clocks.local(one.opened.happened_at, zone),
        answer_by=clocks.local(asked.answer_by, zone),
        overdue=until > asked.answer_by,
        overdue_days=moment.days_since(asked.answer_by, until),
        answered_seq=None if one.replied is None else one.replied.seq,
        answered_at=None if one.replied is None else clocks.local(one.replied.happened_at, zone),
        granted=None if answer is None else answer.granted,
        granted_level=None if answer is None else answer.level,
        note="" if answer is None else answer.note,
        effect=effect,
        replaced_seq=None if one.replaced is None else one.replaced.seq,
        replaced_at=None if one.replaced is None else clocks.local(one.replaced.happened_at, zone),
    )
