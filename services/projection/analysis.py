"""One region's season taken apart, read from its own log at the moment asked for.

No analysis is kept: the facts of a region and year are a few thousand, and folding them anew is
quick and cannot disagree with the log.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from services.projection.core import dossier as dossiers
from services.projection.core import explanation, moment, steps, waterfall
from services.projection.core.dossier import Dossier
from services.projection.core.explanation import Explanation
from services.projection.core.moment import Moment
from services.projection.core.steps import Advice
from services.projection.core.waterfall import Waterfall
from services.projection.logs import Logs
from services.projection.read import Question, Reader, must_be_complete, parse_clock, rules_asked
from services.projection.tables import Clock
from shared.kernel import names
from shared.kernel.errors import Missing, Refused
from shared.kernel.events.indicator import IndicatorClaimed
from shared.kernel.events.innovation import InnovationRegistered
from shared.kernel.events.season import SeasonEntered
from shared.kernel.recorded import Recorded
from shared.kernel.regions import Region
from shared.kernel.rules import formula
from shared.kernel.rules.ruleset import RuleSet
from shared.kernel.scorecard import STAGES, Stage

# Whoever has none of these in a season has nothing to take apart: results are told, not computed.
COMPUTED_FROM = (InnovationRegistered, IndicatorClaimed)
# Where a whole province is asked about, such a region is left out; other failures are the asker's.
PASSED_OVER = ("ranking.not_entered", "ranking.nothing_claimed")


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
    year: int
    stage: Stage
    clock: Clock
    until: Moment | None
    entered: RuleSet
    rules: RuleSet
    facts: Sequence[Recorded]
    dossier: Dossier


class Analyst:
    """Answers about why and what next."""

    def __init__(self, logs: Logs, reader: Reader) -> None:
        self._logs = logs
        self._reader = reader

    async def season(self, asked: Asked, *, may_be_bare: bool = False) -> Season:
        """The season that was asked for; `Missing` or `Refused` say what is wrong with it.

        `may_be_bare` also takes one in which nothing was registered or claimed yet; the rules are
        then those of the calendar.
        """
        region = self._reader.region(asked.region)
        until = moment.parse(asked.as_of, region.time_zone) if asked.as_of else None
        clock = parse_clock(asked.clock)
        facts = counting(await self.facts(asked.region, asked.year), clock, until)
        entered = self.entered(facts)
        if entered is None and may_be_bare:
            calendar = await self._reader.season(region.province or region.code, asked.year)
            entered = self._reader.rule_sets[calendar.rule_set]
        if entered is None:
            raise Missing("ranking.not_entered", year=asked.year)
        if not may_be_bare and not any(isinstance(fact.event, COMPUTED_FROM) for fact in facts):
            raise Missing("ranking.nothing_claimed", year=asked.year)
        return Season(
            region=region,
            year=asked.year,
            stage=parse_stage(asked.stage),
            clock=clock,
            until=until,
            entered=entered,
            rules=self.rules(asked.rules) if asked.rules else entered,
            facts=facts,
            dossier=dossiers.opened(facts),
        )

    async def compared(self, asked: Asked, *, may_be_bare: bool = False) -> Season:
        """A season that is to have a place among its neighbours, so by rules that can tell one."""
        season = await self.season(asked, may_be_bare=may_be_bare)
        if season.rules is not season.entered:
            must_be_complete(season.rules)
        return season

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
        season = await self.compared(asked)
        others = await self.others(season, asked, now)
        return season, steps.advise(season.dossier, season.rules, season.stage, others)

    async def advice_for(
        self, province: str, asked: Asked, now: datetime
    ) -> Sequence[tuple[Season, Advice]]:
        """The same for every region of a province of which anything was computed, by code."""
        told = []
        for region in self._reader.assessed(province):
            own = replace(asked, region=region.code)
            try:
                told.append(await self.advice(own, now))
            except Missing as missing:
                if missing.reason not in PASSED_OVER:
                    raise
        return told

    async def seasons(self, province: str, asked: Asked) -> Sequence[Season]:
        """The season of every region of a province, by code; also where nothing was said yet."""
        return [
            await self.season(replace(asked, region=region.code), may_be_bare=True)
            for region in self._reader.assessed(province)
        ]

    async def facts(self, region: str, year: int) -> Sequence[Recorded]:
        """All that a region's log says of a season, in the order of recording."""
        return [fact for fact in await self.log(region) if fact.event.year == year]

    async def log(self, region: str) -> Sequence[Recorded]:
        """All that a region's log says."""
        return await self._logs.of(region)

    def entered(self, facts: Sequence[Recorded]) -> RuleSet | None:
        """The rules under which a region entered the season; None where it has not."""
        for recorded in facts:
            if isinstance(recorded.event, SeasonEntered):
                return self._reader.rule_sets[recorded.event.rule_set]
        return None

    def rules(self, asked: str) -> RuleSet:
        """A rule set by its id, or the newest revision of a year."""
        return rules_asked(self._reader.rule_sets, asked)

    def other_rules(self, asked: str, entered: RuleSet) -> RuleSet:
        """The rules that were asked for to find a place by, or those of the entry."""
        if not asked:
            return entered
        rules = self.rules(asked)
        if rules is not entered:
            must_be_complete(rules)
        return rules

    async def others(self, season: Season, asked: Asked, now: datetime) -> Sequence[Decimal]:
        """The neighbours' indexes at the same moment; under other rules they are scored again."""
        if season.region.kind == "provinsi":
            return ()
        if season.rules is season.entered:
            question = Question(
                province=names.province_of(season.region.code),
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
        indexes = []
        for each in self._reader.neighbours(season.region.code):
            if each.code != season.region.code:
                facts = counting(
                    await self.facts(each.code, asked.year), season.clock, season.until
                )
                indexes.append(index_of(dossiers.opened(facts), season.rules, season.stage))
        return indexes


def counting(facts: Sequence[Recorded], clock: Clock, until: Moment | None) -> Sequence[Recorded]:
    """The facts of the moment, in the order in which they count."""
    if clock == "known":
        return [one for one in facts if until is None or one.recorded_at < until.until]
    happened = [one for one in facts if until is None or one.happened_at < until.until]
    return sorted(happened, key=lambda one: (one.happened_at, one.seq))


def read_at(season: Season, now: datetime) -> datetime:
    """The moment from which the days of a season are counted: the one asked for, or the present."""
    return now if season.until is None else season.until.last_second


def parse_stage(given: str) -> Stage:
    """The computed stage that was named; the first where none was."""
    for stage in STAGES:
        if given in ("", stage):
            return stage
    raise Refused("ranking.unknown_stage", stage=given, allowed=", ".join(STAGES))


def index_of(dossier: Dossier, rules: RuleSet, stage: Stage) -> Decimal:
    """The rounded index of a season's facts under any rules."""
    return formula.score(rules, dossiers.tally_at(dossier, rules, stage)).index
