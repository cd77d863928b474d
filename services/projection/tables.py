"""Reading the read models: the rows a ranking is made of, all seen at one moment."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from services.projection.core import moment, ranking
from services.projection.core.moment import Moment
from services.projection.core.ranking import Stage
from shared.io import postgres
from shared.kernel import names

# Which clock a moment is read on: when facts took place, or when they were recorded here.
Clock = Literal["happened", "known"]
CLOCKS: tuple[Clock, ...] = ("happened", "known")

_SQL = postgres.queries(Path(__file__).parent / "queries.sql")


class Season(Struct, frozen=True, kw_only=True):
    """A year's calendar as its keeper (a province, or the ministry) told it."""

    keeper: str
    year: int
    rule_set: str
    rule_digest: str
    letter: str
    opened_at: datetime
    opened_known_at: datetime
    closed_at: datetime | None
    closed_known_at: datetime | None


class Score(Struct, frozen=True, kw_only=True):
    """One told index; the parts are None where a score was only published.

    `stated` scores were told by somebody and not computed here, the decreed ones among them.
    """

    tenant: str
    seq: int
    happened_at: datetime
    known_at: datetime
    rule_set: str
    rule_digest: str
    index: Decimal
    predikat: str
    spd: Decimal | None
    mean: Decimal | None
    number: Decimal | None
    innovations: int | None
    divisor: int | None
    affairs: int | None
    rejected: int | None
    agencies: int | None
    agencies_total: int | None
    complete: bool
    cut_seq: int
    decree: str
    source: str
    sample: bool
    stated: bool


class Heard(Struct, frozen=True, kw_only=True):
    """The last fact of a season heard of a region, and whether a log of it could not go on.

    `stopped_at` is the fact that could not be applied; None where it was a score.
    """

    tenant: str
    last_seq: int
    stopped: bool
    stopped_at: int | None


class Target(Struct, frozen=True, kw_only=True):
    """What a region's plan promises for a year."""

    tenant: str
    year: int
    target: Decimal
    instrument: str
    seq: int


class Provincial(Struct, frozen=True, kw_only=True):
    """A province's season of which something was heard."""

    province: str
    year: int
    regions: int
    last_at: datetime


class Tables:
    """Opens views: each is one read-only transaction over one snapshot."""

    def __init__(self, pool: postgres.Pool) -> None:
        self._pool = pool

    @asynccontextmanager
    async def view(self) -> AsyncIterator["View"]:
        """One snapshot for all that is read inside."""
        async with postgres.transaction(self._pool) as connection:
            await postgres.execute(connection, _SQL["one_view"])
            yield View(connection)


class View:
    """One snapshot of the read models."""

    def __init__(self, connection: postgres.Connection) -> None:
        self._connection = connection

    async def scores(
        self, tenants: Sequence[str], year: int, stage: Stage, clock: Clock, until: Moment | None
    ) -> Mapping[str, Score]:
        """The last score of each region at the moment (None: now); absent where there is none."""
        stages = [stage] if stage == ranking.FINAL else [stage, ranking.stated(stage)]
        asked: dict[str, object] = {"tenants": list(tenants), "year": year, "stages": stages}
        rows = await postgres.fetch(
            self._connection, _SQL["ranking"], asked | _bounds(clock, until)
        )
        return {row["tenant"]: _score(row) for row in rows}

    async def targets(
        self, tenants: Sequence[str], year: int, clock: Clock, until: Moment | None
    ) -> Mapping[str, Target]:
        """What the regions' plans promised for a year, as said at the moment (None: now)."""
        asked = {"tenants": list(tenants), "year": year, **_bounds(clock, until)}
        rows = await postgres.fetch(self._connection, _SQL["targets"], asked)
        return {row["tenant"]: Target(**row) for row in rows}

    async def region_years(self, tenant: str) -> Sequence[int]:
        """The years of which a region has said, or promised, anything."""
        rows = await postgres.fetch(self._connection, _SQL["region_years"], {"tenant": tenant})
        return [row["year"] for row in rows]

    async def any_result(
        self, tenants: Sequence[str], year: int, clock: Clock, until: Moment | None
    ) -> bool:
        """Whether an official result of any of them was there at the moment."""
        asked = {"tenants": list(tenants), "year": year, "stage": ranking.FINAL}
        asked |= _bounds(clock, until)
        rows = await postgres.fetch(self._connection, _SQL["any_result"], asked)
        return bool(rows[0]["found"])

    async def seasons(self) -> Sequence[Season]:
        """Every season known, the newest first."""
        rows = await postgres.fetch(self._connection, _SQL["seasons"])
        return [Season(**row) for row in rows]

    async def season(self, province: str, year: int) -> Season | None:
        """The calendar that holds in a province."""
        asked = {"province": province, "ministry": names.MINISTRY, "year": year}
        rows = await postgres.fetch(self._connection, _SQL["season"], asked)
        return Season(**rows[0]) if rows else None

    async def heard(self, tenants: Sequence[str], year: int) -> Mapping[str, Heard]:
        """How far each region was heard, whether or not it said anything."""
        asked = {"tenants": list(tenants), "year": year}
        rows = await postgres.fetch(self._connection, _SQL["heard"], asked)
        return {row["tenant"]: Heard(**row) for row in rows}

    async def provinces(self) -> Sequence[Provincial]:
        """Provinces and seasons with data."""
        rows = await postgres.fetch(self._connection, _SQL["provinces"])
        return [Provincial(**row) for row in rows]


def _score(row: Mapping[str, Any]) -> Score:
    return Score(**{field: row[field] for field in Score.__struct_fields__})


def _bounds(clock: Clock, until: Moment | None) -> dict[str, object]:
    end = moment.END_OF_TIME if until is None else until.until
    if clock == "known":
        return {"happened_before": moment.END_OF_TIME, "known_before": end}
    return {"happened_before": end, "known_before": moment.END_OF_TIME}
