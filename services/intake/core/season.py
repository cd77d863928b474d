"""One season's calendar: opened, scheduled, extended, closed, frozen, reopened.

Facts of the ministry or of a province, each by an instrument. What they come to is folded by
`shared/kernel/calendar.py`. A region enters a season with its first fact in it; from then on its
own log says which rules hold.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import get_args

from msgspec import Struct

from shared.kernel import calendar, text
from shared.kernel.calendar import Calendar
from shared.kernel.errors import Refused
from shared.kernel.events.season import (
    Phase,
    PhaseName,
    SeasonClosed,
    SeasonEntered,
    SeasonExtended,
    SeasonFrozen,
    SeasonOpened,
    SeasonReopened,
    SeasonScheduled,
)
from shared.kernel.recorded import Event

YEAR_MIN = 2018
YEAR_MAX = 2099
LETTER_CHARACTERS_MAX = 200
# A season is decreed in its own year; what lies further from it was mistyped.
YEARS_AWAY_MAX = 2

PHASES: Sequence[PhaseName] = get_args(PhaseName)

EMPTY = calendar.EMPTY
evolve = calendar.evolve


class Open(Struct, frozen=True, kw_only=True):
    """Open a year under a published rule set of that year; `letter` is the instrument's number."""

    year: int
    rule_set: str
    rules_year: int
    rule_digest: str
    letter: str = ""


class Schedule(Struct, frozen=True, kw_only=True):
    """Publish the calendar, in place of an earlier one; said `at` a moment."""

    year: int
    at: datetime
    phases: tuple[Phase, ...]
    letter: str


class Extend(Struct, frozen=True, kw_only=True):
    """Prolong a phase to a later moment, by a letter."""

    year: int
    phase: PhaseName
    closes_at: datetime
    letter: str


class Close(Struct, frozen=True, kw_only=True):
    """End reporting at the moment it is said."""

    year: int
    at: datetime
    letter: str = ""


class Freeze(Struct, frozen=True, kw_only=True):
    """Let nothing change the scores from the moment it is said."""

    year: int
    at: datetime
    letter: str


class Reopen(Struct, frozen=True, kw_only=True):
    """Open reporting again until a moment, by a letter; from `opens_at`, else from when it is said.

    What came late since `opens_at` then counts; it cannot be before the deadline that passed.
    """

    year: int
    at: datetime
    closes_at: datetime
    letter: str
    opens_at: datetime | None = None


Command = Open | Schedule | Extend | Close | Freeze | Reopen


def decide(command: Command, season: Calendar) -> tuple[Event, ...]:
    """What follows from the command; nothing where it is already true."""
    must_be_a_year(command.year)
    text.check("letter", command.letter, LETTER_CHARACTERS_MAX)
    if isinstance(command, Open):
        return _open(command, season)
    must_be_opened(season, command.year)
    match command:
        case Schedule():
            return _schedule(command, season)
        case Extend():
            return _extend(command, season)
        case Close():
            return _close(command, season)
        case Freeze():
            return _freeze(command, season)
        case Reopen():
            return _reopen(command, season)


def _open(command: Open, season: Calendar) -> tuple[Event, ...]:
    if command.rules_year != command.year:
        raise Refused("season.rules_of_another_year", rule_set=command.rule_set, year=command.year)
    if season.opened:
        if season.rule_set != command.rule_set:
            raise Refused("season.opened_under_other_rules", rule_set=season.rule_set)
        if not _is_corrected(command.letter, season.letters.opening):
            return ()
    return (
        SeasonOpened(
            year=command.year,
            rule_set=command.rule_set,
            rule_digest=season.rule_digest or command.rule_digest,
            letter=command.letter,
        ),
    )


def _is_corrected(letter: str, before: str) -> bool:
    """What holds already is said again by another letter: the correction is a fact of its own."""
    return bool(letter.strip()) and letter != before


def _schedule(command: Schedule, season: Calendar) -> tuple[Event, ...]:
    _must_cite(command.letter)
    if command.phases == season.phases and not _is_corrected(command.letter, season.letters.phases):
        return ()
    _must_not_be_frozen(command.year, season)
    named = [phase.name for phase in command.phases]
    if named != [name for name in PHASES if name in named] or calendar.REPORTING not in named:
        raise Refused("season.phases_out_of_order", phases=", ".join(PHASES))
    for phase in command.phases:
        _must_have_zones(phase.opens_at, phase.closes_at)
        if phase.closes_at <= phase.opens_at:
            raise Refused("season.phase_ends_before_it_begins", phase=phase.name)
        _must_be_near(command.year, phase.opens_at, phase.closes_at)
    for before, phase in pairwise(command.phases):
        if phase.opens_at < before.closes_at:
            raise Refused("season.phases_overlap", phase=phase.name, before=before.name)
    deadline = calendar.closes_at(command.phases, calendar.REPORTING)
    if deadline is not None:
        _must_not_take_back(deadline, command.at, season)
    return (SeasonScheduled(year=command.year, phases=command.phases, letter=command.letter),)


def _must_not_take_back(deadline: datetime, now: datetime, season: Calendar) -> None:
    """What was received in time stays in time: no deadline is moved before what has passed."""
    passed = min(now, season.deadline or now)
    if deadline < passed:
        raise Refused("season.deadline_passed", deadline=deadline.isoformat())


def _extend(command: Extend, season: Calendar) -> tuple[Event, ...]:
    _must_cite(command.letter)
    _must_have_zones(command.closes_at)
    _must_be_near(command.year, command.closes_at)
    _must_not_be_frozen(command.year, season)
    standing = (
        season.deadline
        if command.phase == calendar.REPORTING
        else calendar.closes_at(season.phases, command.phase)
    )
    if standing is None:
        raise Refused("season.without_deadline", phase=command.phase)
    written = season.letters.extensions.get(command.phase, "")
    if command.closes_at == standing and not _is_corrected(command.letter, written):
        return ()
    if command.closes_at < standing:
        raise Refused("season.extension_shortens", deadline=standing.isoformat())
    return (
        SeasonExtended(
            year=command.year,
            phase=command.phase,
            closes_at=command.closes_at,
            letter=command.letter,
        ),
    )


def _close(command: Close, season: Calendar) -> tuple[Event, ...]:
    at = command.at
    if season.frozen or (season.deadline is not None and season.deadline <= at):
        if not _is_corrected(command.letter, season.letters.closing):
            return ()
        _must_not_be_frozen(command.year, season)
        at = season.deadline or at
    return (SeasonClosed(year=command.year, letter=command.letter, at=at),)


def _freeze(command: Freeze, season: Calendar) -> tuple[Event, ...]:
    _must_cite(command.letter)
    if season.frozen and not _is_corrected(command.letter, season.letters.freeze):
        return ()
    at = season.frozen_at or command.at
    return (SeasonFrozen(year=command.year, at=at, letter=command.letter),)


def _reopen(command: Reopen, season: Calendar) -> tuple[Event, ...]:
    _must_cite(command.letter)
    _must_have_zones(command.closes_at)
    _must_be_near(command.year, command.closes_at)
    if not season.frozen and calendar.counts(season, command.at):
        if season.deadline != command.closes_at or not season.letters.reopening:
            raise Refused("season.still_open", year=command.year)
        if not _is_corrected(command.letter, season.letters.reopening):
            return ()
        return (_reopened(command, season.windows[-1].opens_at),)
    if command.closes_at <= command.at:
        raise Refused("season.deadline_passed", deadline=command.closes_at.isoformat())
    opens_at = command.opens_at or command.at
    _must_have_zones(opens_at)
    _must_be_near(command.year, opens_at)
    if opens_at > command.at or (season.deadline is not None and opens_at < season.deadline):
        passed = season.deadline.isoformat() if season.deadline else "–"
        raise Refused("season.reopening_out_of_range", deadline=passed)
    return (_reopened(command, opens_at),)


def _reopened(command: Reopen, opens_at: datetime) -> SeasonReopened:
    return SeasonReopened(
        year=command.year, opens_at=opens_at, closes_at=command.closes_at, letter=command.letter
    )


def _must_cite(letter: str) -> None:
    if not letter.strip():
        raise Refused("season.letter_missing")


def _must_have_zones(*moments: datetime) -> None:
    if any(moment.tzinfo is None for moment in moments):
        raise Refused("history.zone_missing")


def _must_be_near(year: int, *moments: datetime) -> None:
    if any(abs(moment.year - year) > YEARS_AWAY_MAX for moment in moments):
        first, last = year - YEARS_AWAY_MAX, year + YEARS_AWAY_MAX
        raise Refused("season.too_far_away", year=year, year_min=first, year_max=last)


def _must_not_be_frozen(year: int, season: Calendar) -> None:
    if season.frozen:
        raise Refused("season.frozen", year=year)


def must_be_a_year(year: int) -> None:
    """There was no index before the first, and nobody plans for the next century."""
    if not YEAR_MIN <= year <= YEAR_MAX:
        raise Refused("season.year_out_of_range", year=year)


def must_be_kept_by_nobody(ministry: Calendar, own: Calendar, year: int) -> None:
    """A province opens none beside the ministry's: what is decreed there would come undone."""
    if ministry.opened and not own.opened:
        raise Refused("season.kept_by_ministry", year=year)


def must_be_opened(season: Calendar, year: int) -> None:
    """Everything of a season needs that it was opened."""
    if not season.opened:
        raise Refused("season.not_opened", year=year)


def must_be_undecided(season: Calendar, year: int) -> None:
    """Verdicts need a season that is not frozen."""
    must_be_opened(season, year)
    _must_not_be_frozen(year, season)


def enter(season: Calendar, year: int, opened_by: str, opened_seq: int) -> SeasonEntered:
    """The region's first fact of the season, naming the opening it rests on."""
    return SeasonEntered(
        year=year,
        rule_set=season.rule_set,
        rule_digest=season.rule_digest,
        opened_by=opened_by,
        opened_seq=opened_seq,
    )
