"""How many requests a caller may make: token buckets in the database, taken in small leases.

Every copy of a service draws from the same bucket, so a second copy grants nobody more. A copy
takes a fifth of a second's tokens at once and hands them out from memory; who has used up theirs is
refused from memory too, so a flood costs the database nothing and others do not wait behind it.
"""

import asyncio
import math
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from shared.io import clock, postgres
from shared.kernel.errors import Refused

# A lease is what the rate brings in this time, one token at least.
LEASE_SECONDS = 0.2
# What was leased and not used is given up: the bucket has refilled meanwhile.
LEASE_SECONDS_MAX = 1.0
# Callers remembered at once; beyond that the one longest unheard of is asked for again.
CALLERS_MAX = 10_000
SWEEP_SECONDS = 600.0
# An older row is forgotten (see `allowance.sql`): by then its bucket must be full.
FORGOTTEN_SECONDS = 3600.0

_SQL = postgres.queries(Path(__file__).parent / "sql" / "allowance.sql")


class Limit(Struct, frozen=True, kw_only=True):
    """`rate` requests a second in the long run, `burst` at once."""

    rate: float
    burst: int

    @property
    def lease(self) -> int:
        """How many tokens are taken from the database at once."""
        return max(1, min(self.burst, math.floor(self.rate * LEASE_SECONDS)))


class Left(Struct, frozen=True, kw_only=True):
    """What a granted request leaves: tokens as last known, and when the bucket is full again."""

    tokens: int
    full_in_seconds: int


class _Held(Struct, kw_only=True):
    """What this copy knows of one bucket: before `empty_until` it holds no whole token."""

    tokens: int = 0
    beyond: float = 0.0
    until: float = 0.0
    empty_until: float = 0.0
    lock: asyncio.Lock


class Allowances:
    """The buckets of one service; `kinds` are its classes of requests."""

    def __init__(self, pool: postgres.Pool, kinds: Mapping[str, Limit]) -> None:
        assert all(limit.burst / limit.rate < FORGOTTEN_SECONDS for limit in kinds.values())
        self._pool = pool
        self._kinds = kinds
        self._held: OrderedDict[tuple[str, str], _Held] = OrderedDict()

    @property
    def kinds(self) -> Mapping[str, Limit]:
        """The limits by class of request."""
        return self._kinds

    async def take(self, whose: str, kind: str) -> Left:
        """One request's token; `Refused` says how long to wait where there is none."""
        limit, held = self._kinds[kind], self._hold(whose, kind)
        if not self._has(held):
            async with held.lock:
                if not self._has(held):
                    await self._lease(whose, kind, limit, held)
        held.tokens -= 1
        left = held.tokens + held.beyond
        missing = math.ceil((limit.burst - left) / limit.rate)
        return Left(tokens=math.floor(left), full_in_seconds=missing)

    def must_not_be_out(self, whose: str, kind: str) -> None:
        """Refuse whoever is known to have used up a bucket; no token is taken, nothing is asked."""
        held = self._held.get((whose, kind))
        if held is not None:
            self._has(held)

    def nothing(self, kind: str) -> Left:
        """What is told to whoever has used up a bucket."""
        limit = self._kinds[kind]
        return Left(tokens=0, full_in_seconds=math.ceil(limit.burst / limit.rate))

    async def run(self) -> None:
        """Forget full buckets, for ever."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            await self.sweep()

    async def sweep(self) -> None:
        """Forget buckets that nobody has asked for in so long that they are full."""
        async with postgres.borrowed(self._pool) as connection:
            await postgres.execute(connection, _SQL["forget"])

    def _hold(self, whose: str, kind: str) -> _Held:
        held = self._held.pop((whose, kind), None) or _Held(lock=asyncio.Lock())
        self._held[whose, kind] = held
        while len(self._held) > CALLERS_MAX:
            self._held.popitem(last=False)
        return held

    def _has(self, held: _Held) -> bool:
        """Whether a token is at hand; who has none for some time is told so without asking."""
        now = clock.monotonic_seconds()
        if held.tokens > 0 and now < held.until:
            return True
        if now < held.empty_until:
            raise _exceeded(held.empty_until - now)
        return False

    async def _lease(self, whose: str, kind: str, limit: Limit, held: _Held) -> None:
        asked = {"whose": whose, "kind": kind, "wanted": limit.lease}
        (row,) = await postgres.fetch_of(
            self._pool, [whose], _SQL["take"], asked | {"rate": limit.rate, "burst": limit.burst}
        )
        now = clock.monotonic_seconds()
        held.tokens, held.beyond = row["granted"], row["tokens"]
        held.until = now + LEASE_SECONDS_MAX
        held.empty_until = now + (1 - row["tokens"]) / limit.rate
        if not held.tokens:
            raise _exceeded(held.empty_until - now)


def _exceeded(seconds: float) -> Refused:
    return Refused("rate.exceeded", seconds=max(1, math.ceil(seconds)))
