"""A cut through all logs at one signed head, and what is served of exactly these facts."""

import asyncio
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from msgspec import Struct

from services.projection.checkpoints import Checkpoints, SignedHead
from services.projection.core import moment, replay
from services.projection.core.ranking import Stage
from services.projection.core.replay import Edge, Instant
from shared.io import postgres
from shared.kernel.errors import Unavailable
from shared.kernel.heads import ALL, HeadLine

# A second is over for good this much later: what was recorded in it stands in the log by then.
SETTLED = timedelta(seconds=1)
# Scores follow facts in less than a second; whoever asks waits for them that long.
SCORED_SECONDS_MAX = 3.0
LOOK_SECONDS = 0.05

_SQL = postgres.queries(Path(__file__).parent / "cutting.sql")


class Told(Struct, frozen=True, kw_only=True):
    """What is served of one region: the index, and what it rests on."""

    index: Decimal
    predikat: str
    rule_set: str
    rule_digest: str
    decree: str
    sample: bool


# What is served of one season and stage, region by region.
Served = Mapping[tuple[int, Stage], Mapping[str, Told]]


class Cut(Struct, frozen=True, kw_only=True):
    """All logs as one signed head of all heads tells them.

    Rankings are those of `known_until`: a log may be cut within a second, a ranking is told at the
    end of one.
    """

    head: SignedHead
    lines: tuple[HeadLine, ...]
    last: Mapping[str, HeadLine]
    known_until: datetime

    def size(self, tenant: str) -> int:
        """How many facts of a tenant are within it."""
        return self.last[tenant].size if tenant in self.last else 0


class Cutting:
    """Cuts, and reads what was told of them."""

    def __init__(self, pool: postgres.Pool, checkpoints: Checkpoints) -> None:
        self._pool = pool
        self._checkpoints = checkpoints

    async def cut(self, regions: Sequence[str], size: int | None) -> Cut:
        """At the signed head of all heads that covers `size`; by default the newest."""
        head = await self._checkpoints.signed(ALL, size)
        async with postgres.borrowed(self._pool) as connection:
            rows = await postgres.fetch(connection, _SQL["lines"], {"size": head.size})
        lines = tuple(HeadLine(**row) for row in rows)
        last = {line.tenant: line for line in lines}
        return Cut(
            head=head,
            lines=lines,
            last=last,
            known_until=await self._known_until(regions, last),
        )

    async def _known_until(self, regions: Sequence[str], last: Mapping[str, HeadLine]) -> datetime:
        # Whoever asks at once is told the same as whoever asks later: the second must be over.
        sizes = [last[code].size if code in last else 0 for code in regions]
        asked = {"tenants": list(regions), "sizes": sizes}
        while True:
            rows = await postgres.fetch_of(self._pool, regions, _SQL["edges"], asked)
            until = replay.known_until(Edge(last=row["last"], beyond=row["beyond"]) for row in rows)
            running = until + SETTLED - max((row["now"] for row in rows), default=until)
            if running <= timedelta():
                return until
            await asyncio.sleep(running.total_seconds())

    async def served(self, regions: Iterable[str], cut: Cut, instant: Instant) -> Served:
        """Indexes at an instant within the cut, computed before stated, of all seasons and stages.

        `Unavailable` where what was known by then is not scored in time.
        """
        codes = [code for code in regions if code in cut.last]
        await self._must_be_scored(codes, cut)
        asked = {
            "tenants": codes,
            "known_until": instant.known_until,
            "happened_until": instant.happened_until or moment.END_OF_TIME,
        }
        async with postgres.borrowed(self._pool) as connection:
            rows = await postgres.fetch(connection, _SQL["served"], asked)
        served: dict[tuple[int, Stage], dict[str, Told]] = defaultdict(dict)
        for row in rows:
            told = Told(**{name: row[name] for name in Told.__struct_fields__})
            served[row["year"], row["stage"]][row["tenant"]] = told
        return served

    async def _must_be_scored(self, codes: Sequence[str], cut: Cut) -> None:
        """Wait a moment until scores have come as far as the facts known by then."""
        asked = {
            "tenants": codes,
            "sizes": [cut.size(code) for code in codes],
            "until": cut.known_until,
        }
        wanted: dict[str, int] = {}
        try:
            async with asyncio.timeout(SCORED_SECONDS_MAX):
                while True:
                    rows = await postgres.fetch_of(self._pool, codes, _SQL["come"], asked)
                    for row in rows:
                        if row["facts"] <= min(row["scored"], row["told"]):
                            # What scoring had said by the first time that it had come so far.
                            wanted.setdefault(row["tenant"], row["said"])
                    if all(row["heard"] >= wanted.get(row["tenant"], math.inf) for row in rows):
                        return
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError:
            raise Unavailable("proof.scores_behind") from None


def indexes(told: Mapping[str, Told]) -> Mapping[str, Decimal]:
    """What a ranking is made of."""
    return {code: each.index for code, each in told.items()}
