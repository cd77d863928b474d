"""Everything one region holds in a season at a moment, each value with the fact it came from."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from shared.kernel.events.indicator import (
    EvidenceReference,
    IndicatorAccepted,
    IndicatorClaimed,
    IndicatorReturned,
)
from shared.kernel.events.innovation import (
    InnovationRegistered,
    InnovationReinstated,
    InnovationRejected,
    InnovationRevised,
    InnovationSubmitted,
    InnovationWithdrawn,
    Profile,
)
from shared.kernel.events.result import ResultPublished
from shared.kernel.recorded import Event, Recorded
from shared.kernel.rules import eligibility, ruleset
from shared.kernel.rules.eligibility import Candidate
from shared.kernel.rules.formula import Tally
from shared.kernel.rules.ruleset import RuleSet
from shared.kernel.scorecard import Part, Stage, basic_affairs


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
    note: str = ""


class Held(Struct, kw_only=True):
    """One innovation: its profile, its way through the season, its indicators.

    `refusal` is the reason with which a verifier rejected it, with a `note`; `rejected` is the fact
    that says so.
    """

    slots: dict[str, Slot]
    profile: Profile | None = None
    registered: Fact | None = None
    submitted: Fact | None = None
    rejected: Fact | None = None
    refusal: str = ""
    note: str = ""
    candidate: Candidate = Candidate()


class Official(Struct, frozen=True, kw_only=True):
    """The decreed result of the season, and the fact that recorded it."""

    score: Decimal
    predikat: str
    decree_number: str
    source: str
    sample: bool
    seq: int


class Dossier(Struct, kw_only=True):
    """A region's season as its facts stand; `last_seq` is the last of them."""

    region: dict[str, Slot]
    innovations: dict[str, Held]
    year: int = 0
    last_seq: int = 0
    official: Official | None = None


def opened(facts: Iterable[Recorded]) -> Dossier:
    """The dossier of a season's facts, given in the order in which they count."""
    dossier = Dossier(region={}, innovations={})
    for recorded in facts:
        dossier.year = recorded.event.year
        dossier.last_seq = max(dossier.last_seq, recorded.seq)
        _file(dossier, recorded)
    return dossier


def _file(dossier: Dossier, recorded: Recorded) -> None:
    fact = Fact(seq=recorded.seq, happened_at=recorded.happened_at)
    match recorded.event:
        case IndicatorClaimed() as event:
            slots = _slots(dossier, event.innovation)
            slots[event.indicator] = Slot(level=event.level, claim=fact, evidence=event.evidence)
        case IndicatorAccepted() as event:
            slot = _slots(dossier, event.innovation).setdefault(event.indicator, Slot())
            slot.accepted, slot.verdict, slot.returned = event.level, fact, ""
            slot.note = event.note
        case IndicatorReturned() as event:
            slot = _slots(dossier, event.innovation).setdefault(event.indicator, Slot())
            slot.accepted, slot.verdict, slot.returned = 0, fact, event.reason
            slot.note = event.note
        case ResultPublished() as event:
            dossier.official = Official(
                score=event.score,
                predikat=event.predikat,
                decree_number=event.decree_number,
                source=event.source,
                sample=event.sample,
                seq=recorded.seq,
            )
        case _:
            _file_whole(dossier, recorded.event, fact)


def _file_whole(dossier: Dossier, said: Event, fact: Fact) -> None:
    """What is said of an innovation as a whole."""
    match said:
        case InnovationRegistered() as event:
            held = _held(dossier, event.innovation)
            _profiled(held, event.profile)
            held.registered = fact
        case InnovationRevised() as event:
            _profiled(_held(dossier, event.innovation), event.profile)
        case InnovationSubmitted() as event:
            held = _held(dossier, event.innovation)
            held.submitted, held.rejected, held.refusal, held.note = fact, None, "", ""
        case InnovationRejected() as event:
            held = _held(dossier, event.innovation)
            held.rejected, held.refusal, held.note = fact, event.reason, event.note
        case InnovationReinstated() as event:
            held = _held(dossier, event.innovation)
            held.rejected, held.refusal, held.note = None, "", event.note
        case InnovationWithdrawn() as event:
            held = _held(dossier, event.innovation)
            dossier.innovations[event.innovation] = Held(slots=held.slots)
        case _:
            return


def _profiled(held: Held, profile: Profile) -> None:
    held.profile = profile
    held.candidate = eligibility.candidate(
        profile.implementation_date, profile.development_date, profile.design
    )


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


def refused(dossier: Dossier, held: Held, rules: RuleSet) -> tuple[str, ...]:
    """Why the innovation may not be assessed: conditions not met, and a verifier's reason."""
    verdict = (held.refusal,) if held.rejected is not None else ()
    return (*eligibility.unmet(rules, dossier.year, held.candidate), *verdict)


def part_at(dossier: Dossier, held: Held, rules: RuleSet, stage: Stage) -> Part:
    """What the innovation is to a stage: it counts, keeps its place in n, or is not there."""
    if not is_staged(held, rules):
        return "absent"
    if stage == "mandiri":
        return "counts"
    if held.submitted is None:
        return "absent"
    return "rejected" if refused(dossier, held, rules) else "counts"


def counted_at(dossier: Dossier, rules: RuleSet, stage: Stage) -> dict[str, Held]:
    """The innovations that enter n with their points, by name."""
    return {
        name: held
        for name, held in dossier.innovations.items()
        if part_at(dossier, held, rules, stage) == "counts"
    }


def tally(
    dossier: Dossier,
    rules: RuleSet,
    level: Callable[[Slot], int],
    part: Callable[[Held], Part],
) -> Tally:
    """What the formula is given, with any reading of levels and of what counts."""
    weights = {row.code: ruleset.weight_hundredths(row) for row in rules.rows}
    parts = [(held, part(held)) for held in dossier.innovations.values()]
    counted = [held for held, played in parts if played == "counts"]
    return Tally(
        spd=_points(dossier.region, weights, level),
        maturity=sum(_points(held.slots, weights, level) for held in counted),
        innovations=len(counted),
        affairs=len({urusan for held in counted for urusan in affairs_of(held, rules)}),
        rejected=sum(1 for _, played in parts if played == "rejected"),
    )


def tally_at(dossier: Dossier, rules: RuleSet, stage: Stage) -> Tally:
    """The tally of a stage, equal to the scorecard's."""
    return tally(
        dossier,
        rules,
        lambda slot: level_at(slot, stage),
        lambda held: part_at(dossier, held, rules, stage),
    )


def affairs_of(held: Held, rules: RuleSet) -> set[int]:
    """The basic-service affairs the innovation covers under these rules."""
    if held.profile is None:
        return set()
    return basic_affairs(rules, held.profile.main_urusan, held.profile.other_urusan)


def _points(
    slots: Mapping[str, Slot], weights: Mapping[str, int], level: Callable[[Slot], int]
) -> int:
    """Worth in hundredths; a row these rules do not have is worth nothing."""
    return sum(weights.get(code, 0) * level(slot) for code, slot in slots.items())
