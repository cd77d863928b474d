"""Everything that happened to one indicator, in order: every version, its files, its verdicts."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from services.projection.core import lateness
from services.projection.core.lateness import LateItem
from shared.kernel import clocks
from shared.kernel.events.indicator import (
    EvidenceReference,
    IndicatorAccepted,
    IndicatorClaimed,
    IndicatorReturned,
    IndicatorReviewed,
)
from shared.kernel.events.late import LateReceived
from shared.kernel.events.verification import (
    ClarificationAnswered,
    ClarificationOpened,
    Sampled,
    SampleDrawn,
)
from shared.kernel.recorded import Event, Recorded

Kind = Literal[
    "claimed",
    "resubmitted",
    "withdrawn",
    "late",
    "accepted",
    "returned",
    "drawn",
    "reviewed",
    "clarification_opened",
    "clarification_answered",
]
CLAIMS: tuple[Kind, ...] = ("claimed", "resubmitted", "withdrawn")
VERDICTS: tuple[Kind, ...] = ("accepted", "returned")

# The facts that are said of one indicator alone.
ABOUT_A_SLOT = (
    IndicatorClaimed,
    IndicatorAccepted,
    IndicatorReturned,
    IndicatorReviewed,
    ClarificationOpened,
    ClarificationAnswered,
)


class Entry(Struct, frozen=True, kw_only=True):
    """One thing that happened. What a kind does not have is empty or None.

    `files` are those handed in, `seen` the fingerprints that a verifier saw; `files_changed` says
    whether a claim shows other files than the one before. A verdict holds until `released_by`, a
    new claim, or until `replaced_by`, another verdict. What came `late` did not count then, and is
    told with what became of it. A question that waits is `settled_by` a new claim.
    """

    seq: int
    kind: Kind
    happened_at: datetime
    recorded_at: datetime
    role: str
    level: int | None = None
    figure: Decimal | None = None
    files: tuple[EvidenceReference, ...] = ()
    seen: tuple[str, ...] = ()
    files_changed: bool | None = None
    reason: str = ""
    note: str = ""
    answer_by: datetime | None = None
    granted: bool | None = None
    released_by: int | None = None
    replaced_by: int | None = None
    settled_by: int | None = None
    late: LateItem | None = None


def thread(
    facts: Sequence[Recorded], innovation: str, indicator: str, zone: str
) -> tuple[Entry, ...]:
    """The thread of one slot; `facts` in the order in which they count."""
    late = {item.seq: item for item in lateness.items(facts, zone)}
    entries: list[Entry] = []
    for fact in facts:
        for event in _about(fact.event, innovation, indicator):
            entry = _entry(fact, event, zone)
            if isinstance(fact.event, LateReceived):
                entries.append(replace(entry, kind="late", late=late[fact.seq]))
            elif entry.kind in CLAIMS:
                _claim(entries, entry)
            else:
                _follow(entries, entry)
    return tuple(entries)


def _about(said: Event, innovation: str, indicator: str) -> Sequence[Event]:
    """What a fact says of the slot."""
    if isinstance(said, LateReceived):
        return [one for one in said.facts if _is(one, innovation, indicator)]
    if isinstance(said, SampleDrawn):
        wanted = Sampled(innovation=innovation, indicator=indicator)
        return [said] if wanted in said.drawn else []
    return [said] if _is(said, innovation, indicator) else []


def _is(said: Event, innovation: str, indicator: str) -> bool:
    return isinstance(said, ABOUT_A_SLOT) and (said.innovation, said.indicator) == (
        innovation,
        indicator,
    )


def _claim(entries: list[Entry], entry: Entry) -> None:
    """A claim releases the verdict that stands, and answers it where it was a return; what was
    asked about that verdict is settled.
    """
    before = next((one for one in reversed(entries) if one.kind in CLAIMS), None)
    standing = _standing(entries)
    kind = entry.kind
    if standing is not None:
        if entries[standing].kind == "returned" and kind == "claimed":
            kind = "resubmitted"
        entries[standing] = replace(entries[standing], released_by=entry.seq)
    asked = _asked(entries)
    if asked is not None:
        entries[asked] = replace(entries[asked], settled_by=entry.seq)
    changed = None if before is None else _hashes(before) != _hashes(entry)
    entries.append(replace(entry, kind=kind, files_changed=changed))


def _follow(entries: list[Entry], entry: Entry) -> None:
    standing = _standing(entries)
    if entry.kind in VERDICTS and standing is not None:
        entries[standing] = replace(entries[standing], replaced_by=entry.seq)
    entries.append(entry)


def _standing(entries: Sequence[Entry]) -> int | None:
    """Where the verdict is that holds."""
    for place in range(len(entries) - 1, -1, -1):
        one = entries[place]
        if one.kind in VERDICTS and one.released_by is None and one.replaced_by is None:
            return place
    return None


def _asked(entries: Sequence[Entry]) -> int | None:
    """Where the question is that waits for its answer."""
    for place in range(len(entries) - 1, -1, -1):
        if entries[place].kind == "clarification_answered":
            return None
        if entries[place].kind == "clarification_opened":
            return place if entries[place].settled_by is None else None
    return None


def _hashes(entry: Entry) -> set[str]:
    return {file.sha256 for file in entry.files}


def _entry(fact: Recorded, event: Event, zone: str) -> Entry:
    bare = Entry(
        seq=fact.seq,
        kind="drawn",
        happened_at=clocks.local(fact.happened_at, zone),
        recorded_at=clocks.local(fact.recorded_at, zone),
        role=fact.meta.role,
    )
    match event:
        case IndicatorClaimed():
            kind: Kind = "claimed" if event.level else "withdrawn"
            return replace(
                bare, kind=kind, level=event.level, figure=event.figure, files=event.evidence
            )
        case ClarificationOpened():
            return replace(
                bare,
                kind="clarification_opened",
                level=event.level,
                files=event.evidence,
                note=event.argument,
                answer_by=clocks.local(event.answer_by, zone),
            )
        case ClarificationAnswered():
            return replace(
                bare,
                kind="clarification_answered",
                level=event.level,
                note=event.note,
                granted=event.granted,
            )
        case _:
            return _verdict(bare, event)


def _verdict(bare: Entry, event: Event) -> Entry:
    match event:
        case IndicatorAccepted():
            return replace(
                bare, kind="accepted", level=event.level, seen=event.evidence, note=event.note
            )
        case IndicatorReturned():
            return replace(
                bare,
                kind="returned",
                level=0,
                seen=event.evidence,
                reason=event.reason,
                note=event.note,
            )
        case IndicatorReviewed():
            return replace(
                bare,
                kind="reviewed",
                level=event.level,
                seen=event.evidence,
                reason=event.reason,
                note=event.note,
            )
        case _:
            return bare
