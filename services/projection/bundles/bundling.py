"""Making a bundle while everything runs: cut at one signed head, so it can be made again.

The same cut gives the same bytes, once all witnesses have signed it.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from msgspec import Struct

from services.projection.bundles import written
from services.projection.checkpoints import Checkpoints, SignedHead
from services.projection.core import ranking
from shared.io import postgres, rulebook
from shared.io.history import History
from shared.kernel import names
from shared.kernel import regions as kernel_regions
from shared.kernel.errors import Missing, Unavailable
from shared.kernel.heads import ALL, HeadLine
from shared.kernel.regions import Register

_SQL = postgres.queries(Path(__file__).parent.parent / "checkpoints.sql")

# Which topics of a tenant's log are shown to whom the bundle is for.
Shown = Callable[[str], frozenset[str]]
Files = dict[str, bytes]


class Scope(Struct, frozen=True, kw_only=True):
    """Whose logs are asked for: regions, and the provinces that can be ranked by them."""

    regions: tuple[str, ...]
    provinces: tuple[str, ...]


class Bundling:
    """Makes bundles of logs, rules, signed heads and what is served from them."""

    def __init__(
        self, pool: postgres.Pool, history: History, checkpoints: Checkpoints, register: Register
    ) -> None:
        self._pool = pool
        self._history = history
        self._checkpoints = checkpoints
        self._register = register

    async def bundle(self, scope: Scope, size: int | None, shown: Shown) -> Files:
        """Every file, by name; `size` is the signed head of all heads to cut at."""
        cut = await self._checkpoints.signed(ALL, size)
        async with postgres.borrowed(self._pool) as connection:
            rows = await postgres.fetch(connection, _SQL["cut"], {"size": cut.size})
        lines = [HeadLine(**row) for row in rows]
        last = {line.tenant: line for line in lines}
        keepers = {names.MINISTRY, *map(names.province_of, scope.regions)}
        tenants = {code: last[code] for code in sorted({*scope.regions, *keepers}) if code in last}
        files: Files = {"heads.ndjson": written.heads(lines)}
        for code, line in tenants.items():
            stored = await self._history.read_all(code, upto=line.size)
            files[f"events/{code}.ndjson"] = written.events(stored, shown(code))
            note = await self._checkpoints.signed(code, line.size)
            files[f"checkpoints/{code}.note"] = note.written.encode()
        files["checkpoints/all.note"] = cut.written.encode()
        files |= {f"rules/{name}": raw for name, raw in rulebook.rule_files().items()}
        files |= await self._rankings(scope, last)
        return self._listed(cut, tenants, scope, files, await self._checkpoints.keys())

    async def _rankings(self, scope: Scope, last: Mapping[str, HeadLine]) -> Files:
        assessed = {
            province: kernel_regions.of_province(self._register, province)
            for province in scope.provinces
        }
        known = [region.code for regions in assessed.values() for region in regions]
        logged = [code for code in known if code in last]
        asked = {"tenants": logged, "sizes": [last[code].size for code in logged]}
        async with postgres.borrowed(self._pool) as connection:
            if await postgres.fetch(connection, _SQL["behind"], asked):
                raise Unavailable("proof.scores_behind")
            rows = await postgres.fetch(connection, _SQL["served"], asked)
        served: dict[tuple[str, int, ranking.Stage], dict[str, Decimal]] = defaultdict(dict)
        for row in rows:
            place = (names.province_of(row["tenant"]), row["year"], row["stage"])
            served[place][row["tenant"]] = row["index"]
        files: Files = {
            "regions.json": written.regions(each for few in assessed.values() for each in few)
        }
        for (province, year, stage), scores in sorted(served.items()):
            codes = [region.code for region in assessed[province]]
            files[f"rankings/{province}-{year}-{stage}.json"] = written.document(
                {
                    "province": province,
                    "year": year,
                    "stage": stage,
                    "rows": [
                        {
                            "region": place.region,
                            "rank": place.rank,
                            "index": None if place.score is None else str(place.score),
                        }
                        for place in ranking.rank(codes, scores, stage)
                    ],
                }
            )
        return files

    def _listed(
        self,
        cut: SignedHead,
        tenants: Mapping[str, HeadLine],
        scope: Scope,
        files: Files,
        keys: Sequence[str],
    ) -> Files:
        told = dict(sorted(files.items()))
        first = written.manifest(
            made_at=written.moment(cut.signed_at),
            log=cut.origin.rpartition("/")[0],
            keys=keys,
            witnesses=[],
            tenants=tenants,
            scope=scope.regions,
            files=told,
        )
        return {"manifest.json": first, **told}


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
