"""All findings of one region's season."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from services.projection.core.findings import conduct, timing
from services.projection.core.findings.finding import Finding, explained, ordered
from services.projection.core.findings.timing import Freeze
from shared.kernel.recorded import Recorded


class Looked(Struct, frozen=True, kw_only=True):
    """What is looked at: a season's facts in the order of recording, and what surrounds them.

    `elsewhere` names the other regions whose claims name the same file, by its fingerprint.
    """

    facts: Sequence[Recorded]
    year: int
    zone: str
    freezes: Sequence[Freeze] = ()
    elsewhere: Mapping[str, Iterable[str]] = {}


def findings(at: Looked) -> tuple[Finding, ...]:
    """What there is to look at, the gravest first, with the dismissals that hold."""
    facts, year = at.facts, at.year
    files = conduct.files(facts)
    told = [
        *conduct.own_verdicts(facts, year),
        *timing.after_freeze(facts, year, at.freezes),
        *conduct.shared_files(files, year, at.elsewhere),
        *conduct.reversals(facts, year),
        *conduct.repeated_files(files, year),
        *timing.skewed(facts, year),
        *timing.back_dated(facts, year),
        *timing.bursts(facts, year, at.zone),
        *timing.nights(facts, year, at.zone),
        *timing.silences(facts, year),
    ]
    return ordered(explained(told, facts))
