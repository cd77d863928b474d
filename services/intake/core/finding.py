"""What was said of findings: each is dismissed with a reason, up to a fact of the log."""

from msgspec import Struct

from services.intake.core import season
from shared.kernel import text
from shared.kernel.errors import Refused
from shared.kernel.events.finding import FindingDismissed
from shared.kernel.recorded import Event

REASON_CHARACTERS_MIN, REASON_CHARACTERS_MAX = 10, 1000
KIND_CHARACTERS_MAX = 64


class Dismiss(Struct, frozen=True, kw_only=True):
    """Say why a finding needs no more looking at; `head` is how far the log goes."""

    year: int
    finding: str
    kind: str
    reason: str
    upto: int
    head: int


class Finding(Struct, frozen=True, kw_only=True):
    """What was said last."""

    dismissed: FindingDismissed | None = None


EMPTY = Finding()


def evolve(finding: Finding, event: Event) -> Finding:
    """The finding after one of its events."""
    match event:
        case FindingDismissed():
            return Finding(dismissed=event)
        case _:
            return finding


def decide(command: Dismiss, finding: Finding) -> tuple[Event, ...]:
    """At any time: what is found is often found after a season. The same again says nothing."""
    season.must_be_a_year(command.year)
    if len(command.reason.strip()) < REASON_CHARACTERS_MIN:
        raise Refused("finding.reason_missing", characters_min=REASON_CHARACTERS_MIN)
    text.check("reason", command.reason, REASON_CHARACTERS_MAX)
    text.check("kind", command.kind, KIND_CHARACTERS_MAX)
    if not 0 < command.upto <= command.head:
        raise Refused("finding.beyond_the_log", head=command.head)
    dismissed = FindingDismissed(
        year=command.year,
        finding=command.finding,
        kind=command.kind,
        reason=command.reason,
        upto=command.upto,
    )
    return () if dismissed == finding.dismissed else (dismissed,)
