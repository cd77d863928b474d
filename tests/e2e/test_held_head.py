"""One region's head held by someone else keeps no other region waiting."""

import asyncio
import time
from pathlib import Path

import psycopg

from deploy.local.nats import Server
from tests.databases import Database
from tests.system import PDF_SHA256, running

CLAIM = "/v1/regions/{}/seasons/2026/indicators/SPD-01/claim"
BODY = {"level": 2, "evidence": [{"sha256": PDF_SHA256}]}
# Far below the ten seconds that any other statement may wait for a lock.
NEIGHBOUR_SECONDS_MAX = 5.0


async def test_a_held_region_is_told_to_come_back_and_others_go_on(
    database: Database, nats_server: Server, tmp_path: Path
) -> None:
    with running(database, nats_server, tmp_path, "intake") as system:
        await system.ready("intake")
        system.open_season(2026, "2026.1")
        for region in ("63.09", "63.10"):
            system.upload(region)

        async def claim(region: str) -> tuple[int, float]:
            began = time.monotonic()
            who = (region, "region_admin")
            response = await asyncio.to_thread(
                system.send, who, "PUT", CLAIM.format(region), BODY, {"Idempotency-Key": "sama"}
            )
            return response.status_code, time.monotonic() - began

        with psycopg.connect(database.admin) as holder:
            holder.execute("select 1 from intake.head where tenant = '63.10' for update")
            (held, _), (free, seconds) = await asyncio.gather(claim("63.10"), claim("63.09"))
            holder.rollback()
        assert (held, free) == (503, 201)
        assert seconds < NEIGHBOUR_SECONDS_MAX
        assert (await claim("63.10"))[0] == 201
