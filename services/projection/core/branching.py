"""What a what-if would bring, and what became of it: hypothetical facts after real ones."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

from msgspec import Struct

from services.projection.core import dossier as dossiers
from services.projection.core import figure, ranking
from services.projection.core.dossier import Dossier, Held, Slot
from services.projection.core.explanation import Share, share
from services.projection.core.moment import END_OF_TIME
from shared.kernel.events.branch import BranchDiscarded, BranchSaved, Hypothesis
from shared.kernel.events.indicator import IndicatorAccepted, IndicatorClaimed, IndicatorReturned
from shared.kernel.events.innovation import (
    InnovationRegistered,
    InnovationRevised,
    InnovationSubmitted,
    InnovationWithdrawn,
)
from shared.kernel.recorded import Meta, Recorded, topic
from shared.kernel.rules import formula
from shared.kernel.rules.formula import Score
from shared.kernel.rules.ruleset import RuleSet
from shared.kernel.scorecard import Stage

# A verdict that was hoped for is answered by either verdict.
_ABOUT: Mapping[type, tuple[type, ...]] = MappingProxyType(
    {IndicatorAccepted: (IndicatorAccepted, IndicatorReturned)}
)


class Brought(Struct, frozen=True, kw_only=True):
    """A score and place without the hypotheses, and with them; `gain` is exact."""

    score: Score
    rank: int
    supposed: Score
    supposed_rank: int
    gain: Share
    rank_gain: int


class Fate(Struct, frozen=True, kw_only=True):
    """What became of one hypothesis; `seqs` are the facts since the cut about the same thing."""

    supposed: str
    innovation: str
    indicator: str
    level: int | None
    happened: bool
    seqs: tuple[int, ...]


class Saved(Struct, frozen=True, kw_only=True):
    """A branch as it was last saved, and when."""

    event: BranchSaved
    seq: int
    saved_at: datetime


def saved(facts: Sequence[Recorded]) -> dict[str, Saved]:
    """The branches that stand, by their ids, in the order of saving."""
    standing: dict[str, Saved] = {}
    for fact in sorted(facts, key=lambda one: one.seq):
        match fact.event:
            case BranchSaved() as event:
                standing.pop(event.branch, None)
                standing[event.branch] = Saved(event=event, seq=fact.seq, saved_at=fact.recorded_at)
            case BranchDiscarded() as event:
                standing.pop(event.branch, None)
            case _:
                pass
    return standing


def suppose(
    facts: Sequence[Recorded],
    hypotheses: Sequence[Hypothesis],
    rules: RuleSet,
    stage: Stage,
    others: Sequence[Decimal],
) -> Brought:
    """The hypotheses as if they were the next facts; `others` are the neighbours' indexes."""
    before = dossiers.tally_at(dossiers.opened(facts), rules, stage)
    after = dossiers.tally_at(dossiers.opened([*facts, *_after(facts, hypotheses)]), rules, stage)
    own, supposed = figure.score(rules, before), figure.score(rules, after)
    rank, reached = (
        ranking.place_among(own.index, others),
        ranking.place_among(supposed.index, others),
    )
    gain: Fraction = formula.exact_index(rules, after) - formula.exact_index(rules, before)
    return Brought(
        score=own,
        rank=rank,
        supposed=supposed,
        supposed_rank=reached,
        gain=share(gain),
        rank_gain=rank - reached,
    )


def registered(facts: Sequence[Recorded]) -> set[str]:
    """The innovations that are there, and were not withdrawn."""
    held = dossiers.opened(facts).innovations
    return {name for name, one in held.items() if one.profile is not None}


def fates(branch: Saved, facts: Sequence[Recorded]) -> tuple[Fate, ...]:
    """Each hypothesis against the facts as they stand."""
    dossier = dossiers.opened(facts)
    since = [fact for fact in facts if fact.seq > branch.event.cut_seq]
    return tuple(_fate(one, dossier, since) for one in branch.event.hypotheses)


def _fate(one: Hypothesis, dossier: Dossier, since: Sequence[Recorded]) -> Fate:
    indicator = getattr(one, "indicator", "")
    about = [
        fact.seq
        for fact in since
        if isinstance(fact.event, _ABOUT.get(type(one), type(one)))
        and getattr(fact.event, "innovation", None) == one.innovation
        and getattr(fact.event, "indicator", "") == indicator
    ]
    return Fate(
        supposed=topic(one),
        innovation=one.innovation,
        indicator=indicator,
        level=getattr(one, "level", None),
        happened=_happened(one, dossier),
        seqs=tuple(sorted(about)),
    )


def _happened(one: Hypothesis, dossier: Dossier) -> bool:
    held = dossier.innovations.get(one.innovation, Held(slots={}))
    slots = held.slots if one.innovation else dossier.region
    match one:
        case IndicatorClaimed():
            return slots.get(one.indicator, Slot()).level >= one.level
        case IndicatorAccepted():
            return slots.get(one.indicator, Slot()).accepted >= one.level
        case InnovationRegistered():
            return held.profile is not None
        case InnovationRevised():
            return held.profile == one.profile
        case InnovationSubmitted():
            return held.submitted is not None
        case InnovationWithdrawn():
            return held.profile is None


def _after(facts: Sequence[Recorded], hypotheses: Sequence[Hypothesis]) -> list[Recorded]:
    """As facts that follow the last one; who would say them is left open."""
    last = max((fact.seq for fact in facts), default=0)
    moment = facts[-1].happened_at if facts else END_OF_TIME
    return [
        Recorded(
            tenant="",
            seq=last + place,
            stream="",
            version=1,
            event=one,
            meta=Meta(actor="", role=""),
            recorded_at=moment,
        )
        for place, one in enumerate(hypotheses, start=1)
    ]
