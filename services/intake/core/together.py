"""Several reports of a region that are recorded all or not at all: the rows of a spreadsheet."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from services.intake.core.late import Report
from shared.kernel import recorded
from shared.kernel.appending import EVENT_BYTES_MAX
from shared.kernel.errors import Failure
from shared.kernel.recorded import Event

# What a late item holds beside its facts, and the envelope around it, with room to spare.
LATE_BYTES_MAX = EVENT_BYTES_MAX - 8 * 1024


class Together(Struct, frozen=True, kw_only=True):
    """Reports of one season in the order in which they are decided, each on those before it.

    `read` are the versions of the streams that they were made from: what somebody else has written
    since is not written over.
    """

    year: int
    reports: tuple[Report, ...]
    read: Mapping[str, int] = {}


class Told(Struct, frozen=True, kw_only=True):
    """What one of several reports comes to; without facts, it was already true."""

    facts: tuple[Event, ...]
    counts: bool


def placed(failure: Failure, place: int) -> Failure:
    """The failure with where it stands among the reports, counted from 0."""
    return type(failure)(failure.reason, **{**failure.facts, "place": place})


def parcels(facts: Sequence[Event]) -> Sequence[Sequence[Event]]:
    """Late facts in as few items as one event each can hold, in order."""
    found: list[list[Event]] = []
    filled = LATE_BYTES_MAX
    for fact in facts:
        size = len(recorded.encode(fact)) + 1
        if filled + size > LATE_BYTES_MAX:
            found.append([])
            filled = 0
        found[-1].append(fact)
        filled += size
    return found
