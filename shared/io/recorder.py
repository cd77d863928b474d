"""The door to the eventsourcing library: its recorder over one tenant of our own log tables.

`TenantRecorder` keeps the library's interface (`Application`, `Repository`, `Mapper`, its own test
cases) and writes the same rows under the same head lock as the group commit does. The library's
table lock, its NOTIFY and its database functions are never used: with the functions on, ids become
visible out of order and a reader misses events.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn
from uuid import UUID, uuid4

from eventsourcing.persistence import DataError, Notification, ProgrammingError, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg import Cursor
from psycopg.rows import DictRow

from shared.io import postgres, rows
from shared.kernel import appending
from shared.kernel.appending import Draft, Head
from shared.kernel.recorded import Meta, encode

POOL_SIZE = 2
POOL_OVERFLOW_MAX = 8
LOCK_SECONDS_MAX = 10

_SQL = postgres.queries(Path(__file__).parent / "sql" / "recorder.sql")
_STORE_SQL = postgres.queries(Path(__file__).parent / "sql" / "store.sql")


def datastore(url: str, schema: str) -> PostgresDatastore:
    """The library's pool on a log's schema; close it when done."""
    server = postgres.parts(url)
    return PostgresDatastore(
        dbname=server["dbname"],
        host=server["host"],
        port=server.get("port", "5432"),
        user=server["user"],
        password=server.get("password", ""),
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW_MAX,
        lock_timeout=LOCK_SECONDS_MAX,
        idle_in_transaction_session_timeout=postgres.IDLE_IN_TRANSACTION_SECONDS_MAX,
        schema=schema,
        originator_id_type="text",
        enable_db_functions=False,
    )


class TenantRecorder(PostgresApplicationRecorder):
    """One tenant's log behind the library's recorder; a notification's id is its seq."""

    def __init__(self, datastore: PostgresDatastore, *, tenant: str, actor: str) -> None:
        super().__init__(datastore, events_table_name="event")
        self._tenant = tenant
        self._meta = encode(Meta(actor=actor, role="recorder"))
        self._place = {
            "schema": self.datastore.schema,
            "lock_timeout": f"{LOCK_SECONDS_MAX}s",
            "tenant": tenant,
        }

    def create_table(self) -> NoReturn:
        """The tables come from the migrations, never from the library."""
        raise ProgrammingError("the log's tables are made by migrations")

    def subscribe(self, *_: object, **__: object) -> NoReturn:
        """Readers poll the head; the library's subscription dies with its connection."""
        raise ProgrammingError("poll select_notifications: subscriptions are not offered")

    def _insert_stored_events(
        self, curs: Cursor[DictRow], stored_events: Sequence[StoredEvent], **_: Any
    ) -> None:
        drafts = [self._draft(event) for event in stored_events]
        for refused in filter(None, map(appending.unfit, drafts)):
            raise DataError(str(refused)) from refused
        curs.execute(_SQL["enter_log"], self._place)
        curs.execute(_STORE_SQL["lock_heads"], {"tenants": [self._tenant]}, binary=True)
        locked = curs.fetchone()
        if locked is None:
            raise ProgrammingError(f"there is no tenant {self._tenant}")
        curs.execute(_STORE_SQL["clock"], binary=True)
        clock = curs.fetchone()
        assert clock is not None
        head = Head(**locked)
        moment = max(clock["now"], head.recorded_at)
        placed = [
            appending.stored(
                tenant=self._tenant,
                seq=head.seq + number,
                draft=draft,
                version=event.originator_version,
                identity=uuid4(),
                moment=moment,
            )
            for number, (event, draft) in enumerate(zip(stored_events, drafts, strict=True), 1)
        ]
        # Synced by itself: with more in flight, the commit's "pipeline aborted" can come out first
        # and hide that another writer took the version.
        with curs.connection.pipeline():
            curs.execute(_STORE_SQL["insert_events"], rows.event_columns(placed))
        moved = appending.advanced(head, placed, moment)
        curs.execute(_STORE_SQL["advance_heads"], rows.head_columns([moved]))

    def _draft(self, event: StoredEvent) -> Draft:
        stream = str(event.originator_id)
        return Draft(stream=stream, topic=event.topic, state=event.state, meta=self._meta)

    def _fetch_ids_after_insert_events(
        self, curs: Cursor[DictRow], stored_events: Sequence[StoredEvent], **_: Any
    ) -> Sequence[int]:
        """Under the head lock the last seq is ours, and the ones before it too."""
        curs.execute(_SQL["max_notification_id"], {"tenant": self._tenant})
        row = curs.fetchone()
        assert row is not None
        return list(range(row["seq"] - len(stored_events) + 1, row["seq"] + 1))

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """The events of one stream of this tenant."""
        parameters = {"stream": str(originator_id), "gt": gt, "lte": lte, "limit": limit}
        found = self._select("select_events_latest_first" if desc else "select_events", parameters)
        return [
            StoredEvent(
                originator_id=row["stream"],
                originator_version=row["version"],
                topic=row["topic"],
                state=row["state"],
            )
            for row in found
        ]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """The tenant's events in order of seq."""
        first = 0 if start is None else start + (0 if inclusive_of_start else 1)
        wanted = list(topics) or None
        parameters = {"first": first, "stop": stop, "topics": wanted, "limit": limit}
        return [
            Notification(
                id=row["seq"],
                originator_id=row["stream"],
                originator_version=row["version"],
                topic=row["topic"],
                state=row["state"],
            )
            for row in self._select("select_notifications", parameters)
        ]

    def max_notification_id(self) -> int | None:
        """The tenant's last seq; None where it has no event."""
        found = self._select("max_notification_id", {})
        return found[0]["seq"] if found else None

    def _select(self, name: str, parameters: dict[str, Any]) -> list[DictRow]:
        with self._reading() as curs:
            curs.execute(_SQL[name], {"tenant": self._tenant, **parameters}, binary=True)
            return curs.fetchall()

    @contextmanager
    def _reading(self) -> Iterator[Cursor[DictRow]]:
        with self.datastore.get_connection() as connection, connection.pipeline():  # noqa: SIM117
            with connection.transaction(), connection.cursor() as curs:
                curs.execute(_SQL["enter_log"], self._place)
                yield curs
