"""Where a province's places may still go: what the drawing starts from, and by which seed."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction

import msgspec
from msgspec import Struct

from services.projection.analysis import (
    COMPUTED_FROM,
    Analyst,
    Asked,
    counting,
    index_of,
    parse_stage,
)
from services.projection.core import dossier as dossiers
from services.projection.core import moment, ranking
from services.projection.core.moment import Moment
from services.projection.core.provisional import past as pasts
from services.projection.core.provisional import provisional
from services.projection.core.provisional.provisional import Outlook
from services.projection.read import Question, Reader, must_be_complete, parse_clock
from services.projection.tables import Clock
from services.projection.web.turns import Turns
from shared.kernel.errors import Missing, Refused
from shared.kernel.recorded import Recorded
from shared.kernel.regions import Region
from shared.kernel.rules import formula
from shared.kernel.rules.ruleset import RuleSet
from shared.kernel.scorecard import Stage

# Which way of drawing a published range was made by: it changes with the method, and the seed too.
METHOD = 1


class Looked(Struct, frozen=True, kw_only=True):
    """Where the regions of a province may end, and what the drawing started from.

    `cut` is the last fact used of each region's log, of whatever season; `position` its digest.
    """

    stage: Stage
    clock: Clock
    until: Moment | None
    province: Region
    rules: RuleSet
    seed: int
    cut: Mapping[str, int]
    position: str
    names: Mapping[str, str]
    outlooks: tuple[Outlook, ...]


class Foreteller:
    """Answers about the moment to come."""

    def __init__(self, analyst: Analyst, reader: Reader, turns: Turns) -> None:
        self._analyst = analyst
        self._reader = reader
        self._turns = turns

    async def outlook(self, province: str, asked: Asked, now: datetime) -> Looked:
        """Where every region of a province may end, drawn with a seed that follows from its cut."""
        stage, clock = parse_stage(asked.stage), parse_clock(asked.clock)
        question = Question(
            province=province,
            year=asked.year,
            stage=stage,
            as_of=asked.as_of,
            clock=asked.clock,
        )
        told = await self._reader.ranking(question, now)
        season = await self._reader.season(province, asked.year)
        under = self._analyst.rules(asked.rules or season.rule_set)
        must_be_complete(under)
        if any(row.stated for row in told.rows):
            names = ", ".join(row.name for row in told.rows if row.stated)
            raise Refused("outlook.told_scores", names=names)
        until = moment.parse(asked.as_of, told.province.time_zone) if asked.as_of else None
        logs = {
            row.region: counting(await self._analyst.log(row.region), clock, until)
            for row in told.rows
        }
        facts = [fact for log in logs.values() for fact in log if fact.event.year == asked.year]
        if not any(isinstance(fact.event, COMPUTED_FROM) for fact in facts):
            raise Missing("ranking.nothing_claimed", year=asked.year)
        cut = {code: max((fact.seq for fact in log), default=0) for code, log in logs.items()}
        position = hashlib.sha256(msgspec.json.encode(cut, order="sorted")).hexdigest()
        seed = _seed(position, under.id, stage)
        async with self._turns.turn():
            outlooks = await self._turns.aside(
                lambda: provisional.outlooks(
                    self._standings(logs, asked.year, under, stage), under, stage, seed
                )
            )
        return Looked(
            stage=stage,
            clock=clock,
            until=until,
            province=self._reader.register.by_code[province],
            rules=under,
            seed=seed,
            cut=cut,
            position=position,
            names={row.region: row.name for row in told.rows},
            outlooks=outlooks,
        )

    def _standings(
        self, logs: Mapping[str, Sequence[Recorded]], year: int, rules: RuleSet, stage: Stage
    ) -> Sequence[provisional.Standing]:
        """Each region with the place that follows from its index under these rules."""
        held = {
            code: dossiers.opened(fact for fact in log if fact.event.year == year)
            for code, log in logs.items()
        }
        indexes = {code: index_of(dossier, rules, stage) for code, dossier in held.items()}
        return [
            provisional.Standing(
                region=place.region,
                dossier=held[place.region],
                index=indexes[place.region],
                rank=place.rank or len(indexes),
                past=self._past(logs[place.region], year),
                finals=self._finals(logs[place.region], year),
            )
            for place in ranking.rank(indexes, indexes, stage)
        ]

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


def _seed(position: str, rule_set: str, stage: str) -> int:
    """The same cut under the same rules is drawn alike by everyone, for ever."""
    named = f"{METHOD} {position} {rule_set} {stage}".encode()
    return int.from_bytes(hashlib.sha256(named).digest()[:8], "big")
