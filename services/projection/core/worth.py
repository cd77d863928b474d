"""What one level is worth in a score: the difference of two full scores of the formula.

A level moves the points of the region or of an innovation and nothing else, so slots of the same
weight share one calculation.
"""

from fractions import Fraction

from services.projection.core import dossier as dossiers
from services.projection.core.dossier import Dossier, Slot
from shared.kernel.rules import formula, ruleset
from shared.kernel.rules.formula import Tally
from shared.kernel.rules.ruleset import RuleSet
from shared.kernel.scorecard import Stage

NOTHING = Slot()


class Worth:
    """One stage of a season, asked about its slots."""

    def __init__(self, dossier: Dossier, rules: RuleSet, stage: Stage) -> None:
        self._dossier = dossier
        self._rules = rules
        self._stage = stage
        self._tally = dossiers.tally_at(dossier, rules, stage)
        self._index = formula.exact_index(rules, self._tally)
        self._counted = dossiers.counted_at(dossier, rules, stage)
        self._weights = {row.code: ruleset.weight_hundredths(row) for row in rules.rows}
        self._known: dict[tuple[int, int], Fraction] = {(0, 0): Fraction(0)}

    def change(self, innovation: str, indicator: str, level: int) -> Fraction:
        """The points of the unrounded index that it brings if the slot stands at the level; an
        innovation that does not count brings nothing.
        """
        if innovation and innovation not in self._counted:
            return Fraction(0)
        now = dossiers.level_at(slot_of(self._dossier, innovation, indicator), self._stage)
        points = self._weights.get(indicator, 0) * (level - now)
        return self._of((0, points) if innovation else (points, 0))

    def _of(self, points: tuple[int, int]) -> Fraction:
        if points not in self._known:
            tally = self._tally
            after = Tally(
                spd=tally.spd + points[0],
                maturity=tally.maturity + points[1],
                innovations=tally.innovations,
                affairs=tally.affairs,
                rejected=tally.rejected,
            )
            self._known[points] = formula.exact_index(self._rules, after) - self._index
        return self._known[points]


def slot_of(dossier: Dossier, innovation: str, indicator: str) -> Slot:
    """The slot as it stands; an empty one where nothing was said of it."""
    if not innovation:
        return dossier.region.get(indicator, NOTHING)
    held = dossier.innovations.get(innovation)
    return NOTHING if held is None else held.slots.get(indicator, NOTHING)


def called(dossier: Dossier, innovation: str) -> str:
    """How people call an innovation; its id where no profile stands, nothing for the region."""
    held = dossier.innovations.get(innovation)
    return innovation if held is None or held.profile is None else held.profile.name


def nama(rules: RuleSet, indicator: str) -> str:
    """What the rules call a row; nothing where they do not have it."""
    return next((row.nama for row in rules.rows if row.code == indicator), "")
