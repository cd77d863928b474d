"""A region's or a province's season under other rules: what the rules do, and what the facts do."""

from collections.abc import Sequence
from typing import Literal

import msgspec
from msgspec import Struct

from services.projection.analysis import PASSED_OVER, Analyst, Asked, Season
from services.projection.core import dossier as dossiers
from services.projection.core import figure
from services.projection.core.explanation import Share, share
from services.projection.core.rules import changes as rule_changes
from services.projection.core.rules import effects as rule_effects
from services.projection.core.rules.effects import Effect
from services.projection.read import Reader
from shared.kernel.errors import Missing
from shared.kernel.regions import Region
from shared.kernel.rules import formula, ruleset
from shared.kernel.rules.formula import Score
from shared.kernel.rules.ruleset import RuleSet

By = Literal["nothing", "rules", "facts", "both", "unknown"]


class Earlier(Struct, frozen=True, kw_only=True):
    """An earlier season beside it. `rule_effect` is what the other rules make of the earlier facts,
    `real_change` what today's facts are worth more under the same rules; they sum to the whole.

    `predikat_by` says what moved the predikat; `unknown` where a rule set is not complete, for then
    only `real_change` can be relied on.
    """

    year: int
    score: Score
    under_other: Score
    rule_effect: Share
    real_change: Share
    predikat_by: By


class Rescored(Struct, frozen=True, kw_only=True):
    """One region under its own rules and under others; `earlier` is None where nothing was asked,
    or nothing was computed of the region in that season.
    """

    region: str
    name: str
    effect: Effect
    earlier: Earlier | None = None


class OtherRules:
    """Answers about seasons under other rules, at any moment."""

    def __init__(self, analyst: Analyst, reader: Reader) -> None:
        self._analyst = analyst
        self._reader = reader

    async def of_region(
        self, asked: Asked, since_year: int | None = None
    ) -> tuple[Season, Rescored]:
        """One region's season, with the change from an earlier season where one is named."""
        season = await self._analyst.season(asked)
        earlier = None
        if since_year is not None:
            earlier = await self._earlier(season, asked, since_year)
        return season, Rescored(
            region=season.region.code,
            name=season.region.name,
            effect=_effect(season),
            earlier=earlier,
        )

    async def of_province(
        self, province: str, asked: Asked, since_year: int | None = None
    ) -> tuple[RuleSet, Sequence[Rescored]]:
        """A province's regions in order of code, under the rules that were asked for; those of
        which nothing was computed are left out.
        """
        assessed: Sequence[Region] = self._reader.assessed(province)
        season = await self._reader.season(province, asked.year)
        rules = self._analyst.rules(asked.rules or season.rule_set)
        told = []
        for region in assessed:
            own = msgspec.structs.replace(asked, region=region.code, rules=rules.id)
            try:
                told.append((await self.of_region(own, since_year))[1])
            except Missing as missing:
                if missing.reason not in PASSED_OVER:
                    raise
        return rules, told

    async def _earlier(self, season: Season, asked: Asked, since_year: int) -> Earlier | None:
        """The earlier season under its own rules and under those the later one is read under."""
        before = msgspec.structs.replace(
            asked, region=season.region.code, year=since_year, rules=season.rules.id
        )
        try:
            held = await self._analyst.season(before)
        except Missing as missing:
            if missing.reason not in PASSED_OVER:
                raise
            return None
        own = dossiers.tally_at(held.dossier, held.entered, season.stage)
        under = dossiers.tally_at(held.dossier, season.rules, season.stage)
        now = dossiers.tally_at(season.dossier, season.rules, season.stage)
        score, under_other = figure.score(held.entered, own), figure.score(season.rules, under)
        ruled = formula.exact_index(season.rules, under) - formula.exact_index(held.entered, own)
        real = formula.exact_index(season.rules, now) - formula.exact_index(season.rules, under)
        known = ruleset.is_complete(held.entered) and ruleset.is_complete(season.rules)
        return Earlier(
            year=since_year,
            score=score,
            under_other=under_other,
            rule_effect=share(ruled),
            real_change=share(real),
            predikat_by=_moved_by(
                by_rules=score.predikat != under_other.predikat,
                by_facts=under_other.predikat != formula.score(season.rules, now).predikat,
            )
            if known
            else "unknown",
        )


def _moved_by(*, by_rules: bool, by_facts: bool) -> By:
    if by_rules and by_facts:
        return "both"
    if by_rules:
        return "rules"
    return "facts" if by_facts else "nothing"


def _effect(season: Season) -> Effect:
    readings = rule_changes.readings(season.entered, season.rules)
    tallies = [
        dossiers.tally_at(season.dossier, reading.rules, season.stage) for reading in readings
    ]
    return rule_effects.effect(readings, tallies, season.rules)
