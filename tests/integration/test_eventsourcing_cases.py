"""The eventsourcing library works on our log: its own test cases, its application, its repository.

The seams that `TenantRecorder` overrides are single-underscore; these cases are the alarm that an
upgrade of the library moved one.
"""

from collections.abc import Iterable, Iterator
from uuid import uuid4

import pytest
from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import (
    ApplicationRecorder,
    DataError,
    IntegrityError,
    Mapper,
    OperationalError,
    ProgrammingError,
    StoredEvent,
)
from eventsourcing.postgres import PostgresDatastore
from eventsourcing.tests import persistence as cases
from msgspec import Struct
from msgspec.structs import replace

from shared.io import postgres, recorder
from shared.io.recorder import TenantRecorder
from shared.kernel import recorded
from shared.kernel.events.innovation import (
    InnovationRegistered,
    InnovationRevised,
    InnovationSubmitted,
)
from shared.kernel.recorded import Event
from tests import examples
from tests.databases import Database
from tests.example_events import PROFILE
from tests.examples import INNOVATION, NEIGHBOUR, STREAM, TENANT, YEAR
from tests.serving import serving


@pytest.fixture
def datastore(database: Database) -> Iterator[PostgresDatastore]:
    opened = recorder.datastore(database.intake, "intake")
    yield opened
    opened.close()


def of(datastore: PostgresDatastore, tenant: str = TENANT) -> TenantRecorder:
    return TenantRecorder(datastore, tenant=tenant, actor="test")


class _Case:
    """What both of the library's cases need: our recorder, and originators named by text."""

    datastore: PostgresDatastore

    @pytest.fixture(autouse=True)
    def _prepare(self, datastore: PostgresDatastore) -> None:
        self.datastore = datastore

    def create_recorder(self) -> TenantRecorder:
        return of(self.datastore)

    def new_originator_id(self) -> str:
        return str(uuid4())


class TestRecorder(_Case, cases.ApplicationRecorderTestCase[TenantRecorder]):
    pass


class TestNonInterleavingIds(_Case, cases.NonInterleavingNotificationIDsBaseCase):
    pass


# A small application of the library whose events are ours.


class Said(Struct, frozen=True, kw_only=True):
    """One of our events with the place that the library asks for."""

    originator_id: str
    originator_version: int
    event: Event


class Innovation(Struct, frozen=True, kw_only=True):
    """An immutable aggregate in the library's sense."""

    id: str
    version: int
    name: str
    tahapan: str
    submitted: bool = False


def project(kept: Innovation | None, said: Iterable[Said]) -> Innovation | None:
    for each in said:
        match each.event:
            case InnovationRegistered(profile=profile):
                kept = Innovation(
                    id=each.originator_id,
                    version=each.originator_version,
                    name=profile.name,
                    tahapan=profile.tahapan,
                )
            case InnovationRevised(profile=profile):
                assert kept is not None
                kept = replace(kept, name=profile.name, tahapan=profile.tahapan)
            case InnovationSubmitted():
                assert kept is not None
                kept = replace(kept, submitted=True)
        assert kept is not None
        kept = replace(kept, version=each.originator_version)
    return kept


class EventMapper(Mapper[str]):
    """Stored under the event's own short tag and in its own bytes, never under a module's path."""

    def to_stored_event(self, domain_event: DomainEventProtocol[str]) -> StoredEvent:
        assert isinstance(domain_event, Said)
        return StoredEvent(
            originator_id=domain_event.originator_id,
            originator_version=domain_event.originator_version,
            topic=recorded.topic(domain_event.event),
            state=recorded.encode(domain_event.event),
        )

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[str]:
        return Said(
            originator_id=str(stored_event.originator_id),
            originator_version=stored_event.originator_version,
            event=recorded.decode_event(stored_event.state),
        )


class Innovations(Application[str]):
    """One tenant's innovations."""

    def __init__(self, datastore: PostgresDatastore, tenant: str = TENANT) -> None:
        self._own = of(datastore, tenant)
        super().__init__(env={})

    def construct_recorder(self) -> ApplicationRecorder:
        return self._own

    def construct_mapper(self) -> Mapper[str]:
        return EventMapper(self.construct_transcoder())

    def say(self, stream: str, version: int, *events: Event) -> None:
        self.save(
            *(
                Said(originator_id=stream, originator_version=number, event=event)
                for number, event in enumerate(events, start=version)
            )
        )

    def get(self, stream: str, version: int | None = None) -> Innovation:
        found: Innovation = self.repository.get(stream, version=version, projector_func=project)
        return found


REGISTERED = InnovationRegistered(year=YEAR, innovation=INNOVATION, profile=PROFILE)
REVISED = InnovationRevised(
    year=YEAR, innovation=INNOVATION, profile=replace(PROFILE, name="TAPIS 2", tahapan="inisiatif")
)
SUBMITTED = InnovationSubmitted(year=YEAR, innovation=INNOVATION)


@pytest.fixture
def app(datastore: PostgresDatastore) -> Iterator[Innovations]:
    with Innovations(datastore) as opened:
        yield opened


def test_an_application_saves_and_loads(app: Innovations) -> None:
    app.say(STREAM, 1, REGISTERED)
    app.say(STREAM, 2, REVISED, SUBMITTED)
    kept = app.get(STREAM)
    assert (kept.version, kept.name, kept.submitted) == (3, "TAPIS 2", True)


def test_the_repository_travels_in_time(app: Innovations) -> None:
    app.say(STREAM, 1, REGISTERED, REVISED, SUBMITTED)
    versions = [app.get(STREAM, version) for version in (1, 2, 3)]
    assert [kept.version for kept in versions] == [1, 2, 3]
    assert [kept.name for kept in versions] == [PROFILE.name, "TAPIS 2", "TAPIS 2"]
    assert [kept.submitted for kept in versions] == [False, False, True]


def test_what_was_never_said_is_not_found(app: Innovations) -> None:
    with pytest.raises(AggregateNotFoundError):
        app.get(STREAM)


def test_the_second_of_two_deciders_is_refused(
    app: Innovations, datastore: PostgresDatastore
) -> None:
    app.say(STREAM, 1, REGISTERED)
    with Innovations(datastore) as other:
        assert app.get(STREAM).version == other.get(STREAM).version
        app.say(STREAM, 2, REVISED)
        with pytest.raises(IntegrityError):
            other.say(STREAM, 2, SUBMITTED)
        assert other.get(STREAM).name == "TAPIS 2"


def test_tenants_share_no_stream(app: Innovations, datastore: PostgresDatastore) -> None:
    app.say(STREAM, 1, REGISTERED, REVISED)
    with Innovations(datastore, NEIGHBOUR) as neighbour:
        with pytest.raises(AggregateNotFoundError):
            neighbour.get(STREAM)
        neighbour.say(STREAM, 1, REGISTERED)
        assert [note.id for note in neighbour.notification_log.select(1, 10)] == [1]
        assert neighbour.get(STREAM).version == 1


def test_the_notification_log_is_the_tenants_log(app: Innovations) -> None:
    app.say(STREAM, 1, REGISTERED, REVISED, SUBMITTED)
    section = app.notification_log["1,10"]
    assert [note.id for note in section.items] == [1, 2, 3]
    assert [note.topic for note in section.items] == [
        "innovation.registered.1",
        "innovation.revised.1",
        "innovation.submitted.1",
    ]


async def test_what_the_group_commit_recorded_the_library_reads(
    database: Database, app: Innovations
) -> None:
    drafts = [examples.draft(event) for event in (REGISTERED, REVISED)]
    async with serving(database.intake) as commit:
        await commit.append(examples.append(drafts=drafts))
        app.say(STREAM, 3, SUBMITTED)
        with pytest.raises(Exception, match=r"stream\.moved"):
            await commit.append(examples.append("late", expected={STREAM: 2}))
    kept = app.get(STREAM)
    assert (kept.version, kept.name, kept.submitted) == (3, "TAPIS 2", True)


async def test_what_the_library_saved_is_recorded_like_everything_else(
    database: Database, app: Innovations
) -> None:
    app.say(STREAM, 1, REGISTERED, REVISED)
    connection = await postgres.connect(database.admin, "intake", "test")
    async with connection:
        rows = await postgres.fetch(connection, "select * from event order by seq")
        heads = await postgres.fetch(connection, "select seq, root from head where seq > 0")
    events = [recorded.Stored(**row) for row in rows]
    assert heads == [{"seq": 2, "root": examples.root_of(events)}]
    assert {recorded.decode(event).meta.actor for event in events} == {"test"}


# What the recorder refuses.


def test_the_library_never_makes_tables(datastore: PostgresDatastore) -> None:
    with pytest.raises(ProgrammingError, match="migrations"):
        of(datastore).create_table()


def test_the_library_never_subscribes(datastore: PostgresDatastore) -> None:
    with pytest.raises(ProgrammingError, match="poll"):
        of(datastore).subscribe()


def test_a_tenant_without_a_head_has_no_log(datastore: PostgresDatastore) -> None:
    with Innovations(datastore, "99.99") as stranger:
        with pytest.raises(ProgrammingError, match=r"99\.99"):
            stranger.say(STREAM, 1, REGISTERED)
        assert stranger.notification_log.select(1, 10) == []


@pytest.mark.parametrize("stream", ["nul\x00", "s" * 201, "lone \ud800"])
def test_a_stream_that_no_index_can_hold_is_refused(app: Innovations, stream: str) -> None:
    with pytest.raises(DataError, match="unnameable"):
        app.say(stream, 1, REGISTERED)
    assert app.recorder.max_notification_id() is None


def test_the_head_is_not_waited_for_without_end(
    database: Database, datastore: PostgresDatastore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stuck writer must not take a thread of the library with it for ever."""
    import psycopg

    monkeypatch.setattr(recorder, "LOCK_SECONDS_MAX", 0.2)
    insert = TenantRecorder.insert_events.__wrapped__
    event = StoredEvent(originator_id=STREAM, originator_version=1, topic="t", state=b"{}")
    with psycopg.connect(database.admin) as holder:
        holder.execute("set idle_in_transaction_session_timeout = '3s'")
        holder.execute("select 1 from intake.head where tenant = %s for update", [TENANT])
        with pytest.raises(OperationalError, match="lock timeout"):
            insert(of(datastore), [event])
