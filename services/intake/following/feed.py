"""A tenant's log in pages, each from where the last one ended."""

from collections.abc import Sequence

from msgspec import Struct

from services.intake.core.following import cursor
from services.intake.core.following.cursor import Cursor
from shared.io.history import History
from shared.kernel.errors import Refused
from shared.kernel.recorded import Stored

# Of one answer, and of what is read at once for streams and deliveries.
PAGE_FACTS_MAX = 200


class Page(Struct, frozen=True, kw_only=True):
    """Facts in order; `next` is where to go on, `more` whether something is there already."""

    facts: Sequence[Stored]
    next: Cursor
    more: bool


class Feed:
    """Reads the logs of all tenants, each by its own code."""

    def __init__(self, history: History) -> None:
        self._history = history

    async def page(self, after: Cursor, limit: int = PAGE_FACTS_MAX) -> Page:
        """The next facts; `Refused` where the cursor does not stand on a fact of this log."""
        head = await self._history.head(after.tenant)
        if after.seq > head:
            raise Refused("cursor.unknown")
        # The fact that the cursor stands on is read again: its hash says whether it is the one.
        known = 1 if after.seq else 0
        found = await self._history.read(
            after.tenant, after=after.seq - known, upto=head, limit=limit + known
        )
        if known and cursor.at(after.tenant, after.seq, found[0].leaf_hash) != after:
            raise Refused("cursor.unknown")
        facts = found[known:]
        if not facts:
            return Page(facts=(), next=after, more=False)
        last = facts[-1]
        following = cursor.at(after.tenant, last.seq, last.leaf_hash)
        return Page(facts=facts, next=following, more=last.seq < head)

    async def end(self, tenant: str) -> Cursor:
        """Where a follower stands that wants only what comes from now on."""
        head = await self._history.head(tenant)
        if not head:
            return cursor.start(tenant)
        (last,) = await self._history.read(tenant, after=head - 1, upto=head)
        return cursor.at(tenant, head, last.leaf_hash)
