"""What waits for a verifier: claims that were sent, claims that answer a return, second looks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from typing import Literal

from msgspec import Struct

from services.projection.core import moment, worth
from services.projection.core.dossier import Dossier, Held, Slot
from services.projection.core.explanation import Share, share
from services.projection.core.worth import Worth
from shared.kernel import clocks
from shared.kernel.events.indicator import (
    IndicatorAccepted,
    IndicatorReturned,
    IndicatorReviewed,
)
from shared.kernel.events.verification import SampleDrawn, VerifierAssigned
from shared.kernel.paging import Key
from shared.kernel.recorded import Recorded
from shared.kernel.rules.ruleset import RuleSet

State = Literal["awaiting", "resubmitted", "second_look"]
STATES: tuple[State, ...] = ("awaiting", "resubmitted", "second_look")

# No client is called so; in a question it stands for what was given to nobody.
NOBODY = "_"


class Waiting(Struct, frozen=True, kw_only=True):
    """One indicator that a verifier is to look at; `verifier` is empty where anybody may.

    A second look is another's than the first: it is not given to whoever gave the verdict, and
    `not_for` names them, also among those that anybody else may take.
    `level` is the one in question: as claimed, or for a second look as accepted; `worth` are the
    points of the verified index that rest on it. `since` is when it was sent or claimed anew, or
    drawn; `seqs` are the claim, the verdict and the draw, where there are such.
    """

    region: str
    innovation: str
    innovation_name: str
    indicator: str
    nama: str
    state: State
    verifier: str
    not_for: str
    since: datetime
    days: int
    claimed: int
    level: int
    evidence: tuple[str, ...]
    worth: Share
    seqs: tuple[int, ...]


class Load(Struct, frozen=True, kw_only=True):
    """How much waits for one verifier; empty is what was given to nobody."""

    verifier: str
    awaiting: int
    resubmitted: int
    second_look: int
    oldest_days: int
    worth: Share


class _Beside(Struct):
    """What the facts say of slots beside their claims: which were drawn and not yet looked at,
    which were returned last, and by which client each was judged last.
    """

    verifiers: dict[str, str]
    judges: dict[tuple[str, str], str]
    drawn: dict[tuple[str, str], Recorded]
    returned: set[tuple[str, str]]


def waiting(
    region: str,
    facts: Sequence[Recorded],
    dossier: Dossier,
    rules: RuleSet,
    now: datetime,
    zone: str,
) -> Iterator[Waiting]:
    """All of a region's; `facts` in the order in which they count."""
    beside = _beside(facts)
    priced = Worth(dossier, rules, "terverifikasi")
    for innovation, indicator, slot, sent in _sent(dossier):
        found = _found(slot, sent, beside.drawn.get((innovation, indicator)))
        if found is None:
            continue
        state, since, seqs = found
        if state == "awaiting" and (innovation, indicator) in beside.returned:
            state = "resubmitted"
        given_to = beside.verifiers.get(innovation, "")
        judge = beside.judges.get((innovation, indicator), "") if state == "second_look" else ""
        level = slot.accepted or slot.level
        without = 0 if slot.accepted else level
        points: Fraction = priced.change(innovation, indicator, without)
        yield Waiting(
            region=region,
            innovation=innovation,
            innovation_name=worth.called(dossier, innovation),
            indicator=indicator,
            nama=worth.nama(rules, indicator),
            state=state,
            verifier="" if given_to == judge else given_to,
            not_for=judge,
            since=clocks.local(since, zone),
            days=moment.days_since(since, now),
            claimed=slot.level,
            level=level,
            evidence=tuple(file.sha256 for file in slot.evidence),
            worth=share(abs(points)),
            seqs=seqs,
        )


def key(one: Waiting) -> Key:
    """What a queue is ordered by: the oldest first."""
    since = one.since.astimezone(UTC).isoformat(timespec="microseconds")
    return (since, one.region, one.innovation, one.indicator)


def chosen(queue: Iterable[Waiting], verifier: str, state: str) -> list[Waiting]:
    """Those of a verifier (`_`: of nobody) and in a state; empty asks for all."""
    asked = "" if verifier == NOBODY else verifier
    return [
        one
        for one in queue
        if (not verifier or one.verifier == asked) and (not state or one.state == state)
    ]


def loads(queue: Iterable[Waiting]) -> tuple[Load, ...]:
    """How much waits for each verifier, the oldest first."""
    by: dict[str, list[Waiting]] = {}
    for one in queue:
        by.setdefault(one.verifier, []).append(one)
    found = [_load(verifier, held) for verifier, held in by.items()]
    return tuple(sorted(found, key=lambda load: (-load.oldest_days, load.verifier)))


def _load(verifier: str, held: Sequence[Waiting]) -> Load:
    counts: Mapping[State, int] = {
        state: sum(1 for one in held if one.state == state) for state in STATES
    }
    return Load(
        verifier=verifier,
        awaiting=counts["awaiting"],
        resubmitted=counts["resubmitted"],
        second_look=counts["second_look"],
        oldest_days=max(one.days for one in held),
        worth=share(sum((one.worth.exact for one in held), Fraction(0))),
    )


def _beside(facts: Iterable[Recorded]) -> _Beside:
    beside = _Beside(verifiers={}, judges={}, drawn={}, returned=set())
    for fact in facts:
        match fact.event:
            case VerifierAssigned() as event:
                beside.verifiers[event.innovation] = event.verifier
            case SampleDrawn() as event:
                beside.drawn |= {(one.innovation, one.indicator): fact for one in event.drawn}
            case IndicatorReviewed() as event:
                beside.drawn.pop((event.innovation, event.indicator), None)
            case IndicatorReturned() as event:
                beside.returned.add((event.innovation, event.indicator))
                beside.judges[event.innovation, event.indicator] = fact.meta.client
            case IndicatorAccepted() as event:
                beside.returned.discard((event.innovation, event.indicator))
                beside.judges[event.innovation, event.indicator] = fact.meta.client
            case _:
                pass
    return beside


def _sent(dossier: Dossier) -> Iterator[tuple[str, str, Slot, datetime | None]]:
    """Every claim that lies before verifiers, and when its innovation was sent."""
    for indicator, slot in sorted(dossier.region.items()):
        yield "", indicator, slot, None
    for innovation, held in sorted(dossier.innovations.items()):
        if _lies_before_verifiers(held):
            assert held.submitted is not None
            for indicator, slot in sorted(held.slots.items()):
                yield innovation, indicator, slot, held.submitted.happened_at


def _lies_before_verifiers(held: Held) -> bool:
    return held.profile is not None and held.submitted is not None and held.rejected is None


def _found(
    slot: Slot, sent: datetime | None, drawn: Recorded | None
) -> tuple[State, datetime, tuple[int, ...]] | None:
    """Why the slot waits, since when and by which facts; None where it does not."""
    if slot.claim is None or not slot.level:
        return None
    if slot.verdict is None:
        since = max(slot.claim.happened_at, sent or slot.claim.happened_at)
        return "awaiting", since, (slot.claim.seq,)
    if drawn is None:
        return None
    return "second_look", drawn.happened_at, (slot.claim.seq, slot.verdict.seq, drawn.seq)
