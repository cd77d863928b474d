"""Reading the read models: the rows a ranking is made of, all seen at one moment."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from functools import reduce
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from services.projection.core import moment, ranking
from services.projection.core.moment import Moment
from services.projection.core.ranking import Stage
from shared.io import postgres
from shared.kernel import calendar, names
from shared.kernel.calendar import Calendar
from shared.kernel.recorded import Event, decode_event

# Which clock a moment is read on: when facts took place, or when they were recorded here.
Clock = Literal["happened", "known"]
CLOCKS: tuple[Clock, ...] = ("happened", "known")

_SQL = postgres.queries(Path(__file__).parent / "queries.sql")


class Said(Struct, frozen=True, kw_only=True):
    """One thing that was said of a season's calendar, on both clocks."""

    seq: int
    event: Event
    happened_at: datetime
    known_at: datetime


class Season(Struct, frozen=True, kw_only=True):
    """A year's calendar as its keeper (a province, or the ministry) told it."""

    keeper: str
    year: int
    rule_set: str
    rule_digest: str
    letter: str
    opened_at: datetime
    opened_known_at: datetime
    said: tuple[Said, ...] = ()

    def calendar(self, clock: Clock, until: Moment | None) -> Calendar:
        """The calendar as it stood at the moment (None: now), or was known to stand."""
        then = [one.event for one in self.at(clock, until)]
        return reduce(calendar.evolve, then, calendar.EMPTY)

    def at(self, clock: Clock, until: Moment | None) -> tuple[Said, ...]:
        """What had been said by the moment (None: now), or was known to be."""
        end = moment.END_OF_TIME if until is None else until.until
        return tuple(
            one
            for one in self.said
            if (one.known_at if clock == "known" else one.happened_at) < end
        )


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
        return await self._told(await postgres.fetch(self._connection, _SQL["seasons"]))

    async def season(self, province: str, year: int) -> Season | None:
        """The calendar that holds in a province."""
        asked = {"province": province, "ministry": names.MINISTRY, "year": year}
        rows = await postgres.fetch(self._connection, _SQL["season"], asked)
        told = await self._told(rows)
        return told[0] if told else None

    async def _told(self, rows: Sequence[Mapping[str, Any]]) -> Sequence[Season]:
        """Seasons with all that was said of their calendars."""
        asked = {
            "keepers": sorted({row["keeper"] for row in rows}),
            "years": sorted({row["year"] for row in rows}),
        }
        said: dict[tuple[str, int], list[Said]] = {}
        for row in await postgres.fetch(self._connection, _SQL["calendar"], asked):
            one = Said(
                seq=row["seq"],
                event=decode_event(row["state"]),
                happened_at=row["happened_at"],
                known_at=row["known_at"],
            )
            said.setdefault((row["keeper"], row["year"]), []).append(one)
        return [
            Season(**row, said=tuple(said.get((row["keeper"], row["year"]), ()))) for row in rows
        ]

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
