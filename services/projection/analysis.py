"""One region's season taken apart, read from its own log at the moment asked for.

Nothing here is kept: the facts of a region and year are a few thousand, and folding them anew is
quick and cannot disagree with the log.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

import msgspec
from msgspec import Struct

from services.projection.core import dossier as dossiers
from services.projection.core import (
    explanation,
    moment,
    rule_changes,
    rule_effects,
    steps,
    waterfall,
)
from services.projection.core.dossier import Dossier
from services.projection.core.explanation import Explanation, Share, share
from services.projection.core.moment import Moment
from services.projection.core.rule_effects import Effect
from services.projection.core.steps import Advice
from services.projection.core.waterfall import Waterfall
from services.projection.read import Question, Reader, parse_clock, rules_asked
from services.projection.tables import Clock
from shared.io.history import History
from shared.kernel import names
from shared.kernel.errors import Missing, Refused
from shared.kernel.events.intake import SeasonEntered
from shared.kernel.recorded import Recorded, decode
from shared.kernel.regions import Region
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
    facts: Sequence[Recorded]
    dossier: Dossier


class Earlier(Struct, frozen=True, kw_only=True):
    """An earlier season beside it. `rule_effect` is what the other rules make of the earlier facts,
    `real_change` what today's facts are worth more under the same rules; they sum to the whole.
    """

    year: int
    score: Score
    under_other: Score
    rule_effect: Share
    real_change: Share
    predikat_by: Literal["nothing", "rules", "facts", "both"]


class Rescored(Struct, frozen=True, kw_only=True):
    """One region under its own rules and under others: what the rules alone do, and which do it."""

    region: str
    name: str
    effect: Effect
    earlier: Earlier | None = None


class Analyst:
    """Answers about why and what next."""

    def __init__(self, facts: History, reader: Reader) -> None:
        self._facts = facts
        self._reader = reader

    async def season(self, asked: Asked) -> Season:
        """The season that was asked for; `Missing` or `Refused` say what is wrong with it."""
        region = self._reader.region(asked.region)
        until = moment.parse(asked.as_of, region.time_zone) if asked.as_of else None
        clock = parse_clock(asked.clock)
        facts = counting(await self.facts(asked.region, asked.year), clock, until)
        entered = self.entered(facts)
        if entered is None:
            raise Missing("ranking.not_entered", year=asked.year)
        return Season(
            region=region,
            stage=parse_stage(asked.stage),
            clock=clock,
            until=until,
            entered=entered,
            rules=self.rules(asked.rules) if asked.rules else entered,
            facts=facts,
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
        others = await self.others(season, asked, now)
        return season, steps.advise(season.dossier, season.rules, season.stage, others)

    async def rescored_region(
        self, asked: Asked, since_year: int | None = None
    ) -> tuple[Season, Rescored]:
        """One region's season under other rules; with the change from an earlier season, which is
        None where the region had not entered it.
        """
        season = await self.season(asked)
        earlier = None
        if since_year is not None:
            earlier = await self._earlier(season, asked, since_year)
        return season, _rescored(season, earlier)

    async def rescored(
        self, province: str, asked: Asked, since_year: int | None = None
    ) -> Sequence[Rescored]:
        """A province's season under other rules, region by region, in order of code; with the
        change from an earlier season where one is named.
        """
        told = []
        for view in self._reader.regions(province).regions:
            if not view.assessed:
                continue
            own = msgspec.structs.replace(asked, region=view.code)
            try:
                told.append((await self.rescored_region(own, since_year))[1])
            except Missing:
                continue  # a region that has not entered the season has nothing to score again
        return told

    async def _earlier(self, season: Season, asked: Asked, since_year: int) -> Earlier | None:
        """The earlier season under its own rules and under those the later one is read under."""
        before = msgspec.structs.replace(
            asked, region=season.region.code, year=since_year, rules=season.rules.id
        )
        try:
            held = await self.season(before)
        except Missing:
            return None
        own = dossiers.tally_at(held.dossier, held.entered, season.stage)
        under = dossiers.tally_at(held.dossier, season.rules, season.stage)
        now = dossiers.tally_at(season.dossier, season.rules, season.stage)
        score, under_other = formula.score(held.entered, own), formula.score(season.rules, under)
        ruled = formula.exact_index(season.rules, under) - formula.exact_index(held.entered, own)
        real = formula.exact_index(season.rules, now) - formula.exact_index(season.rules, under)
        by_rules = score.predikat != under_other.predikat
        by_facts = under_other.predikat != formula.score(season.rules, now).predikat
        return Earlier(
            year=since_year,
            score=score,
            under_other=under_other,
            rule_effect=share(ruled),
            real_change=share(real),
            predikat_by=_BY[by_rules, by_facts],
        )

    async def facts(self, region: str, year: int) -> Sequence[Recorded]:
        """All that a region's log says of a season, in the order of recording."""
        return [fact for fact in await self.log(region) if fact.event.year == year]

    async def log(self, region: str) -> Sequence[Recorded]:
        """All that a region's log says."""
        head = await self._facts.head(region)
        return [decode(stored) for stored in await self._facts.read_all(region, upto=head)]

    def entered(self, facts: Sequence[Recorded]) -> RuleSet | None:
        """The rules under which a region entered the season; None where it has not."""
        for recorded in facts:
            if isinstance(recorded.event, SeasonEntered):
                return self._reader.rule_sets[recorded.event.rule_set]
        return None

    def rules(self, asked: str) -> RuleSet:
        """A rule set by its id, or the newest revision of a year."""
        return rules_asked(self._reader.rule_sets, asked)

    async def others(self, season: Season, asked: Asked, now: datetime) -> Sequence[Decimal]:
        """The neighbours' indexes at the same moment; under other rules they are scored again."""
        province = names.province_of(season.region.code)
        if season.region.kind == "provinsi":
            return ()
        if season.rules is not season.entered:
            return [
                one.effect.other.index
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


def counting(facts: Sequence[Recorded], clock: Clock, until: Moment | None) -> Sequence[Recorded]:
    """The facts of the moment, in the order in which they count."""
    if clock == "known":
        return [one for one in facts if until is None or one.recorded_at < until.until]
    happened = [one for one in facts if until is None or one.happened_at < until.until]
    return sorted(happened, key=lambda one: (one.happened_at, one.seq))


def parse_stage(given: str) -> Stage:
    """The computed stage that was named; the first where none was."""
    for stage in STAGES:
        if given in ("", stage):
            return stage
    raise Refused("ranking.unknown_stage", stage=given, allowed=", ".join(STAGES))


_BY: Mapping[tuple[bool, bool], Literal["nothing", "rules", "facts", "both"]] = MappingProxyType(
    {
        (False, False): "nothing",
        (True, False): "rules",
        (False, True): "facts",
        (True, True): "both",
    }
)


def _rescored(season: Season, earlier: Earlier | None) -> Rescored:
    readings = rule_changes.readings(season.entered, season.rules)
    tallies = [
        dossiers.tally_at(season.dossier, reading.rules, season.stage) for reading in readings
    ]
    return Rescored(
        region=season.region.code,
        name=season.region.name,
        effect=rule_effects.effect(readings, tallies, season.rules),
        earlier=earlier,
    )
