"""Sends one fact of a story to the address that its body belongs to."""

from deploy.client.client import Client
from deploy.sample.plan import Fact
from deploy.sample.traits import YEAR_OPEN
from services.intake.bodies.receipts import ReceiptView
from services.intake.bodies.region import (
    AgencyBody,
    CoachBody,
    DecreeBody,
    ReplicationBody,
    StepBody,
    StepClosingBody,
    TrialBody,
    TrialDecisionBody,
    TrialReportBody,
)
from services.intake.bodies.verification import (
    AnswerBody,
    ClarificationBody,
    ReviewBody,
    SampleBody,
    VerifierBody,
)


async def send(client: Client, region: str, fact: Fact, step: str) -> ReceiptView:
    """Under a key that follows from what the fact is about; `step` names where it belongs."""
    about = (fact.agency, fact.step, fact.innovation, fact.indicator)
    key = "/".join((step, *(part for part in about if part)))
    match fact.body:
        case AgencyBody() | CoachBody() | StepBody() | StepClosingBody() | DecreeBody():
            return await _organised(client, region, fact, key)
        case TrialBody() | TrialReportBody() | TrialDecisionBody() | ReplicationBody():
            return await _tried(client, region, fact, key)
        case _:
            return await _verified(client, region, fact, key)


async def _organised(client: Client, region: str, fact: Fact, key: str) -> ReceiptView:
    at = (region, YEAR_OPEN)
    match fact.body:
        case AgencyBody() as body:
            return await client.describe_agency(*at, fact.agency, body, key)
        case CoachBody() as body:
            return await client.assign_coach(*at, fact.agency, body, key)
        case StepBody() as body:
            return await client.agree_step(*at, fact.agency, fact.step, body, key)
        case StepClosingBody() as body:
            return await client.close_step(*at, fact.agency, fact.step, body, key)
        case DecreeBody() as body:
            return await client.decree_innovations(*at, body, key)
        case _:
            raise TypeError(type(fact.body))


async def _tried(client: Client, region: str, fact: Fact, key: str) -> ReceiptView:
    at = (region, YEAR_OPEN, fact.innovation)
    match fact.body:
        case TrialBody() as body:
            return await client.assign_trial(*at, body, key)
        case TrialReportBody() as body:
            return await client.report_trial(*at, body, key)
        case TrialDecisionBody() as body:
            return await client.decide_trial(*at, body, key)
        case ReplicationBody() as body:
            return await client.record_replication(*at, body, key)
        case _:
            raise TypeError(type(fact.body))


async def _verified(client: Client, region: str, fact: Fact, key: str) -> ReceiptView:
    at, row = (region, YEAR_OPEN), (fact.innovation, fact.indicator)
    match fact.body:
        case VerifierBody() as body:
            return await client.assign_verifier(*at, fact.innovation, body, key)
        case SampleBody() as body:
            return await client.draw_sample(*at, body, key)
        case ReviewBody() as body:
            return await client.review(*at, *row, body, key)
        case ClarificationBody() as body:
            return await client.open_clarification(*at, *row, body, key)
        case AnswerBody() as body:
            return await client.answer_clarification(*at, *row, body, key)
        case _:
            raise TypeError(type(fact.body))
