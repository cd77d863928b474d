"""A command as it was asked, and the streams that a batch of them rests on."""

from collections.abc import Mapping
from datetime import datetime
from functools import reduce
from typing import Any

from msgspec import Struct

from services.intake.commands import Command
from services.intake.core.occurrence import Occurrence
from shared.io.identity import Caller
from shared.kernel.recorded import Event


class Order(Struct, frozen=True, kw_only=True):
    """One command as it was asked: by whom, for whom, under which key, on which version.

    `request` is the SHA-256 of what was sent. `if_match` is the version the caller has read.
    """

    caller: Caller
    tenant: str
    key: str
    request: bytes
    command: Command
    occurrence: Occurrence
    if_match: int | None = None


class Loaded(Struct, frozen=True, kw_only=True):
    """The streams a batch of orders rests on; later orders see what earlier ones decided.

    `moments` are when the facts took place, `opened` the seq of each season's opening.
    """

    streams: dict[tuple[str, str], list[Event]]
    moments: dict[tuple[str, str], list[datetime]]
    opened: Mapping[tuple[str, str], int]

    def fold(self, tenant: str, stream: str, noun: Any) -> Any:
        """The state of a stream, by the noun's own `EMPTY` and `evolve`."""
        return reduce(noun.evolve, self.streams[tenant, stream], noun.EMPTY)
