"""From a request to an order, from a receipt to an answer: what every route of intake shares."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from litestar import Request, Response
from litestar.di import Provide
from litestar.params import HeaderParameter
from msgspec import Struct
from msgspec.structs import replace

from services.intake.answers import Answers, Keyed
from services.intake.bodies import receipts
from services.intake.bodies.indicator import ClaimBody
from services.intake.bodies.receipts import OutcomesView, OutcomeView, ReceiptView
from services.intake.bodies.stated import Stated
from services.intake.bodies.verification import ClarificationBody
from services.intake.commands import Command, written_by
from services.intake.core.occurrence import Occurrence
from services.intake.evidence.documents import Documents
from services.intake.handle import Intake
from services.intake.orders import KEY_SEPARATOR, Order
from services.intake.reading import Reading
from services.intake.sending import Sending
from shared.io import clock, http, log, problems, refusals
from shared.io.gate import Gate, caller_of
from shared.io.identity import Caller, Keys, Role
from shared.kernel import names
from shared.kernel.appending import Receipt
from shared.kernel.errors import Failure, Missing, Refused
from shared.kernel.events.indicator import EvidenceReference
from shared.kernel.events.innovation import Attachment, Profile
from shared.kernel.hypotheses import ProfileBody
from shared.kernel.regions import Register
from shared.kernel.rules import ruleset
from shared.kernel.rules.ruleset import RuleSet

# With the client's name before it and an item's place behind it, a command's key still fits
# `names.NAME_LENGTH_MAX`.
KEY_CHARACTERS_MAX = 128
# What a version in the database can have.
VERSION_DIGITS_MAX = 18

SEASON = "/v1/seasons/{year:int}"
REGION = "/v1/regions/{region:str}"
ENTRY = REGION + "/seasons/{year:int}"
INNOVATION = ENTRY + "/innovations/{innovation_id:str}"
INDICATOR = "/indicators/{code:str}"

ERRORS = http.problems(400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 503)

IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        required=False,
        description="Wajib pada POST: kunci yang sama dengan isi yang sama dijawab sama selamanya",
    ),
]
IfMatch = Annotated[
    str | None,
    HeaderParameter(name="If-Match", required=False, description="ETag versi yang diubah"),
]


class Asked(Struct, frozen=True, kw_only=True):
    """What every writing request tells beside its body."""

    caller: Caller
    key: str
    request: bytes
    if_match: int | None
    language: str
    received_at: datetime
    path: str = ""
    trace: str = ""

    def named(self, tenant: str) -> Keyed:
        """The request as its answer is kept."""
        return Keyed(tenant=tenant, key=self.key, request=self.request)


class Door:
    """Builds orders from requests and answers from receipts."""

    def __init__(
        self,
        intake: Intake,
        reading: Reading,
        sending: Sending,
        keys: Keys,
        gate: Gate | None,
        documents: Documents,
        regions: Register,
        rule_sets: Mapping[str, RuleSet],
        digests: Mapping[str, str],
        answers: Answers,
    ) -> None:
        self.answers = answers
        self.intake = intake
        self.reading = reading
        self.sending = sending
        self.keys = keys
        self.gate = gate
        self.documents = documents
        self.regions = regions
        self.rule_sets = rule_sets
        self.digests = digests
        # Every row of an innovation that any year has.
        self.innovation_rows = tuple(
            sorted(
                {row.code for rules in rule_sets.values() for row in ruleset.innovation_rows(rules)}
            )
        )

    def rules(self, rule_set: str) -> RuleSet:
        """A published rule set by its id."""
        if rule_set not in self.rule_sets:
            raise Refused("rules.unknown", rule_set=rule_set)
        return self.rule_sets[rule_set]

    def options(self) -> dict[str, Any]:
        """What every writing route shares; the key is checked before a body is read."""
        return {
            "dependencies": {"asked": Provide(self.asked)},
            "guards": [http.require_json],
            "responses": ERRORS,
            "security": [{"key": []}],
        }

    async def asked(
        self,
        request: Request[Any, Any, Any],
        idempotency_key: IdempotencyKey = None,
        if_match: IfMatch = None,
    ) -> Asked:
        """Who asks, under which key, with which bytes, on which version."""
        caller = caller_of(request)
        asked = f"{request.method} {request.scope['path']}\n".encode() + await request.body()
        received_at = clock.now()
        return Asked(
            caller=caller,
            key=_key(caller, idempotency_key, required=request.method == "POST"),
            request=hashlib.sha256(asked).digest(),
            if_match=_version(if_match),
            language=refusals.language_of(request),
            received_at=received_at,
            path=request.scope["path"],
            trace=log.trace(),
        )

    def zone(self, region: str) -> str:
        """The time zone of a region that is known."""
        known = self.regions.by_code.get(region)
        if known is None:
            raise Missing("region.unknown", region=region)
        return known.time_zone

    def moment(self, asked: Asked, body: Stated) -> datetime:
        """When it took place: as stated, else when it had been received completely."""
        return body.occurred_at or asked.received_at

    def must_assess(self, region: str) -> None:
        """Refuse a region that there is not, or whose index is not measured."""
        known = self.regions.by_code.get(region)
        if known is None:
            raise Missing("region.unknown", region=region)
        if not known.subject:
            raise Refused("region.not_assessed", name=known.name)

    def shows(self, request: Request[Any, Any, Any], profile: Profile | None) -> bool:
        """Whether the caller may see an innovation: an operator, those of their own agency."""
        caller = caller_of(request)
        return profile is not None and caller.agency in ("", profile.agency)

    async def must_know(self, region: str, client: str, *roles: Role) -> None:
        """Work is given to a program that has a key to do it; to nobody at all is fine."""
        if client and names.is_client(client):
            await self.keys.must_know(client, region, *roles)

    async def profile(self, region: str, body: ProfileBody) -> Profile:
        """The profile as it is recorded: its attachments are files that were uploaded."""
        profile = body.profile()
        known = await self.documents.known(region, [file.sha256 for file in profile.attachments])
        for file in profile.attachments:
            if file.sha256 not in known:
                raise Refused("evidence.not_uploaded", sha256=file.sha256)
        return replace(
            profile,
            attachments=tuple(
                Attachment(
                    kind=file.kind,
                    sha256=file.sha256,
                    size_bytes=known[file.sha256].size_bytes,
                    media_type=known[file.sha256].media_type,
                )
                for file in profile.attachments
            ),
        )

    async def one(
        self, asked: Asked, tenant: str, body: Stated, command: Command, innovation_id: str = ""
    ) -> Response[ReceiptView]:
        """Carry out one command: 201 with its receipt, 200 where all was already true."""
        order = self.order(asked, tenant, body, command)
        outcome = (await self.intake.handle([order]))[0]
        if isinstance(outcome, Failure):
            raise outcome
        view = receipts.receipt_view(outcome, written_by(order.command), innovation_id)
        headers = {"ETag": f'"{view.version}"'}
        return Response(view, status_code=201 if view.recorded else 200, headers=headers)

    async def many(self, orders: Sequence[Order | Failure], language: str) -> OutcomesView:
        """Carry out many; each has its own outcome."""
        sound = [order for order in orders if isinstance(order, Order)]
        told = iter(await self.intake.handle(sound))
        outcomes = [
            outcome_of(order, next(told) if isinstance(order, Order) else order, language)
            for order in orders
        ]
        refused = sum(1 for one in outcomes if one.receipt is None)
        recorded = sum(1 for one in outcomes if one.receipt is not None and one.receipt.recorded)
        return OutcomesView(
            recorded=recorded,
            unchanged=len(outcomes) - recorded - refused,
            refused=refused,
            outcomes=tuple(outcomes),
        )

    def order(
        self,
        asked: Asked,
        tenant: str,
        body: Stated,
        command: Command,
        place: int | str | None = None,
    ) -> Order:
        """A command with all that surrounds it; `place` is where it stands among many."""
        return Order(
            caller=asked.caller,
            tenant=tenant,
            key=asked.key if place is None else f"{asked.key}{KEY_SEPARATOR}{place}",
            request=asked.request,
            received_at=asked.received_at,
            command=command,
            occurrence=Occurrence(occurred_at=body.occurred_at, basis=body.basis),
            if_match=asked.if_match,
            trace=asked.trace,
        )

    async def evidence(
        self, region: str, claims: Sequence[ClaimBody | ClarificationBody]
    ) -> Mapping[str, EvidenceReference]:
        """The uploaded files that the claims name, by fingerprint."""
        wanted = {file.sha256 for claim in claims for file in claim.evidence}
        return {
            kept.sha256: EvidenceReference(
                sha256=kept.sha256, size_bytes=kept.size_bytes, media_type=kept.media_type
            )
            for kept in (await self.documents.known(region, wanted)).values()
        }


def refusal(failure: Failure, language: str) -> OutcomeView:
    """One item's refusal, in words."""
    problem = problems.problem_of(failure, language, "")
    return OutcomeView(reason=problem.title, detail=problem.detail)


def outcome_of(order: Order | Failure, outcome: Receipt | Failure, language: str) -> OutcomeView:
    """One item's outcome: its receipt, or its refusal in words."""
    if isinstance(outcome, Failure):
        return refusal(outcome, language)
    assert isinstance(order, Order)
    return OutcomeView(receipt=receipts.receipt_view(outcome, written_by(order.command)))


def _key(caller: Caller, given: str | None, *, required: bool) -> str:
    """The command's key; each client program has its own, and keeps it under a new API key."""
    if given is None:
        if required:
            raise Refused("idempotency.key_missing")
        given = clock.new_id()
    plain = given.isascii() and given.isprintable() and " " not in given
    if not 0 < len(given) <= KEY_CHARACTERS_MAX or not plain:
        raise Refused("idempotency.key_malformed", characters_max=KEY_CHARACTERS_MAX)
    return f"{caller.client}{KEY_SEPARATOR}{given}"


def _version(if_match: str | None) -> int | None:
    if if_match is None:
        return None
    bare = if_match.strip().removeprefix('"').removesuffix('"')
    if not bare.isascii() or not bare.isdigit() or len(bare) > VERSION_DIGITS_MAX:
        raise Refused("precondition.malformed")
    return int(bare)
