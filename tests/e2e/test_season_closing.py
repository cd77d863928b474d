"""The moment of complete receipt decides, also where the closing overtakes a claim."""

import asyncio
from pathlib import Path

import psycopg

from deploy.local.nats import Server
from tests.databases import Database
from tests.system import PDF_SHA256, running
from tests.waiting import eventually

CLAIM = "/v1/regions/63.10/seasons/2026/indicators/SPD-01/claim"
ADMIN = ("63.10", "region_admin")
MINISTRY = ("00", "ministry")


async def test_a_claim_received_before_the_closing_counts_and_one_received_after_it_is_late(
    database: Database, nats_server: Server, tmp_path: Path
) -> None:
    """Method: hold the region's head so that the claim waits at the append; close the season
    through a second intake process meanwhile; let go."""
    (tmp_path / "other").mkdir()
    with (
        running(database, nats_server, tmp_path, "intake") as system,
        running(database, nats_server, tmp_path / "other", "intake") as other,
    ):
        await system.ready("intake")
        await other.ready("intake")
        system.open_season(2026, "2026.1")
        system.upload("63.10")
        body = {"level": 2, "evidence": [{"sha256": PDF_SHA256}]}
        system.key(*ADMIN)
        other.key(*MINISTRY)
        with psycopg.connect(database.admin) as holder:
            holder.execute("select 1 from intake.head where tenant = '63.10' for update")
            claiming = asyncio.create_task(
                asyncio.to_thread(system.send, ADMIN, "PUT", CLAIM, body)
            )
            await eventually(lambda: _waits_for_a_lock(database))
            closing = asyncio.create_task(
                asyncio.to_thread(other.send, MINISTRY, "POST", "/v1/seasons/2026/closing", {})
            )
            await eventually(lambda: closing.done() or _waiting(database) > 1)
            holder.rollback()
        claimed, closed = await claiming, await closing
        assert closed.status_code == 201, closed.text
        moments = dict(
            system.query(
                "select topic, recorded_at from intake.event"
                " where topic in ('season.closed.1', 'indicator.claimed.1')"
            )
        )
        assert claimed.status_code == 201, claimed.text
        # It had been received before the closing, and so it counts, whatever it waited for.
        assert not claimed.json()["late"]
        assert set(moments) == {"indicator.claimed.1", "season.closed.1"}
        late = system.send(ADMIN, "PUT", CLAIM, {**body, "level": 3}).json()
        assert late["late"]
        assert late["deadline"] is not None


async def test_many_who_are_late_at_once_are_all_kept(
    database: Database, nats_server: Server, tmp_path: Path
) -> None:
    """They share one letterbox, so that each must decide again behind the others."""
    with running(database, nats_server, tmp_path, "intake") as system:
        await system.ready("intake")
        system.open_season(2026, "2026.1")
        system.upload("63.10")
        system.must(MINISTRY, "POST", "/v1/seasons/2026/closing", {})
        body = {"level": 2, "evidence": [{"sha256": PDF_SHA256}]}
        system.key(*ADMIN)
        rows = [f"SPD-{number:02}" for number in (1, 3, 4, 6, 7, 8, 9, 12, 14, 15)]
        paths = [CLAIM.replace("SPD-01", code) for code in rows]
        answers = await asyncio.gather(
            *(asyncio.to_thread(system.send, ADMIN, "PUT", path, body) for path in paths)
        )
        assert [answer.status_code for answer in answers] == [201] * len(rows)
        items = system.query("select count(*) from intake.event where topic = 'late.received.1'")
        assert items == [(len(rows),)]


def _waits_for_a_lock(database: Database) -> bool:
    return _waiting(database) > 0


def _waiting(database: Database) -> int:
    with psycopg.connect(database.admin, autocommit=True) as connection:
        row = connection.execute(
            "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
            " and datname = current_database()"
        ).fetchone()
    assert row is not None
    return int(row[0])
