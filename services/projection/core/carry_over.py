"""What of a season still counts in another one (K14): the window moves, and rows come and go.

The present score becomes the one of the other season in two steps, whose parts sum exactly: first
the other rules over the same innovations and levels, then only what may be assessed there.
"""

from collections.abc import Iterator
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from services.projection.core import dossier as dossiers
from services.projection.core import figure
from services.projection.core.dossier import Dossier, Held, Slot
from services.projection.core.explanation import Share, share
from shared.kernel.rules import eligibility, formula
from shared.kernel.rules.formula import Score, Tally
from shared.kernel.rules.ruleset import RuleSet
from shared.kernel.scorecard import Part, Stage

# Documents of the season's own year and of the two before it (T-0 to T-2).
DOCUMENT_YEARS_BEFORE = 2


class Question(Struct, frozen=True, kw_only=True):
    """A document that may be too old, or of which nobody said a date: `document_date` is then None.

    It is a question to the region, and changes no number here.
    """

    indicator: str
    sha256: str
    document_date: date | None


class Carried(Struct, frozen=True, kw_only=True):
    """One innovation. It `counts` if its stage (tahapan) counts there and no condition is `unmet`;
    `kept` are the indicators whose levels still have a row, `lost` those that have none. What a
    verifier `rejected` brings no verified points along.
    """

    innovation: str
    name: str
    tahapan: str
    counts: bool
    unmet: tuple[str, ...]
    rejected: bool
    kept: tuple[str, ...]
    lost: tuple[str, ...]
    questions: tuple[Question, ...]


class CarryOver(Struct, frozen=True, kw_only=True):
    """A season as it would be carried into another. `by_rules` and `by_window` sum to the change of
    the unrounded index. `region` is the region's own rows, as an innovation without a profile;
    `by_region` are the points of the carried index that rest on them, and are claimed anew.
    """

    first_day: date | None
    last_day: date | None
    present: Score
    under_other_rules: Score
    carried: Score
    by_rules: Share
    by_window: Share
    by_region: Share
    innovations: tuple[Carried, ...]
    region: Carried


def carry(dossier: Dossier, rules: RuleSet, other: RuleSet, year: int, stage: Stage) -> CarryOver:
    """A season under `rules` carried into `year` under `other` rules."""

    def level(slot: Slot) -> int:
        return dossiers.level_at(slot, stage)

    def standing(held: Held) -> Part:
        return dossiers.part_at(dossier, held, rules, stage)

    def carried(held: Held) -> Part:
        return "counts" if _stands(held, stage) and _counts(held, other, year) else "absent"

    present = dossiers.tally_at(dossier, rules, stage)
    same = dossiers.tally(dossier, other, level, standing)
    after = dossiers.tally(dossier, other, level, carried)
    window = eligibility.window_of(other, year)
    return CarryOver(
        first_day=None if window is None else window.first,
        last_day=None if window is None else window.last,
        present=figure.score(rules, present),
        under_other_rules=figure.score(other, same),
        carried=figure.score(other, after),
        by_rules=_part((other, same), (rules, present)),
        by_window=_part((other, after), (other, same)),
        by_region=_part((other, after), (other, replace(after, spd=0))),
        innovations=tuple(_innovations(dossier, other, year)),
        region=_carried("", None, dossier.region, other, year),
    )


def _part(after: tuple[RuleSet, Tally], before: tuple[RuleSet, Tally]) -> Share:
    return share(formula.exact_index(*after) - formula.exact_index(*before))


def _stands(held: Held, stage: Stage) -> bool:
    """Verified, only what was sent and not rejected can be carried with its levels."""
    return stage == "mandiri" or (held.submitted is not None and held.rejected is None)


def _counts(held: Held, rules: RuleSet, year: int) -> bool:
    return dossiers.is_staged(held, rules) and not eligibility.unmet(rules, year, held.candidate)


def _innovations(dossier: Dossier, rules: RuleSet, year: int) -> Iterator[Carried]:
    for name, held in sorted(dossier.innovations.items()):
        if held.profile is not None:
            yield _carried(name, held, held.slots, rules, year)


def _carried(
    name: str, held: Held | None, slots: dict[str, Slot], rules: RuleSet, year: int
) -> Carried:
    codes = {row.code for row in rules.rows}
    claimed = sorted(code for code, slot in slots.items() if slot.level)
    kept = tuple(code for code in claimed if code in codes)
    profile = None if held is None else held.profile
    return Carried(
        innovation=name,
        name="" if profile is None else profile.name,
        tahapan="" if profile is None else profile.tahapan,
        counts=held is None or _counts(held, rules, year),
        rejected=held is not None and held.rejected is not None,
        unmet=() if held is None else eligibility.unmet(rules, year, held.candidate),
        kept=kept,
        lost=tuple(code for code in claimed if code not in codes),
        questions=tuple(
            Question(indicator=code, sha256=file.sha256, document_date=file.document_date)
            for code in kept
            for file in slots[code].evidence
            if not _is_recent(file.document_date, year)
        ),
    )


def _is_recent(dated: date | None, year: int) -> bool:
    return dated is not None and year - DOCUMENT_YEARS_BEFORE <= dated.year <= year
