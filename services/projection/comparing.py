"""A region's place between two moments, and where a province's places may still go."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

import msgspec
from msgspec import Struct

from services.projection.analysis import Analyst, counting, parse_stage
from services.projection.core import attribution, moment, provisional, ranking
from services.projection.core import attribution_words as words
from services.projection.core import dossier as dossiers
from services.projection.core import provisional_past as pasts
from services.projection.core.attribution import Movement
from services.projection.core.attribution_items import Standing
from services.projection.core.moment import Moment
from services.projection.core.provisional import Outlook, Sentence
from services.projection.read import Question, Reader, parse_clock, parse_since
from services.projection.tables import Clock
from shared.kernel.errors import Refused
from shared.kernel.recorded import Recorded
from shared.kernel.regions import Region
from shared.kernel.rules import formula
from shared.kernel.rules.ruleset import RuleSet
from shared.kernel.scorecard import Stage

# Which way of drawing a published range was made by: it changes with the method, and the seed too.
METHOD = 1


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
    """Why a region's place is another, in data and in one sentence."""

    region: Region
    clock: Clock
    since: Moment
    until: Moment
    movement: Movement
    sentence: Sentence


class Looked(Struct, frozen=True, kw_only=True):
    """Where the regions of a province may end, and what the drawing started from."""

    stage: Stage
    rules: RuleSet
    seed: int
    position: str
    outlooks: tuple[Outlook, ...]


class Comparer:
    """Answers about two moments, and about the one to come."""

    def __init__(self, analyst: Analyst, reader: Reader) -> None:
        self._analyst = analyst
        self._reader = reader

    async def movement(self, span: Span, now: datetime) -> Moved:
        """Why the place moved; a province stands in no ranking of its own regions."""
        region = self._reader.region(span.region)
        if region.kind == "provinsi":
            raise Refused("movement.of_a_province", region=region.name)
        clock = parse_clock(span.clock)
        until = moment.parse(span.as_of, region.time_zone) if span.as_of else moment.at(now)
        since = parse_since(span.since, until, region.time_zone)
        if span.stage == ranking.FINAL:
            movement = await self._results(region, span.year, clock, since, until)
        else:
            movement = await self._computed(region, span, clock, since, until)
        zone = region.time_zone
        told = {
            language: words.sentence(
                movement,
                region.name,
                moment.spoken(since.last_second, zone, language),
                moment.spoken(until.last_second, zone, language),
                language=language,
            )
            for language in ("id", "en")
        }
        sentence = Sentence(indonesian=told["id"], english=told["en"])
        return Moved(
            region=region,
            clock=clock,
            since=since,
            until=until,
            movement=movement,
            sentence=sentence,
        )

    async def _computed(
        self, region: Region, span: Span, clock: Clock, since: Moment, until: Moment
    ) -> Movement:
        stage = parse_stage(span.stage)
        season = await self._reader.season(region.province, span.year)
        closed = season.closed_known_at if clock == "known" else season.closed_at
        usual = self._reader.rule_sets[season.rule_set]
        standings = {
            each.code: await self._standing(each, span, clock, since, until, usual)
            for each in self._reader.neighbours(region.code)
        }
        own = standings.pop(region.code)
        return attribution.attribute(own, standings.values(), stage=stage, deadline=closed)

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
        return Standing(
            region=region.code,
            name=region.name,
            then=counting(facts, clock, since),
            now=counting(facts, clock, until),
            rules_then=self._analyst.rules(span.rules_since) if span.rules_since else entered,
            rules_now=self._analyst.rules(span.rules) if span.rules else entered,
        )

    async def _results(
        self, region: Region, year: int, clock: Clock, since: Moment, until: Moment
    ) -> Movement:
        await self._reader.season(region.province, year)
        assessed = self._reader.neighbours(region.code)
        codes = [each.code for each in assessed]
        then = await self._reader.results(codes, year, clock, since)
        now = await self._reader.results(codes, year, clock, until)
        results = {
            each.code: attribution.Result(
                region=each.code,
                name=each.name,
                then=then[each.code].index if each.code in then else None,
                now=now[each.code].index if each.code in now else None,
                seqs=(now[each.code].cut_seq,)
                if each.code in now and now[each.code] != then.get(each.code)
                else (),
            )
            for each in assessed
        }
        own = results.pop(region.code)
        return attribution.attribute_results(own, results.values())

    async def outlook(self, question: Question, rules: str, now: datetime) -> Looked:
        """Where every region of a province may end, drawn with a seed that follows from its cut."""
        stage = parse_stage(question.stage)
        told = await self._reader.ranking(msgspec.structs.replace(question, stage=stage), now)
        season = await self._reader.season(question.province, question.year)
        under = self._analyst.rules(rules or season.rule_set)
        clock = parse_clock(question.clock)
        zone = told.province.time_zone
        until = moment.parse(question.as_of, zone) if question.as_of else None
        standings = []
        for row in told.rows:
            log = counting(await self._analyst.log(row.region), clock, until)
            own = [fact for fact in log if fact.event.year == question.year]
            dossier = dossiers.opened(own)
            standings.append(
                provisional.Standing(
                    region=row.region,
                    dossier=dossier,
                    index=formula.score(under, dossiers.tally_at(dossier, under, stage)).index,
                    rank=row.rank or len(told.rows),
                    past=self._past(log, question.year),
                    finals=self._finals(log, question.year),
                )
            )
        standings = _ranked(standings)
        seed = _seed(told.position.digest, under.id, stage)
        return Looked(
            stage=stage,
            rules=under,
            seed=seed,
            position=told.position.digest,
            outlooks=provisional.outlooks(standings, under, stage, seed),
        )

    def _past(self, log: Sequence[Recorded], year: int) -> pasts.Past:
        """The verdicts of all earlier seasons of a region."""
        return pasts.added(
            pasts.past_of(dossiers.opened(facts), rules)
            for facts in _earlier(log, year).values()
            if (rules := self._analyst.entered(facts)) is not None
        )

    def _finals(self, log: Sequence[Recorded], year: int) -> tuple[Fraction, ...]:
        """What decrees made of verified scores before; invented results say nothing."""
        ratios = []
        for facts in _earlier(log, year).values():
            rules, dossier = self._analyst.entered(facts), dossiers.opened(facts)
            official = dossier.official
            if rules is None or official is None or official.sample:
                continue
            verified = formula.score(rules, dossiers.tally_at(dossier, rules, "terverifikasi"))
            if verified.complete and verified.index:
                ratios.append(Fraction(official.score) / Fraction(verified.index))
        return tuple(ratios)


def _earlier(log: Sequence[Recorded], year: int) -> Mapping[int, list[Recorded]]:
    seasons: dict[int, list[Recorded]] = {}
    for fact in log:
        if fact.event.year < year:
            seasons.setdefault(fact.event.year, []).append(fact)
    return seasons


def _ranked(standings: Sequence[provisional.Standing]) -> list[provisional.Standing]:
    """With the places that follow from the indexes, also where other rules were asked for."""
    indexes: Mapping[str, Decimal] = {each.region: each.index for each in standings}
    places = {
        place.region: place.rank or len(indexes)
        for place in ranking.rank(indexes, indexes, ranking.STAGES[0])
    }
    return [msgspec.structs.replace(each, rank=places[each.region]) for each in standings]


def _seed(position: str, rule_set: str, stage: str) -> int:
    """The same cut under the same rules is drawn alike by everyone, for ever."""
    named = f"{METHOD} {position} {rule_set} {stage}".encode()
    return int.from_bytes(hashlib.sha256(named).digest()[:8], "big")
