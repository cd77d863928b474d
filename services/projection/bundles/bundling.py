"""Making a bundle while everything runs: cut at one signed head, so it can be made again.

The same cut gives the same bytes, once all witnesses have signed it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from hashlib import sha256

from msgspec import Struct

from services.projection.bundles import written
from services.projection.bundles.cutting import Cut, Cutting
from services.projection.checkpoints import Checkpoints
from services.projection.core import ranking, replay
from services.projection.core.replay import Instant
from shared.io import rulebook
from shared.io.history import History
from shared.kernel import names
from shared.kernel import regions as kernel_regions
from shared.kernel.errors import Missing
from shared.kernel.regions import Register

# Which topics of a tenant's log are shown to whom the bundle is for.
Shown = Callable[[str], frozenset[str]]
# No more than one of them is held at a time.
Files = AsyncIterator[tuple[str, bytes]]


class Scope(Struct, frozen=True, kw_only=True):
    """Whose logs are asked for: regions, and the provinces that can be ranked by them."""

    regions: tuple[str, ...]
    provinces: tuple[str, ...]


class Bundling:
    """Makes bundles of logs, rules, signed heads and what is served from them."""

    def __init__(
        self, cutting: Cutting, history: History, checkpoints: Checkpoints, register: Register
    ) -> None:
        self._cutting = cutting
        self._history = history
        self._checkpoints = checkpoints
        self._register = register

    async def bundle(self, scope: Scope, size: int | None, shown: Shown) -> Files:
        """Every file with its name; `size` is the signed head of all heads to cut at."""
        cut = await self._cutting.cut(self._ranked(scope), size)
        rankings = await self._rankings(scope, cut)
        return self.logs(scope, cut, shown, rankings)

    async def logs(
        self, scope: Scope, cut: Cut, shown: Shown, rankings: Mapping[str, bytes]
    ) -> Files:
        """The rankings and all that is needed to make them anew, one file after the other.

        The manifest, which tells the digest of each, is the last.
        """
        digests: dict[str, str] = {}
        keepers = {names.MINISTRY, *map(names.province_of, scope.regions)}
        within = sorted(code for code in {*scope.regions, *keepers} if code in cut.last)
        async for name, content in self._contents(within, scope, cut, shown, rankings):
            digests[name] = sha256(content).hexdigest()
            yield name, content
        tenants = {code: cut.last[code] for code in within}
        keys = await self._checkpoints.keys()
        yield written.MANIFEST, written.manifest(cut, keys, tenants, scope.regions, digests)

    async def _contents(
        self,
        tenants: Sequence[str],
        scope: Scope,
        cut: Cut,
        shown: Shown,
        rankings: Mapping[str, bytes],
    ) -> Files:
        yield "heads.ndjson", written.heads(cut.lines)
        yield "checkpoints/all.note", cut.head.written.encode()
        for code in tenants:
            note = await self._checkpoints.signed(code, cut.size(code))
            yield f"checkpoints/{code}.note", note.written.encode()
            stored = await self._history.read_all(code, upto=cut.size(code))
            lines = await asyncio.to_thread(written.events, stored, shown(code))
            yield f"events/{code}.ndjson", lines
        for name, raw in rulebook.rule_files().items():
            yield f"rules/{name}", raw
        assessed = (
            kernel_regions.of_province(self._register, province) for province in scope.provinces
        )
        yield "regions.json", written.regions(each for few in assessed for each in few)
        for name, raw in rankings.items():
            yield name, raw

    def _ranked(self, scope: Scope) -> Sequence[str]:
        return [code for province in scope.provinces for code in self._codes(province)]

    def _codes(self, province: str) -> Sequence[str]:
        return [each.code for each in kernel_regions.of_province(self._register, province)]

    async def _rankings(self, scope: Scope, cut: Cut) -> Mapping[str, bytes]:
        instant = Instant(known_until=cut.known_until)
        served = await self._cutting.served(self._ranked(scope), cut, instant)
        files: dict[str, bytes] = {}
        for province in scope.provinces:
            codes = self._codes(province)
            for (year, stage), scores in sorted(served.items()):
                own = {code: scores[code].index for code in codes if code in scores}
                if not own:
                    continue
                told = {"province": province, "year": year, "stage": stage}
                places = ranking.rank(codes, own, stage)
                files[f"rankings/{province}-{year}-{stage}.json"] = written.document(
                    {**told, "rows": replay.rows(places)}
                )
        return files


def scope_of(register: Register, code: str) -> Scope:
    """A region's own bundle, a province's, or of all (`00`)."""
    if code != names.MINISTRY and code not in register.by_code:
        raise Missing("bundle.unknown", code=code)
    if not names.is_keeper(code):
        return Scope(regions=(code,), provinces=(names.province_of(code),))
    everywhere = {region.province for region in register.regions if region.subject}
    provinces = sorted(everywhere) if code == names.MINISTRY else [code]
    regions = (kernel_regions.of_province(register, province) for province in provinces)
    codes = sorted(region.code for few in regions for region in few)
    return Scope(regions=tuple(codes), provinces=tuple(provinces))
