"""The main job on real processes: a fact sent by HTTP is in the ranking, whatever breaks between.

Every test ends with the same question: does what the projection serves equal the reference,
computed from the log's own bytes by other code?
"""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from eventsourcing.persistence import StoredEvent

from deploy.local import nats as embedded
from deploy.local import network
from shared.io import recorder
from tests import buses, reference
from tests.databases import Database
from tests.system import PDF_SHA256, System, running
from tests.waiting import eventually

REGIONS = ("63.01", "63.09", "63.10")
STAGES = ("mandiri", "terverifikasi")
INDICATORS = ("SID-REGULASI", "SID-SDM", "SID-ANGGARAN", "SID-VIDEO")
CATCH_UP_SECONDS = 60


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[embedded.Server]:
    """A NATS server of the test's own, to be killed and wiped."""
    server = embedded.Server(
        folder=tmp_path / "nats",
        port=network.free_port(),
        secrets=tmp_path / "secrets",
        log=tmp_path / "nats.log",
    )
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def system(database: Database, bus: embedded.Server, tmp_path: Path) -> AsyncIterator[System]:
    with running(database, bus, tmp_path) as system:
        await system.ready()
        system.open_season(2026, "2026.1")
        for region in REGIONS:
            system.upload(region)
        yield system


class Flow:
    """Facts of three regions, sent one after another in a thread of their own."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.sent = 0

    def some(self, count: int) -> None:
        """Send the next facts of an endless, deterministic season."""
        for _ in range(count):
            region = REGIONS[self.sent % len(REGIONS)]
            turn = self.sent // len(REGIONS)
            innovation = f"inovasi-{turn // len(INDICATORS)}"
            step = turn % len(INDICATORS)
            if step == 0:
                urusan = 1 + (turn // len(INDICATORS)) % 8
                self.system.register(region, 2026, innovation, urusan)
            level = 1 + (turn + self.sent) % 3
            self.system.claim(region, 2026, INDICATORS[step], level, innovation)
            self.sent += 1

    async def during(self, count: int) -> None:
        await asyncio.to_thread(self.some, count)


def _expected(system: System) -> dict[str, dict[str, reference.Told]]:
    facts: dict[str, list[reference.Fact]] = {region: [] for region in REGIONS}
    for tenant, state in system.query(
        "select tenant, state from intake.event order by tenant, seq"
    ):
        fact = json.loads(state)
        if tenant in facts and fact["year"] == 2026:
            facts[tenant].append(fact)
    return {
        stage: {region: reference.index(2026, told, stage) for region, told in facts.items()}
        for stage in STAGES
    }


def _served(system: System) -> dict[str, dict[str, reference.Told]]:
    return {
        stage: {
            row["region"]: (Decimal(row["score"]), row["innovations"] or 0, row["affairs"] or 0)
            for row in system.ranking(2026, stage=stage)["rows"]
            if row["region"] in REGIONS
        }
        for stage in STAGES
    }


async def _becomes_right(system: System) -> None:
    await eventually(lambda: _served(system) == _expected(system), CATCH_UP_SECONDS)
    _assert_whole(system)


def _assert_whole(system: System) -> None:
    """No hole in any log, no checkpoint beyond or behind, nothing blocked."""
    for schema in ("intake", "scoring"):
        rows = system.query(
            f"select h.tenant, h.seq, count(e.seq), max(e.seq) from {schema}.head h"
            f" join {schema}.event e using (tenant) group by 1, 2"
        )
        assert all(head == count == last for _, head, count, last in rows), rows
    behind = system.query(
        "select tenant from intake.head left join scoring.checkpoint c"
        " using (tenant) where head.seq > 0 and head.seq is distinct from c.seq"
    )
    assert behind == []
    assert system.query("select * from scoring.blocked") == []
    assert system.query("select * from projection.blocked") == []


async def test_a_claim_sent_by_http_appears_in_the_ranking(system: System) -> None:
    system.register("63.10", 2026, "si-uji")
    receipt = system.claim("63.10", 2026, "SID-VIDEO", 3, "si-uji")
    await eventually(lambda: system.row("63.10", 2026, stage="mandiri")["score"] == "0.40")
    row = system.row("63.10", 2026, stage="mandiri")
    assert row["rank"] == 1
    assert row["cut"]["intake_seq"] == receipt["last_seq"]
    await _becomes_right(system)


async def test_a_verdict_moves_the_verified_score_and_a_new_claim_releases_it(
    system: System,
) -> None:
    entry = "/v1/regions/63.10/seasons/2026/innovations/si-uji"
    from_file = {"evidence": [_file(system)]}
    lowered = {"reason": "tingkat_terlalu_tinggi", "note": "Dua unsur saja."}
    system.register("63.10", 2026, "si-uji")
    system.claim("63.10", 2026, "SID-VIDEO", 3, "si-uji")
    system.submit("63.10", 2026, "si-uji")
    acceptance = entry + "/indicators/SID-VIDEO/acceptance"
    system.must(("63", "verifier"), "POST", acceptance, {"level": 2, **lowered, **from_file})
    await eventually(lambda: system.row("63.10", 2026, stage="terverifikasi")["score"] == "0.27")
    system.claim("63.10", 2026, "SID-VIDEO", 1, "si-uji")
    await eventually(lambda: system.row("63.10", 2026, stage="terverifikasi")["score"] == "0.00")
    await _becomes_right(system)


def _file(system: System) -> str:
    assert system.query("select 1 from intake.evidence where sha256 = %s", PDF_SHA256)
    return PDF_SHA256


async def test_a_killed_scoring_process_resumes_exactly(system: System) -> None:
    """Goal: no fact counted twice or lost. Method: kill -9 in the middle of a flow, three times."""
    flow = Flow(system)
    for _ in range(3):
        sending = asyncio.create_task(flow.during(24))
        await eventually(lambda: flow.sent % 24 > 8)
        system.kill("scoring")
        await sending
        system.start("scoring")
        await system.ready("scoring")
    await _becomes_right(system)
    said = system.query("select count(*), count(distinct (tenant, key)) from scoring.command")
    assert said[0][0] == said[0][1]


async def test_killed_projection_and_intake_resume_exactly(system: System) -> None:
    flow = Flow(system)
    await flow.during(12)
    system.kill("projection")
    await flow.during(12)
    system.kill("intake")
    system.start("intake")
    system.start("projection")
    await system.ready()
    await flow.during(12)
    await _becomes_right(system)


async def test_wiped_streams_and_a_server_restarted_empty_heal_while_events_flow(
    system: System, bus: embedded.Server
) -> None:
    """Goal: the bus may lose everything. Method: delete every stream, then kill the server and
    start it on an empty store, while facts are being sent; and see that the bus carries again."""
    flow = Flow(system)
    await flow.during(12)
    sending = asyncio.create_task(flow.during(60))
    await eventually(lambda: flow.sent > 24)
    await buses.wipe(bus)
    await eventually(lambda: flow.sent > 40)
    bus.kill()
    bus.wipe()
    await eventually(lambda: flow.sent > 50)
    bus.start()
    await sending
    await _becomes_right(system)
    await eventually(lambda: _stream_holds_messages(bus), CATCH_UP_SECONDS)
    await flow.during(6)
    await _becomes_right(system)


async def _stream_holds_messages(bus: embedded.Server) -> bool:
    async with buses.jetstream(bus) as manager:
        streams = {stream.config.name for stream in await manager.streams_info()}
    return streams >= {"EVT", "SCO"}


async def test_the_ranking_stays_fresh_without_any_bus(
    system: System, bus: embedded.Server
) -> None:
    flow = Flow(system)
    await flow.during(6)
    bus.kill()
    await flow.during(18)
    await _becomes_right(system)
    bus.start()
    await flow.during(6)
    await _becomes_right(system)


async def test_a_stream_restored_to_an_older_copy_heals(
    system: System, bus: embedded.Server, tmp_path: Path
) -> None:
    """Goal: a rolled-back store harms nothing. Method: copy the store, go on, put the copy back."""
    flow = Flow(system)
    await flow.during(18)
    await _becomes_right(system)
    store, copy = tmp_path / "nats", tmp_path / "nats-copy"
    bus.stop()
    shutil.copytree(store, copy)
    bus.start()
    await flow.during(18)
    await _becomes_right(system)
    bus.kill()
    shutil.rmtree(store)
    shutil.copytree(copy, store)
    bus.start()
    await flow.during(18)
    await _becomes_right(system)


async def test_a_poison_event_stops_its_region_alone_and_visibly(system: System) -> None:
    """Goal: one bad event never stops the service. Method: record one that scoring cannot read,
    through the library's recorder, as a damaged program might have."""
    flow = Flow(system)
    await flow.during(12)
    await _becomes_right(system)
    poison = b'{"type":"indicator.claimed.1","year":2026,"indicator":"SID-NIHIL","level":3}'
    store = recorder.datastore(system.database.intake, "intake")
    try:
        tenant = recorder.TenantRecorder(store, tenant="63.09", actor="uji")
        event = StoredEvent("claim/2026/region/SID-NIHIL", 1, "indicator.claimed.1", poison)
        tenant.insert_events([event])
    finally:
        store.close()
    await eventually(lambda: system.query("select tenant from scoring.blocked") == [("63.09",)])
    before = _served(system)["mandiri"]
    await flow.during(12)
    others = [region for region in REGIONS if region != "63.09"]
    await eventually(
        lambda: all(
            _served(system)["mandiri"][region] == _expected_of(system, region) for region in others
        ),
        CATCH_UP_SECONDS,
    )
    assert _served(system)["mandiri"]["63.09"] == before["63.09"]
    assert system.row("63.09", 2026, stage="mandiri")["blocked"]


def _expected_of(system: System, region: str) -> reference.Told:
    rows = system.query(
        "select state from intake.event where tenant = %s and topic <> 'season.entered.1'"
        " order by seq",
        region,
    )
    return reference.index(2026, [json.loads(state) for (state,) in rows], "mandiri")
