"""Answering a question about a ranking: what was asked is checked, read at one snapshot, placed."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from services.projection.board import Board, position
from services.projection.core import moment, ranking
from services.projection.core.moment import Moment
from services.projection.core.ranking import STAGES, Stage
from services.projection.tables import CLOCKS, Clock, Provincial, Score, Season, Tables, View
from services.projection.views import (
    PhaseView,
    ProvinceView,
    RankingView,
    RegionsView,
    RegionView,
    SeasonsView,
    SeasonView,
)
from shared.kernel import calendar, clocks, names
from shared.kernel import regions as kernel_regions
from shared.kernel.calendar import Calendar
from shared.kernel.errors import Missing, Refused
from shared.kernel.regions import Region, Register
from shared.kernel.rules import ruleset
from shared.kernel.rules.ruleset import RuleSet

PROJECTION = "Proyeksi, bukan hasil resmi Kemendagri"
SAMPLE = "Data contoh, bukan hasil resmi Kemendagri"

# Where no rule set says how many decimals the index has.
PLACES = 2


class Question(Struct, frozen=True, kw_only=True):
    """What is asked, as it was spelt; empty is not asked."""

    province: str
    year: int
    stage: str = ""
    as_of: str = ""
    clock: str = ""
    since: str = ""


class Reader:
    """Answers from the read models."""

    def __init__(self, tables: Tables, regions: Register, rule_sets: Mapping[str, RuleSet]) -> None:
        self._tables = tables
        self.register = regions
        self.rule_sets = rule_sets

    async def ranking(self, question: Question, now: datetime) -> RankingView:
        """The ranking that was asked for; `Missing` or `Refused` say what is wrong with it."""
        province, assessed = self._province(question.province)
        zone = province.time_zone
        clock = parse_clock(question.clock)
        until = moment.parse(question.as_of, zone) if question.as_of else None
        compared = parse_since(question.since, until or moment.at(now), zone)
        codes = [region.code for region in assessed]
        year = question.year
        async with self._tables.view() as view:
            season = await view.season(province.code, year)
            if season is None:
                raise Missing("ranking.unknown_season", year=year)
            stage = await _stage(question.stage, view, codes, year, clock, until)
            scores = await view.scores(codes, year, stage, clock, until)
            before = await view.scores(codes, year, stage, clock, compared)
            heard = await view.heard(codes, year)
            targets = await view.targets(codes, year, clock, until)
        places = self._places(season)
        board = Board(assessed, stage, scores, before, heard, targets, places, zone)
        rows = board.rows()
        sample = any(row.sample for row in rows)
        notice = PROJECTION if stage != ranking.FINAL else SAMPLE if sample else None
        return RankingView(
            province=_province_view(province),
            season=season_view(season, zone, now, clock, until),
            stage=stage,
            clock=clock,
            as_of=moment.asked_of(until, zone),
            compared_with=clocks.local(compared.last_second, zone),
            official=notice is None,
            notice=notice,
            rows=rows,
            position=position(rows),
            generated_at=clocks.local(now, zone).replace(microsecond=0),
        )

    async def season(self, province: str, year: int) -> Season:
        """The calendar that holds in a province; `Missing` where nobody opened the year."""
        async with self._tables.view() as view:
            season = await view.season(province, year)
        if season is None:
            raise Missing("ranking.unknown_season", year=year)
        return season

    async def scores(
        self, codes: Sequence[str], year: int, stage: Stage, clock: Clock, until: Moment | None
    ) -> Mapping[str, Score]:
        """The scores there were at a moment, computed or told."""
        async with self._tables.view() as view:
            return await view.scores(codes, year, stage, clock, until)

    async def stage(
        self, given: str, province: str, year: int, clock: Clock, until: Moment | None
    ) -> Stage:
        """The stage that was named; where none was, final once any result of the province is
        published.
        """
        codes = [region.code for region in self.assessed(province)]
        async with self._tables.view() as view:
            return await _stage(given, view, codes, year, clock, until)

    def assessed(self, province: str) -> Sequence[Region]:
        """A province's assessed regions; `Missing` where there is no such province."""
        return self._province(province)[1]

    def neighbours(self, code: str) -> Sequence[Region]:
        """The assessed regions of a region's province, itself among them."""
        return kernel_regions.of_province(self.register, names.province_of(code))

    def regions(self, code: str) -> RegionsView:
        """All kabupaten and kota of a province, also those that are not assessed."""
        province = self._known(code)
        within = [
            each
            for each in self.register.regions
            if each.province == code and each.kind != "provinsi"
        ]
        return RegionsView(
            province=_province_view(province),
            regions=tuple(
                RegionView(code=each.code, name=each.name, kind=each.kind, assessed=each.subject)
                for each in within
            ),
        )

    async def seasons(self, now: datetime) -> SeasonsView:
        """All seasons, each in the time of its keeper; the ministry's is Jakarta's."""
        async with self._tables.view() as view:
            seasons = await view.seasons()
        return SeasonsView(
            seasons=tuple(season_view(each, self._zone(each.keeper), now) for each in seasons)
        )

    async def years(self) -> set[int]:
        """The years of all seasons."""
        async with self._tables.view() as view:
            return {each.year for each in await view.seasons()}

    async def provinces(self) -> Sequence[tuple[Region, int, Provincial]]:
        """Provinces with data: each with the number of its assessed regions, season by season."""
        async with self._tables.view() as view:
            found = await view.provinces()
        known = ((self.register.by_code.get(each.province), each) for each in found)
        return [
            (province, len(assessed), each)
            for province, each in known
            if province is not None
            and (assessed := kernel_regions.of_province(self.register, province.code))
        ]

    def region(self, code: str) -> Region:
        """An assessed region by its code."""
        found = self.register.by_code.get(code)
        if found is None or not found.subject:
            raise Missing("ranking.unknown_region", region=code)
        return found

    def _known(self, code: str) -> Region:
        found = self.register.by_code.get(code)
        if found is None or found.kind != "provinsi":
            raise Missing("ranking.unknown_province", province=code)
        return found

    def _province(self, code: str) -> tuple[Region, Sequence[Region]]:
        province = self._known(code)
        assessed = kernel_regions.of_province(self.register, code)
        if not assessed:
            raise Missing("ranking.province_not_assessed", province=province.name)
        return province, assessed

    def _places(self, season: Season) -> int:
        rules = self.rule_sets.get(season.rule_set)
        known = rules.places.value if rules is not None else None
        return PLACES if known is None else known

    def _zone(self, keeper: str) -> str:
        found = self.register.by_code.get(keeper)
        return found.time_zone if found is not None else "Asia/Jakarta"


def etag(view: RankingView, *, question: Question) -> str:
    """Weak: the same rows under the same question, whenever they were put together."""
    if not question.as_of and not question.since:
        view = msgspec.structs.replace(view, compared_with=moment.END_OF_TIME)
    still = msgspec.structs.replace(view, generated_at=moment.END_OF_TIME)
    return f'W/"{hashlib.sha256(msgspec.json.encode((question, still))).hexdigest()[:32]}"'


def parse_clock(given: str) -> Clock:
    """The clock that was named; the first where none was."""
    for clock in CLOCKS:
        if given in ("", clock):
            return clock
    raise Refused("ranking.unknown_clock", clock=given, allowed=", ".join(CLOCKS))


async def _stage(
    given: str, view: View, codes: Sequence[str], year: int, clock: Clock, until: Moment | None
) -> Stage:
    if not given:
        final = await view.any_result(codes, year, clock, until)
        return ranking.FINAL if final else STAGES[0]
    for stage in STAGES:
        if given == stage:
            return stage
    raise Refused("ranking.unknown_stage", stage=given, allowed=", ".join(STAGES))


def rules_asked(rule_sets: Mapping[str, RuleSet], asked: str) -> RuleSet:
    """A rule set by its id (2027.1), or the newest revision of a year (2027)."""
    if asked in rule_sets:
        return rule_sets[asked]
    revisions = [rules for rules in rule_sets.values() if str(rules.year) == asked]
    if not revisions:
        raise Missing("rules.unknown", rule_set=asked)
    return max(revisions, key=lambda rules: rules.revision)


def must_be_complete(rules: RuleSet) -> None:
    """Rules that do not know every number compare nobody: a place by them would be a guess."""
    if not ruleset.is_complete(rules):
        raise Refused("rules.incomplete", rule_set=rules.id)


def parse_since(given: str, until: Moment, zone: str) -> Moment:
    """The earlier moment that was named; a week before where none was."""
    if not given:
        return moment.earlier(until)
    since = moment.parse(given, zone)
    if since.until >= until.until:
        raise Refused("ranking.since_not_before", since=given)
    return since


def _province_view(province: Region) -> ProvinceView:
    return ProvinceView(code=province.code, name=province.name, time_zone=province.time_zone)


def season_view(
    season: Season, zone: str, now: datetime, clock: Clock = CLOCKS[0], until: Moment | None = None
) -> SeasonView:
    """As it stood at the moment, or was known to: one that closed later was open."""
    kept = season.calendar(clock, until)
    then = now if until is None else until.last_second
    return SeasonView(
        year=season.year,
        keeper=season.keeper,
        rule_set=season.rule_set,
        rule_digest=season.rule_digest,
        closed=kept.opened and (kept.frozen or not calendar.counts(kept, then)),
        frozen=kept.frozen,
        opened=kept.opened,
        opened_at=clocks.local(season.opened_at, zone) if kept.opened else None,
        deadline=_deadline(kept, zone),
        phases=tuple(
            PhaseView(
                name=phase.name,
                opens_at=clocks.local(phase.opens_at, zone),
                closes_at=clocks.local(phase.closes_at, zone),
            )
            for phase in kept.phases
        ),
        letter=kept.letters.opening,
    )


def _deadline(kept: Calendar, zone: str) -> datetime | None:
    """None also where a closing did not say when it was."""
    if kept.deadline is None or kept.deadline <= calendar.ALWAYS:
        return None
    return clocks.local(kept.deadline, zone)
