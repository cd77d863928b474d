"""Whether an innovation may be assessed at all: when it was applied, and how fully it is described.

What is not eligible may be reported and counts as claimed; verified, it is worth nothing.
"""

from datetime import date
from typing import Literal

from msgspec import Struct

from shared.kernel.rules.ruleset import RuleSet, Window

Unmet = Literal["undated", "outside_window", "too_short"]


class Candidate(Struct, frozen=True, kw_only=True):
    """What eligibility looks at; `words` are those of the design (rancang bangun)."""

    implementation_date: date | None = None
    development_date: date | None = None
    words: int = 0


def candidate(
    implementation_date: date | None, development_date: date | None, design: str
) -> Candidate:
    """A candidate out of a profile's own fields."""
    return Candidate(
        implementation_date=implementation_date,
        development_date=development_date,
        words=len(design.split()),
    )


def unmet(rules: RuleSet, year: int, asked: Candidate) -> tuple[Unmet, ...]:
    """The conditions of the rules that are not met in a season; a condition nobody knows is met."""
    found: list[Unmet] = []
    window = window_of(rules, year)
    if window is not None:
        if asked.implementation_date is None:
            found.append("undated")
        elif not _within(rules, window, asked.implementation_date, asked.development_date):
            found.append("outside_window")
    if rules.words_min.value is not None and asked.words < rules.words_min.value:
        found.append("too_short")
    return tuple(found)


def window_of(rules: RuleSet, year: int) -> Window | None:
    """The days in which an innovation must have begun, for a season of another year moved with it:
    the rule is "the two years before", so the same facts stay comparable under other rules.
    """
    stated = rules.window.value
    if stated is None:
        return None
    moved = year - rules.year
    return Window(
        first=stated.first.replace(year=stated.first.year + moved),
        last=stated.last.replace(year=stated.last.year + moved),
    )


def _within(rules: RuleSet, window: Window, applied: date, developed: date | None) -> bool:
    """An older innovation may come back if it was developed within the window."""
    if window.first <= applied <= window.last:
        return True
    renewed = developed is not None and window.first <= developed <= window.last
    return applied < window.first and renewed and bool(rules.development_extends_window.value)
