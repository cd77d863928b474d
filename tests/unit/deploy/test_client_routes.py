"""The client's ways to seasons, organisation, trials and verification: each to its own address."""

import inspect
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime

import httpx
import msgspec
import pytest
from msgspec import Struct

from deploy.client.client import Client
from services.intake.bodies.innovation import CarryBody
from services.intake.bodies.region import (
    AgencyBody,
    AgencyClosingBody,
    CoachBody,
    DecreeBody,
    ReplicationBody,
    StepBody,
    StepClosingBody,
    TrialBody,
    TrialDecisionBody,
    TrialReportBody,
)
from services.intake.bodies.results import ResultRowBody, ResultsBody
from services.intake.bodies.season import (
    CalendarBody,
    ClosingBody,
    ExtensionBody,
    FreezeBody,
    PhaseBody,
    ReopeningBody,
    SeasonBody,
)
from services.intake.bodies.verification import (
    AnswerBody,
    ClarificationBody,
    ReviewBody,
    SampleBody,
    VerifierBody,
)
from tests.unit.deploy.test_client import RECEIPT, SHA, Intake, addresses

MOMENT = datetime(2026, 10, 31, 16, 59, 59, tzinfo=UTC)
DAY = date(2026, 9, 1)
PHASE = PhaseBody(name="penjaringan", opens_at=datetime(2026, 6, 2, tzinfo=UTC), closes_at=MOMENT)
SEASON = "/v1/seasons/2026"
ENTRY = "/v1/regions/63.10/seasons/2026"
INNOVATION = f"{ENTRY}/innovations/si-a"
AGENCY = f"{ENTRY}/agencies/dinkes"
ROW = f"{INNOVATION}/indicators/SID-SDM"

Send = Callable[..., Awaitable[object]]

# Per method: where it is about, what is sent, and where that must go.
WRITES: tuple[tuple[Send, tuple[object, ...], Struct, str, str], ...] = (
    (Client.open_season, (2026,), SeasonBody(rule_set="2026.1"), "PUT", SEASON),
    (
        Client.schedule_season,
        (2026,),
        CalendarBody(phases=(PHASE,), letter="surat"),
        "PUT",
        f"{SEASON}/calendar",
    ),
    (
        Client.extend_season,
        (2026,),
        ExtensionBody(closes_at=MOMENT, letter="radiogram"),
        "POST",
        f"{SEASON}/extensions",
    ),
    (Client.close_season, (2026,), ClosingBody(), "POST", f"{SEASON}/closing"),
    (Client.freeze_season, (2026,), FreezeBody(letter="surat"), "POST", f"{SEASON}/freeze"),
    (
        Client.reopen_season,
        (2026,),
        ReopeningBody(closes_at=MOMENT, letter="surat"),
        "POST",
        f"{SEASON}/reopening",
    ),
    (
        Client.describe_agency,
        ("63.10", 2026, "dinkes"),
        AgencyBody(name="Dinas Kesehatan", kind="dinas"),
        "PUT",
        AGENCY,
    ),
    (
        Client.close_agency,
        ("63.10", 2026, "dinkes"),
        AgencyClosingBody(reason="digabung"),
        "POST",
        f"{AGENCY}/closing",
    ),
    (
        Client.decree_innovations,
        ("63.10", 2026),
        DecreeBody(number="1", dated=DAY, innovations=("si-a",)),
        "PUT",
        f"{ENTRY}/decree",
    ),
    (
        Client.assign_coach,
        ("63.10", 2026, "dinkes"),
        CoachBody(coach="pendamping-1"),
        "PUT",
        f"{AGENCY}/coach",
    ),
    (
        Client.agree_step,
        ("63.10", 2026, "dinkes", "langkah-1"),
        StepBody(indicator="SPD-12", level=2, due=DAY),
        "PUT",
        f"{AGENCY}/steps/langkah-1",
    ),
    (
        Client.close_step,
        ("63.10", 2026, "dinkes", "langkah-1"),
        StepClosingBody(outcome="selesai"),
        "POST",
        f"{AGENCY}/steps/langkah-1/closing",
    ),
    (
        Client.assign_trial,
        ("63.10", 2026, "si-a"),
        TrialBody(agency="dinkes", begins_on=DAY, instrument="SK"),
        "PUT",
        f"{INNOVATION}/trial",
    ),
    (
        Client.report_trial,
        ("63.10", 2026, "si-a"),
        TrialReportBody(reported_on=DAY, finding="Berhasil."),
        "POST",
        f"{INNOVATION}/trial/reports",
    ),
    (
        Client.decide_trial,
        ("63.10", 2026, "si-a"),
        TrialDecisionBody(decision="diterapkan", decided_on=DAY, instrument="SK"),
        "POST",
        f"{INNOVATION}/trial/decision",
    ),
    (
        Client.record_replication,
        ("63.10", 2026, "si-a"),
        ReplicationBody(by="Desa A", replicated_on=DAY, document_number="1"),
        "POST",
        f"{INNOVATION}/replications",
    ),
    (
        Client.assign_verifier,
        ("63.10", 2026, "si-a"),
        VerifierBody(verifier="verifikator-1"),
        "PUT",
        f"{INNOVATION}/verifier",
    ),
    (
        Client.assign_verifier,
        ("63.10", 2026, ""),
        VerifierBody(verifier="verifikator-1"),
        "PUT",
        f"{ENTRY}/verifier",
    ),
    (
        Client.draw_sample,
        ("63.10", 2026),
        SampleBody(seed="BA-1", percent=5),
        "POST",
        f"{ENTRY}/samples",
    ),
    (
        Client.review,
        ("63.10", 2026, "si-a", "SID-SDM"),
        ReviewBody(level=1, evidence=(SHA,)),
        "POST",
        f"{ROW}/review",
    ),
    (
        Client.open_clarification,
        ("63.10", 2026, "si-a", "SID-SDM"),
        ClarificationBody(level=2, argument="Lihat lampiran."),
        "POST",
        f"{ROW}/clarification",
    ),
    (
        Client.answer_clarification,
        ("63.10", 2026, "", "SPD-12"),
        AnswerBody(granted=False, note="Tetap."),
        "POST",
        f"{ENTRY}/indicators/SPD-12/clarification/answer",
    ),
)


@pytest.mark.parametrize(
    ("send", "at", "body", "method", "path"), WRITES, ids=lambda told: getattr(told, "__name__", "")
)
async def test_a_write_goes_to_its_address_with_its_body_and_its_key(
    send: Send, at: tuple[object, ...], body: Struct, method: str, path: str
) -> None:
    intake = Intake(httpx.Response(201, json=RECEIPT))
    await send(intake.client(), *at, body, key="k1")
    assert addresses(intake) == [(method, path)]
    assert intake.asked[0].headers["Idempotency-Key"] == "k1"
    assert msgspec.json.decode(intake.asked[0].content, type=type(body)) == body


async def test_what_is_taken_along_and_an_annex_come_back_with_an_outcome_each() -> None:
    carried = {"recorded": 1, "unchanged": 0, "refused": 0, "outcomes": {"innovation/si-a": {}}}
    rows = [{"region": "63.10", "outcome": {"reason": "region.unknown", "detail": "x"}}]
    annex = {"dry_run": True, "recorded": 0, "unchanged": 0, "refused": 1, "rows": rows}
    intake = Intake(httpx.Response(200, json=carried), httpx.Response(200, json=annex))
    client = intake.client()
    told = await client.carry_over("63.10", 2027, CarryBody(from_year=2026), key="k1")
    assert list(told.outcomes) == ["innovation/si-a"]
    row = ResultRowBody(region="63.10", score="45.06", predikat="Inovatif")
    body = ResultsBody(decree_number="1", rows=(row,), dry_run=True)
    assert (await client.publish_results(2026, body, key="k2")).refused == 1
    assert addresses(intake) == [
        ("POST", "/v1/regions/63.10/seasons/2027/carry-over"),
        ("POST", f"{SEASON}/results"),
    ]


async def test_the_check_and_the_receipt_are_read_and_change_nothing() -> None:
    check = {
        "region": "63.10",
        "year": 2026,
        "innovation": "si-a",
        "status": "draft",
        "ready": False,
        "late": False,
        "deadline": "2026-12-23T16:59:59Z",
        "errors": [{"code": "form.missing", "key": "form.missing:pkpn", "sentence": "Isi."}],
        "questions": [],
        "files": [],
        "statement": {"code": "pakta-integritas-1", "text": "Saya menyatakan …"},
    }
    receipt = {
        "number": "TT-63.10-2026-7",
        "region": "63.10",
        "name": "Kabupaten Tanah Bumbu",
        "year": 2026,
        "innovation": "si-a",
        "seq": 7,
        "received_at": "2026-11-22T00:00:00Z",
        "recorded_at": "2026-11-22T00:00:01Z",
        "local_time": "22 November 2026 pukul 08.00 WITA",
        "late": False,
        "deadline": None,
        "statement": "pakta-integritas-1",
        "signer_office": "Kepala Dinas",
        "signature": "",
        "explained": {},
        "files": [SHA],
        "leaf_hash": "00",
        "sentence": "Tanda terima …",
    }
    intake = Intake(httpx.Response(200, json=check), httpx.Response(200, json=receipt))
    client = intake.client()
    told = await client.check("63.10", 2026, "si-a")
    assert (told.ready, told.errors[0].code) == (False, "form.missing")
    assert (await client.receipt("63.10", "TT-63.10-2026-7")).files == (SHA,)
    assert addresses(intake) == [
        ("GET", f"{INNOVATION}/check"),
        ("GET", "/v1/regions/63.10/receipts/TT-63.10-2026-7"),
    ]


def test_every_write_of_the_client_takes_a_key() -> None:
    reads = {"innovation", "branch", "check", "receipt", "upload"}
    methods = inspect.getmembers(Client, inspect.iscoroutinefunction)
    for name, method in methods:
        if not name.startswith("_") and name not in reads:
            assert "key" in inspect.signature(method).parameters, name
