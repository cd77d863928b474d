"""The door to psycopg: pools bound to one schema, named SQL, and failures in our own words."""

import asyncio
import functools
import select
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import AsyncConnection, errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import TransactionStatus
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

from shared.io import stopping
from shared.kernel.errors import Corrupt, Failure, Outrun, Refused, Unavailable

# No statement of ours is meant to run this long; a stuck one must not hold a head row.
STATEMENT_SECONDS_MAX = 30
LOCK_SECONDS_MAX = 10
IDLE_IN_TRANSACTION_SECONDS_MAX = 30
CONNECT_SECONDS_MAX = 10
# A request that cannot get a connection in this time is told to come back later.
BORROW_SECONDS_MAX = 5
WAITING_MAX = 200
# How long a database may be gone before readiness says so.
PULSE_SECONDS = 2.0

Connection = AsyncConnection[DictRow]
Pool = AsyncConnectionPool[Connection]
Parameters = Mapping[str, Any]

# Row-level security asks for this setting; it lasts as long as the transaction.
_REACH = "select set_config('app.tenants', %s, true)"
# A superuser, a role that may pass by the policies, or one that owns a table and may drop them.
_ROLE = """
select rolname as name, rolsuper or rolbypassrls or exists (
    select from pg_class where relowner = pg_roles.oid and relrowsecurity
) as unbound from pg_roles where rolname = current_user
"""
_REACH_ALL = "select set_config('app.tenants', string_agg(tenant, ','), true) from head"
_OPEN = (TransactionStatus.INTRANS, TransactionStatus.INERROR)


def bound_url(url: str, schema: str, name: str, lock_seconds: float = LOCK_SECONDS_MAX) -> str:
    """The connection string that sees only `schema`, with our time limits, named for operators."""
    options = " ".join(
        f"-c {setting}={value}"
        for setting, value in {
            "search_path": schema,
            "statement_timeout": f"{STATEMENT_SECONDS_MAX}s",
            "lock_timeout": f"{round(lock_seconds * 1000)}ms",
            "idle_in_transaction_session_timeout": f"{IDLE_IN_TRANSACTION_SECONDS_MAX}s",
            "timezone": "UTC",
        }.items()
    )
    return make_conninfo(
        url,
        options=options,
        application_name=f"jejak-{name}",
        connect_timeout=CONNECT_SECONDS_MAX,
    )


def parts(url: str) -> dict[str, str]:
    """The connection string taken apart: host, port, dbname, user, password."""
    return {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}


def with_database(url: str, database: str) -> str:
    """The same server and user, another database."""
    return make_conninfo(url, dbname=database)


def with_user(url: str, user: str, password: str) -> str:
    """The same server and database, another user."""
    return make_conninfo(url, user=user, password=password)


@functools.cache
def queries(path: Path) -> Mapping[str, str]:
    """The named blocks of an SQL file: each begins with `-- name: …`."""
    blocks: dict[str, list[str]] = {}
    name = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("-- name: "):
            name = line.removeprefix("-- name: ").strip()
            blocks[name] = []
        elif name:
            blocks[name].append(line)
    return {name: "\n".join(lines).strip().rstrip(";") for name, lines in blocks.items()}


@contextmanager
def translated() -> Iterator[None]:
    """Exceptions of psycopg stop here and come out as who must act next."""
    try:
        yield
    except psycopg.Error as error:
        raise failure_of(error) from error
    except UnicodeEncodeError as error:
        raise Refused("store.unstorable", why=str(error)) from error


def failure_of(error: psycopg.Error) -> Failure:
    """Which of the five kinds a database error is."""
    told = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    match error:
        case errors.UniqueViolation() | errors.SerializationFailure() | errors.DeadlockDetected():
            return Outrun("store.outrun", why=told)
        case errors.InsufficientPrivilege() | errors.CheckViolation():
            return Corrupt("store.refused_by_database", why=told)
        case psycopg.DataError() | errors.ProgramLimitExceeded():
            return Refused("store.unstorable", why=told)
        case errors.LockNotAvailable():
            return Unavailable("database.locked", why=told)
        case psycopg.OperationalError() | psycopg.InterfaceError():
            return Unavailable("database.unavailable", why=told)
        case _:
            return Corrupt("database.error", why=told)


async def connect(url: str, schema: str, name: str) -> Connection:
    """One connection of its own, in autocommit mode: transactions are always explicit."""
    with translated():
        return await AsyncConnection.connect(
            bound_url(url, schema, name), autocommit=True, row_factory=dict_row
        )


@asynccontextmanager
async def pool(
    url: str, schema: str, name: str, size: int, lock_seconds: float = LOCK_SECONDS_MAX
) -> AsyncIterator[Pool]:
    """A pool of `size` connections in autocommit mode, opened here and closed on leaving.

    `lock_seconds` is how long any of its statements waits for a row that someone else holds.
    """
    opened: Pool = AsyncConnectionPool(
        bound_url(url, schema, name, lock_seconds),
        connection_class=AsyncConnection[DictRow],
        kwargs={"autocommit": True, "row_factory": dict_row},
        min_size=size,
        max_size=size,
        max_waiting=WAITING_MAX,
        timeout=BORROW_SECONDS_MAX,
        check=_must_be_whole,
        open=False,
        name=name,
    )
    with translated():
        await opened.open(wait=True, timeout=CONNECT_SECONDS_MAX)
    try:
        await _must_be_bound(opened)
        yield opened
    finally:
        await opened.close()


async def _must_be_whole(connection: Connection) -> None:
    """Ask an idle connection whether it lives only where its socket has something to read.

    A server that went away has closed its end, which can be read, and to look costs no round trip.
    """
    idle = select.poll()
    idle.register(connection.fileno(), select.POLLIN)
    if idle.poll(0):
        await AsyncConnectionPool.check_connection(connection)


async def _must_be_bound(opened: Pool) -> None:
    """Refuse to serve as a role that row-level security does not bind, or that could undo it."""
    async with borrowed(opened) as connection:
        (role,) = await fetch(connection, _ROLE)
    if role["unbound"]:
        raise Refused("config.role_unbound", role=role["name"])


class Pulse:
    """Whether the database answers, asked every few seconds: what readiness may say of it."""

    def __init__(self, opened: Pool) -> None:
        self._pool = opened
        self.beats = True

    def ready(self) -> dict[str, bool]:
        """What the service's readiness says of it."""
        return {"database": self.beats}

    async def run(self) -> None:
        """Ask for ever."""
        while not stopping.is_asked():
            try:
                async with asyncio.timeout(PULSE_SECONDS), borrowed(self._pool) as connection:
                    await connection.execute("select 1")
                self.beats = True
            except (Failure, TimeoutError):
                self.beats = False
            await asyncio.sleep(PULSE_SECONDS)


@asynccontextmanager
async def borrowed(opened: Pool) -> AsyncIterator[Connection]:
    """A connection for a few statements, each its own transaction."""
    with translated():
        async with opened.connection() as connection:
            yield connection


@asynccontextmanager
async def transaction(opened: Pool) -> AsyncIterator[Connection]:
    """A connection inside one transaction, committed on leaving."""
    async with borrowed(opened) as connection, connection.transaction():
        yield connection


@asynccontextmanager
async def together(opened: Pool) -> AsyncIterator[Connection]:
    """A transaction whose begin travels with its first statements, its commit with the last."""
    async with borrowed(opened) as connection:
        try:
            async with connection.pipeline():
                await connection.execute("begin", prepare=False)
                yield connection
                await connection.execute("commit", prepare=False)
        finally:
            if connection.info.transaction_status in _OPEN:
                await connection.rollback()


@asynccontextmanager
async def reaching(opened: Pool, tenants: Iterable[str]) -> AsyncIterator[Connection]:
    """A transaction that sees and writes the rows of these tenants alone."""
    async with transaction(opened) as connection:
        await reach(connection, tenants)
        yield connection


async def reach(connection: Connection, tenants: Iterable[str]) -> None:
    """Name the tenants of the running transaction, in place of those it named before.

    The database forgets them with the transaction, however it ends: a connection that goes back to
    its pool reaches nobody.
    """
    await connection.execute(_REACH, [",".join(sorted(set(tenants)))])


async def reach_all(connection: Connection) -> None:
    """Name every tenant there is: for upkeep that belongs to no tenant, never for a request."""
    await connection.execute(_REACH_ALL)


async def fetch_of(
    opened: Pool, tenants: Iterable[str], query: str, parameters: Parameters | None = None
) -> list[DictRow]:
    """All rows of one query that sees these tenants alone, in one round trip."""
    (rows,) = await fetch_each_of(opened, tenants, [(query, parameters)])
    return rows


async def fetch_each_of(
    opened: Pool, tenants: Iterable[str], queries: Sequence[tuple[str, Parameters | None]]
) -> list[list[DictRow]]:
    """All rows of each query, of one round trip and transaction that see these tenants alone."""
    async with borrowed(opened) as connection:
        return await fetch_each(connection, tenants, queries)


async def fetch_each(
    connection: Connection,
    tenants: Iterable[str],
    queries: Sequence[tuple[str, Parameters | None]],
) -> list[list[DictRow]]:
    """The same over a connection that is in no transaction.

    What a pipeline sends before it waits is one transaction by itself: all of it holds, or nothing.
    """
    async with connection.pipeline():
        await reach(connection, tenants)
        cursors = [await connection.execute(*asked, binary=True) for asked in queries]
    return [await cursor.fetchall() if cursor.description else [] for cursor in cursors]


async def fetch(
    connection: Connection, query: str, parameters: Parameters | None = None
) -> list[DictRow]:
    """All rows of one query, over the binary protocol."""
    cursor = await connection.execute(query, parameters, binary=True)
    return await cursor.fetchall()


async def execute(connection: Connection, query: str, parameters: Parameters | None = None) -> int:
    """How many rows the statement touched."""
    cursor = await connection.execute(query, parameters)
    return cursor.rowcount
