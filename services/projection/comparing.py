"""A region's place between two moments."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from services.projection.analysis import (
    COMPUTED_FROM,
    Analyst,
    counting,
    parse_stage,
)
from services.projection.core import moment, ranking
from services.projection.core.attribution import attribution, words
from services.projection.core.attribution.attribution import Movement
from services.projection.core.attribution.items import Standing
from services.projection.core.moment import Moment
from services.projection.core.provisional.provisional import Sentence
from services.projection.read import Reader, parse_clock, parse_since
from services.projection.tables import Clock
from services.projection.web.turns import Turns
from shared.kernel import clocks
from shared.kernel.errors import Missing, Refused
from shared.kernel.regions import Region
from shared.kernel.rules.ruleset import RuleSet
from shared.kernel.scorecard import Stage


class Span(Struct, frozen=True, kw_only=True):
    """Two moments of a season, as they were spelt; empty is not asked."""

    region: str
    year: int
    stage: str = ""
    since: str = ""
    as_of: str = ""
    clock: str = ""
    rules: str = ""
    rules_since: str = ""


class Moved(Struct, frozen=True, kw_only=True):
    """Why a region's place is another, in data and in one sentence.

    `rules` are those of the region at the two moments, None where scores were told and not
    computed; `sample` says that invented ones are among them.
    """

    region: Region
    clock: Clock
    since: Moment
    until: Moment
    rules_since: RuleSet | None
    rules: RuleSet | None
    sample: bool
    movement: Movement
    sentence: Sentence


class Held(Struct, frozen=True, kw_only=True):
    """Two moments of one region's province, as its logs tell them."""

    own: Standing
    others: Sequence[Standing]


class _Told(Struct, frozen=True, kw_only=True):
    """What moved among told scores, and whether invented ones are among them."""

    movement: Movement
    sample: bool


class Comparer:
    """Answers about two moments."""

    def __init__(self, analyst: Analyst, reader: Reader, turns: Turns) -> None:
        self._analyst = analyst
        self._reader = reader
        self._turns = turns

    async def movement(self, span: Span, now: datetime) -> Moved:
        """Why the place moved; a province stands in no ranking of its own regions."""
        region = self._reader.region(span.region)
        if region.kind == "provinsi":
            raise Refused("movement.of_a_province", name=region.name)
        clock = parse_clock(span.clock)
        until = moment.parse(span.as_of, region.time_zone) if span.as_of else moment.at(now)
        since = parse_since(span.since, until, region.time_zone)
        stage = await self._reader.stage(span.stage, region.province, span.year, clock, until)
        told = await self._told(region, span.year, stage, clock, (since, until))
        if told is not None:
            if span.rules or span.rules_since:
                raise Refused("movement.rules_of_told_scores")
            movement, own = told.movement, None
        else:
            computed: Stage = parse_stage(stage)
            held = await self._held(region, span, clock, since, until)
            season = await self._reader.season(region.province, span.year)
            closed = season.calendar(clock, until).deadline
            own = held.own
            async with self._turns.turn():
                movement = await self._turns.aside(
                    lambda: attribution.attribute(own, held.others, stage=computed, deadline=closed)
                )
        return Moved(
            region=region,
            clock=clock,
            since=since,
            until=until,
            rules_since=None if own is None else own.rules_then,
            rules=None if own is None else own.rules_now,
            sample=told is not None and told.sample,
            movement=movement,
            sentence=_sentence(region, movement, since, until),
        )

    async def _held(
        self, region: Region, span: Span, clock: Clock, since: Moment, until: Moment
    ) -> Held:
        season = await self._reader.season(region.province, span.year)
        usual = self._reader.rule_sets[season.rule_set]
        standings = {
            each.code: await self._standing(each, span, clock, since, until, usual)
            for each in self._reader.neighbours(region.code)
        }
        own = standings.pop(region.code)
        if not any(isinstance(fact.event, COMPUTED_FROM) for fact in own.now):
            raise Missing("ranking.nothing_claimed", year=span.year)
        return Held(own=own, others=tuple(standings.values()))

    async def _standing(
        self,
        region: Region,
        span: Span,
        clock: Clock,
        since: Moment,
        until: Moment,
        usual: RuleSet,
    ) -> Standing:
        """A region that has not entered the season stands at nothing, under the season's rules."""
        facts = await self._analyst.facts(region.code, span.year)
        entered = self._analyst.entered(facts) or usual
        then, now = (
            self._analyst.other_rules(asked, entered) for asked in (span.rules_since, span.rules)
        )
        return Standing(
            region=region.code,
            name=region.name,
            then=counting(facts, clock, since),
            now=counting(facts, clock, until),
            rules_then=then,
            rules_now=now,
        )

    async def _told(
        self,
        region: Region,
        year: int,
        stage: ranking.Stage,
        clock: Clock,
        moments: tuple[Moment, Moment],
    ) -> _Told | None:
        """The movement among scores that were told; None where all of them were computed."""
        assessed = self._reader.neighbours(region.code)
        codes = [each.code for each in assessed]
        then, now = [await self._reader.scores(codes, year, stage, clock, each) for each in moments]
        known = [*then.values(), *now.values()]
        if stage != ranking.FINAL and not any(score.stated for score in known):
            return None
        results = {
            each.code: attribution.Result(
                region=each.code,
                name=each.name,
                then=then[each.code].index if each.code in then else None,
                now=now[each.code].index if each.code in now else None,
                seqs=(now[each.code].cut_seq,)
                if each.code in now and now[each.code] != then.get(each.code)
                else (),
                sample=each.code in now and now[each.code].sample,
            )
            for each in assessed
        }
        own = results.pop(region.code)
        return _Told(
            movement=attribution.attribute_results(own, results.values(), stage=stage),
            sample=any(score.sample for score in known),
        )


def _sentence(region: Region, movement: Movement, since: Moment, until: Moment) -> Sentence:
    zone = region.time_zone
    told = {
        language: words.sentence(
            movement,
            region.name,
            clocks.spoken(since.last_second, zone, language),
            clocks.spoken(until.last_second, zone, language),
            language=language,
        )
        for language in ("id", "en")
    }
    return Sentence(indonesian=told["id"], english=told["en"])
