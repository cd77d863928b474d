"""A log in memory under the same rule: the fake that passes the same contract suite as the tables.

It keeps what the tables keep and refuses what their constraints refuse; `settle` decides here as
it decides there.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shared.kernel import appending, merkle
from shared.kernel.appending import Append, Head, Known, Receipt, Settlement
from shared.kernel.errors import Failure
from shared.kernel.recorded import Stored
from tests import examples


class MemoryLog:
    """Some tenants' logs; one caller at a time."""

    def __init__(self, *tenants: str) -> None:
        self.heads: dict[str, Head] = {tenant: examples.head(tenant) for tenant in tenants}
        self.roots: dict[str, bytes] = dict.fromkeys(tenants, merkle.EMPTY_ROOT)
        self._events: dict[tuple[str, int], Stored] = {}
        self._places: set[tuple[str, str, int]] = set()
        self._identities: set[tuple[str, UUID]] = set()
        self._commands: dict[tuple[str, str], tuple[bytes, bytes]] = {}

    def append(
        self, appends: Sequence[Append], now: datetime = examples.MOMENT
    ) -> tuple[Receipt | Failure, ...]:
        settlement = appending.settle(appends, self._known(appends, now))
        self._write(settlement)
        return settlement.outcomes

    def events(self, tenant: str) -> list[Stored]:
        """The tenant's rows in order of seq."""
        return [event for key, event in sorted(self._events.items()) if key[0] == tenant]

    def _known(self, appends: Sequence[Append], now: datetime) -> Known:
        """Exactly what the store asks the tables for, nothing more."""
        asked = {append.tenant for append in appends}
        commands = {(append.tenant, append.key) for append in appends}
        return Known(
            heads={tenant: head for tenant, head in self.heads.items() if tenant in asked},
            versions={named: self._version(named) for named in appending.streams_named(appends)},
            answered={key: self._commands[key] for key in commands & self._commands.keys()},
            now=now,
        )

    def _version(self, named: tuple[str, str]) -> int:
        return max(
            (version for tenant, stream, version in self._places if (tenant, stream) == named),
            default=0,
        )

    def _write(self, settlement: Settlement) -> None:
        for event in settlement.events:
            place = (event.tenant, event.stream, event.version)
            assert (event.tenant, event.seq) not in self._events
            assert place not in self._places
            assert (event.tenant, event.event_id) not in self._identities
            self._events[event.tenant, event.seq] = event
            self._places.add(place)
            self._identities.add((event.tenant, event.event_id))
        for tenant, key, request, receipt, _ in settlement.commands:
            assert (tenant, key) not in self._commands
            self._commands[tenant, key] = (request, receipt)
        for head in settlement.heads:
            self.heads[head.tenant] = head
            self.roots[head.tenant] = merkle.root(head.frontier)
