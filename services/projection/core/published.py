"""Which evidence a region rests its claims on, as everybody may know it: never the files.

Names of files and of who signed them are left out: what a region calls a file may name people.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from shared.kernel.events.indicator import IndicatorAccepted, IndicatorClaimed, IndicatorReturned
from shared.kernel.events.innovation import (
    InnovationReinstated,
    InnovationRejected,
    InnovationWithdrawn,
)
from shared.kernel.recorded import Event, Recorded


class PublishedFile(Struct, frozen=True, kw_only=True):
    """One file under one claim; `innovation` is empty for the region's own rows.

    `status` is claimed, accepted or returned, `seq` the claim's fact in the region's log.
    """

    innovation: str
    indicator: str
    level: int
    status: str
    sha256: str
    size_bytes: int
    media_type: str
    claimed_at: datetime
    seq: int


def files(facts: Iterable[Recorded], year: int) -> tuple[PublishedFile, ...]:
    """The files of a season's claims as they stand, by innovation and indicator."""
    claims: dict[tuple[str, str], tuple[Recorded, IndicatorClaimed]] = {}
    status: dict[tuple[str, str], str] = {}
    out: set[str] = set()
    for recorded in facts:
        event = recorded.event
        if event.year != year:
            continue
        _leaves(event, out)
        match event:
            case IndicatorClaimed():
                claims[event.innovation, event.indicator] = (recorded, event)
                status[event.innovation, event.indicator] = "claimed"
            case IndicatorAccepted():
                status[event.innovation, event.indicator] = "accepted"
            case IndicatorReturned():
                status[event.innovation, event.indicator] = "returned"
    return tuple(
        PublishedFile(
            innovation=innovation,
            indicator=indicator,
            level=claim.level,
            status=status[innovation, indicator],
            sha256=file.sha256,
            size_bytes=file.size_bytes,
            media_type=file.media_type,
            claimed_at=recorded.happened_at,
            seq=recorded.seq,
        )
        for (innovation, indicator), (recorded, claim) in sorted(claims.items())
        if claim.level and innovation not in out
        for file in claim.evidence
    )


def named(facts: Sequence[Recorded], sha256: str) -> tuple[PublishedFile, ...]:
    """The claims of any season that name a file."""
    years = sorted({fact.event.year for fact in facts})
    return tuple(file for year in years for file in files(facts, year) if file.sha256 == sha256)


def _leaves(event: Event, out: set[str]) -> None:
    """Which innovations are out of the season, by their region or by a verifier."""
    match event:
        case InnovationWithdrawn() | InnovationRejected():
            out.add(event.innovation)
        case InnovationReinstated():
            out.discard(event.innovation)
