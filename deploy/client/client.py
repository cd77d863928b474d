"""THE client for tenants: everything intake takes in, typed, over one API key.

    async with client.opened("https://intake.example.go.id", key) as tenant:
        file = await tenant.upload("63.10", pathlib.Path("sk.pdf").read_bytes(), "application/pdf")
        await tenant.claim("63.10", 2026, "si-tanggap", "SID-REGULASI",
                           ClaimBody(level=2, evidence=(FileBody(sha256=file.sha256),)),
                           key="sk-2026-si-tanggap")

Bodies and answers are those of `services.intake.bodies`. Every write takes a `key` of your own
choosing, at most 180 characters without spaces: the same key with the same content is recorded
once, however often it is sent, so a program may simply run again after a failure. Requests are
retried by themselves while intake is busy or away (see `wire`); a refusal is `Rejected`, whose
`sentence` is meant to be shown to the person who can act. Moments in the past (`occurred_at` with
`basis`) are for keys with that right; leave them out otherwise.
"""

import hashlib
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import cache
from typing import TypeVar
from urllib.parse import quote

import httpx
import msgspec
from msgspec import Struct

from deploy.client.organisation import Organisation
from deploy.client.seasons import Seasons
from deploy.client.trials import Trials
from deploy.client.verification import Verification
from deploy.client.wire import ANSWER_SECONDS_MAX, ATTEMPTS_MAX, MOMENTARY
from deploy.client.writing import entry_path, headers_of, row_path, subject_path
from services.intake.bodies.evidence import EvidenceView
from services.intake.bodies.indicator import (
    AcceptanceBody,
    AcceptanceItemBody,
    AcceptancesBody,
    ClaimBody,
    ClaimItemBody,
    ClaimsBody,
    ReturnBody,
)
from services.intake.bodies.innovation import (
    InnovationView,
    RegisterBody,
    ReinstatementBody,
    RejectionBody,
    ReviseBody,
    WithdrawalBody,
)
from services.intake.bodies.plans import BranchBody, BranchView, DiscardingBody, TargetBody
from services.intake.bodies.receipts import OutcomesView, ReceiptView
from services.intake.bodies.results import ReportBody, ResultBody
from services.intake.bodies.stated import ITEMS_MAX
from services.intake.bodies.submission import SubmissionBody

# Enough to keep intake's group commit filled; the pool looks at each of them on every request.
CONNECTIONS_MAX = 8

Item = TypeVar("Item", ClaimItemBody, AcceptanceItemBody)


@asynccontextmanager
async def connected(
    url: str, transport: httpx.AsyncBaseTransport | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    """Connections to one service; the keys of several tenants may share them."""
    limits = httpx.Limits(
        max_connections=CONNECTIONS_MAX, max_keepalive_connections=CONNECTIONS_MAX
    )
    async with httpx.AsyncClient(
        base_url=url,
        verify=_trust(),
        timeout=ANSWER_SECONDS_MAX,
        limits=limits,
        transport=transport,
    ) as http:
        yield http


@asynccontextmanager
async def opened(url: str, key: str) -> AsyncIterator["Client"]:
    """A client of its own connections, closed on leaving."""
    async with connected(url) as http:
        yield Client(http, key)


class Client(Seasons, Organisation, Trials, Verification):
    """One API key's way into intake."""

    async def upload(self, region: str, content: bytes, media_type: str) -> EvidenceView:
        """Upload a file under its SHA-256; the same file again changes nothing."""
        sha256 = hashlib.sha256(content).hexdigest()
        return await self._wire.ask(
            "PUT",
            f"/v1/regions/{quote(region)}/evidence/{sha256}",
            EvidenceView,
            content=content,
            headers={"Content-Type": media_type},
        )

    async def register(self, region: str, year: int, body: RegisterBody, key: str) -> ReceiptView:
        """Register an innovation; the receipt names its id."""
        return await self._write("POST", f"{entry_path(region, year)}/innovations", body, key)

    async def innovation(self, region: str, year: int, innovation: str) -> InnovationView:
        """An innovation as it stands, with the version that `revise` needs."""
        return await self._wire.ask("GET", subject_path(region, year, innovation), InnovationView)

    async def revise(
        self, region: str, year: int, innovation: str, body: ReviseBody, key: str, *, version: int
    ) -> ReceiptView:
        """Replace the profile that was read as `version`; `Rejected` if it has changed since."""
        path = subject_path(region, year, innovation)
        return await self._write("PUT", path, body, key, version=version)

    async def submit(
        self, region: str, year: int, innovation: str, body: SubmissionBody, key: str
    ) -> ReceiptView:
        """Send an innovation for verification."""
        path = f"{subject_path(region, year, innovation)}/submission"
        return await self._write("POST", path, body, key)

    async def withdraw(
        self, region: str, year: int, innovation: str, body: WithdrawalBody, key: str
    ) -> ReceiptView:
        """Take an innovation out of the season; registering it again brings it back."""
        path = f"{subject_path(region, year, innovation)}/withdrawal"
        return await self._write("POST", path, body, key)

    async def reject(
        self, region: str, year: int, innovation: str, body: RejectionBody, key: str
    ) -> ReceiptView:
        """Find that an innovation may not be assessed, with the reason (verifiers)."""
        path = f"{subject_path(region, year, innovation)}/rejection"
        return await self._write("POST", path, body, key)

    async def claim(
        self, region: str, year: int, innovation: str, indicator: str, body: ClaimBody, key: str
    ) -> ReceiptView:
        """Claim a level with uploaded files; without an innovation it is the region's own row.

        Where the rules have bands, the body may give the raw `figure` instead of the `level`.
        """
        path = f"{row_path(region, year, innovation, indicator)}/claim"
        return await self._write("PUT", path, body, key)

    async def accept(
        self,
        region: str,
        year: int,
        innovation: str,
        indicator: str,
        body: AcceptanceBody,
        key: str,
    ) -> ReceiptView:
        """Accept a level, naming exactly the files that were reviewed (verifiers)."""
        path = f"{row_path(region, year, innovation, indicator)}/acceptance"
        return await self._write("POST", path, body, key)

    async def send_back(
        self, region: str, year: int, innovation: str, indicator: str, body: ReturnBody, key: str
    ) -> ReceiptView:
        """Return a claim with a reason (verifiers)."""
        path = f"{row_path(region, year, innovation, indicator)}/return"
        return await self._write("POST", path, body, key)

    async def claim_many(
        self, region: str, year: int, items: Sequence[ClaimItemBody], key: str
    ) -> OutcomesView:
        """Claim any number of levels; each item has its own outcome, in the order given."""
        path = f"{entry_path(region, year)}/claims"
        parts = [ClaimsBody(items=part) for part in _parts(items)]
        return await self._write_parts(path, parts, key)

    async def accept_many(
        self, region: str, year: int, items: Sequence[AcceptanceItemBody], key: str
    ) -> OutcomesView:
        """Accept any number of levels; each item has its own outcome, in the order given."""
        path = f"{entry_path(region, year)}/acceptances"
        parts = [AcceptancesBody(items=part) for part in _parts(items)]
        return await self._write_parts(path, parts, key)

    async def publish_result(
        self, region: str, year: int, body: ResultBody, key: str
    ) -> ReceiptView:
        """Record a region's official result; a later one corrects it (ministry)."""
        return await self._write("PUT", f"{entry_path(region, year)}/result", body, key)

    async def reinstate(
        self, region: str, year: int, innovation: str, body: ReinstatementBody, key: str
    ) -> ReceiptView:
        """Take a rejection back (verifiers)."""
        path = f"{subject_path(region, year, innovation)}/reinstatement"
        return await self._write("POST", path, body, key)

    async def report_score(
        self, region: str, year: int, stage: str, body: ReportBody, key: str
    ) -> ReceiptView:
        """Record a score of an earlier stage that someone stated (ministry)."""
        path = f"{entry_path(region, year)}/scores/{quote(stage)}"
        return await self._write("PUT", path, body, key)

    async def set_target(self, region: str, year: int, body: TargetBody, key: str) -> ReceiptView:
        """Record the index that the region's plan promises for a year; it need not be open."""
        return await self._write("PUT", f"/v1/regions/{quote(region)}/targets/{year}", body, key)

    async def save_branch(
        self, region: str, year: int, branch: str, body: BranchBody, key: str
    ) -> ReceiptView:
        """Keep a what-if under a name of your own; it changes no score."""
        return await self._write("PUT", _branch(region, year, branch), body, key)

    async def branch(self, region: str, year: int, branch: str) -> BranchView:
        """A what-if as it was kept: its facts, and the last fact of the log it rests on."""
        return await self._wire.ask("GET", _branch(region, year, branch), BranchView)

    async def discard_branch(
        self, region: str, year: int, branch: str, body: DiscardingBody, key: str
    ) -> ReceiptView:
        """Show a what-if no longer; the log keeps that it was there."""
        path = f"{_branch(region, year, branch)}/discarding"
        return await self._write("POST", path, body, key)

    async def _write_parts(self, path: str, parts: Sequence[Struct], key: str) -> OutcomesView:
        told = [
            await self._write_part(path, part, f"{key}/{place}") for place, part in enumerate(parts)
        ]
        return OutcomesView(
            recorded=sum(part.recorded for part in told),
            unchanged=sum(part.unchanged for part in told),
            refused=sum(part.refused for part in told),
            outcomes=tuple(outcome for part in told for outcome in part.outcomes),
        )

    async def _write_part(self, path: str, part: Struct, key: str) -> OutcomesView:
        """Sent again while an item was merely outrun; what was recorded is only answered again."""
        content = msgspec.json.encode(part)
        attempt = 0
        while True:
            attempt += 1
            told = await self._wire.ask(
                "POST", path, OutcomesView, content=content, headers=headers_of(key)
            )
            outrun = any(outcome.reason in MOMENTARY for outcome in told.outcomes)
            if not outrun or attempt == ATTEMPTS_MAX:
                return told
            await self._wire.rest(attempt)


@cache
def _trust() -> ssl.SSLContext:
    """The certificates httpx trusts, read once and not for every key."""
    return httpx.create_ssl_context()


def _parts(items: Sequence[Item]) -> list[tuple[Item, ...]]:
    return [tuple(items[start : start + ITEMS_MAX]) for start in range(0, len(items), ITEMS_MAX)]


def _branch(region: str, year: int, branch: str) -> str:
    return f"{entry_path(region, year)}/branches/{quote(branch)}"
