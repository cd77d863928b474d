"""One contract for every writer of the log: the group commit, the library's recorder, the model."""

import asyncio
import select
from collections.abc import Sequence
from datetime import datetime

import pytest
from eventsourcing.persistence import StoredEvent
from psycopg import Connection, Cursor
from psycopg.rows import DictRow

from shared.io.recorder import TenantRecorder
from shared.io.store import GroupCommit
from shared.kernel import appending
from shared.kernel.appending import EVENT_BYTES_MAX, Head
from shared.kernel.recorded import Stored
from tests.databases import Database
from tests.examples import NEIGHBOUR, STREAM, TENANT
from tests.writers import CommitWriter, Conflict, Fact, Writer, check, facts, recording

ANSWER_SECONDS_MAX = 5


async def test_events_are_numbered_from_one_without_a_hole(writer: Writer) -> None:
    assert list(await writer.write(TENANT, *facts("a", 1, 3))) == [1, 2, 3]
    assert list(await writer.write(TENANT, *facts("b", 1, 1))) == [4]
    assert list(await writer.write(TENANT, *facts("a", 4, 5), *facts("b", 2, 2))) == [5, 6, 7]
    await check(writer, TENANT, 7)


async def test_an_empty_log_has_the_empty_root(writer: Writer) -> None:
    await check(writer, TENANT, 0)


async def test_a_version_that_is_taken_is_a_conflict(writer: Writer) -> None:
    await writer.write(TENANT, *facts("a", 1, 2))
    for taken in (facts("a", 1, 1), facts("a", 2, 2), facts("a", 2, 4)):
        with pytest.raises(Conflict):
            await writer.write(TENANT, *taken)
    await check(writer, TENANT, 2)


async def test_a_conflict_leaves_nothing_behind_and_no_hole(writer: Writer) -> None:
    await writer.write(TENANT, *facts("a", 1, 1))
    with pytest.raises(Conflict):
        await writer.write(TENANT, *facts("b", 1, 2), *facts("a", 1, 1), *facts("c", 1, 1))
    assert list(await writer.write(TENANT, *facts("b", 1, 1))) == [2]
    await check(writer, TENANT, 2)


async def test_tenants_do_not_know_each_other(writer: Writer) -> None:
    assert list(await writer.write(TENANT, *facts("a", 1, 2))) == [1, 2]
    assert list(await writer.write(NEIGHBOUR, *facts("a", 1, 1))) == [1]
    assert list(await writer.write(TENANT, *facts("a", 3, 3))) == [3]
    await check(writer, TENANT, 3)
    await check(writer, NEIGHBOUR, 1)


@pytest.mark.parametrize(
    "state",
    [
        b"",
        b"{}",
        bytes(range(256)),
        b"\\x00\\\\'\"",
        "Kabupaten Banjar “Ä”".encode(),
        b"x" * 99_999,
    ],
    ids=len,
)
async def test_bytes_come_back_as_they_went_in(writer: Writer, state: bytes) -> None:
    fact = Fact("innovation/2026/é-\N{ELEPHANT}", 1, state, "topic with 'quotes'.1")
    await writer.write(TENANT, fact)
    row = (await check(writer, TENANT, 1))[0]
    assert (row.stream, row.version, row.state, row.topic) == (
        fact.stream,
        fact.version,
        fact.state,
        fact.topic,
    )


async def test_what_is_too_large_for_a_message_is_refused_by_every_writer(writer: Writer) -> None:
    with pytest.raises(Exception, match="too_large"):
        await writer.write(TENANT, Fact("a", 1, b"x" * (EVENT_BYTES_MAX + 1)))
    await check(writer, TENANT, 0)


async def test_racing_writers_of_one_stream_win_once(writer: Writer) -> None:
    outcomes = await asyncio.gather(
        *(writer.write(TENANT, Fact("a", 1)) for _ in range(8)), return_exceptions=True
    )
    lost = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert [type(each) for each in lost] == [Conflict] * 7, lost
    await check(writer, TENANT, 1)


async def test_racing_writers_of_many_streams_all_win(writer: Writer) -> None:
    await asyncio.gather(
        *(writer.write(TENANT, *facts(f"stream-{number}", 1, 3)) for number in range(8))
    )
    rows = await check(writer, TENANT, 24)
    for number in range(8):
        seqs = [row.seq for row in rows if row.stream == f"stream-{number}"]
        assert seqs == list(range(seqs[0], seqs[0] + 3))


async def test_both_writers_continue_each_others_log(
    database: Database, commit: GroupCommit
) -> None:
    one = CommitWriter(database, commit)
    async with recording(database) as other:
        for version in range(1, 9):
            writer: Writer = one if version % 2 else other
            assert list(await writer.write(TENANT, Fact("a", version))) == [version]
        await asyncio.gather(
            *(one.write(TENANT, Fact(f"one-{n}", 1)) for n in range(20)),
            *(other.write(TENANT, Fact(f"other-{n}", 1)) for n in range(8)),
        )
    await check(one, TENANT, 36)


async def test_the_recorder_numbers_only_its_own_tenant(database: Database) -> None:
    async with recording(database) as own:
        await own.write(NEIGHBOUR, *facts(STREAM, 1, 4))
        await own.write(TENANT, *facts(STREAM, 1, 2))
        mine = TenantRecorder(own._datastore, tenant=TENANT, actor="test")
        found = await asyncio.to_thread(mine.select_notifications, 1, 10)
        assert [(note.id, note.originator_version) for note in found] == [(1, 1), (2, 2)]
        assert await asyncio.to_thread(mine.max_notification_id) == 2
        assert len(await asyncio.to_thread(mine.select_events, STREAM)) == 2


async def test_a_taken_version_is_told_however_early_the_server_refuses(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The refusal may arrive while later statements are still being sent: never hidden by them."""
    connections: list[Connection[DictRow]] = []
    insert, advanced = TenantRecorder._insert_stored_events, appending.advanced

    def noting(
        self: TenantRecorder, curs: Cursor[DictRow], events: Sequence[StoredEvent], **more: object
    ) -> None:
        connections.append(curs.connection)
        insert(self, curs, events, **more)

    def refused_before(head: Head, placed: Sequence[Stored], moment: datetime) -> Head:
        select.select([connections[-1].fileno()], [], [], ANSWER_SECONDS_MAX)
        return advanced(head, placed, moment)

    async with recording(database) as writer:
        await writer.write(TENANT, Fact("a", 1))
        monkeypatch.setattr(TenantRecorder, "_insert_stored_events", noting)
        monkeypatch.setattr(appending, "advanced", refused_before)
        with pytest.raises(Conflict):
            await writer.write(TENANT, Fact("a", 1))
        assert connections
        monkeypatch.undo()
        await check(writer, TENANT, 1)
