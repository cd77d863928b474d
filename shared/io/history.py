"""Reading a log: heads, contiguous ranges, streams, and what was answered to a command."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from shared.io import postgres
from shared.kernel import appending
from shared.kernel.appending import Receipt
from shared.kernel.errors import Corrupt
from shared.kernel.recorded import Stored

# Events read in one go; a longer range is read in pages.
PAGE_EVENTS_MAX = 1000

_SQL = postgres.queries(Path(__file__).parent / "sql" / "history.sql")


# A tenant, and a stream or a command's key of it.
Name = tuple[str, str]
# The hash of a request, and what it was answered.
Answered = tuple[bytes, Receipt]


class Tip(Struct, frozen=True):
    """How far a tenant's log goes."""

    seq: int
    epoch: int


class Span(Struct, frozen=True, kw_only=True):
    """Which events of a tenant are asked about, both ends included."""

    tenant: str
    first: int
    last: int


class Leaves(Struct, frozen=True, kw_only=True):
    """What the log has in a span: leaf hashes by seq, and the epoch it is in."""

    epoch: int
    hashes: dict[int, bytes]


class History:
    """A log seen through a pool whose search path is the log's schema."""

    def __init__(self, pool: postgres.Pool) -> None:
        self._pool = pool

    async def heads(self) -> Mapping[str, Tip]:
        """Every tenant that has events, with its head."""
        async with postgres.borrowed(self._pool) as connection:
            rows = await postgres.fetch(connection, _SQL["heads"])
        return {row["tenant"]: Tip(row["seq"], row["epoch"]) for row in rows}

    async def head(self, tenant: str) -> int:
        """The seq of a tenant's last event; 0 where it has none."""
        async with postgres.borrowed(self._pool) as connection:
            rows = await postgres.fetch(connection, _SQL["head"], {"tenant": tenant})
        return rows[0]["seq"] if rows else 0

    async def read(
        self, tenant: str, *, after: int, upto: int, limit: int = PAGE_EVENTS_MAX
    ) -> Sequence[Stored]:
        """Events `after` < seq <= `upto` in order, at most `limit` of them.

        `upto` must not be beyond the head: whatever is not found is a hole, and that is `Corrupt`.
        """
        asked = {"tenant": tenant, "after": after, "upto": upto, "limit": limit}
        rows = await postgres.fetch_of(self._pool, [tenant], _SQL["read_range"], asked)
        wanted = range(after + 1, min(upto, after + limit) + 1)
        if [row["seq"] for row in rows] != list(wanted):
            raise Corrupt("log.hole", tenant=tenant, after=after, upto=upto)
        return [Stored(**row) for row in rows]

    async def read_all(self, tenant: str, *, upto: int, after: int = 0) -> Sequence[Stored]:
        """Events `after` < seq <= `upto`, however many; a hole is `Corrupt`."""
        found: list[Stored] = []
        while after < upto:
            page = await self.read(tenant, after=after, upto=upto)
            found.extend(page)
            after = page[-1].seq
        return found

    async def leaves(self, spans: Sequence[Span]) -> Mapping[str, Leaves]:
        """The leaf hashes of one span per tenant; a tenant of which nothing is found is absent."""
        tenants = [span.tenant for span in spans]
        asked = {
            "tenants": tenants,
            "firsts": [span.first for span in spans],
            "lasts": [span.last for span in spans],
        }
        rows = await postgres.fetch_of(self._pool, tenants, _SQL["leaves"], asked)
        found: dict[str, Leaves] = {}
        for row in rows:
            leaves = found.setdefault(row["tenant"], Leaves(epoch=row["epoch"], hashes={}))
            leaves.hashes[row["seq"]] = row["leaf_hash"]
        return found

    async def read_streams(self, wanted: Sequence[Name]) -> Mapping[Name, Sequence[Stored]]:
        """The events of each (tenant, stream), in order; an empty sequence where there are none."""
        return (await self.stand([], wanted))[1]

    async def stand(
        self, commands: Sequence[Name], wanted: Sequence[Name]
    ) -> tuple[Mapping[Name, Answered], Mapping[Name, Sequence[Stored]]]:
        """What `answered` and `read_streams` say, in one round trip."""
        tenants = {tenant for tenant, _ in (*commands, *wanted)}
        before, events = await postgres.fetch_each_of(
            self._pool,
            tenants,
            [
                (_SQL["read_commands"], _columns("keys", commands)),
                (_SQL["read_streams"], _columns("streams", wanted)),
            ],
        )
        found: dict[Name, list[Stored]] = {name: [] for name in wanted}
        for row in events:
            found[row["tenant"], row["stream"]].append(Stored(**row))
        return _answered(before), found

    async def streams_with(self, topic: str) -> Sequence[tuple[str, int]]:
        """The tenant and year of every stream `…/<year>` that holds a fact of the topic."""
        async with postgres.transaction(self._pool) as connection:
            await postgres.reach_all(connection)
            rows = await postgres.fetch(connection, _SQL["streams_with"], {"topic": topic})
        return [(row["tenant"], row["year"]) for row in rows]

    async def answered(self, commands: Sequence[Name]) -> Mapping[Name, Answered]:
        """The request's hash and the receipt of each (tenant, key) that was answered before."""
        asked = _columns("keys", commands)
        rows = await postgres.fetch_of(self._pool, asked["tenants"], _SQL["read_commands"], asked)
        return _answered(rows)


def _columns(name: str, named: Sequence[Name]) -> Mapping[str, Sequence[str]]:
    return {"tenants": [tenant for tenant, _ in named], name: [rest for _, rest in named]}


def _answered(rows: Sequence[Mapping[str, Any]]) -> Mapping[Name, Answered]:
    return {
        (row["tenant"], row["key"]): (row["request"], appending.decode_receipt(row["receipt"]))
        for row in rows
    }
