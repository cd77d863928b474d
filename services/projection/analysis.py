"""One region's season taken apart, read from its own log at the moment asked for.

Nothing here is kept: the facts of a region and year are a few thousand, and folding them anew is
quick and cannot disagree with the log.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import msgspec
from msgspec import Struct

from services.projection.core import dossier as dossiers
from services.projection.core import explanation, moment, steps, waterfall
from services.projection.core.dossier import Dossier
from services.projection.core.explanation import Explanation
from services.projection.core.moment import Moment
from services.projection.core.steps import Advice
from services.projection.core.waterfall import Waterfall
from services.projection.read import Question, Reader, parse_clock
from services.projection.tables import Clock
from shared.io.history import History
from shared.kernel import names
from shared.kernel.errors import Missing, Refused
from shared.kernel.events.intake import SeasonEntered
from shared.kernel.recorded import Recorded, decode
from shared.kernel.regions import Region, Register
from shared.kernel.rules import formula
from shared.kernel.rules.formula import Score
from shared.kernel.rules.ruleset import RuleSet
from shared.kernel.scorecard import STAGES, Stage


class Asked(Struct, frozen=True, kw_only=True):
    """What is asked of a region's season, as it was spelt; empty is not asked."""

    region: str
    year: int
    stage: str = ""
    as_of: str = ""
    clock: str = ""
    rules: str = ""


class Season(Struct, frozen=True, kw_only=True):
    """A region's season at a moment: its facts in order, and the rules it is read under."""

    region: Region
    stage: Stage
    clock: Clock
    until: Moment | None
    entered: RuleSet
    rules: RuleSet
    dossier: Dossier


class Rescored(Struct, frozen=True, kw_only=True):
    """One region under its own rules and under others: the effect of the rules alone."""

    region: str
    name: str
    own: Score
    other: Score
    predikat_changes: bool


class Analyst:
    """Answers about why and what next."""

    def __init__(self, facts: History, reader: Reader, regions: Register) -> None:
        self._facts = facts
        self._reader = reader
        self._regions = regions

    async def season(self, asked: Asked) -> Season:
        """The season that was asked for; `Missing` or `Refused` say what is wrong with it."""
        region = self._regions.by_code.get(asked.region)
        if region is None or not region.subject:
            raise Missing("ranking.unknown_region", region=asked.region)
        until = moment.parse(asked.as_of, region.time_zone) if asked.as_of else None
        clock = parse_clock(asked.clock)
        facts = _counting(await self._read(asked.region, asked.year), clock, until)
        entered = self._entered(facts, asked.year)
        return Season(
            region=region,
            stage=_stage(asked.stage),
            clock=clock,
            until=until,
            entered=entered,
            rules=self._rules(asked.rules) if asked.rules else entered,
            dossier=dossiers.opened(facts),
        )

    async def explanation(self, asked: Asked) -> tuple[Season, Explanation]:
        """Every point of a score with the facts it came from."""
        season = await self.season(asked)
        return season, explanation.explain(season.dossier, season.rules, season.stage)

    async def waterfall(self, asked: Asked) -> tuple[Season, Waterfall]:
        """From the claimed to the verified score, by cause."""
        season = await self.season(asked)
        return season, waterfall.fall(season.dossier, season.rules)

    async def advice(self, asked: Asked, now: datetime) -> tuple[Season, Advice]:
        """Every step the region could take, with its exact gain and place."""
        season = await self.season(asked)
        others = await self._others(season, asked, now)
        return season, steps.advise(season.dossier, season.rules, season.stage, others)

    async def rescored(self, province: str, asked: Asked) -> Sequence[Rescored]:
        """A province's season under other rules, region by region, in order of code."""
        told = []
        for view in self._reader.regions(province).regions:
            if not view.assessed:
                continue
            try:
                season = await self.season(msgspec.structs.replace(asked, region=view.code))
            except Missing:
                continue  # a region that has not entered the season has nothing to score again
            own = _score(season.dossier, season.entered, season.stage)
            other = _score(season.dossier, season.rules, season.stage)
            told.append(
                Rescored(
                    region=view.code,
                    name=view.name,
                    own=own,
                    other=other,
                    predikat_changes=own.predikat != other.predikat,
                )
            )
        return told

    async def _read(self, region: str, year: int) -> Sequence[Recorded]:
        head = await self._facts.head(region)
        stored = await self._facts.read_all(region, upto=head)
        return [recorded for recorded in map(decode, stored) if recorded.event.year == year]

    def _entered(self, facts: Sequence[Recorded], year: int) -> RuleSet:
        for recorded in facts:
            if isinstance(recorded.event, SeasonEntered):
                return self._reader.rule_sets[recorded.event.rule_set]
        raise Missing("ranking.not_entered", year=year)

    def _rules(self, asked: str) -> RuleSet:
        """A rule set by its id, or the newest revision of a year."""
        found = [
            rules
            for rules in self._reader.rule_sets.values()
            if asked in (rules.id, str(rules.year))
        ]
        if not found:
            raise Missing("rules.unknown", rule_set=asked)
        return found[-1]

    async def _others(self, season: Season, asked: Asked, now: datetime) -> Sequence[Decimal]:
        """The neighbours' indexes at the same moment; under other rules they are scored again."""
        province = names.province_of(season.region.code)
        if season.region.kind == "provinsi":
            return ()
        if season.rules is not season.entered:
            return [
                one.other.index
                for one in await self.rescored(province, asked)
                if one.region != season.region.code
            ]
        question = Question(
            province=province,
            year=asked.year,
            stage=season.stage,
            as_of=asked.as_of,
            clock=asked.clock,
        )
        ranking = await self._reader.ranking(question, now)
        return [
            Decimal(row.score)
            for row in ranking.rows
            if row.region != season.region.code and row.score is not None
        ]


def _counting(facts: Sequence[Recorded], clock: Clock, until: Moment | None) -> Sequence[Recorded]:
    """The facts of the moment, in the order in which they count."""
    if clock == "known":
        return [one for one in facts if until is None or one.recorded_at < until.until]
    happened = [one for one in facts if until is None or one.happened_at < until.until]
    return sorted(happened, key=lambda one: (one.happened_at, one.seq))


def _stage(given: str) -> Stage:
    for stage in STAGES:
        if given in ("", stage):
            return stage
    raise Refused("ranking.unknown_stage", stage=given, allowed=", ".join(STAGES))


def _score(dossier: Dossier, rules: RuleSet, stage: Stage) -> Score:
    return formula.score(rules, dossiers.tally_at(dossier, rules, stage))
