"""One region's scorecard of one season: whole numbers, changed by one delta per event.

Levels are one byte per row, points are hundredths, and the sums are kept as they change, so an
event costs the same whether the region has twelve innovations or two thousand. Facts of different
streams may come in any order: a level claimed before its innovation is known waits uncounted.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct

from shared.kernel.errors import Corrupt
from shared.kernel.events.indicator import IndicatorAccepted, IndicatorClaimed, IndicatorReturned
from shared.kernel.events.innovation import (
    InnovationRegistered,
    InnovationReinstated,
    InnovationRejected,
    InnovationRevised,
    InnovationSubmitted,
    InnovationWithdrawn,
    Profile,
)
from shared.kernel.recorded import Event
from shared.kernel.rules import eligibility, formula, ruleset
from shared.kernel.rules.eligibility import Candidate
from shared.kernel.rules.formula import Score, Tally
from shared.kernel.rules.ruleset import LEVEL_MAX, RuleSet

Stage = Literal["mandiri", "terverifikasi"]
STAGES: tuple[Stage, ...] = ("mandiri", "terverifikasi")

# The facts a score can come from: exactly those that `Scorecard.apply` answers with a name.
BEARING = (
    InnovationRegistered,
    InnovationRevised,
    InnovationSubmitted,
    InnovationWithdrawn,
    InnovationRejected,
    InnovationReinstated,
    IndicatorClaimed,
    IndicatorAccepted,
    IndicatorReturned,
)

# The six basic-service affairs (urusan wajib pelayanan dasar) are numbered 1 to 6.
BASIC_AFFAIRS = range(1, 7)


class Levels(Struct):
    """One byte per row in the rule set's order, and what they are worth in hundredths."""

    claimed: bytearray
    accepted: bytearray
    claimed_points: int = 0
    accepted_points: int = 0


class Innovation(Struct):
    """What counts of one innovation. `registered` is false until its profile has arrived."""

    levels: Levels
    registered: bool = False
    submitted: bool = False
    rejected: bool = False
    tahapan: str = ""
    main_urusan: int = 0
    other_urusan: tuple[int, ...] = ()
    candidate: Candidate = Candidate()


# What an innovation is to a stage: it counts, it only keeps its place in n, or it is not there.
Part = Literal["counts", "rejected", "absent"]


class Sums(Struct):
    """The running tally of one stage; `covered` counts innovations per basic-service affair."""

    maturity: int = 0
    innovations: int = 0
    rejected: int = 0
    covered: list[int] = msgspec.field(default_factory=lambda: [0] * len(BASIC_AFFAIRS))


class Scorecard:
    """What counts for one region and year under one rule set."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self.region = _blank(len(ruleset.region_rows(rules)))
        self.innovations: dict[str, Innovation] = {}
        self._sums = {stage: Sums() for stage in STAGES}
        self._region_rows = _places(ruleset.region_rows(rules))
        self._innovation_rows = _places(ruleset.innovation_rows(rules))

    def apply(self, event: Event) -> str | None:
        """Change by one event; the innovation it touched, empty for the region's own rows.

        None where the event has no bearing on the score. An indicator or a level that the rule
        set does not know is `Corrupt`: intake never records one.
        """
        match event:
            case IndicatorClaimed():
                self._claim(event)
            case IndicatorAccepted():
                self._verify(event.innovation, event.indicator, event.level)
            case IndicatorReturned():
                self._verify(event.innovation, event.indicator, 0)
            case _:
                return self._whole(event)
        return event.innovation

    def _whole(self, event: Event) -> str | None:
        """What is said of an innovation as a whole; None of anything else."""
        changes: dict[str, Any] = {}
        match event:
            case InnovationRegistered() | InnovationRevised():
                changes = _of_profile(event.profile)
            case InnovationSubmitted():
                changes = {"submitted": True, "rejected": False}
            case InnovationRejected():
                changes = {"rejected": True}
            case InnovationReinstated():
                changes = {"rejected": False}
            case InnovationWithdrawn():
                changes = {"registered": False, "submitted": False, "rejected": False}
            case _:
                return None
        kept = self._innovation(event.innovation)
        self._count(kept, -1)
        for field, value in changes.items():
            setattr(kept, field, value)
        self._count(kept, 1)
        return event.innovation

    def restore(self, innovation_id: str, kept: Innovation) -> None:
        """Put back an innovation as it was stored, and count it."""
        self.innovations[innovation_id] = kept
        self._count(kept, 1)

    def score(self, stage: Stage) -> Score:
        """The index and its parts at this moment."""
        return formula.score(self.rules, self.tally(stage))

    def tally(self, stage: Stage) -> Tally:
        """What the formula is given, points in hundredths."""
        sums = self._sums[stage]
        region = self.region
        return Tally(
            spd=region.claimed_points if stage == "mandiri" else region.accepted_points,
            maturity=sums.maturity,
            innovations=sums.innovations,
            affairs=sum(1 for count in sums.covered if count),
            rejected=sums.rejected,
        )

    def _claim(self, event: IndicatorClaimed) -> None:
        """A new claim releases whatever was accepted for the earlier one."""
        levels, place, weight, kept = self._slot(event.innovation, event.indicator, event.level)
        gained = weight * (event.level - levels.claimed[place])
        lost = weight * levels.accepted[place]
        levels.claimed[place] = event.level
        levels.accepted[place] = 0
        self._shift(levels, kept, gained, -lost)

    def _verify(self, innovation_id: str, indicator: str, level: int) -> None:
        levels, place, weight, kept = self._slot(innovation_id, indicator, level)
        gained = weight * (level - levels.accepted[place])
        levels.accepted[place] = level
        self._shift(levels, kept, 0, gained)

    def _slot(
        self, innovation_id: str, indicator: str, level: int
    ) -> tuple[Levels, int, int, Innovation | None]:
        rows = self._innovation_rows if innovation_id else self._region_rows
        if indicator not in rows or not 0 <= level <= LEVEL_MAX:
            raise Corrupt("score.unknown_level", indicator=indicator, level=level)
        place, weight = rows[indicator]
        kept = self._innovation(innovation_id) if innovation_id else None
        return (kept.levels if kept else self.region), place, weight, kept

    def _shift(self, levels: Levels, kept: Innovation | None, claimed: int, accepted: int) -> None:
        levels.claimed_points += claimed
        levels.accepted_points += accepted
        if kept is not None:
            for stage, points in zip(STAGES, (claimed, accepted), strict=True):
                if points and self._part(kept, stage) == "counts":
                    self._sums[stage].maturity += points

    def _innovation(self, innovation_id: str) -> Innovation:
        if innovation_id not in self.innovations:
            self.innovations[innovation_id] = Innovation(_blank(len(self._innovation_rows)))
        return self.innovations[innovation_id]

    def _part(self, kept: Innovation, stage: Stage) -> Part:
        """Claimed, all that is applied counts; verified, what was sent, is eligible and stands."""
        return part(self.rules, self.rules.year, kept, stage)

    def _count(self, kept: Innovation, sign: int) -> None:
        for stage, sums in self._sums.items():
            match self._part(kept, stage):
                case "absent":
                    continue
                case "rejected":
                    sums.rejected += sign
                case "counts":
                    points = kept.levels
                    sums.innovations += sign
                    sums.maturity += sign * (
                        points.claimed_points if stage == "mandiri" else points.accepted_points
                    )
                    for urusan in self._affairs(kept):
                        sums.covered[urusan - BASIC_AFFAIRS.start] += sign

    def _affairs(self, kept: Innovation) -> set[int]:
        return basic_affairs(self.rules, kept.main_urusan, kept.other_urusan)


def _of_profile(profile: Profile) -> dict[str, Any]:
    """What a profile says that counts."""
    return {
        "registered": True,
        "tahapan": profile.tahapan,
        "main_urusan": profile.main_urusan,
        "other_urusan": profile.other_urusan,
        "candidate": eligibility.candidate(
            profile.implementation_date, profile.development_date, profile.design
        ),
    }


def part(rules: RuleSet, year: int, kept: Innovation, stage: Stage) -> Part:
    """What an innovation of a season is to a stage under these rules."""
    if not kept.registered or kept.tahapan not in ruleset.declared(rules.counted_stages):
        return "absent"
    if stage == "mandiri":
        return "counts"
    if not kept.submitted:
        return "absent"
    refused = kept.rejected or eligibility.unmet(rules, year, kept.candidate)
    return "rejected" if refused else "counts"


def basic_affairs(rules: RuleSet, main_urusan: int, other_urusan: Iterable[int]) -> set[int]:
    """The basic-service affairs that an innovation covers under these rules."""
    counted = {main_urusan}
    if ruleset.declared(rules.affairs_counted) == "main_and_other_affairs":
        counted.update(other_urusan)
    return counted & set(BASIC_AFFAIRS)


def worth(rules: RuleSet, levels: Sequence[int], *, region: bool) -> int:
    """What a row of levels is worth in hundredths of points."""
    rows = ruleset.region_rows(rules) if region else ruleset.innovation_rows(rules)
    weights = map(ruleset.weight_hundredths, rows)
    return sum(weight * level for weight, level in zip(weights, levels, strict=True))


def _blank(rows: int) -> Levels:
    return Levels(bytearray(rows), bytearray(rows))


def _places(rows: Sequence[ruleset.Row]) -> dict[str, tuple[int, int]]:
    return {row.code: (place, ruleset.weight_hundredths(row)) for place, row in enumerate(rows)}
