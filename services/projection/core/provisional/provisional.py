"""Where the regions of a province will probably stand after verification, as a range.

Nothing is forecast but the verdicts still missing, and those from what verification kept before:

1. Past. Every level claimed and judged is one trial, kept or lost, in earlier seasons and in this
   one, per region and indicator. Levels of one claim stand or fall partly together (`cohesion`,
   from pairs of levels within claims), so counts are first brought down to independent levels.
2. Province. In every draw the province's share kept is drawn from a Beta distribution of its
   evidence, and round it each indicator's share, so that a thin past makes a wide range.
3. Region. A region meets strict or lenient verifiers with everything it claims: one strictness is
   drawn per region and draw, from its own past round what the province keeps of the same
   indicators, and moves all its indicators by the same odds. Independent draws per indicator
   would cancel out, and the range would be far too narrow. How far regions differ is estimated
   from the province's own past.
4. Indicator. Its share there has the moved share as its mean, weighs like `indicator_strength`
   levels, and is updated with the region's own past of the indicator. A lone open claim is then
   drawn level by level, or as a whole with the probability `cohesion`. Several are drawn at once,
   as one Beta share of the mean and variance of that beta-binomial, rounded to whole levels.
5. Score. What has a verdict counts as accepted, what was drawn is added, and the exact formula
   scores and ranks all regions: 400 times. With published results of earlier seasons, one ratio
   final / verified is drawn per region and draw, from its own if it has any.

Taken for granted: at the stage `mandiri`, everything not yet submitted will be; innovations keep
their place in n and their affairs, unless they may not be assessed as they are; nothing more is
claimed and no further innovation rejected; verifiers judge as before. A season stricter for
everybody than all seasons before lies outside the range.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from math import ceil

import msgspec
from msgspec import Struct

from services.projection.core import dossier as dossiers
from services.projection.core.dossier import Dossier, Fact
from services.projection.core.provisional import chance as chances
from services.projection.core.provisional import draw as draws
from services.projection.core.provisional import past as pasts
from services.projection.core.provisional.draw import Case, Province
from services.projection.core.provisional.past import ASSUMED, Assumed, Kept, Past
from shared.kernel.rules import formula, ruleset
from shared.kernel.rules.formula import Tally
from shared.kernel.rules.ruleset import EXACT, RuleSet
from shared.kernel.scorecard import Stage

# Forty draws lie beyond each end of the range: another seed moves an end by about a thirtieth of
# the width. They are also whole quarters of a percent, so chances are exact with four places.
SIMULATIONS = 400
# Percent of the draws up to which the lower end, the middle and the upper end reach.
LOW, MIDDLE, HIGH = 10, 50, 90
TENTHS_WITHIN = (HIGH - LOW) // 10
HUNDREDTH = Decimal("0.01")
# A formula with a scale ends at 100, whatever a decree once added.
INDEX_MAX = Decimal(100)

NO_PAST = "no_past"

# Stands in for a submission still to come; only that there is one matters.
_TO_COME = Fact(seq=0, happened_at=datetime.min.replace(tzinfo=UTC))


class Standing(Struct, frozen=True, kw_only=True):
    """A region as it stands: its season, what a stage says now, and its earlier seasons.

    `past` holds the verdicts of earlier seasons only; `finals` its published results, each divided
    by the verified index of the same season.
    """

    region: str
    dossier: Dossier
    index: Decimal
    rank: int
    past: Past = msgspec.field(default_factory=dict)
    finals: tuple[Fraction, ...] = ()


class Basis(Struct, frozen=True, kw_only=True):
    """How many judged levels of the region and of its whole province a range rests on, and how
    many ratios of a final to a verified result; without these the decree's change is left out.
    """

    own_levels: int
    province_levels: int
    final_ratios: int


class Span(Struct, frozen=True, kw_only=True):
    """The central eight of ten draws, both ends drawn values (nearest rank).

    `holds` is the share of all draws in which the region has its present rank, `chance` that of
    every rank that occurred; they sum to exactly 1.
    """

    index_low: Decimal
    index_middle: Decimal
    index_high: Decimal
    rank_best: int
    rank_worst: int
    holds: Decimal
    chance: dict[int, Decimal]


class Sentence(Struct, frozen=True, kw_only=True):
    """What may be said of it, and no more."""

    indonesian: str
    english: str


class Outlook(Struct, frozen=True, kw_only=True):
    """Where a region stands and where it may end; the `reason` says why there is no `span`."""

    region: str
    index: Decimal
    rank: int
    span: Span | None
    reason: str
    basis: Basis
    sentence: Sentence


def outlooks(
    standings: Iterable[Standing],
    rules: RuleSet,
    stage: Stage,
    seed: int,
    assumed: Assumed = ASSUMED,
) -> tuple[Outlook, ...]:
    """Every region of one province, by code; the same seed always says the same."""
    ordered = sorted(standings, key=lambda standing: standing.region)
    known = {each.region: _known(each, rules) for each in ordered}
    pool = pasts.pooled(known, assumed)
    shared = sorted(ratio for each in ordered for ratio in each.finals)
    bases = [
        Basis(
            own_levels=sum(kept.levels for kept in known[each.region].values()),
            province_levels=pool.levels,
            final_ratios=len(each.finals or shared),
        )
        for each in ordered
    ]
    if not pool.levels:
        unknown = zip(ordered, bases, strict=True)
        return tuple(_outlook(each, basis, None) for each, basis in unknown)
    provinces = draws.provinces(rules, pool, assumed, seed, SIMULATIONS)
    drawn = []
    for each in ordered:
        sent = _sent(each.dossier, stage)
        case = draws.case(sent, rules, known[each.region], pool, assumed)
        base = dossiers.tally_at(sent, rules, "terverifikasi")
        ratios = sorted(each.finals) or shared
        drawn.append(
            [
                _index(rules, base, case, province, chances.uniforms(seed, each.region, n), ratios)
                for n, province in enumerate(provinces)
            ]
        )
    ranked = zip(*(_ranks(column) for column in zip(*drawn, strict=True)), strict=True)
    return tuple(
        _outlook(each, basis, _span(each.rank, indexes, ranks))
        for each, basis, indexes, ranks in zip(ordered, bases, drawn, ranked, strict=True)
    )


def _known(standing: Standing, rules: RuleSet) -> dict[str, Kept]:
    """All verdicts so far; an indicator these rules no longer have says nothing."""
    codes = {row.code for row in rules.rows}
    both = pasts.added((standing.past, pasts.past_of(standing.dossier, rules)))
    return {code: kept for code, kept in both.items() if code in codes and kept.levels}


def _sent(dossier: Dossier, stage: Stage) -> Dossier:
    """The season as verification will find it: until it begins, everything may still be sent."""
    if stage != "mandiri":
        return dossier
    innovations = {
        name: msgspec.structs.replace(held, submitted=held.submitted or _TO_COME)
        for name, held in dossier.innovations.items()
    }
    return msgspec.structs.replace(dossier, innovations=innovations)


def _index(
    rules: RuleSet,
    base: Tally,
    case: Case,
    province: Province,
    chance: Iterator[float],
    ratios: Sequence[Fraction],
) -> Decimal:
    """One draw of the index; `base` is what has a verdict."""
    luck = next(chance)
    spd, maturity = draws.points(chance, case, province)
    reached = msgspec.structs.replace(base, spd=base.spd + spd, maturity=base.maturity + maturity)
    index = formula.score(rules, reached).index
    return _final(rules, index, ratios[int(luck * len(ratios))]) if ratios else index


def _final(rules: RuleSet, index: Decimal, ratio: Fraction) -> Decimal:
    times = EXACT.multiply(index, Decimal(ratio.numerator))
    exact = EXACT.divide(times, Decimal(ratio.denominator))
    ended = min(exact, INDEX_MAX) if rules.formula == "mean_with_floor" else exact
    return EXACT.quantize(ended, Decimal((0, (1,), -ruleset.declared(rules.places))))


def _ranks(indexes: Sequence[Decimal]) -> list[int]:
    """Competition ranks of one draw, as in `ranking.rank`."""
    first: dict[Decimal, int] = {}
    for place, index in enumerate(sorted(indexes, reverse=True), start=1):
        first.setdefault(index, place)
    return [first[index] for index in indexes]


def _span(rank: int, indexes: Sequence[Decimal], ranks: Sequence[int]) -> Span:
    by_index, by_rank = sorted(indexes), sorted(ranks)
    times = Counter(ranks)
    chance = {place: _share(times[place]) for place in sorted(times)}
    return Span(
        index_low=by_index[_nearest(LOW)],
        index_middle=by_index[_nearest(MIDDLE)],
        index_high=by_index[_nearest(HIGH)],
        rank_best=by_rank[_nearest(LOW)],
        rank_worst=by_rank[_nearest(HIGH)],
        holds=EXACT.quantize(_share(times[rank]), HUNDREDTH),
        chance=chance,
    )


def _nearest(percent: int) -> int:
    """Nearest rank: the first of the sorted draws at or below which that many percent lie."""
    return ceil(Fraction(percent * SIMULATIONS, 100)) - 1


def _share(times: int) -> Decimal:
    return EXACT.divide(Decimal(times), Decimal(SIMULATIONS))


def _outlook(standing: Standing, basis: Basis, span: Span | None) -> Outlook:
    return Outlook(
        region=standing.region,
        index=standing.index,
        rank=standing.rank,
        span=span,
        reason=NO_PAST if span is None else "",
        basis=basis,
        sentence=_sentence(span, basis),
    )


def _sentence(span: Span | None, basis: Basis) -> Sentence:
    if span is None:
        return Sentence(
            indonesian="Belum ada putusan verifikasi di provinsi ini: tidak ada dasar perkiraan.",
            english="No verdict of a verifier is known in this province: no basis for an estimate.",
        )
    places = f"{span.rank_best}"
    if span.rank_worst != span.rank_best:
        places = f"{span.rank_best}–{span.rank_worst}"
    decree = ("Perubahan saat penetapan tidak termasuk.", "Changes by decree are not included.")
    if basis.final_ratios:
        decree = ("Perubahan saat penetapan termasuk.", "Changes by decree are included.")
    return Sentence(
        indonesian=f"Dari {SIMULATIONS} ulangan dengan susut verifikasi masa lalu, sedikitnya "
        f"{TENTHS_WITHIN} dari 10 berakhir di peringkat {places}. {decree[0]} "
        "Ini perkiraan, bukan hasil.",
        english=f"Of {SIMULATIONS} repetitions with past losses in verification, at least "
        f"{TENTHS_WITHIN} in 10 end at rank {places}. {decree[1]} "
        "This is an estimate, not a result.",
    )
