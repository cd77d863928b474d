"""Everything one region holds in a season at a moment, each value with the fact it came from."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from msgspec import Struct

from shared.kernel.events.intake import (
    EvidenceReference,
    IndicatorAccepted,
    IndicatorClaimed,
    IndicatorReturned,
    InnovationRegistered,
    InnovationRevised,
    InnovationSubmitted,
    Profile,
)
from shared.kernel.recorded import Recorded
from shared.kernel.rules import ruleset
from shared.kernel.rules.formula import Tally
from shared.kernel.rules.ruleset import RuleSet
from shared.kernel.scorecard import BASIC_AFFAIRS, Stage


class Fact(Struct, frozen=True, kw_only=True):
    """Where in the region's log something was said, and when it took place."""

    seq: int
    happened_at: datetime


class Slot(Struct, kw_only=True):
    """One indicator: the claim that stands, and the verdict on it."""

    level: int = 0
    claim: Fact | None = None
    evidence: tuple[EvidenceReference, ...] = ()
    accepted: int = 0
    verdict: Fact | None = None
    returned: str = ""


class Held(Struct, kw_only=True):
    """One innovation: its profile, its way through the season, its indicators."""

    slots: dict[str, Slot]
    profile: Profile | None = None
    registered: Fact | None = None
    submitted: Fact | None = None


class Dossier(Struct, kw_only=True):
    """A region's season as its facts stand; `last_seq` is the last of them."""

    region: dict[str, Slot]
    innovations: dict[str, Held]
    last_seq: int = 0


def opened(facts: Iterable[Recorded]) -> Dossier:
    """The dossier of a season's facts, given in the order in which they count."""
    dossier = Dossier(region={}, innovations={})
    for recorded in facts:
        dossier.last_seq = max(dossier.last_seq, recorded.seq)
        _file(dossier, recorded)
    return dossier


def _file(dossier: Dossier, recorded: Recorded) -> None:
    fact = Fact(seq=recorded.seq, happened_at=recorded.happened_at)
    match recorded.event:
        case InnovationRegistered() as event:
            held = _held(dossier, event.innovation)
            held.profile, held.registered = event.profile, fact
        case InnovationRevised() as event:
            held = _held(dossier, event.innovation)
            held.profile = event.profile
        case InnovationSubmitted() as event:
            _held(dossier, event.innovation).submitted = fact
        case IndicatorClaimed() as event:
            slots = _slots(dossier, event.innovation)
            slots[event.indicator] = Slot(level=event.level, claim=fact, evidence=event.evidence)
        case IndicatorAccepted() as event:
            slot = _slots(dossier, event.innovation).setdefault(event.indicator, Slot())
            slot.accepted, slot.verdict, slot.returned = event.level, fact, ""
        case IndicatorReturned() as event:
            slot = _slots(dossier, event.innovation).setdefault(event.indicator, Slot())
            slot.accepted, slot.verdict, slot.returned = 0, fact, event.reason
        case _:
            return


def _held(dossier: Dossier, innovation: str) -> Held:
    return dossier.innovations.setdefault(innovation, Held(slots={}))


def _slots(dossier: Dossier, innovation: str) -> dict[str, Slot]:
    return _held(dossier, innovation).slots if innovation else dossier.region


def level_at(slot: Slot, stage: Stage) -> int:
    """The level that counts at a stage: as claimed, or as accepted."""
    return slot.level if stage == "mandiri" else slot.accepted


def is_staged(held: Held, rules: RuleSet) -> bool:
    """Whether the innovation is registered in a stage (tahapan) that counts."""
    counted = ruleset.declared(rules.counted_stages)
    return held.profile is not None and held.profile.tahapan in counted


def counts_at(held: Held, rules: RuleSet, stage: Stage) -> bool:
    """Whether the innovation enters n; verified scores count only what was submitted."""
    return is_staged(held, rules) and (stage == "mandiri" or held.submitted is not None)


def tally(
    dossier: Dossier,
    rules: RuleSet,
    level: Callable[[Slot], int],
    counts: Callable[[Held], bool],
) -> Tally:
    """What the formula is given, with any reading of levels and of what counts."""
    weights = {row.code: ruleset.weight_hundredths(row) for row in rules.rows}
    counted = [held for held in dossier.innovations.values() if counts(held)]
    return Tally(
        spd=_points(dossier.region, weights, level),
        maturity=sum(_points(held.slots, weights, level) for held in counted),
        innovations=len(counted),
        affairs=len({urusan for held in counted for urusan in affairs_of(held, rules)}),
    )


def tally_at(dossier: Dossier, rules: RuleSet, stage: Stage) -> Tally:
    """The tally of a stage, equal to the scorecard's."""
    return tally(
        dossier,
        rules,
        lambda slot: level_at(slot, stage),
        lambda held: counts_at(held, rules, stage),
    )


def affairs_of(held: Held, rules: RuleSet) -> set[int]:
    """The basic-service affairs the innovation covers under these rules."""
    if held.profile is None:
        return set()
    counted = {held.profile.main_urusan}
    if ruleset.declared(rules.affairs_counted) == "main_and_other_affairs":
        counted.update(held.profile.other_urusan)
    return counted & set(BASIC_AFFAIRS)


def _points(
    slots: Mapping[str, Slot], weights: Mapping[str, int], level: Callable[[Slot], int]
) -> int:
    """Worth in hundredths; a row these rules do not have is worth nothing."""
    return sum(weights.get(code, 0) * level(slot) for code, slot in slots.items())
