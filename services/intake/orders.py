"""A command as it was asked, and the streams that a batch of them rests on."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import reduce
from typing import Any

from msgspec import Struct

from services.intake.commands import Command
from services.intake.core.occurrence import Occurrence
from shared.io.identity import Caller
from shared.kernel.recorded import Event

# Stands between a client's name, its key and an item's place; no caller's key may hold it, so no
# two commands share a name.
KEY_SEPARATOR = " "
# A command's key has room for so much of a thing's name; the rest of it is told by its hash.
PLACE_CHARACTERS = 16


def place_of(name: str) -> str:
    """Where a thing stands among many, by its name: the same, whatever else is sent with it."""
    return hashlib.sha256(name.encode()).hexdigest()[:PLACE_CHARACTERS]


class Order(Struct, frozen=True, kw_only=True):
    """One command as it was asked: by whom, for whom, under which key, on which version.

    `request` is the SHA-256 of what was sent, `received_at` when all of it was here. `if_match` is
    the version the caller has read.
    """

    caller: Caller
    tenant: str
    key: str
    request: bytes
    received_at: datetime
    command: Command
    occurrence: Occurrence
    if_match: int | None = None
    trace: str = ""

    @property
    def moment(self) -> datetime:
        """When it took place: as stated, else when it had been received completely."""
        return self.occurrence.occurred_at or self.received_at


class Seen(Struct, frozen=True, kw_only=True):
    """A fact that a decision looks at: when it took place, whose client said it, and when all of
    what said it had been received: for a late item that was admitted, long before.
    """

    event: Event
    happened_at: datetime
    client: str
    received_at: datetime


class Loaded(Struct, frozen=True, kw_only=True):
    """The streams a batch of orders rests on; later orders see what earlier ones decided.

    `opened` is the seq of each season's opening.
    """

    streams: dict[tuple[str, str], list[Seen]]
    opened: Mapping[tuple[str, str], int]

    def fold(self, tenant: str, stream: str, noun: Any, supposed: Sequence[Event] = ()) -> Any:
        """The state of a stream, by the noun's own `EMPTY` and `evolve`, as if the facts that are
        `supposed` stood behind it.
        """
        told = [seen.event for seen in self.streams[tenant, stream]]
        return reduce(noun.evolve, [*told, *supposed], noun.EMPTY)

    def version(self, tenant: str, stream: str) -> int:
        """How many facts the stream has."""
        return len(self.streams[tenant, stream])
