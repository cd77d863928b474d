"""What projection answers about agencies, verification, coaching and a season's end: from real
logs, over HTTP, to whoever may see it.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from deploy import keys
from deploy.keys import Wanted
from services.projection import __main__ as projection
from services.projection import surface
from services.projection.access import TABLE
from services.projection.answering import answering
from services.projection.read import Reader
from services.projection.tables import Tables
from shared.io import postgres, rulebook
from shared.io.allowances import Allowances
from shared.io.bearers import Bearers
from shared.io.gate import Gate, limits
from shared.io.identity import Keys
from shared.io.sessions import Sessions
from shared.kernel import appending, streams
from shared.kernel.appending import Append
from shared.kernel.events.agency import (
    CoachAssigned,
    InnovationsDecreed,
    StepAgreed,
    StepClosed,
)
from shared.kernel.events.late import LateReceived
from shared.kernel.events.result import ResultPublished
from shared.kernel.events.season import Phase, SeasonEntered, SeasonFrozen, SeasonScheduled
from shared.kernel.events.verification import (
    ClarificationAnswered,
    ClarificationOpened,
    VerifierAssigned,
)
from shared.kernel.recorded import Event, Meta, Stored
from tests import examples, rankings
from tests.databases import Database
from tests.serving import serving
from tests.system import CERTIFICATE_KEY
from tests.told import (
    OTHER_SID,
    SID,
    SPD,
    YEAR,
    accepted,
    agency,
    claimed,
    day,
    file,
    profile,
    registered,
    returned,
    submitted,
)

REGION = f"/v1/regions/63.10/seasons/{YEAR}"
PROVINCE = f"/v1/provinces/63/seasons/{YEAR}"
HELD: Sequence[tuple[str, str]] = (
    ("63.10", "region_admin"),
    ("63.11", "region_admin"),
    ("63", "verifier"),
    ("63", "ministry"),
    ("62", "verifier"),
)
ENTERED = SeasonEntered(
    year=YEAR,
    rule_set="2026.1",
    rule_digest=rulebook.rule_digests()["2026.1"],
    opened_by="00",
    opened_seq=1,
)
ASKED = ClarificationOpened(
    year=YEAR, indicator=SPD, level=2, argument="Lihat lampiran.", answer_by=day(12)
)
STEP = StepAgreed(
    year=YEAR,
    agency="dinkes",
    step="video",
    innovation="tapis",
    indicator=SID,
    level=3,
    due=date(2026, 6, 5),
    gain=Decimal("0.27"),
)
DONE: Sequence[tuple[float, Event]] = (
    (41, StepClosed(year=YEAR, agency="dinkes", step="video", outcome="selesai")),
    (41, replace(STEP, step="foto", indicator=OTHER_SID)),
)
TOLD: Sequence[tuple[float, Event]] = (
    (0, ENTERED),
    (0, agency("dinkes")),
    (0, agency("disdik")),
    (1, registered("tapis", profile("dinkes"))),
    (1, claimed(2, file("a"), innovation="tapis")),
    (2, claimed(2, file("b"))),
    (2, CoachAssigned(year=YEAR, agency="dinkes", coach="pendamping-1")),
    (2, STEP),
    (3, submitted("tapis")),
    (3, VerifierAssigned(year=YEAR, innovation="tapis", verifier="ani")),
    (4, returned(innovation="tapis")),
    (4, accepted(1)),
    (5, claimed(3, file("c"), innovation="tapis")),
    (5, ASKED),
    (
        6,
        InnovationsDecreed(
            year=YEAR, number="188/7", dated=date(2026, 6, 6), innovations=("tapis",)
        ),
    ),
    (
        20,
        LateReceived(
            year=YEAR, item=1, received_at=day(20), deadline=day(19), facts=(registered("baru"),)
        ),
    ),
    (
        40,
        ResultPublished(
            year=YEAR,
            score=Decimal("41.50"),
            predikat="Inovatif",
            rule_set="2026.1",
            rule_digest=rulebook.rule_digests()["2026.1"],
            decree_number="400.10.11-1 Tahun 2026",
        ),
    ),
)
NEIGHBOUR: Sequence[tuple[float, Event]] = (
    (0, ENTERED),
    (1, registered("pasar", profile(office="Dinas Perdagangan"))),
    (1, claimed(1, file("d"), innovation="pasar")),
    (6, submitted("pasar")),
)
CALENDAR: Sequence[tuple[float, Event]] = (
    (
        1,
        SeasonScheduled(
            year=YEAR,
            phases=(Phase(name="penjaringan", opens_at=day(0), closes_at=day(19)),),
            letter="400/1",
        ),
    ),
    (30, SeasonFrozen(year=YEAR, at=day(30), letter="400/2")),
)


def draft(event: Event, at: datetime) -> Any:
    meta = Meta(actor="kunci", role="region_admin", occurred_at=at, basis="surat")
    return examples.draft(event, streams.stream_of(event), meta)


def kept(tenant: str, seq: int, event: Event, at: datetime) -> Stored:
    return appending.stored(
        tenant=tenant,
        seq=seq,
        draft=draft(event, at),
        version=seq,
        identity=examples.identity(seq),
        moment=at,
    )


async def tell(database: Database, tenant: str, said: Sequence[tuple[float, Event]]) -> None:
    """Into the log that intake writes, as one command."""
    drafts = tuple(draft(event, day(number)) for number, event in said)
    key = f"{tenant}/{len(said)}"
    async with serving(database.intake) as commit:
        await commit.append(
            Append(tenant=tenant, key=key, request=b"r" * 32, expected={}, drafts=drafts)
        )


class Asking:
    """Projection as it is wired, and the keys of whoever asks."""

    def __init__(self, client: httpx.AsyncClient, held: dict[tuple[str, str], str]) -> None:
        self._client = client
        self._held = held

    async def status(
        self, path: str, who: tuple[str, str] | None = None, **question: str
    ) -> httpx.Response:
        headers = {} if who is None else {"Authorization": f"Bearer {self._held[who]}"}
        return await self._client.get(path, params=question, headers=headers)

    async def __call__(
        self, path: str, who: tuple[str, str] | None = None, **question: str
    ) -> dict[str, Any]:
        answer = await self.status(path, who, **question)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told


@pytest.fixture
async def ask(database: Database) -> AsyncIterator[Asking]:
    facts = [rankings.season()]
    facts += [kept("00", seq, event, day(at)) for seq, (at, event) in enumerate(CALENDAR, start=2)]
    await rankings.tell(database.projection, facts=facts)
    await tell(database, "63.10", TOLD)
    await tell(database, "63.11", NEIGHBOUR)
    held = {
        who: await keys.create(database.admin, Wanted(tenant=who[0], role=who[1]))  # type: ignore[arg-type]
        for who in HELD
    }
    async with (
        postgres.pool(database.projection, "intake", "test-facts", 2) as logs,
        postgres.pool(database.projection, "projection", "test-pages", 2) as pages,
    ):
        reader = Reader(Tables(pages), rulebook.regions(), rulebook.rule_sets())
        analyses = projection._answers(answering(logs, pages, reader, CERTIFICATE_KEY))
        gate = Gate(
            Bearers(Keys(logs), None, logs), Sessions(logs), Allowances(pages, limits(100)), TABLE
        )
        app: Any = surface.application(
            reader, ready=dict, gauges=dict, analyses=analyses, gate=gate
        )
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://projection") as client:
            yield Asking(client, held)


OWN, OTHER = ("63.10", "region_admin"), ("63.11", "region_admin")
VERIFIER, MINISTRY, ABROAD = ("63", "verifier"), ("63", "ministry"), ("62", "verifier")
THREAD = f"{REGION}/innovations/tapis/indicators/{SID}/thread"


@pytest.mark.parametrize(
    ("path", "seen_by", "forbidden"),
    [
        (REGION + "/verification-queue", (OWN, VERIFIER, MINISTRY), ()),
        (PROVINCE + "/verification-queue", (VERIFIER, MINISTRY), ()),
        (THREAD, (OWN, VERIFIER, MINISTRY), ()),
        (REGION + "/clarifications", (OWN, VERIFIER, MINISTRY), ()),
        (PROVINCE + "/clarifications", (VERIFIER, MINISTRY), ()),
        (REGION + "/coaching", (OWN, MINISTRY), (VERIFIER,)),
        (PROVINCE + "/coaching", (MINISTRY,), (VERIFIER,)),
    ],
)
async def test_who_may_see_what(
    ask: Asking,
    path: str,
    seen_by: Sequence[tuple[str, str]],
    forbidden: Sequence[tuple[str, str]],
) -> None:
    assert (await ask.status(path)).status_code == 401
    for who in (OTHER, ABROAD):
        assert (await ask.status(path, who)).status_code == 404
    for who in forbidden:
        assert (await ask.status(path, who)).status_code == 403
    for who in seen_by:
        answer = await ask.status(path, who)
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"].startswith("private")


async def test_agencies_and_who_reports(ask: Asking) -> None:
    told = await ask(REGION + "/agencies")
    assert told["organisation"]["participation"]["silent"] == ["DISDIK"]
    assert told["organisation"]["decree"]["named"] == ["tapis"]
    assert {one["coach"] for one in told["organisation"]["agencies"]} == {None}
    own = await ask(REGION + "/agencies", OWN)
    assert [one["coach"] for one in own["organisation"]["agencies"]] == ["pendamping-1", ""]
    assert (await ask(REGION + "/agencies", VERIFIER)) == told
    # A key from elsewhere sees what everybody sees.
    assert (await ask(REGION + "/agencies", OTHER)) == told
    whole = await ask(PROVINCE + "/participation")
    assert (whole["agencies"], whole["reported"]) == (2, 1)
    assert "63.11" in whole["unknown"]
    by = {one["region"]: one for one in whole["regions"]}
    assert by["63.10"]["participation"]["reported"] == 1
    assert by["63.11"]["participation"]["reported"] is None
    assert whole["context"]["cut"]["63.10"] == len(TOLD)
    unopened = REGION.replace(str(YEAR), "2031")
    for path in ("/agencies", "/late", "/difference"):
        answer = await ask.status(unopened + path)
        assert (answer.status_code, answer.json()["title"]) == (404, "ranking.unknown_season")
    before = await ask(PROVINCE + "/participation", as_of="2026-05-31")
    assert before["agencies"] is None
    assert (await ask(PROVINCE + "/participation", as_of="2026-06-01"))["reported"] == 0
    assert (await ask(PROVINCE + "/participation", as_of="2026-06-01", clock="known"))[
        "agencies"
    ] is None


async def test_a_queue_is_read_page_by_page(ask: Asking) -> None:
    path = PROVINCE + "/verification-queue"
    whole = (await ask(path, VERIFIER))["queue"]
    assert [(row["region"], row["state"]) for row in whole["rows"]] == [
        ("63.10", "resubmitted"),
        ("63.11", "awaiting"),
    ]
    assert (whole["total"], whole["next"]) == (2, "")
    assert {load["verifier"] for load in whole["loads"]} == {"", "ani"}
    first = (await ask(path, VERIFIER, limit="1"))["queue"]
    second = (await ask(path, VERIFIER, limit="1", cursor=first["next"]))["queue"]
    assert [*first["rows"], *second["rows"]] == whole["rows"]
    assert second["next"] == ""
    anis = (await ask(path, VERIFIER, verifier="ani"))["queue"]
    assert (anis["total"], anis["chosen"], len(anis["rows"])) == (2, 1, 1)
    assert (await ask(path, VERIFIER, state="awaiting"))["queue"]["rows"] == whole["rows"][1:]
    for wrong in ({"state": "apa"}, {"cursor": "apa"}, {"limit": "0"}):
        assert (await ask.status(path, VERIFIER, **wrong)).status_code == 400


async def test_a_thread_is_told_in_order(ask: Asking) -> None:
    told = await ask(THREAD, VERIFIER)
    assert [one["entry"]["kind"] for one in told["entries"]] == [
        "claimed",
        "returned",
        "resubmitted",
    ]
    assert told["entries"][2]["entry"]["files_changed"] is True
    assert told["entries"][1]["entry"]["released_by"] == told["entries"][2]["entry"]["seq"]
    assert told["entries"][2]["sentence"]["indonesian"].startswith("Diajukan ulang pada tingkat 3")
    own = await ask(f"{REGION}/indicators/{SPD}/thread", OWN)
    assert [one["entry"]["kind"] for one in own["entries"]] == [
        "claimed",
        "accepted",
        "clarification_opened",
    ]
    for path, status in (
        (THREAD.replace("tapis", "lain"), 404),
        (THREAD.replace(SID, "SID-APA"), 422),
        (THREAD.replace(SID, SPD), 422),
    ):
        assert (await ask.status(path, OWN)).status_code == status


async def test_granting_does_what_was_promised(ask: Asking, database: Database) -> None:
    before = await ask(REGION + "/clarifications", OWN)
    (told,) = before["clarifications"]
    assert (before["open"], before["context"]["stage"]) == (1, "terverifikasi")
    promised = told["clarification"]["effect"]
    assert told["clarification"]["argument"] == "Lihat lampiran."
    assert "Bila dikabulkan" in told["sentence"]["indonesian"]
    assert Decimal(promised["supposed"]["index"]) > Decimal(promised["score"]["index"])
    # Kabupaten and kota that reported nothing stand at 0, and so does whoever was returned.
    assert promised["rank"] == 1
    early = await ask(REGION + "/clarifications", OWN, as_of="2026-06-05")
    assert early["clarifications"] == []
    overdue = await ask(PROVINCE + "/clarifications", VERIFIER, as_of="2026-06-20")
    assert (overdue["open"], overdue["overdue"]) == (1, 1)
    answer = ClarificationAnswered(year=YEAR, indicator=SPD, granted=True, level=2, note="Benar.")
    await tell(database, "63.10", [(21, answer), (21, accepted(2))])
    (after,) = (await ask(REGION + "/clarifications", OWN))["clarifications"]
    assert after["clarification"]["state"] == "answered"
    assert after["clarification"]["effect"]["gain"] == promised["gain"]
    assert after["clarification"]["effect"]["supposed"] == promised["supposed"]
    scored = await ask(REGION + "/explanation", stage="terverifikasi")
    assert scored["explanation"]["score"] == promised["supposed"]


async def test_what_was_asked_of_a_claim_since_replaced_promises_nothing(
    ask: Asking, database: Database
) -> None:
    await tell(database, "63.10", [(6, claimed(3, file("e")))])
    answer = await ask(PROVINCE + "/clarifications", VERIFIER)
    (told,) = answer["clarifications"]
    assert (answer["open"], told["clarification"]["state"]) == (0, "replaced")
    assert told["clarification"]["effect"] is None
    assert "Klaim sudah diganti" in told["sentence"]["indonesian"]


async def test_steps_are_told_with_what_they_brought(ask: Asking, database: Database) -> None:
    told = await ask(REGION + "/coaching", OWN, as_of="2026-06-10")
    (step,) = told["coached"]["steps"]
    assert (step["promised"], step["claimed_then"], step["claimed"]) == ("0.27", 2, 3)
    assert (step["overdue_days"], step["stalled_days"]) == (5, 4)
    assert Decimal(step["effects"][0]["brought"]["shown"]) > 0
    assert Decimal(step["effects"][1]["left"]["shown"]) > 0
    queue = await ask(PROVINCE + "/coaching", MINISTRY, as_of="2026-06-10")
    assert [(one["region"], one["step"]) for one in queue["steps"]] == [("63.10", step)]
    assert queue["coaches"][0]["coach"] == "pendamping-1"
    await tell(database, "63.10", DONE)
    queue = await ask(PROVINCE + "/coaching", MINISTRY)
    assert [(one["step"]["step"], one["step"]["state"]) for one in queue["steps"]] == [
        ("foto", "terbuka"),
        ("video", "selesai"),
    ]
    assert queue["steps"][1]["step"]["effects"][0]["brought"] == step["effects"][0]["brought"]
    assert queue["coaches"][0]["open"] == 1
    for seq in (7, 8, 10, 14):
        assert (await ask.status(f"/v1/regions/63.10/events/{seq}")).status_code == 404
    assert (await ask.status("/v1/regions/63.10/events/9")).status_code == 200


async def test_a_seasons_end(ask: Asking) -> None:
    late = await ask(REGION + "/late")
    assert late["counts"] == {"waiting": 1, "admitted": 0, "dismissed": 0}
    assert "1 hari sesudah batas akhir" in late["items"][0]["sentence"]["indonesian"]
    assert late["items"][0]["item"]["received_at"].endswith("+08:00")
    provincial = await ask(PROVINCE + "/late")
    assert [one["region"] for one in provincial["regions"]] == ["63.10"]
    own = (await ask(REGION + "/difference"))["difference"]
    assert own["frozen_at"] == "2026-07-01T09:00:00+08:00"
    assert own["official"]["decree_number"] == "400.10.11-1 Tahun 2026"
    assert Decimal(own["difference"]) == Decimal("41.50") - Decimal(own["own"]["index"])
    assert (await ask(REGION + "/difference", as_of="2026-07-05"))["difference"]["official"] is None
    whole = await ask(PROVINCE + "/differences")
    assert whole["differences"][0] == own
    assert [one["official"] for one in whole["differences"][1:]] == [None] * 12
    assert {one["region"] for one in whole["differences"]} == set(rankings.REGIONS)
    carried = await ask(REGION + "/carry-over")
    assert (carried["to"], carried["to_rules"]) == (2027, "2027.1")
    (only,) = carried["carry_over"]["innovations"]
    assert (only["counts"], only["unmet"]) == (False, ["outside_window"])
    assert (await ask.status(REGION + "/carry-over", to="2050")).status_code == 404


async def test_a_calendar_is_told_fact_by_fact(ask: Asking) -> None:
    path = f"/v1/seasons/{YEAR}/calendar"
    told = await ask(path, province="63")
    assert [(one["seq"], one["letter"]) for one in told["said"]] == [
        (1, "-"),
        (2, "400/1"),
        (3, "400/2"),
    ]
    assert told["season"]["frozen"] is True
    assert told["season"]["deadline"] == "2026-06-20T09:00:00+08:00"
    assert "WITA" in told["said"][2]["sentence"]["indonesian"]
    before = await ask(path, province="63", as_of="2026-06-10")
    assert (len(before["said"]), before["season"]["frozen"]) == (2, False)
    unopened = await ask(path, province="63", as_of="2020-01-01")
    assert (unopened["said"], unopened["season"]["opened"]) == ([], False)
    assert unopened["season"]["opened_at"] is None
    assert "WIB" in (await ask(path))["said"][2]["sentence"]["indonesian"]
    assert (await ask.status(path, province="99")).status_code == 404
    assert (await ask.status("/v1/seasons/2031/calendar")).status_code == 404
