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


class Letters(Struct, frozen=True, kw_only=True):
    """The letter by which each thing was said last; empty where none was, or it holds no more."""

    opening: str = ""
    phases: str = ""
    extensions: dict[str, str] = {}
    closing: str = ""
    freeze: str = ""
    reopening: str = ""


class Calendar(Struct, frozen=True, kw_only=True):
    """A season as its stream says; `rule_set` is empty until it is opened.

    `frozen_at` is since when it is frozen; None while it is not.
    """

    rule_set: str = ""
    rule_digest: str = ""
    phases: tuple[Phase, ...] = ()
    windows: tuple[Window, ...] = ()
    frozen_at: datetime | None = None
    letters: Letters = Letters()

    @property
    def frozen(self) -> bool:
        """Whether nothing changes the scores any more."""
        return self.frozen_at is not None

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
    """The calendar after one of its facts.

    A fact that says again what holds, by another letter, corrects the letter and nothing else.
    """
    match event:
        case SeasonOpened():
            return _opened(calendar, event)
        case SeasonScheduled() | SeasonExtended() | SeasonClosed():
            return _moved(calendar, event)
        case SeasonFrozen():
            # What was due later is due no more.
            last = min(event.at, calendar.windows[-1].closes_at)
            letters = replace(calendar.letters, freeze=event.letter)
            return replace(_until(calendar, last), frozen_at=event.at, letters=letters)
        case SeasonReopened():
            return _reopened(calendar, event)
        case _:
            return calendar


def _opened(calendar: Calendar, event: SeasonOpened) -> Calendar:
    letters = replace(calendar.letters, opening=event.letter)
    if calendar.opened:
        return replace(calendar, letters=letters)
    return Calendar(
        rule_set=event.rule_set,
        rule_digest=event.rule_digest,
        windows=(Window(opens_at=ALWAYS, closes_at=NEVER),),
        letters=letters,
    )


def _reopened(calendar: Calendar, event: SeasonReopened) -> Calendar:
    again = Window(opens_at=event.opens_at, closes_at=event.closes_at)
    # What ended reporting before holds no more, and neither do its letters.
    letters = replace(
        calendar.letters, extensions={}, closing="", freeze="", reopening=event.letter
    )
    windows = (*calendar.windows, again)
    if calendar.windows[-1] == again:
        windows = calendar.windows
    reopened = replace(calendar, windows=windows, frozen_at=None, letters=letters)
    return _until(reopened, event.closes_at)


def _moved(calendar: Calendar, event: SeasonScheduled | SeasonExtended | SeasonClosed) -> Calendar:
    """The calendar with its ends where the fact puts them."""
    if isinstance(event, SeasonScheduled):
        letters = replace(calendar.letters, phases=event.letter)
        if event.phases != calendar.phases:
            letters = replace(letters, extensions={}, closing="")
        planned = replace(calendar, phases=event.phases, letters=letters)
        return _until(planned, closes_at(event.phases, REPORTING) or NEVER)
    if isinstance(event, SeasonClosed):
        letters = replace(calendar.letters, closing=event.letter)
        return _until(replace(calendar, letters=letters), event.at or ALWAYS)
    letters = replace(
        calendar.letters, extensions={**calendar.letters.extensions, event.phase: event.letter}
    )
    if event.phase == REPORTING and event.closes_at != calendar.deadline:
        letters = replace(letters, closing="")
    moved = replace(
        calendar,
        letters=letters,
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


def deadline_at(calendar: Calendar, moment: datetime) -> datetime | None:
    """The deadline by which a report of that moment was judged; None while no end is known.

    For what answers a verdict after reporting has ended, that is the end of the measuring.
    """
    covering = [window for window in calendar.windows if window.opens_at <= moment]
    within = [window for window in covering if moment <= window.closes_at]
    if within:
        ends = within[-1].closes_at
        return None if ends == NEVER else ends
    if standing(calendar, moment) == "correcting":
        return closes_at(calendar.phases, CORRECTING)
    return covering[-1].closes_at if covering else calendar.deadline


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
