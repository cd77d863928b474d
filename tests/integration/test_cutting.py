"""Where a cut goes through the logs: at whole seconds, and only as far as scores have come."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from services.projection.bundles.cutting import Cutting
from services.projection.checkpoints import Checkpoints
from shared.io import postgres
from tests.system import System, must_be_problem
from tests.waiting import eventually

YEAR, REGION = 2026, "63.10"
TRIES = 5


@pytest.fixture(scope="module")
def system(started: Callable[..., AbstractContextManager[System]]) -> Iterator[System]:
    with started() as system:
        system.open_season(YEAR, "2026.1")
        system.upload(REGION)
        yield system


async def signed(system: System) -> None:
    """Until the region's last fact is under a signed head."""
    head = "select seq from intake.head where tenant = %s"
    line = "select max(size) from intake.head_line where tenant = %s"
    await eventually(lambda: system.query(head, REGION) == system.query(line, REGION))


async def test_no_fact_of_its_last_second_is_behind_a_cut(system: System) -> None:
    """A fact is recorded in the very second in which a cut was asked for."""
    told = 0
    async with postgres.pool(system.database.projection, "intake", "test", 2) as pool:
        cutting = Cutting(pool, Checkpoints(pool))
        for level in range(TRIES):
            await asyncio.to_thread(system.claim, REGION, YEAR, "SPD-08", level % 3 + 1)
            await signed(system)
            cutting_now = asyncio.create_task(cutting.cut([REGION], None))
            await asyncio.sleep(0)
            await asyncio.to_thread(system.claim, REGION, YEAR, "SPD-01", level % 3 + 1)
            cut = await cutting_now
            ((known, same),) = system.query(
                "select max(seq) filter (where recorded_at < %s),"
                " count(distinct date_trunc('second', recorded_at))"
                "  filter (where seq in (%s, %s)) = 1"
                " from intake.event where tenant = %s",
                cut.known_until,
                cut.size(REGION),
                cut.size(REGION) + 1,
                REGION,
            )
            assert known is None or known <= cut.size(REGION)
            told += same
    assert told > 0, "none of them fell into one second"


async def test_nothing_is_told_that_is_not_scored_yet(system: System) -> None:
    system.kill("scoring")
    system.claim(REGION, YEAR, "SPD-06", 1)
    await signed(system)
    behind = system.get("/v1/bundles/63")
    must_be_problem(behind, 503)
    assert behind.json()["title"] == "proof.scores_behind"
    system.start("scoring")
    await eventually(lambda: system.get("/v1/bundles/63").status_code == 200)
