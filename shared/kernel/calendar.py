"""A season's calendar as its facts say: until when reporting counts, and whether all is frozen.

What counted is computed from here: an item counts if the moment of its completed receipt lies in
one of the windows. Windows only ever grow over what has passed, so that what counted once stays.
"""

from datetime import UTC, datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from shared.kernel.events.season import (
    Phase,
    PhaseName,
    SeasonClosed,
    SeasonExtended,
    SeasonFrozen,
    SeasonOpened,
    SeasonReopened,
    SeasonScheduled,
)
from shared.kernel.recorded import Event

ALWAYS = datetime(1, 1, 1, tzinfo=UTC)
NEVER = datetime(9999, 12, 31, tzinfo=UTC)

REPORTING: PhaseName = "penjaringan"
CORRECTING: PhaseName = "pengukuran"

# What may be handed in at a moment: anything, answers to verdicts, or nothing that counts.
Standing = Literal["open", "correcting", "over"]


class Window(Struct, frozen=True, kw_only=True):
    """A time in which reporting counts, both ends included."""

    opens_at: datetime
    closes_at: datetime


class Calendar(Struct, frozen=True, kw_only=True):
    """A season as its stream says; `rule_set` is empty until it is opened."""

    rule_set: str = ""
    rule_digest: str = ""
    phases: tuple[Phase, ...] = ()
    windows: tuple[Window, ...] = ()
    frozen: bool = False

    @property
    def opened(self) -> bool:
        """Whether the season was ever opened."""
        return bool(self.rule_set)

    @property
    def deadline(self) -> datetime | None:
        """The last moment that counts; None while no end is known."""
        if not self.windows or self.windows[-1].closes_at == NEVER:
            return None
        return self.windows[-1].closes_at


EMPTY = Calendar()

# The facts a calendar is made of.
SAID = (
    SeasonOpened,
    SeasonScheduled,
    SeasonExtended,
    SeasonClosed,
    SeasonFrozen,
    SeasonReopened,
)


def evolve(calendar: Calendar, event: Event) -> Calendar:
    """The calendar after one of its facts."""
    match event:
        case SeasonOpened():
            whole = Window(opens_at=ALWAYS, closes_at=NEVER)
            return Calendar(
                rule_set=event.rule_set, rule_digest=event.rule_digest, windows=(whole,)
            )
        case SeasonScheduled() | SeasonExtended() | SeasonClosed():
            return _moved(calendar, event)
        case SeasonFrozen():
            # What was due later is due no more.
            last = min(event.at, calendar.windows[-1].closes_at)
            return replace(_until(calendar, last), frozen=True)
        case SeasonReopened():
            again = Window(opens_at=event.opens_at, closes_at=event.closes_at)
            reopened = replace(calendar, windows=(*calendar.windows, again), frozen=False)
            return _until(reopened, event.closes_at)
        case _:
            return calendar


def _moved(calendar: Calendar, event: SeasonScheduled | SeasonExtended | SeasonClosed) -> Calendar:
    """The calendar with its ends where the fact puts them."""
    if isinstance(event, SeasonScheduled):
        planned = replace(calendar, phases=event.phases)
        return _until(planned, closes_at(event.phases, REPORTING) or NEVER)
    if isinstance(event, SeasonClosed):
        return _until(calendar, event.at or ALWAYS)
    moved = replace(
        calendar,
        phases=tuple(
            replace(phase, closes_at=event.closes_at) if phase.name == event.phase else phase
            for phase in calendar.phases
        ),
    )
    return _until(moved, event.closes_at) if event.phase == REPORTING else moved


def _until(calendar: Calendar, moment: datetime) -> Calendar:
    """The last window ends at the moment, and the phase of reporting with it."""
    last = replace(calendar.windows[-1], closes_at=moment)
    phases = tuple(
        replace(phase, closes_at=moment) if phase.name == REPORTING and moment != NEVER else phase
        for phase in calendar.phases
    )
    return replace(calendar, windows=(*calendar.windows[:-1], last), phases=phases)


def closes_at(phases: tuple[Phase, ...], name: PhaseName) -> datetime | None:
    """The last moment of a phase; None where the calendar does not have it."""
    return next((phase.closes_at for phase in phases if phase.name == name), None)


def counts(calendar: Calendar, moment: datetime) -> bool:
    """Whether the moment lies in a time in which reporting counts."""
    return any(window.opens_at <= moment <= window.closes_at for window in calendar.windows)


def admits(calendar: Calendar, moment: datetime) -> bool:
    """Whether what came late at the moment counts after all; nothing does in a frozen season."""
    return not calendar.frozen and counts(calendar, moment)


def standing(calendar: Calendar, moment: datetime) -> Standing:
    """What may be handed in at the moment.

    After the deadline a region still answers what verifiers returned or rejected, as long as the
    measuring (pengukuran) goes on: to the end that the calendar gives it, else to the freeze.
    """
    if calendar.frozen:
        return "over"
    if counts(calendar, moment):
        return "open"
    measured_until = closes_at(calendar.phases, CORRECTING) or NEVER
    return "correcting" if moment <= measured_until else "over"
