"""A whole nation's season under another year's rules: out of stored levels, by sums of integers.

A region's levels stay as they were recorded. A row the other rules do not have is worth nothing,
one that only they have is at level 0; what counts is judged anew. Regions of which nothing is
known stand last in ranks, as in every ranking of a computed stage, and are in no mean and under no
predikat. A score under rules that are not complete is the known part: it has no rank, and is in no
mean and under no predikat either. What each rule does is told of every region that entered, not
only of those that change predikat: it costs little beside the reading.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from operator import mul
from typing import get_args

from msgspec import Struct

from services.projection.core import ranking
from services.projection.core.rules import changes as rule_changes
from services.projection.core.rules import effects as rule_effects
from services.projection.core.rules.changes import Reading
from services.projection.core.rules.effects import Effect
from services.projection.core.rules.judging import Judgements, Profile
from shared.kernel.errors import Corrupt
from shared.kernel.regions import Kind, Region
from shared.kernel.rules.formula import Score, Tally
from shared.kernel.rules.ruleset import EXACT, RuleSet, is_complete
from shared.kernel.scorecard import BASIC_AFFAIRS, Stage, basic_affairs

KINDS: tuple[Kind, ...] = get_args(Kind)
MEAN_PLACES = Decimal("0.01")
# No affair has this number: it asks which affairs innovations cover beside their main ones.
NO_AFFAIR = 0


class Alike(Struct, frozen=True, kw_only=True):
    """Registered innovations of one region that are judged alike, one or many; `levels` are their
    bytes one after another, and affairs those of any of them.
    """

    innovations: int
    levels: bytes
    profile: Profile
    main_urusan: tuple[int, ...]
    other_urusan: tuple[int, ...] = ()


class Entered(Struct, frozen=True, kw_only=True):
    """One region's season at a stage; `levels` are its own rows, in the order of its rules."""

    region: Region
    rules: RuleSet
    levels: bytes
    innovations: tuple[Alike, ...]


class RegionRescored(Struct, frozen=True, kw_only=True):
    """One region under its own rules and under the others; ranks are within its `kind`, among
    those ranked on that side and those that have not entered. `rank_before` is None where its own
    rules are not complete, `rank_after` where either rules are not.
    """

    region: str
    name: str
    kind: Kind
    entered_rules: str
    rank_before: int | None
    rank_after: int | None
    effect: Effect


class Cluster(Struct, frozen=True, kw_only=True):
    """A national cluster before and after. `assessed` are `entered` and `not_entered` together.

    Counts per predikat and means are over those that entered alone: a mean over all assessed says
    how many have entered rather than how they stand, and whoever has not entered has no predikat.
    Before leaves out `entered_incomplete`, who stand under incomplete rules; after too, and is None
    where the others are not complete. Counts are None where all are left out, means where nobody
    is there. `predikat_changes` are codes, of comparable regions alone.
    """

    kind: Kind
    assessed: int
    entered: int
    not_entered: int
    entered_incomplete: int
    predikat_before: dict[str, int] | None
    predikat_after: dict[str, int] | None
    mean_of_entered_before: Decimal | None
    mean_of_entered_after: Decimal | None
    predikat_changes: tuple[str, ...]


class National(Struct, frozen=True, kw_only=True):
    """All regions that entered, in order of code, those that have not, and the clusters."""

    regions: tuple[RegionRescored, ...]
    not_entered: tuple[str, ...]
    clusters: tuple[Cluster, ...]


def rescore(
    subjects: Sequence[Region],
    seasons: Iterable[Entered],
    other: RuleSet,
    year: int,
    stage: Stage,
) -> National:
    """Every assessed region's season under the other rules; `seasons` are theirs, once each."""
    judgements = Judgements(year, stage)
    entered = {season.region.code: season for season in seasons}
    effects = {code: _effect(season, other, judgements) for code, season in entered.items()}
    clusters = {kind: [each.code for each in subjects if each.kind == kind] for kind in KINDS}
    before = {code: each.own.index if each.own.complete else None for code, each in effects.items()}
    after = {code: each.other.index if each.comparable else None for code, each in effects.items()}
    ranks_before, ranks_after = (_ranks(clusters, each, stage) for each in (before, after))
    return National(
        regions=tuple(
            RegionRescored(
                region=code,
                name=season.region.name,
                kind=season.region.kind,
                entered_rules=season.rules.id,
                rank_before=ranks_before.get(code),
                rank_after=ranks_after.get(code),
                effect=effects[code],
            )
            for code, season in sorted(entered.items())
        ),
        not_entered=tuple(sorted(each.code for each in subjects if each.code not in entered)),
        clusters=tuple(
            _cluster(kind, len(codes), other, {c: effects[c] for c in codes if c in effects})
            for kind, codes in clusters.items()
        ),
    )


def _effect(season: Entered, other: RuleSet, judgements: Judgements) -> Effect:
    readings = rule_changes.readings(season.rules, other)
    tallies = tuple(_tallies(season, readings, judgements))
    return rule_effects.effect(readings, tallies, other)


def _tallies(
    season: Entered, readings: Sequence[Reading], judgements: Judgements
) -> Iterator[Tally]:
    """One per reading; only what an element can change is counted again."""
    counted: Sequence[Alike] = ()
    sums: Sequence[int] = ()
    innovations = rejected = affairs = 0
    for reading in readings:
        if reading.element in {None, "eligibility"}:
            counted, rejected = _judged(season.innovations, reading.rules, judgements)
            innovations = sum(each.innovations for each in counted)
            sums = _sums(counted, innovations, len(reading.innovation_weights))
        if reading.element in {None, "eligibility", "affairs", "formula"}:
            affairs = len(_affairs(counted, reading.rules))
        yield Tally(
            spd=_worth(reading.region_weights, season.levels),
            maturity=_worth(reading.innovation_weights, sums),
            innovations=innovations,
            affairs=affairs,
            rejected=rejected,
        )


def _judged(
    innovations: Iterable[Alike], rules: RuleSet, judgements: Judgements
) -> tuple[Sequence[Alike], int]:
    """Those that count, and how many only keep their place."""
    counted: list[Alike] = []
    rejected = 0
    for each in innovations:
        match judgements.part(rules, each.profile):
            case "counts":
                counted.append(each)
            case "rejected":
                rejected += each.innovations
            case "absent":
                pass
    return counted, rejected


def _sums(counted: Iterable[Alike], innovations: int, rows: int) -> Sequence[int]:
    """The sum of all counted innovations' levels, row by row."""
    levels = b"".join([each.levels for each in counted])
    if len(levels) != rows * innovations:
        raise Corrupt("score.levels_of_other_rules", rows=rows, levels=len(levels))
    return [sum(levels[place::rows]) for place in range(rows)]


def _worth(weights: Sequence[int], levels: Sequence[int]) -> int:
    if len(weights) != len(levels):
        raise Corrupt("score.levels_of_other_rules", rows=len(weights), levels=len(levels))
    return sum(map(mul, weights, levels))


def _affairs(counted: Sequence[Alike], rules: RuleSet) -> set[int]:
    """The basic-service affairs covered by any of them."""
    mains = {urusan for each in counted for urusan in each.main_urusan} & set(BASIC_AFFAIRS)
    others = {urusan for each in counted for urusan in each.other_urusan}
    asked = (NO_AFFAIR, *mains)
    return {urusan for main in asked for urusan in basic_affairs(rules, main, others)}


def _ranks(
    clusters: Mapping[Kind, Sequence[str]], indexes: Mapping[str, Decimal | None], stage: Stage
) -> dict[str, int]:
    """Within each cluster; a region whose index is None has no rank, one without any is last."""
    whole = {code: index for code, index in indexes.items() if index is not None}
    ranked = (
        ranking.rank([code for code in codes if indexes.get(code, 0) is not None], whole, stage)
        for codes in clusters.values()
    )
    return {code: rank for each in ranked for code, rank in ranking.ranks(each, known=True).items()}


def _cluster(kind: Kind, assessed: int, other: RuleSet, effects: Mapping[str, Effect]) -> Cluster:
    before = [each.own for each in effects.values() if each.own.complete]
    after = [each.other for each in effects.values() if each.comparable]
    told = before or not effects
    told_after = is_complete(other) and (after or not effects)
    named = (
        *(band.nama for band in other.predikat),
        *(each.predikat for each in (*before, *after)),
    )
    return Cluster(
        kind=kind,
        assessed=assessed,
        entered=len(effects),
        not_entered=assessed - len(effects),
        entered_incomplete=len(effects) - len(before),
        predikat_before=_counts(before, named) if told else None,
        predikat_after=_counts(after, named) if told_after else None,
        mean_of_entered_before=_mean(before),
        mean_of_entered_after=_mean(after),
        predikat_changes=tuple(code for code, each in effects.items() if each.predikat_changes),
    )


def _counts(scores: Iterable[Score], named: Iterable[str]) -> dict[str, int]:
    counts = Counter(each.predikat for each in scores)
    return {nama: counts[nama] for nama in dict.fromkeys(named)}


def _mean(scores: Sequence[Score]) -> Decimal | None:
    if not scores:
        return None
    total = sum((each.index for each in scores), Decimal(0))
    return EXACT.quantize(EXACT.divide(total, Decimal(len(scores))), MEAN_PLACES)
