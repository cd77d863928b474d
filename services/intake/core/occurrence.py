"""When a fact took place: now, or at an earlier moment that someone states and answers for."""

from collections.abc import Iterable
from datetime import UTC, datetime

from msgspec import Struct

from shared.kernel import text
from shared.kernel.errors import Refused

# No index is older than its regulation, and a basis is a reference, not an essay.
EARLIEST = datetime(2017, 1, 1, tzinfo=UTC)
BASIS_CHARACTERS_MAX = 500


class Occurrence(Struct, frozen=True, kw_only=True):
    """A stated moment with the document that says so; both empty for what happens now."""

    occurred_at: datetime | None = None
    basis: str = ""


def check(
    occurrence: Occurrence, *, allowed: bool, now: datetime, earlier: Iterable[datetime]
) -> None:
    """A stated moment needs the right to state it, a basis, and must follow the stream's facts."""
    stated = occurrence.occurred_at
    if stated is None:
        if occurrence.basis:
            raise Refused("history.basis_without_moment")
        return
    if not allowed:
        raise Refused("history.not_allowed")
    if stated.tzinfo is None:
        raise Refused("history.zone_missing")
    if not occurrence.basis.strip():
        raise Refused("history.basis_missing")
    text.check("basis", occurrence.basis, BASIS_CHARACTERS_MAX)
    if not EARLIEST <= stated <= now:
        raise Refused("history.out_of_range", occurred_at=stated.isoformat())
    last = max(earlier, default=EARLIEST)
    if stated < last:
        raise Refused("history.before_last_fact", last=last.isoformat())
