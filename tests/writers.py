"""The writers of the log behind one face, and what must hold of any log they leave behind."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

import msgspec
import pytest
from eventsourcing.persistence import IntegrityError, StoredEvent
from eventsourcing.postgres import PostgresDatastore
from psycopg.rows import DictRow

from shared.io import postgres, recorder
from shared.io.recorder import TenantRecorder
from shared.io.store import GroupCommit
from shared.kernel.appending import Append, Draft, Receipt
from shared.kernel.errors import Failure, Outrun
from shared.kernel.recorded import Stored
from tests import examples
from tests.databases import Database
from tests.examples import NEIGHBOUR, TENANT
from tests.memory_log import MemoryLog
from tests.serving import serving

MANY_TENANTS = ("11", "12.01", "31.71", "61.05", TENANT, NEIGHBOUR, "63", "91.71")


class Fact(msgspec.Struct, frozen=True):
    """What a writer is asked to store, with the version it must get."""

    stream: str
    version: int
    state: bytes = b'{"a":1}'
    topic: str = "fact.1"


class Conflict(Exception):  # noqa: N818 - told like the library's own
    """The writer refused: someone else has that version."""


class Kept(Protocol):
    """What stands behind a writer."""

    async def rows(self, tenant: str) -> Sequence[Stored]: ...
    async def head(self, tenant: str) -> tuple[int, bytes]: ...


class Writer(Kept, Protocol):
    """What the suite needs of a writer."""

    async def write(self, tenant: str, *facts: Fact) -> Sequence[int]: ...


def facts(stream: str, first: int, last: int) -> list[Fact]:
    return [Fact(stream, version) for version in range(first, last + 1)]


def as_append(key: str, tenant: str, asked: Sequence[Fact]) -> Append:
    expected: dict[str, int] = {}
    for fact in asked:
        expected.setdefault(fact.stream, fact.version - 1)
    return examples.append(
        key,
        tenant=tenant,
        expected=expected,
        drafts=[
            Draft(stream=fact.stream, topic=fact.topic, state=fact.state, meta=b"{}")
            for fact in asked
        ],
    )


def seqs_of(outcome: Receipt | Failure) -> Sequence[int]:
    if isinstance(outcome, Outrun):
        raise Conflict(outcome.reason)
    assert isinstance(outcome, Receipt), outcome
    return range(outcome.first, outcome.last + 1)


class Tables:
    """Reading what a writer left in the database, by plain SQL."""

    def __init__(self, database: Database) -> None:
        self._url = database.admin

    async def rows(self, tenant: str) -> Sequence[Stored]:
        query = (
            "select tenant, seq, stream, version, event_id, topic, state, meta, recorded_at,"
            " leaf_hash from event where tenant = %(tenant)s order by seq"
        )
        return [Stored(**row) for row in await self.select(query, tenant)]

    async def head(self, tenant: str) -> tuple[int, bytes]:
        row = (await self.select("select seq, root from head where tenant = %(tenant)s", tenant))[0]
        return row["seq"], row["root"]

    async def select(self, query: str, tenant: str) -> list[DictRow]:
        connection = await postgres.connect(self._url, "intake", "test")
        async with connection:
            return await postgres.fetch(connection, query, {"tenant": tenant})


class CommitWriter(Tables):
    def __init__(self, database: Database, commit: GroupCommit) -> None:
        super().__init__(database)
        self._commit = commit
        self._keys = 0

    async def write(self, tenant: str, *facts: Fact) -> Sequence[int]:
        self._keys += 1
        try:
            return seqs_of(await self._commit.append(as_append(f"key-{self._keys}", tenant, facts)))
        except Outrun as outrun:
            raise Conflict(outrun.reason) from outrun


class RecorderWriter(Tables):
    def __init__(self, database: Database, datastore: PostgresDatastore) -> None:
        super().__init__(database)
        self._datastore = datastore

    async def write(self, tenant: str, *facts: Fact) -> Sequence[int]:
        own = TenantRecorder(self._datastore, tenant=tenant, actor="test")
        events = [
            StoredEvent(
                originator_id=fact.stream,
                originator_version=fact.version,
                topic=fact.topic,
                state=fact.state,
            )
            for fact in facts
        ]
        try:
            return await asyncio.to_thread(own.insert_events, events) or ()
        except IntegrityError as error:
            raise Conflict from error


class MemoryWriter:
    def __init__(self) -> None:
        self._log = MemoryLog(*MANY_TENANTS)
        self._keys = 0

    async def write(self, tenant: str, *facts: Fact) -> Sequence[int]:
        self._keys += 1
        return seqs_of(self._log.append([as_append(f"key-{self._keys}", tenant, facts)])[0])

    async def rows(self, tenant: str) -> Sequence[Stored]:
        return self._log.events(tenant)

    async def head(self, tenant: str) -> tuple[int, bytes]:
        return self._log.heads[tenant].seq, self._log.roots[tenant]


@asynccontextmanager
async def recording(database: Database) -> AsyncIterator[RecorderWriter]:
    datastore = recorder.datastore(database.intake, "intake")
    try:
        yield RecorderWriter(database, datastore)
    finally:
        await asyncio.to_thread(datastore.close)


@pytest.fixture(params=["group commit", "recorder", "memory"])
async def writer(request: pytest.FixtureRequest) -> AsyncIterator[Writer]:
    if request.param == "memory":
        yield MemoryWriter()
        return
    database: Database = request.getfixturevalue("database")
    if request.param == "recorder":
        async with recording(database) as own:
            yield own
    else:
        async with serving(database.intake) as commit:
            yield CommitWriter(database, commit)


@pytest.fixture
async def commit(database: Database) -> AsyncIterator[GroupCommit]:
    async with serving(database.intake) as own:
        yield own


@pytest.fixture
def tables(database: Database) -> Tables:
    return Tables(database)


async def check(kept: Kept, tenant: str, count: int) -> Sequence[Stored]:
    """I2 and I9 of one tenant; the rows."""
    rows = await kept.rows(tenant)
    assert [row.seq for row in rows] == list(range(1, count + 1))
    for stream in {row.stream for row in rows}:
        versions = [row.version for row in rows if row.stream == stream]
        assert versions == list(range(1, len(versions) + 1))
    assert len({row.event_id for row in rows}) == count
    assert {row.tenant for row in rows} <= {tenant}
    moments = [row.recorded_at for row in rows]
    assert moments == sorted(moments)
    assert await kept.head(tenant) == (count, examples.root_of(rows))
    return rows
