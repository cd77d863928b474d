"""Regions' logs, decoded once: a log only grows, so what was read of it is read no more."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence

from msgspec import Struct

from shared.io.history import History
from shared.kernel.recorded import Recorded, Stored, decode

# A decoded fact is about a kilobyte; a province's season of facts fits twice.
FACTS_MAX = 80_000


class _Read(Struct):
    """A log as far as it was read; `leaf` is the hash of its last fact."""

    leaf: bytes
    facts: list[Recorded]


class Logs:
    """Reads logs, and only what was added since the last reading."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._read: OrderedDict[str, _Read] = OrderedDict()

    async def of(self, region: str) -> Sequence[Recorded]:
        """All that a region's log says, in the order of recording; not to be changed."""
        head = await self._history.head(region)
        known = self._read.pop(region, None)
        if known is not None and (len(known.facts) > head or not head):
            known = None  # the log was restored to an earlier state
        if known is not None:
            tail = await self._history.read_all(region, after=len(known.facts) - 1, upto=head)
            # The last fact known is read again: a log that was written anew has another there.
            same = tail[0].leaf_hash == known.leaf
            known = self._grown(known, tail[1:]) if same else None
        if known is None:
            stored = await self._history.read_all(region, upto=head)
            facts = await asyncio.to_thread(lambda: [decode(one) for one in stored])
            known = _Read(leaf=stored[-1].leaf_hash if stored else b"", facts=facts)
        if known.facts:
            self._keep(region, known)
        return known.facts

    def _grown(self, known: _Read, tail: Sequence[Stored]) -> _Read:
        """A new list: whoever still works on the old one sees no fact that came later."""
        if not tail:
            return known
        return _Read(leaf=tail[-1].leaf_hash, facts=[*known.facts, *map(decode, tail)])

    def _keep(self, region: str, read: _Read) -> None:
        self._read[region] = read
        while sum(len(each.facts) for each in self._read.values()) > FACTS_MAX:
            self._read.popitem(last=False)
