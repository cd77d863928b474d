"""What a region plans, as the ranking tells it: targets by either clock, and no activity of it."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from services.projection import surface
from services.projection.read import Reader
from services.projection.tables import Tables
from shared.io import postgres, rulebook
from shared.kernel import appending
from shared.kernel.events.agency import CoachAssigned, InnovationsDecreed
from shared.kernel.events.branch import BranchDiscarded, BranchSaved
from shared.kernel.events.indicator import IndicatorClaimed
from shared.kernel.events.late import LateDismissed, LateReceived
from shared.kernel.events.result import TargetSet
from shared.kernel.events.season import SeasonEntered
from shared.kernel.events.verification import SampleDrawn, VerifierAssigned
from shared.kernel.recorded import Event, Meta, Stored
from tests import examples, rankings, told
from tests.databases import Database
from tests.rankings import FEBRUARY, MARCH, YEAR

RANKING = f"/v1/provinces/63/seasons/{YEAR}/ranking"
CLAIM = IndicatorClaimed(year=YEAR, innovation="", indicator="SPD-01", level=1)
SUPPOSED = BranchSaved(year=YEAR, branch="awal", name="Awal", cut_seq=0, hypotheses=(CLAIM,))


@pytest.fixture
async def client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """A projection that knows the season and one score, of another region."""
    score = rankings.score("63.10", 1, "10.00", FEBRUARY)
    await rankings.tell(database.projection, facts=[rankings.season()], scores=[score])
    async with postgres.pool(database.projection, "projection", "test-plans", 2) as pool:
        reader = Reader(Tables(pool), rulebook.regions(), rulebook.rule_sets())
        app: Any = surface.application(reader, ready=dict, gauges=dict)
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://projection") as opened:
            yield opened


def said(
    event: Event, seq: int, happened_at: datetime, *, known_at: datetime | None = None
) -> Stored:
    """A fact of 63.10, stated for a moment and known at the same one or a later."""
    meta = Meta(actor="key-1", role="region_admin", occurred_at=happened_at, basis="surat")
    return appending.stored(
        tenant="63.10",
        seq=seq,
        draft=examples.draft(event, f"plan/{seq}", meta),
        version=1,
        identity=examples.identity(seq),
        moment=known_at or happened_at,
    )


def _promised(points: str) -> TargetSet:
    return TargetSet(year=YEAR, target=Decimal(points), instrument="Perda 3/2025")


async def _row(client: httpx.AsyncClient, **question: str) -> dict[str, Any]:
    answer = await client.get(RANKING, params={"stage": "mandiri", **question})
    assert answer.status_code == 200, answer.text
    row: dict[str, Any] = next(row for row in answer.json()["rows"] if row["region"] == "63.10")
    return row


async def test_a_target_is_told_by_either_clock(
    client: httpx.AsyncClient, database: Database
) -> None:
    """Sixty was promised in February; in March it was stated that it had been seventy by then."""
    later = FEBRUARY + timedelta(days=2)
    facts = [
        said(_promised("60.00"), 1, FEBRUARY),
        said(_promised("70.00"), 2, later, known_at=MARCH),
    ]
    await rankings.tell(database.projection, facts=facts)
    promised = {
        (clock, as_of): (await _row(client, clock=clock, as_of=as_of))["target"]
        for clock in ("happened", "known")
        for as_of in ("2025-02-09", "2025-02-10", "2025-02-20", "2025-03-17")
    }
    assert promised == {
        ("happened", "2025-02-09"): None,
        ("happened", "2025-02-10"): "60.00",
        ("happened", "2025-02-20"): "70.00",
        ("happened", "2025-03-17"): "70.00",
        ("known", "2025-02-09"): None,
        ("known", "2025-02-10"): "60.00",
        ("known", "2025-02-20"): "60.00",
        ("known", "2025-03-17"): "70.00",
    }
    assert (await _row(client))["target"] == "70.00"
    assert (await _row(client, as_of="2025-02-10"))["target_gap"] == "-50.00"


ENTERED = SeasonEntered(year=YEAR, rule_set="2026.1", rule_digest="d", opened_by="00", opened_seq=1)


@pytest.mark.parametrize(
    "plan",
    [
        _promised("60.00"),
        SUPPOSED,
        BranchDiscarded(year=YEAR, branch="awal"),
        ENTERED,
        told.agency("dinkes"),
        CoachAssigned(year=YEAR, agency="dinkes", coach="pendamping"),
        InnovationsDecreed(
            year=YEAR, number="188/7", dated=date(2026, 6, 1), innovations=("tapis",)
        ),
        VerifierAssigned(year=YEAR, verifier="ani"),
        SampleDrawn(year=YEAR, seed="s", percent=5, drawn=()),
        LateDismissed(year=YEAR, item=1, reason="late.superseded"),
    ],
)
async def test_a_plan_is_no_activity(
    client: httpx.AsyncClient, database: Database, plan: Event
) -> None:
    await rankings.tell(database.projection, facts=[said(plan, 1, FEBRUARY)])
    assert await _active(database) == []
    assert (await _row(client))["cut"]["heard_seq"] == 0
    await rankings.tell(
        database.projection, facts=[said(CLAIM, 2, FEBRUARY), said(plan, 3, FEBRUARY)]
    )
    assert await _active(database) == [("63.10", 2)]
    assert (await _row(client))["cut"]["heard_seq"] == 2


async def test_what_came_late_is_activity_and_no_score(
    client: httpx.AsyncClient, database: Database
) -> None:
    late = LateReceived(year=YEAR, item=1, received_at=MARCH, deadline=FEBRUARY, facts=(CLAIM,))
    before = await _row(client)
    await rankings.tell(database.projection, facts=[said(late, 2, MARCH)])
    assert await _active(database) == [("63.10", 2)]
    assert (await _row(client))["score"] == before["score"] == "10.00"


async def _active(database: Database) -> list[tuple[str, int]]:
    connection = await postgres.connect(database.admin, "projection", "test-active")
    async with connection:
        rows = await postgres.fetch(connection, "select tenant, last_seq from activity")
    return [(row["tenant"], row["last_seq"]) for row in rows if row["tenant"] != "00"]
