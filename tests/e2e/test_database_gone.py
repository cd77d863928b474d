"""The database dies under load and comes back: nothing acknowledged is lost, nothing is doubled."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.local.nats import Server
from deploy.local.postgres import Cluster
from tests.databases import Database
from tests.system import PDF_SHA256, System, running
from tests.waiting import eventually

CLAIM = "/v1/regions/63.10/seasons/2026/indicators/{}/claim"
ADMIN = ("63.10", "region_admin")
BODY = {"level": 2, "evidence": [{"sha256": PDF_SHA256}]}
CODES = [f"SPD-{number:02}" for number in (1, 3, 4, 6, 7, 8, 9)]


@pytest.fixture
async def system(database: Database, nats_server: Server, tmp_path: Path) -> AsyncIterator[System]:
    with running(database, nats_server, tmp_path, "intake") as system:
        await system.ready("intake")
        system.open_season(2026, "2026.1")
        system.upload("63.10")
        yield system


async def test_a_dead_database_is_said_and_survived(
    system: System, postgres_cluster: Cluster
) -> None:
    """Goal: a clear refusal while it is gone, the same receipt after it is back. Method: kill the
    whole cluster between two claims, ask again with the same keys once it runs."""
    path = CLAIM.format(CODES[0])
    kept = system.send(ADMIN, "PUT", path, BODY, {"Idempotency-Key": "sebelum"})
    assert kept.status_code == 201
    postgres_cluster.kill()
    try:
        refused = system.send(ADMIN, "PUT", CLAIM.format(CODES[1]), BODY, _key(1))
        assert refused.status_code == 503, refused.text
        assert refused.headers["Retry-After"]
        assert refused.json()["detail"].endswith("Idempotency-Key yang sama.")
        await eventually(lambda: _readiness(system) == 503)
    finally:
        postgres_cluster.start()
    await eventually(lambda: _readiness(system) == 200)
    for number in range(1, len(CODES)):
        await eventually(lambda number=number: _claimed(system, number))  # type: ignore[misc]
    again = system.send(ADMIN, "PUT", path, BODY, {"Idempotency-Key": "sebelum"})
    assert again.json() == kept.json()
    rows = system.query(
        "select count(*), count(distinct stream), max(seq) from intake.event"
        " where tenant = '63.10' and topic = 'indicator.claimed.1'"
    )
    assert rows == [(len(CODES), len(CODES), len(CODES) + 1)]


def _key(number: int) -> dict[str, str]:
    return {"Idempotency-Key": f"klaim-{number}"}


def _claimed(system: System, number: int) -> bool:
    response = system.send(ADMIN, "PUT", CLAIM.format(CODES[number]), BODY, _key(number))
    assert response.status_code in (200, 201, 503), response.text
    return response.status_code == 201


def _readiness(system: System) -> int:
    return system.http.get(system.url("intake") + "/readyz").status_code
