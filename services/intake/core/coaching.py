"""Coaching (pendampingan) of an agency: who coaches it, and the steps that were agreed."""

import math
from datetime import date
from decimal import Decimal
from fractions import Fraction

from msgspec import Struct
from msgspec.structs import replace

from shared.kernel import names, text
from shared.kernel.errors import Missing, Refused
from shared.kernel.events.agency import CoachAssigned, StepAgreed, StepClosed
from shared.kernel.recorded import Event
from shared.kernel.rules import formula, levels, ruleset
from shared.kernel.rules.formula import Tally
from shared.kernel.rules.ruleset import RuleSet

OUTCOMES = ("selesai", "dibatalkan")
NOTE_CHARACTERS_MAX = 2_000
STEPS_MAX = 200
INDEX_MAX = Decimal(100)


class Assign(Struct, frozen=True, kw_only=True):
    """Make someone, by the name of their client, the agency's coach; empty takes it back."""

    year: int
    agency: str
    coach: str


class Agree(Struct, frozen=True, kw_only=True):
    """Agree on a step: an indicator's level by a day; `gain` is what was promised for it.

    `agreed_on` is the region's day on which it was agreed, stated or present.
    """

    year: int
    agency: str
    step: str
    indicator: str
    level: int
    due: date
    innovation: str = ""
    gain: Decimal | None = None
    note: str = ""
    agreed_on: date | None = None


class Close(Struct, frozen=True, kw_only=True):
    """Say that a step is done or dropped."""

    year: int
    agency: str
    step: str
    outcome: str
    note: str = ""


Command = Assign | Agree | Close


class Coaching(Struct, frozen=True, kw_only=True):
    """An agency's coach and its steps by id, with the outcome of those that are closed."""

    coach: str = ""
    steps: dict[str, StepAgreed] = {}
    closed: dict[str, StepClosed] = {}


EMPTY = Coaching()


def evolve(coaching: Coaching, event: Event) -> Coaching:
    """The coaching after one of its events; a step agreed again is open again."""
    match event:
        case CoachAssigned():
            return replace(coaching, coach=event.coach)
        case StepAgreed():
            closed = {name: one for name, one in coaching.closed.items() if name != event.step}
            return replace(coaching, steps={**coaching.steps, event.step: event}, closed=closed)
        case StepClosed():
            return replace(coaching, closed={**coaching.closed, event.step: event})
        case _:
            return coaching


def decide(command: Command, coaching: Coaching, rules: RuleSet) -> tuple[Event, ...]:
    """What follows from the command; nothing where it is already true."""
    match command:
        case Assign():
            if command.coach and not names.is_client(command.coach):
                raise Refused("client.malformed", characters_max=names.CLIENT_CHARACTERS_MAX)
            if command.coach == coaching.coach:
                return ()
            return (CoachAssigned(year=command.year, agency=command.agency, coach=command.coach),)
        case Agree():
            return _agree(command, coaching, rules)
        case Close():
            return _close(command, coaching)


def _agree(command: Agree, coaching: Coaching, rules: RuleSet) -> tuple[Event, ...]:
    text.check("note", command.note, NOTE_CHARACTERS_MAX)
    if not names.is_innovation(command.step):
        raise Refused("step.name_malformed")
    levels.must_exist(rules, command.indicator, of_innovation=bool(command.innovation))
    levels.must_be_level(command.level, level_min=1)
    if command.step not in coaching.steps and len(coaching.steps) >= STEPS_MAX:
        raise Refused("step.too_many", steps_max=STEPS_MAX)
    agreed = StepAgreed(
        year=command.year,
        agency=command.agency,
        step=command.step,
        indicator=command.indicator,
        level=command.level,
        due=command.due,
        innovation=command.innovation,
        gain=command.gain,
        note=command.note,
    )
    if coaching.steps.get(command.step) == agreed and command.step not in coaching.closed:
        return ()
    _must_be_possible(command, rules)
    return (agreed,)


def _must_be_possible(command: Agree, rules: RuleSet) -> None:
    """Nothing is agreed for yesterday, and no more promised than the level can bring at most."""
    if command.agreed_on is not None and command.due < command.agreed_on:
        raise Refused("step.due_before_agreement", due=command.due, agreed_on=command.agreed_on)
    if command.gain is not None and command.gain > (gain_max := _gain_max(command, rules)):
        raise Refused("step.gain_out_of_range", gain=command.gain, gain_max=gain_max)


def _gain_max(command: Agree, rules: RuleSet) -> Decimal:
    """What raising the row from nothing to the level brings over the smallest divisor.

    A gain is the difference of two rounded indexes, so it may be one last decimal more. Where the
    weight is not known, no gain is more than an index of 100.
    """
    row = ruleset.row(rules, command.indicator)
    last_place = Decimal(1).scaleb(-ruleset.declared(rules.places))
    if row.weight.value is None:
        return INDEX_MAX.quantize(last_place)
    points = ruleset.weight_hundredths(row) * command.level
    one = Tally(spd=0, maturity=0, innovations=1, affairs=0)
    raised = replace(one, maturity=points) if command.innovation else replace(one, spd=points)
    gain = formula.exact_index(rules, raised) - formula.exact_index(rules, one)
    return math.floor(gain / Fraction(last_place) + 1) * last_place


def _close(command: Close, coaching: Coaching) -> tuple[Event, ...]:
    text.check("note", command.note, NOTE_CHARACTERS_MAX)
    if command.outcome not in OUTCOMES:
        raise Refused("step.unknown_outcome", allowed=", ".join(OUTCOMES))
    if command.step not in coaching.steps:
        raise Missing("step.unknown", step=command.step)
    closed = StepClosed(
        year=command.year,
        agency=command.agency,
        step=command.step,
        outcome=command.outcome,
        note=command.note,
    )
    return () if coaching.closed.get(command.step) == closed else (closed,)
