"""What else a region reports: where its evidence files stand, and innovations of the same name.

The log is read once, then only what is new.
"""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct

from services.intake.core.checking import Elsewhere
from services.intake.evidence.documents import Documents
from shared.io.history import History
from shared.kernel.events.indicator import IndicatorClaimed
from shared.kernel.events.innovation import (
    InnovationRegistered,
    InnovationRevised,
    InnovationWithdrawn,
)
from shared.kernel.recorded import Event, decode

# Regions kept in memory; the rest are read again.
REGIONS_MAX = 200


class Use(Struct, frozen=True, order=True):
    """One claim that rests on a file; `innovation` is empty for the region's own rows."""

    year: int
    innovation: str
    indicator: str


class Known(Struct, kw_only=True):
    """What one region has reported up to a fact of its log.

    `called` are the names of innovations by year and id, in one spelling.
    """

    seq: int = 0
    claims: dict[Use, frozenset[str]] = {}
    called: dict[tuple[int, str], str] = {}


class Uses:
    """Follows the reports of regions as they are asked about."""

    def __init__(self, history: History, documents: Documents) -> None:
        self._history = history
        self._documents = documents
        self._known: OrderedDict[str, Known] = OrderedDict()

    async def of(self, tenant: str, wanted: Iterable[str]) -> Mapping[str, tuple[Use, ...]]:
        """The claims that rest on each of the fingerprints now; absent where there are none."""
        claims = (await self._read(tenant)).claims
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
        regions = await self._documents.regions_holding(tenant, files)
        return {
            sha256: Elsewhere(own=own.get(sha256, ()), regions=regions.get(sha256, 0))
            for sha256 in files
            if own.get(sha256) or regions.get(sha256)
        }

    async def namesakes(
        self, tenant: str, year: int, innovation: str, called: str
    ) -> tuple[str, ...]:
        """The region's other innovations of the year that are called the same, however spelt."""
        names = (await self._read(tenant)).called
        wanted = _spelt(called)
        return tuple(
            sorted(
                other
                for (season, other), name in names.items()
                if season == year and name == wanted and other != innovation
            )
        )

    async def _read(self, tenant: str) -> Known:
        """All that was reported; a head that went back means another log."""
        head = await self._history.head(tenant)
        known = self._known.pop(tenant, None) or Known()
        if head < known.seq:
            known = Known()
        for stored in await self._history.read_all(tenant, upto=head, after=known.seq):
            if stored.topic in _FOLLOWED:
                _follow(known, decode(stored).event)
        known.seq = head
        self._known[tenant] = known
        while len(self._known) > REGIONS_MAX:
            self._known.popitem(last=False)
        return known


def _follow(known: Known, event: Event) -> None:
    match event:
        case IndicatorClaimed():
            use = Use(event.year, event.innovation, event.indicator)
            known.claims[use] = frozenset(file.sha256 for file in event.evidence)
        case InnovationRegistered() | InnovationRevised():
            known.called[event.year, event.innovation] = _spelt(event.profile.name)
        case InnovationWithdrawn():
            known.called.pop((event.year, event.innovation), None)


def _spelt(name: str) -> str:
    """A name as it is compared: capitals and spaces make no other innovation."""
    return " ".join(name.split()).casefold()


_FOLLOWED = frozenset(
    str(kind.__struct_config__.tag)
    for kind in (IndicatorClaimed, InnovationRegistered, InnovationRevised, InnovationWithdrawn)
)
