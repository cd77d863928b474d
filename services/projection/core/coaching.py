"""Coaching (pendampingan): who coaches an agency, what was agreed, and what came of it.

What a step brought is measured: the score as it stands against the same score without the levels
that are credited to the step (`crediting.py`), over all the times it was agreed.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from msgspec import Struct
from msgspec.structs import replace

from services.projection.core import crediting, moment, worth
from services.projection.core.crediting import Credits, Slot, StepName
from services.projection.core.dossier import Dossier, level_at
from services.projection.core.explanation import Share, share
from services.projection.core.thread import ABOUT_A_SLOT
from services.projection.core.worth import Worth
from shared.kernel import clocks
from shared.kernel.events.agency import CoachAssigned, StepAgreed, StepClosed
from shared.kernel.events.indicator import (
    IndicatorAccepted,
    IndicatorClaimed,
    IndicatorReturned,
)
from shared.kernel.recorded import Event, Recorded
from shared.kernel.rules.ruleset import RuleSet
from shared.kernel.scorecard import STAGES

OPEN = "terbuka"


class Levels(Struct, frozen=True, kw_only=True):
    """The levels of a slot at a moment."""

    claimed: int = 0
    accepted: int = 0


class Agreed(Struct, frozen=True, kw_only=True):
    """A step as it was agreed last; `levels` are those of its slot when it was first agreed."""

    event: StepAgreed
    seq: int
    agreed_at: datetime
    levels: Levels
    closed: StepClosed | None = None


class Coached(Struct, kw_only=True):
    """An agency's coach, and its steps by id."""

    coach: str = ""
    steps: dict[str, Agreed]

    @property
    def open(self) -> Sequence[Agreed]:
        """The steps that are neither done nor dropped."""
        return [one for one in self.steps.values() if one.closed is None]


class Measured(Struct, frozen=True, kw_only=True):
    """A step in points of a stage's unrounded index: what it brought so far, and what reaching its
    level would bring from here.
    """

    stage: str
    brought: Share
    left: Share


class AgreedStep(Struct, frozen=True, kw_only=True):
    """One agreed step. `state` is terbuka, selesai or dibatalkan; days are whole ones.

    `claimed_then` and `accepted_then` are the levels at the agreement; `promised` is the gain that
    was told then. `credited_to` are the steps that are credited with what was reached while this
    one was open too. `stalled_days` count from the last fact about the slot, or the agreement; they
    and `overdue_days` are 0 where the step is closed.
    """

    agency: str
    agency_name: str
    coach: str
    step: str
    innovation: str
    innovation_name: str
    indicator: str
    nama: str
    level: int
    note: str
    agreed_at: datetime
    agreed_seq: int
    due: date
    state: str
    outcome_note: str
    overdue_days: int
    stalled_days: int
    claimed_then: int
    accepted_then: int
    claimed: int
    accepted: int
    reached_claimed: bool
    reached_accepted: bool
    promised: Decimal | None
    effects: tuple[Measured, ...]
    credited_to: tuple[StepName, ...]


def coached(facts: Iterable[Recorded]) -> dict[str, Coached]:
    """Coaches and steps by agency; `facts` in the order in which they count."""
    agencies: dict[str, Coached] = {}
    levels: dict[Slot, Levels] = {}
    for fact in facts:
        match fact.event:
            case CoachAssigned() as event:
                agencies.setdefault(event.agency, Coached(steps={})).coach = event.coach
            case StepAgreed() as event:
                steps = agencies.setdefault(event.agency, Coached(steps={})).steps
                steps[event.step] = _agreed(event, fact, steps.get(event.step), levels)
            case StepClosed() as event:
                held = agencies.get(event.agency)
                if held is not None and event.step in held.steps:
                    held.steps[event.step] = replace(held.steps[event.step], closed=event)
            case _:
                _level(levels, fact.event)
    return agencies


def _agreed(
    event: StepAgreed, fact: Recorded, before: Agreed | None, levels: dict[Slot, Levels]
) -> Agreed:
    """A step that was only put otherwise is measured from when it was first agreed."""
    slot = (event.innovation, event.indicator)
    same = before is not None and before.closed is None
    if same and before is not None and slot == (before.event.innovation, before.event.indicator):
        started = before.levels
    else:
        started = levels.get(slot, Levels())
    return Agreed(event=event, seq=fact.seq, agreed_at=fact.happened_at, levels=started)


def _level(levels: dict[Slot, Levels], event: Event) -> None:
    match event:
        case IndicatorClaimed():
            levels[event.innovation, event.indicator] = Levels(claimed=event.level)
        case IndicatorAccepted() | IndicatorReturned():
            slot = (event.innovation, event.indicator)
            accepted = event.level if isinstance(event, IndicatorAccepted) else 0
            before = levels.get(slot, Levels())
            levels[slot] = Levels(claimed=before.claimed, accepted=accepted)
        case _:
            return


def steps(
    facts: Sequence[Recorded],
    dossier: Dossier,
    rules: RuleSet,
    called: dict[str, str],
    now: datetime,
    zone: str,
) -> tuple[AgreedStep, ...]:
    """Every step, the open ones first, those that have stalled longest at the top.

    `called` are the agencies' names by their ids.
    """
    moved = _moved(facts)
    credit = crediting.credited(facts)
    priced = [Worth(dossier, rules, stage) for stage in STAGES]
    found: Iterator[AgreedStep] = (
        _step(one, coach.coach, dossier, rules, priced, credit, called, moved, now, zone)
        for coach in coached(facts).values()
        for one in coach.steps.values()
    )
    return tuple(sorted(found, key=order))


def order(step: AgreedStep) -> tuple[bool, int, str, str]:
    """Open before closed, the longest stalled first."""
    return (step.state != OPEN, -step.stalled_days, step.agency, step.step)


def _moved(facts: Iterable[Recorded]) -> dict[Slot, datetime]:
    """When something was last said of each slot: while nothing is, a step on it stalls."""
    found: dict[Slot, datetime] = {}
    for fact in facts:
        if isinstance(fact.event, ABOUT_A_SLOT):
            slot = (fact.event.innovation, fact.event.indicator)
            found[slot] = max(found.get(slot, fact.happened_at), fact.happened_at)
    return found


def _step(
    agreed: Agreed,
    coach: str,
    dossier: Dossier,
    rules: RuleSet,
    priced: Sequence[Worth],
    credit: Credits,
    called: dict[str, str],
    moved: dict[Slot, datetime],
    now: datetime,
    zone: str,
) -> AgreedStep:
    event = agreed.event
    slot = worth.slot_of(dossier, event.innovation, event.indicator)
    is_open = agreed.closed is None
    last = max(agreed.agreed_at, moved.get((event.innovation, event.indicator), agreed.agreed_at))
    late = (clocks.local(now, zone).date() - event.due).days
    return AgreedStep(
        agency=event.agency,
        agency_name=called.get(event.agency, event.agency),
        coach=coach,
        step=event.step,
        innovation=event.innovation,
        innovation_name=worth.called(dossier, event.innovation),
        indicator=event.indicator,
        nama=worth.nama(rules, event.indicator),
        level=event.level,
        note=event.note,
        agreed_at=clocks.local(agreed.agreed_at, zone),
        agreed_seq=agreed.seq,
        due=event.due,
        state=OPEN if agreed.closed is None else agreed.closed.outcome,
        outcome_note="" if agreed.closed is None else agreed.closed.note,
        overdue_days=max(0, late) if is_open else 0,
        stalled_days=moment.days_since(last, now) if is_open else 0,
        claimed_then=agreed.levels.claimed,
        accepted_then=agreed.levels.accepted,
        claimed=slot.level,
        accepted=slot.accepted,
        reached_claimed=slot.level >= event.level,
        reached_accepted=slot.accepted >= event.level,
        promised=event.gain,
        effects=_effects(agreed, dossier, credit, priced),
        credited_to=tuple(sorted(credit.passed.get(_name(agreed), ()))),
    )


def _name(agreed: Agreed) -> StepName:
    return StepName(agency=agreed.event.agency, step=agreed.event.step)


def _effects(
    agreed: Agreed, dossier: Dossier, credit: Credits, priced: Sequence[Worth]
) -> tuple[Measured, ...]:
    """Of the claimed and of the verified score, in this order."""
    event, name = agreed.event, _name(agreed)
    effects = []
    for stage, price, reached in zip(
        STAGES, priced, (credit.claimed, credit.accepted), strict=True
    ):
        gains = Fraction(0)
        for slot in credit.slots(name):
            now = level_at(worth.slot_of(dossier, *slot), stage)
            own = crediting.brought(reached.get(slot, {}), name, now)
            gains -= price.change(*slot, now - own)
        here = level_at(worth.slot_of(dossier, event.innovation, event.indicator), stage)
        left = price.change(event.innovation, event.indicator, max(here, event.level))
        effects.append(Measured(stage=stage, brought=share(gains), left=share(left)))
    return tuple(effects)
