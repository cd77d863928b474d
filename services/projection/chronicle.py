"""A region's seasons one after the other: every stage, the plan's target, and what compares."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from services.projection.core import chronicle, moment, ranking
from services.projection.core.chronicle import Comparison
from services.projection.core.moment import Moment
from services.projection.read import PROJECTION, Reader, parse_clock
from services.projection.tables import Clock, Score, Tables, Target, View
from shared.kernel import clocks, figures, names
from shared.kernel import regions as kernel_regions
from shared.kernel.regions import Region
from shared.kernel.rules import formula
from shared.kernel.rules.ruleset import RuleSet


class StageView(Struct, frozen=True, kw_only=True):
    """One stage of a season. `rank` is the place in the province, None for the province itself.

    `predikat_by_rules` is the band of the year's own rules: it differs where a source said
    otherwise. `stated` scores were told by `source`, and not computed here. `official` is only what
    a decree or its announcement said and nobody invented. `target_gap` is the score less the
    target, None where the plan has none.
    """

    stage: str
    score: str
    predikat: str
    predikat_by_rules: str
    rank: int | None
    ranked: int
    stated: bool
    official: bool
    complete: bool
    innovations: int | None
    agencies: int | None
    agencies_total: int | None
    decree: str
    source: str
    sample: bool
    target_gap: str | None
    happened_at: datetime
    cut_seq: int


class TargetView(Struct, frozen=True, kw_only=True):
    """What the plan (RPJMD) promises."""

    target: str
    instrument: str
    seq: int


class YearView(Struct, frozen=True, kw_only=True):
    """One season of a region under its own rules; `against_previous` is None for the first."""

    year: int
    scheme: str
    rule_set: str
    rule_digest: str
    standing: str
    stages: tuple[StageView, ...]
    target: TargetView | None
    against_previous: Comparison | None


class HistoryView(Struct, frozen=True, kw_only=True):
    """A region's seasons, oldest first, as of a moment; only stage `final` is ever official."""

    region: str
    name: str
    clock: str
    as_of: datetime | None
    notice: str
    seasons: tuple[YearView, ...]


class Chronicle:
    """Reads histories from the read models."""

    def __init__(self, tables: Tables, reader: Reader) -> None:
        self._tables = tables
        self._reader = reader

    async def history(self, code: str, as_of: str, clock_name: str) -> HistoryView:
        """All seasons of a region; `Missing` where there is no such region."""
        region = self._reader.region(code)
        clock = parse_clock(clock_name)
        until = moment.parse(as_of, region.time_zone) if as_of else None
        seasons: list[YearView] = []
        before: RuleSet | None = None
        async with self._tables.view() as view:
            for year in await view.region_years(code):
                told = await self._year(view, region, year, clock, until, before)
                if told is not None:
                    seasons.append(told)
                    before = self._reader.rule_sets.get(told.rule_set, before)
        return HistoryView(
            region=code,
            name=region.name,
            clock=clock,
            as_of=moment.asked_of(until, region.time_zone),
            notice=PROJECTION,
            seasons=tuple(seasons),
        )

    async def stages(
        self, code: str, year: int, as_of: str, clock_name: str
    ) -> tuple[StageView, ...]:
        """One season's stages side by side, as far as the read models have heard of it."""
        region = self._reader.region(code)
        until = moment.parse(as_of, region.time_zone) if as_of else None
        async with self._tables.view() as view:
            told = await self._year(view, region, year, parse_clock(clock_name), until, None)
        return () if told is None else told.stages

    async def _year(
        self,
        view: View,
        region: Region,
        year: int,
        clock: Clock,
        until: Moment | None,
        before: RuleSet | None,
    ) -> YearView | None:
        season = await view.season(names.province_of(region.code), year)
        rules = self._of_year(year) if season is None else self._reader.rule_sets[season.rule_set]
        if rules is None:
            return None
        promised = (await view.targets([region.code], year, clock, until)).get(region.code)
        stages = []
        for stage in ranking.STAGES:
            codes = self._ranked_with(region)
            found = await view.scores(codes, year, stage, clock, until)
            if region.code in found:
                indexes = {each: score.index for each, score in found.items()}
                score = found[region.code]
                stages.append(_stage(region, stage, codes, indexes, score, rules, promised))
        if not stages and promised is None:
            return None
        return YearView(
            year=year,
            scheme=rules.formula,
            rule_set=rules.id,
            rule_digest="" if season is None else season.rule_digest,
            standing=rules.standing,
            stages=tuple(stages),
            target=None if promised is None else _target(promised),
            against_previous=None if before is None else chronicle.compare(before, rules),
        )

    def _of_year(self, year: int) -> RuleSet | None:
        """The newest rules of a year that nobody opened: a plan may look that far ahead."""
        found = [each for each in self._reader.rule_sets.values() if each.year == year]
        return found[-1] if found else None

    def _ranked_with(self, region: Region) -> Sequence[str]:
        if region.kind == "provinsi":
            return [region.code]
        province = names.province_of(region.code)
        assessed = kernel_regions.of_province(self._reader.register, province)
        return [each.code for each in assessed]


def _stage(
    region: Region,
    stage: ranking.Stage,
    codes: Sequence[str],
    indexes: dict[str, Decimal],
    score: Score,
    rules: RuleSet,
    promised: Target | None,
) -> StageView:
    """Where nobody else's score is held, a place would say nothing: it is left out."""
    place = next(each for each in ranking.rank(codes, indexes, stage) if each.region == region.code)
    alone = len(indexes) == 1
    return StageView(
        stage=stage,
        score=figures.plain(score.index),
        predikat=score.predikat,
        predikat_by_rules=formula.predikat_of(rules, score.index),
        rank=None if alone else place.rank,
        ranked=len(indexes) if alone or stage == ranking.FINAL else len(codes),
        stated=score.stated,
        official=stage == ranking.FINAL and not score.sample,
        complete=score.complete,
        innovations=score.innovations,
        agencies=score.agencies,
        agencies_total=score.agencies_total,
        decree=score.decree,
        source=score.source,
        sample=score.sample,
        target_gap=None if promised is None else figures.plain(score.index - promised.target),
        happened_at=clocks.local(score.happened_at, region.time_zone),
        cut_seq=score.cut_seq,
    )


def _target(promised: Target) -> TargetView:
    return TargetView(
        target=figures.plain(promised.target), instrument=promised.instrument, seq=promised.seq
    )
