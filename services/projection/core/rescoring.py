"""A whole nation's season under another year's rules: out of stored levels, by sums of integers.

A region's levels stay as they were recorded. A row the other rules do not have is worth nothing,
one that only they have is at level 0; what counts is judged anew. Regions of which nothing is
known count as 0, as in every ranking of a computed stage. What each rule does is told of every
region that entered, not only of those that change predikat: it costs little beside the reading.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from operator import mul
from typing import get_args

from msgspec import Struct

from services.projection.core import ranking, rule_changes, rule_effects
from services.projection.core.judging import Judgements, Profile
from services.projection.core.rule_changes import Reading
from services.projection.core.rule_effects import Effect
from shared.kernel.errors import Corrupt
from shared.kernel.regions import Kind, Region
from shared.kernel.rules.formula import Tally
from shared.kernel.rules.ruleset import EXACT, RuleSet
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


class Rescored(Struct, frozen=True, kw_only=True):
    """One region under its own rules and under the others; ranks are within its `kind`."""

    region: str
    name: str
    kind: Kind
    entered_rules: str
    rank_before: int
    rank_after: int
    effect: Effect


class Cluster(Struct, frozen=True, kw_only=True):
    """A national cluster before and after: regions per predikat and mean index, over all assessed
    regions, those that have not entered at 0; and the codes of those whose predikat changes.
    """

    kind: Kind
    assessed: int
    entered: int
    predikat_before: dict[str, int]
    predikat_after: dict[str, int]
    mean_before: Decimal
    mean_after: Decimal
    predikat_changes: tuple[str, ...]


class National(Struct, frozen=True, kw_only=True):
    """All regions that entered, in order of code, those that have not, and the clusters."""

    regions: tuple[Rescored, ...]
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
    before = _ranks(clusters, {code: each.own.index for code, each in effects.items()}, stage)
    after = _ranks(clusters, {code: each.other.index for code, each in effects.items()}, stage)
    return National(
        regions=tuple(
            Rescored(
                region=code,
                name=season.region.name,
                kind=season.region.kind,
                entered_rules=season.rules.id,
                rank_before=before[code],
                rank_after=after[code],
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
    clusters: Mapping[Kind, Sequence[str]], indexes: Mapping[str, Decimal], stage: Stage
) -> dict[str, int]:
    ranked = (ranking.rank(codes, indexes, stage) for codes in clusters.values())
    return {code: rank for each in ranked for code, rank in ranking.ranks(each, known=True).items()}


def _cluster(kind: Kind, assessed: int, other: RuleSet, effects: Mapping[str, Effect]) -> Cluster:
    found = (
        Counter(each.own.predikat for each in effects.values()),
        Counter(each.other.predikat for each in effects.values()),
    )
    for counts in found:
        counts[ranking.NOT_ASSESSABLE] += assessed - len(effects)
    names = dict.fromkeys((*(band.nama for band in other.predikat), *found[0], *found[1]))
    before, after = ({nama: counts[nama] for nama in names} for counts in found)
    return Cluster(
        kind=kind,
        assessed=assessed,
        entered=len(effects),
        predikat_before=before,
        predikat_after=after,
        mean_before=_mean((each.own.index for each in effects.values()), assessed),
        mean_after=_mean((each.other.index for each in effects.values()), assessed),
        predikat_changes=tuple(code for code, each in effects.items() if each.predikat_changes),
    )


def _mean(indexes: Iterable[Decimal], regions: int) -> Decimal:
    total = sum(indexes, Decimal(0))
    return EXACT.quantize(EXACT.divide(total, Decimal(max(1, regions))), MEAN_PLACES)
