"""The tenants' client: a key on every write, the same bytes again, a sentence on refusal."""

from collections.abc import Callable
from decimal import Decimal

import httpx
import msgspec
import pytest

from deploy.client import __main__ as command_line
from deploy.client import wire
from deploy.client.client import Client
from deploy.client.wire import Rejected, Unreachable
from services.intake.bodies.indicator import ClaimBody, ClaimItemBody, FileBody
from services.intake.bodies.innovation import (
    RegisterBody,
    ReinstatementBody,
    RejectionBody,
    ReviseBody,
    WithdrawalBody,
)
from services.intake.bodies.plans import BranchBody, BranchView, DiscardingBody, TargetBody
from services.intake.bodies.results import ReportBody, SpeltReportBody
from services.intake.bodies.stated import ITEMS_MAX
from shared.kernel.events.branch import BranchSaved
from shared.kernel.events.indicator import IndicatorClaimed
from shared.kernel.hypotheses import Claim, ProfileBody

SHA = "ab" * 32
CLAIM = ClaimBody(level=2, evidence=(FileBody(sha256=SHA),))
RECEIPT = {
    "region": "63.10",
    "first_seq": 7,
    "last_seq": 7,
    "recorded": 1,
    "version": 1,
    "leaf_hashes": ["00"],
    "recorded_at": "2026-11-22T00:00:00Z",
}
CLOSED = {
    "type": "urn:jejak-inovasi:problem:season.closed",
    "title": "season.closed",
    "status": 409,
    "detail": "Masa penilaian 2026 sudah ditutup; penginputan tidak diterima lagi.",
    "facts": {"year": "2026"},
}
BUSY = {"title": "store.busy", "status": 503, "detail": "Sistem sedang penuh."}

Answer = httpx.Response | Exception


class Intake:
    """Answers in turn, the last one for ever; keeps what it was asked."""

    def __init__(self, *answers: Answer | Callable[[httpx.Request], httpx.Response]) -> None:
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []
        self.pauses: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else answer(request)

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def client(self) -> Client:
        http = httpx.AsyncClient(base_url="http://intake", transport=httpx.MockTransport(self))
        return Client(http, "jejak_a_b", self.pause)


def addresses(intake: Intake) -> list[tuple[str, str]]:
    return [(asked.method, asked.url.path) for asked in intake.asked]


def recorded(request: httpx.Request) -> httpx.Response:
    """As many receipts as there are items."""
    items = msgspec.json.decode(request.content)["items"]
    outcomes = [{"receipt": RECEIPT} for _ in items]
    body = {"recorded": len(items), "unchanged": 0, "refused": 0, "outcomes": outcomes}
    return httpx.Response(200, json=body)


async def test_a_claim_goes_to_its_address_with_its_key_and_comes_back_as_a_receipt() -> None:
    intake = Intake(httpx.Response(201, json=RECEIPT))
    receipt = await intake.client().claim("63.10", 2026, "si-a", "SID-SDM", CLAIM, key="k1")
    assert (receipt.region, receipt.first_seq, receipt.recorded) == ("63.10", 7, 1)
    [asked] = intake.asked
    path = "/v1/regions/63.10/seasons/2026/innovations/si-a/indicators/SID-SDM/claim"
    assert (asked.method, asked.url.path) == ("PUT", path)
    assert asked.headers["Authorization"] == "Bearer jejak_a_b"
    assert asked.headers["Idempotency-Key"] == "k1"
    assert msgspec.json.decode(asked.content, type=ClaimBody) == CLAIM


async def test_without_an_innovation_it_is_the_regions_own_row() -> None:
    intake = Intake(httpx.Response(201, json=RECEIPT))
    await intake.client().claim("63.10", 2026, "", "SPD-12", CLAIM, key="k1")
    assert intake.asked[0].url.path == "/v1/regions/63.10/seasons/2026/indicators/SPD-12/claim"


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.Response(503, json=BUSY, headers={"Retry-After": "2"}),
        httpx.Response(429, text="slow down"),
        httpx.Response(409, json={"title": "stream.moved", "detail": "Kirim lagi."}),
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("late"),
    ],
)
async def test_what_time_mends_is_sent_again_with_the_same_key_and_bytes(trouble: Answer) -> None:
    intake = Intake(trouble, trouble, httpx.Response(201, json=RECEIPT))
    receipt = await intake.client().claim("63.10", 2026, "si-a", "SID-SDM", CLAIM, key="k1")
    assert receipt.recorded == 1
    assert len(intake.asked) == 3
    assert len({(asked.headers["Idempotency-Key"], asked.content) for asked in intake.asked}) == 1
    assert len(intake.pauses) == 2


async def test_pauses_grow_to_a_limit_and_heed_what_the_service_asks_for() -> None:
    intake = Intake(httpx.Response(503, json=BUSY))
    with pytest.raises(Unreachable, match=r"Sistem sedang penuh\."):
        await intake.client().upload("63.10", b"file", "application/pdf")
    assert len(intake.asked) == wire.ATTEMPTS_MAX
    assert len(intake.pauses) == wire.ATTEMPTS_MAX - 1
    assert max(intake.pauses) <= wire.PAUSE_SECONDS_MAX
    assert intake.pauses[-1] > intake.pauses[0]
    asking = Intake(httpx.Response(503, json=BUSY, headers={"Retry-After": "4"}))
    with pytest.raises(Unreachable):
        await asking.client().upload("63.10", b"file", "application/pdf")
    assert min(asking.pauses) >= 4


async def test_a_refusal_is_not_repeated_and_carries_the_sentence() -> None:
    intake = Intake(httpx.Response(409, json=CLOSED))
    with pytest.raises(Rejected) as caught:
        await intake.client().claim("63.10", 2026, "si-a", "SID-SDM", CLAIM, key="k1")
    assert len(intake.asked) == 1
    assert str(caught.value) == CLOSED["detail"]
    assert (caught.value.status, caught.value.reason) == (409, "season.closed")
    assert caught.value.facts == {"year": "2026"}


async def test_an_answer_that_is_no_problem_document_is_told_too() -> None:
    intake = Intake(httpx.Response(502, text="<html>bad gateway</html>"))
    with pytest.raises(Rejected, match=r"Jawaban 502 tanpa keterangan dari intake\."):
        await intake.client().upload("63.10", b"file", "application/pdf")


async def test_a_file_is_uploaded_under_its_fingerprint() -> None:
    view = {"region": "63.10", "sha256": SHA, "size_bytes": 4, "media_type": "application/pdf"}
    intake = Intake(httpx.Response(201, json=view))
    kept = await intake.client().upload("63.10", b"file", "application/pdf")
    assert kept.sha256 == SHA
    fingerprint = "3b9c358f36f0a31b6ad3e14f309c7cf198ac9246e8316f9ce543d5b19ac02b80"
    assert intake.asked[0].url.path == f"/v1/regions/63.10/evidence/{fingerprint}"
    assert intake.asked[0].headers["Content-Type"] == "application/pdf"


async def test_a_revision_names_the_version_that_was_read() -> None:
    intake = Intake(httpx.Response(201, json=RECEIPT))
    profile = ProfileBody(name="SI-A", tahapan="penerapan", main_urusan=2)
    await intake.client().revise(
        "63.10", 2026, "si-a", ReviseBody(profile=profile), key="k1", version=3
    )
    assert intake.asked[0].headers["If-Match"] == '"3"'
    await intake.client().register(
        "63.10", 2026, RegisterBody(innovation="si-a", profile=profile), key="k2"
    )
    assert "If-Match" not in intake.asked[1].headers


async def test_many_claims_go_in_parts_each_under_a_key_of_its_own() -> None:
    items = [ClaimItemBody(indicator=f"SPD-{n}", level=1) for n in range(2 * ITEMS_MAX + 1)]
    intake = Intake(recorded)
    told = await intake.client().claim_many("63.10", 2026, items, key="k1")
    assert (told.recorded, told.refused, len(told.outcomes)) == (len(items), 0, len(items))
    sent = [msgspec.json.decode(asked.content)["items"] for asked in intake.asked]
    assert list(map(len, sent)) == [ITEMS_MAX, ITEMS_MAX, 1]
    assert [item["indicator"] for part in sent for item in part] == [i.indicator for i in items]
    assert [asked.headers["Idempotency-Key"] for asked in intake.asked] == ["k1/0", "k1/1", "k1/2"]


async def test_a_part_with_an_item_that_was_outrun_is_sent_again_as_it_was() -> None:
    outrun = {"reason": "stream.moved", "detail": "Kirim lagi."}
    body = {"recorded": 0, "unchanged": 0, "refused": 1, "outcomes": [outrun]}
    intake = Intake(httpx.Response(200, json=body), recorded)
    items = [ClaimItemBody(indicator="SPD-12", level=1)]
    told = await intake.client().claim_many("63.10", 2026, items, key="k1")
    assert told.recorded == 1
    assert len({(asked.headers["Idempotency-Key"], asked.content) for asked in intake.asked}) == 1


async def test_an_item_that_is_refused_for_good_is_told_and_not_repeated() -> None:
    refused = {"reason": "indicator.unknown", "detail": "Indikator X tidak ada."}
    body = {"recorded": 0, "unchanged": 0, "refused": 1, "outcomes": [refused]}
    intake = Intake(httpx.Response(200, json=body))
    items = [ClaimItemBody(indicator="X", level=1)]
    told = await intake.client().claim_many("63.10", 2026, items, key="k1")
    assert told.outcomes[0].detail == "Indikator X tidak ada."
    assert len(intake.asked) == 1


async def test_every_decision_on_an_innovation_goes_to_its_own_address() -> None:
    intake = Intake(httpx.Response(201, json=RECEIPT))
    client = intake.client()
    rejection = RejectionBody(reason="bukan_pembaruan", note="Layanan rutin.")
    await client.withdraw("63.10", 2026, "si-a", WithdrawalBody(reason="Digabung."), key="k1")
    await client.reject("63.10", 2026, "si-a", rejection, key="k2")
    base = "/v1/regions/63.10/seasons/2026/innovations/si-a"
    back = ReinstatementBody(note="Ternyata baru.")
    await client.reinstate("63.10", 2026, "si-a", back, key="k3")
    decided = ("withdrawal", "rejection", "reinstatement")
    assert addresses(intake) == [("POST", f"{base}/{each}") for each in decided]
    assert [asked.headers["Idempotency-Key"] for asked in intake.asked] == ["k1", "k2", "k3"]
    assert msgspec.json.decode(intake.asked[1].content, type=RejectionBody) == rejection


async def test_a_told_score_is_sent_as_it_is_spelt_under_its_stage() -> None:
    intake = Intake(httpx.Response(201, json=RECEIPT))
    body = ReportBody(score=Decimal("63.85"), predikat="Sangat Inovatif", source="pemberitaan")
    await intake.client().report_score("19.71", 2023, "mandiri", body, key="k1")
    assert addresses(intake) == [("PUT", "/v1/regions/19.71/seasons/2023/scores/mandiri")]
    assert msgspec.json.decode(intake.asked[0].content, type=SpeltReportBody).score == "63.85"


async def test_a_target_belongs_to_a_year_and_no_season() -> None:
    intake = Intake(httpx.Response(201, json=RECEIPT))
    body = TargetBody(target="52.00", instrument="data contoh")
    await intake.client().set_target("63.10", 2026, body, key="k1")
    assert addresses(intake) == [("PUT", "/v1/regions/63.10/targets/2026")]
    assert msgspec.json.decode(intake.asked[0].content, type=TargetBody) == body


async def test_a_what_if_is_kept_read_back_and_discarded() -> None:
    saved = BranchSaved(
        year=2026,
        branch="rencana",
        name="Rencana",
        cut_seq=7,
        hypotheses=(IndicatorClaimed(year=2026, indicator="SPD-12", level=2),),
    )
    view = msgspec.json.encode(BranchView(region="63.10", version=1, saved=saved))
    receipt = httpx.Response(201, json=RECEIPT)
    intake = Intake(receipt, httpx.Response(200, content=view), receipt)
    client = intake.client()
    body = BranchBody(name="Rencana", hypotheses=(Claim(indicator="SPD-12", level=2),))
    await client.save_branch("63.10", 2026, "rencana", body, key="k1")
    assert (await client.branch("63.10", 2026, "rencana")).saved == saved
    await client.discard_branch("63.10", 2026, "rencana", DiscardingBody(), key="k2")
    path = "/v1/regions/63.10/seasons/2026/branches/rencana"
    assert addresses(intake) == [("PUT", path), ("GET", path), ("POST", f"{path}/discarding")]
    assert msgspec.json.decode(intake.asked[0].content, type=BranchBody) == body


async def test_a_claim_may_give_the_figure_from_which_the_level_follows() -> None:
    intake = Intake(httpx.Response(201, json=RECEIPT))
    body = ClaimBody(figure="4.37", evidence=(FileBody(sha256=SHA),))
    await intake.client().claim("63.10", 2026, "", "SPD-12", body, key="k1")
    sent = msgspec.json.decode(intake.asked[0].content)
    assert (sent["figure"], sent["level"]) == ("4.37", None)


def test_the_command_line_takes_a_level_or_a_figure_and_never_both() -> None:
    given = ["claim", "--url", "http://u", "--key", "k", "--region", "63.10", "--year", "2026"]
    given += ["--indicator", "SPD-12", "--file", "a.pdf"]
    parser = command_line._parser()
    assert parser.parse_args([*given, "--figure", "-1.5"]).figure == "-1.5"
    assert parser.parse_args([*given, "--level", "2"]).level == 2
    for wrong in ([], ["--level", "2", "--figure", "4.37"]):
        with pytest.raises(SystemExit):
            parser.parse_args([*given, *wrong])
