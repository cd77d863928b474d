"""Where evidence files stand: in which claims of a region's own log, and in how many other regions.

The log is read once, then only what is new.
"""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct

from services.intake.core.checking import Elsewhere
from shared.io import postgres
from shared.io.history import History
from shared.kernel.events.indicator import IndicatorClaimed
from shared.kernel.recorded import decode

# Regions kept in memory; the rest are read again.
REGIONS_MAX = 200


class Use(Struct, frozen=True, order=True):
    """One claim that rests on a file; `innovation` is empty for the region's own rows."""

    year: int
    innovation: str
    indicator: str


_HELD = """
select sha256, count(*) as regions from evidence
where sha256 = any(%(wanted)s) and tenant <> %(tenant)s group by sha256
"""


class Uses:
    """Follows the claims of regions as they are asked about."""

    def __init__(self, history: History, pool: postgres.Pool) -> None:
        self._history = history
        self._pool = pool
        self._known: OrderedDict[str, tuple[int, dict[Use, frozenset[str]]]] = OrderedDict()

    async def of(self, tenant: str, wanted: Iterable[str]) -> Mapping[str, tuple[Use, ...]]:
        """The claims that rest on each of the fingerprints now; absent where there are none."""
        claims = await self._claims(tenant)
        asked = frozenset(wanted)
        found: dict[str, list[Use]] = {}
        for use, files in claims.items():
            for sha256 in files & asked:
                found.setdefault(sha256, []).append(use)
        return {sha256: tuple(sorted(uses)) for sha256, uses in found.items()}

    async def elsewhere(
        self, tenant: str, innovation: str, files: Collection[str]
    ) -> Mapping[str, Elsewhere]:
        """Those of an innovation's files that other innovations or other regions have too.

        Which regions these are is not told, and none of them shows its file.
        """
        own = {
            sha256: tuple(
                f"{use.innovation}/{use.indicator} {use.year}"
                for use in uses
                if use.innovation != innovation
            )
            for sha256, uses in (await self.of(tenant, files)).items()
        }
        asked = {"tenant": tenant, "wanted": sorted(files)}
        async with postgres.borrowed(self._pool) as connection:
            rows = await postgres.fetch(connection, _HELD, asked)
        regions = {row["sha256"]: row["regions"] for row in rows}
        return {
            sha256: Elsewhere(own=own.get(sha256, ()), regions=regions.get(sha256, 0))
            for sha256 in files
            if own.get(sha256) or regions.get(sha256)
        }

    async def _claims(self, tenant: str) -> Mapping[Use, frozenset[str]]:
        """What stands behind every claim; a head that went back means another log."""
        head = await self._history.head(tenant)
        seen, claims = self._known.pop(tenant, (0, {}))
        if head < seen:
            seen, claims = 0, {}
        for stored in await self._history.read_all(tenant, upto=head, after=seen):
            if stored.topic != _CLAIMED:
                continue
            event = decode(stored).event
            if isinstance(event, IndicatorClaimed):
                use = Use(event.year, event.innovation, event.indicator)
                claims[use] = frozenset(file.sha256 for file in event.evidence)
        self._known[tenant] = (head, claims)
        while len(self._known) > REGIONS_MAX:
            self._known.popitem(last=False)
        return claims


_CLAIMED = str(IndicatorClaimed.__struct_config__.tag)
