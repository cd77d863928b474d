"""Something to look at: of which kind, how grave, by which facts, and whether it was explained.

A finding accuses nobody. It says what facts show, and whoever knows why dismisses it with a reason.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from shared.kernel.events.finding import FindingDismissed
from shared.kernel.recorded import Recorded

Kind = Literal[
    "own_verdict",
    "after_freeze",
    "shared_file",
    "reversed",
    "repeated_file",
    "clock",
    "back_dated",
    "burst",
    "night",
    "silence",
]
Severity = Literal["high", "medium", "low"]
SEVERITIES: dict[Kind, Severity] = {
    "own_verdict": "high",
    "after_freeze": "high",
    "shared_file": "high",
    "reversed": "medium",
    "repeated_file": "medium",
    "clock": "medium",
    "back_dated": "low",
    "burst": "low",
    "night": "low",
    "silence": "low",
}
ORDER: tuple[Severity, ...] = ("high", "medium", "low")
ID_CHARACTERS = 16


class Dismissal(Struct, frozen=True, kw_only=True):
    """Why a finding needs no more looking at; the fact `seq` says so."""

    reason: str
    by: str
    seq: int
    at: datetime


class Finding(Struct, frozen=True, kw_only=True):
    """What facts of one region's season show.

    `subject` is what it is about, `seqs` are its facts in the region's log, `count` the number that
    makes it one (facts, files, days). `regions` are others that have a part in it. A dismissal
    holds while no further fact has come to it, and none by somebody who said one of its facts.
    """

    id: str
    kind: Kind
    severity: Severity
    subject: str
    seqs: tuple[int, ...]
    count: int
    first_at: datetime
    last_at: datetime
    regions: tuple[str, ...] = ()
    dismissal: Dismissal | None = None


def found(
    kind: Kind,
    year: int,
    subject: str,
    facts: Sequence[Recorded],
    count: int | None = None,
    regions: Iterable[str] = (),
) -> Finding:
    """A finding about these facts; the same kind and subject always have the same id."""
    moments = [fact.happened_at for fact in facts]
    return Finding(
        id=hashlib.sha256(f"{kind}\n{year}\n{subject}".encode()).hexdigest()[:ID_CHARACTERS],
        kind=kind,
        severity=SEVERITIES[kind],
        subject=subject,
        seqs=tuple(sorted({fact.seq for fact in facts})),
        count=len(facts) if count is None else count,
        first_at=min(moments),
        last_at=max(moments),
        regions=tuple(sorted(regions)),
    )


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The gravest first, those that were dismissed last, then by their facts."""
    return tuple(
        sorted(
            findings,
            key=lambda one: (
                one.dismissal is not None,
                ORDER.index(one.severity),
                one.kind,
                one.seqs,
                one.subject,
            ),
        )
    )


def explained(findings: Iterable[Finding], facts: Sequence[Recorded]) -> tuple[Finding, ...]:
    """The findings with the dismissals that hold."""
    dismissals: dict[str, Recorded] = {}
    for fact in facts:
        if isinstance(fact.event, FindingDismissed):
            dismissals[fact.event.finding] = fact
    clients = {fact.seq: fact.meta.client for fact in facts}
    return tuple(_explained(one, dismissals.get(one.id), clients) for one in findings)


def _explained(one: Finding, dismissed: Recorded | None, clients: dict[int, str]) -> Finding:
    if dismissed is None or not isinstance(dismissed.event, FindingDismissed):
        return one
    by = dismissed.meta.client
    concerned = by in {clients.get(seq) for seq in one.seqs}
    if concerned or max(one.seqs) > dismissed.event.upto:
        return one
    return replace(
        one,
        dismissal=Dismissal(
            reason=dismissed.event.reason, by=by, seq=dismissed.seq, at=dismissed.happened_at
        ),
    )
