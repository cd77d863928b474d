"""One season's calendar: opened under a rule set, later closed; a fact of the ministry or province.

A region enters a season with its first fact in it; from then on its own log says which rules hold.
"""

from msgspec import Struct

from shared.kernel import text
from shared.kernel.errors import Refused
from shared.kernel.events.intake import SeasonClosed, SeasonEntered, SeasonOpened
from shared.kernel.recorded import Event

YEAR_MIN = 2018
YEAR_MAX = 2099
LETTER_CHARACTERS_MAX = 200


class Open(Struct, frozen=True, kw_only=True):
    """Open a year under a published rule set of that year; `letter` is the instrument's number."""

    year: int
    rule_set: str
    rules_year: int
    rule_digest: str
    letter: str = ""


class Close(Struct, frozen=True, kw_only=True):
    """End reporting for a year."""

    year: int
    letter: str = ""


Command = Open | Close


class Season(Struct, frozen=True, kw_only=True):
    """A season as its stream says; `rule_set` is empty until it is opened."""

    rule_set: str = ""
    rule_digest: str = ""
    closed: bool = False

    @property
    def opened(self) -> bool:
        """Whether the season was ever opened."""
        return bool(self.rule_set)


EMPTY = Season()


def evolve(season: Season, event: Event) -> Season:
    """The season after one of its events."""
    match event:
        case SeasonOpened():
            return Season(rule_set=event.rule_set, rule_digest=event.rule_digest)
        case SeasonClosed():
            return Season(rule_set=season.rule_set, rule_digest=season.rule_digest, closed=True)
        case _:
            return season


def decide(command: Command, season: Season) -> tuple[Event, ...]:
    """Open once under one rule set; close once."""
    must_be_a_year(command.year)
    text.check("letter", command.letter, LETTER_CHARACTERS_MAX)
    match command:
        case Open():
            return _open(command, season)
        case Close():
            return _close(command, season)


def _open(command: Open, season: Season) -> tuple[Event, ...]:
    if command.rules_year != command.year:
        raise Refused("season.rules_of_another_year", rule_set=command.rule_set, year=command.year)
    if season.opened:
        if season.rule_set != command.rule_set:
            raise Refused("season.opened_under_other_rules", rule_set=season.rule_set)
        return ()
    return (
        SeasonOpened(
            year=command.year,
            rule_set=command.rule_set,
            rule_digest=command.rule_digest,
            letter=command.letter,
        ),
    )


def _close(command: Close, season: Season) -> tuple[Event, ...]:
    if not season.opened:
        raise Refused("season.not_opened", year=command.year)
    if season.closed:
        return ()
    return (SeasonClosed(year=command.year, letter=command.letter),)


def must_be_a_year(year: int) -> None:
    """There was no index before the first, and nobody plans for the next century."""
    if not YEAR_MIN <= year <= YEAR_MAX:
        raise Refused("season.year_out_of_range", year=year)


def must_be_open(season: Season, year: int) -> None:
    """Reporting needs an open season."""
    must_be_opened(season, year)
    if season.closed:
        raise Refused("season.closed", year=year)


def must_be_opened(season: Season, year: int) -> None:
    """Verification and results need a season that was opened; it may be closed since."""
    if not season.opened:
        raise Refused("season.not_opened", year=year)


def enter(season: Season, year: int, opened_by: str, opened_seq: int) -> SeasonEntered:
    """The region's first fact of the season, naming the opening it rests on."""
    return SeasonEntered(
        year=year,
        rule_set=season.rule_set,
        rule_digest=season.rule_digest,
        opened_by=opened_by,
        opened_seq=opened_seq,
    )
