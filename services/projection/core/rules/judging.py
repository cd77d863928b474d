"""What innovations are to a stage, judged once for all that are alike.

Eligibility looks at a date only to compare it with the ends of a window, and at a count of words
only to compare it with what is asked at least. So dates and counts between the same thresholds
are judged alike under all the rule sets the thresholds were taken from, and one stands for all.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from msgspec import Struct

from shared.kernel import scorecard
from shared.kernel.rules import eligibility
from shared.kernel.rules.eligibility import Candidate
from shared.kernel.rules.ruleset import RuleSet
from shared.kernel.scorecard import Innovation, Levels, Part, Stage

_DAY = timedelta(days=1)


class Thresholds(Struct, frozen=True, kw_only=True):
    """In rising order: the first day of each window and the one after its last; least words."""

    dates: tuple[date, ...]
    words: tuple[int, ...]


class Profile(Struct, frozen=True, kw_only=True, cache_hash=True):
    """All that a judgement of a registered innovation rests on."""

    tahapan: str
    submitted: bool
    rejected: bool
    candidate: Candidate


class Judgements:
    """Judgements of one season and stage, each made when it is first asked for."""

    def __init__(self, year: int, stage: Stage) -> None:
        self._year = year
        self._stage = stage
        self._made: dict[tuple[RuleSet, Profile], Part] = {}

    def part(self, rules: RuleSet, profile: Profile) -> Part:
        """What such an innovation is to the stage under these rules."""
        known = self._made.get((rules, profile))
        if known is None:
            kept = Innovation(
                Levels(bytearray(), bytearray()),
                registered=True,
                submitted=profile.submitted,
                rejected=profile.rejected,
                tahapan=profile.tahapan,
                candidate=profile.candidate,
            )
            known = scorecard.part(rules, self._year, kept, self._stage)
            self._made[rules, profile] = known
        return known


def thresholds(rule_sets: Iterable[RuleSet], year: int) -> Thresholds:
    """All that these rules compare with in a season of that year."""
    asked = tuple(rule_sets)
    windows = [window for rules in asked if (window := eligibility.window_of(rules, year))]
    ends = {day for window in windows for day in (window.first, window.last + _DAY)}
    words = {rules.words_min.value for rules in asked if rules.words_min.value is not None}
    return Thresholds(dates=tuple(sorted(ends)), words=tuple(sorted(words)))


def representative(
    among: Thresholds, applied: int | None, developed: int | None, words: int
) -> Candidate:
    """The candidate that stands for all with so many thresholds at or below each value."""
    return Candidate(
        implementation_date=_day(among.dates, applied),
        development_date=_day(among.dates, developed),
        words=among.words[words - 1] if words else 0,
    )


def _day(days: Sequence[date], passed: int | None) -> date | None:
    if passed is None:
        return None
    if passed:
        return days[passed - 1]
    return days[0] - _DAY if days else date.min
