"""What people did: judging their own claims, judging twice, and one file for several things."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from services.projection.core.findings.finding import Finding, found
from shared.kernel.events.indicator import (
    IndicatorAccepted,
    IndicatorClaimed,
    IndicatorReturned,
    IndicatorReviewed,
)
from shared.kernel.events.innovation import InnovationReinstated, InnovationRejected
from shared.kernel.recorded import Recorded

Place = tuple[str, str]
Verdict = IndicatorAccepted | IndicatorReturned | IndicatorReviewed
# Files of a region by fingerprint: the claims that name them.
Files = Mapping[str, Sequence[Recorded]]


def own_verdicts(facts: Iterable[Recorded], year: int) -> Iterator[Finding]:
    """Who claimed a level found it good: the same program or person.

    What a granted clarification records as claim and acceptance at once is one answer, not two.
    """
    claims: dict[Place, Recorded] = {}
    own: dict[Place, list[Recorded]] = defaultdict(list)
    for fact in facts:
        event = fact.event
        if isinstance(event, IndicatorClaimed):
            claims[event.innovation, event.indicator] = fact
        elif isinstance(event, Verdict):
            place = (event.innovation, event.indicator)
            claim = claims.get(place)
            if claim is not None and _is_by_the_same(claim, fact):
                own[place] += [claim, fact]
    for place, told in own.items():
        yield found("own_verdict", year, _spelt(place), told, count=len(told) // 2)


def _is_by_the_same(claim: Recorded, verdict: Recorded) -> bool:
    together = claim.meta.command == verdict.meta.command
    return bool(claim.meta.client) and claim.meta.client == verdict.meta.client and not together


def reversals(facts: Iterable[Recorded], year: int) -> Iterator[Finding]:
    """A verdict on one and the same claim that became another, or a rejection taken back."""
    held: dict[Place, tuple[int, Recorded]] = {}
    turned: dict[Place, list[Recorded]] = defaultdict(list)
    for fact in facts:
        match fact.event:
            case IndicatorClaimed() as event:
                held.pop((event.innovation, event.indicator), None)
            case IndicatorAccepted() | IndicatorReturned() as event:
                place = (event.innovation, event.indicator)
                level = event.level if isinstance(event, IndicatorAccepted) else 0
                before = held.get(place)
                if before is not None and before[0] != level:
                    turned[place] += [before[1], fact]
                held[place] = (level, fact)
            case InnovationRejected() as event:
                held[event.innovation, ""] = (0, fact)
            case InnovationReinstated() as event if (event.innovation, "") in held:
                turned[event.innovation, ""] += [held.pop((event.innovation, ""))[1], fact]
            case _:
                pass
    for place, told in turned.items():
        yield found("reversed", year, _spelt(place), told, count=len(told) // 2)


def files(facts: Iterable[Recorded]) -> Files:
    """The claims as they stand, by the files they name."""
    claims: dict[Place, Recorded] = {}
    for fact in facts:
        if isinstance(fact.event, IndicatorClaimed):
            claims[fact.event.innovation, fact.event.indicator] = fact
    named: dict[str, list[Recorded]] = defaultdict(list)
    for fact in claims.values():
        assert isinstance(fact.event, IndicatorClaimed)
        for sha256 in sorted({file.sha256 for file in fact.event.evidence}):
            named[sha256].append(fact)
    return named


def repeated_files(named: Files, year: int) -> Iterator[Finding]:
    """One file under the claims of several innovations."""
    for sha256, claims in named.items():
        innovations = {getattr(fact.event, "innovation", "") for fact in claims}
        if len(innovations) > 1:
            yield found("repeated_file", year, sha256, claims, count=len(innovations))


def shared_files(
    named: Files, year: int, elsewhere: Mapping[str, Iterable[str]]
) -> Iterator[Finding]:
    """One file under the claims of several regions; `elsewhere` tells which, by fingerprint."""
    for sha256, claims in named.items():
        others = set(elsewhere.get(sha256, ()))
        if others:
            yield found("shared_file", year, sha256, claims, count=len(others), regions=others)


def _spelt(place: Place) -> str:
    return "/".join(part for part in place if part)
