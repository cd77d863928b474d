"""Hands the sample in through the HTTP interface: seasons, results, then all regions side by side.

Every write has a key that follows from what it says, so a load that was interrupted is simply run
again. What Tanah Bumbu considers rests on all it handed in, and comes after it. The province's last
submission is sent when everything else is recorded: it is the sign by which a later run sees that
there is nothing left to do.
"""

import asyncio
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from http import HTTPStatus

from deploy.client import client
from deploy.client.client import Client
from deploy.client.wire import Rejected
from deploy.sample import (
    evidence,
    history,
    keyring,
    latecomer,
    prospects,
    results,
    seasons,
    telling,
)
from deploy.sample.plan import (
    Acceptances,
    Claims,
    Facts,
    Plan,
    Registrations,
    Rejections,
    Returns,
    Step,
    Submissions,
    Withdrawals,
)
from deploy.sample.schedule import Schedule
from deploy.sample.traits import YEAR_CLOSED, YEAR_OPEN
from services.intake.bodies.receipts import OutcomesView
from services.intake.bodies.results import ResultBody

# In flight at once: enough to share commits, few enough to leave the machine to the services.
REQUESTS_MAX = 24

Send = Callable[[], Awaitable[object]]

# Told how many facts have been handed in since it was last told.
Tell = Callable[[int], None]


def facts(plans: Sequence[Plan]) -> int:
    """How much there is to hand in, files included."""
    published = len(history.rows()) + len(results.ALL)
    beside = len(prospects.TARGETS) + 1 + 1  # the what-if, and what came late
    return published + beside + sum(map(_size, plans))


async def is_complete(url: str, keys: Mapping[str, str], plans: Sequence[Plan]) -> bool:
    """Whether an earlier run came to its end."""
    region, sign = next((plan.region, plan.last) for plan in plans if plan.last)
    async with client.opened(url, keys[_admin(region)]) as admin:
        try:
            held = await admin.innovation(region, YEAR_OPEN, sign.items[0][0])
        except Rejected as rejected:
            if rejected.status == HTTPStatus.NOT_FOUND:
                return False
            raise
    return held.status == "submitted"


@asynccontextmanager
async def opened(url: str, keys: Mapping[str, str], tell: Tell) -> AsyncIterator["Loader"]:
    """A loader of which every key has connections of its own, as every tenant would."""
    async with AsyncExitStack() as stack:
        clients = {
            name: await stack.enter_async_context(client.opened(url, key))
            for name, key in keys.items()
        }
        yield Loader(clients, tell)


class Loader:
    """The keys of the sample at work."""

    def __init__(self, clients: Mapping[str, Client], tell: Tell) -> None:
        self._clients = clients
        self._tell = tell
        self._free = asyncio.Semaphore(REQUESTS_MAX)

    async def load(self, plans: Sequence[Plan], schedule: Schedule) -> None:
        """Everything, in an order in which each fact is allowed."""
        await self._seasons(schedule)
        regions = {row.region for row in history.rows()} | {each.region for each in results.ALL}
        await _together(self._results(region) for region in sorted(regions))
        await self._targets()
        await self._late()
        # The busiest first, so that no long one is left alone at the end.
        busiest = sorted(plans, key=_size, reverse=True)
        await _together(self._region(plan) for plan in busiest)
        for plan in plans:
            if plan.region == prospects.REGION:
                await self._branch(plan)
        for plan in plans:
            if plan.last is not None:
                await self._step(plan.region, plan.last)

    async def _seasons(self, schedule: Schedule) -> None:
        ministry = self._clients[keyring.MINISTRY.name]
        for year, told in seasons.closed().items():
            await ministry.open_season(year, told.opening, f"contoh/{year}/buka")
            await ministry.close_season(year, told.closing, f"contoh/{year}/tutup")
        key = f"contoh/{YEAR_OPEN}"
        await ministry.open_season(YEAR_OPEN, schedule.opening, f"{key}/buka")
        await ministry.schedule_season(YEAR_OPEN, schedule.calendar, f"{key}/jadwal")
        await ministry.extend_season(YEAR_OPEN, schedule.extension, f"{key}/perpanjangan")

    async def _results(self, region: str) -> None:
        """Year after year, and a correction after what it corrects."""
        for send in (*self._published(region), *self._supposed(region)):
            await self._one(send)

    def _published(self, region: str) -> Iterator[Send]:
        """What the sources say."""
        ministry = self._clients[keyring.MINISTRY.name]
        for row in history.rows():
            if row.region == region:
                at, body, key = (region, row.year), row.body, f"contoh/{row.year}"
                if isinstance(body, ResultBody):
                    yield partial(ministry.publish_result, *at, body, f"{key}/hasil/terbit")
                else:
                    report = partial(ministry.report_score, *at, row.stage)
                    yield partial(report, body, f"{key}/{row.stage}/terbit")

    def _supposed(self, region: str) -> Iterator[Send]:
        """Season 2024 of the province, most of it invented."""
        publish = self._clients[keyring.MINISTRY.name].publish_result
        for result in results.ALL:
            if result.region == region:
                key = f"contoh/{YEAR_CLOSED}/hasil/{result.name}"
                yield partial(publish, region, YEAR_CLOSED, result.body, key)

    async def _targets(self) -> None:
        region = prospects.REGION
        promise = self._clients[_admin(region)].set_target
        for target in prospects.targets():
            key = f"contoh/{target.year}/target"
            await self._one(partial(promise, region, target.year, target.body, key))

    async def _late(self) -> None:
        admin = self._clients[_admin(latecomer.REGION)]
        key = f"contoh/{latecomer.YEAR}/susulan"
        at = (latecomer.REGION, latecomer.YEAR)
        await self._one(partial(admin.register, *at, latecomer.body(), key))

    async def _branch(self, plan: Plan) -> None:
        at = (plan.region, YEAR_OPEN, prospects.BRANCH)
        key = f"contoh/{YEAR_OPEN}/cabang/{prospects.BRANCH}"
        save = self._clients[_admin(plan.region)].save_branch
        await self._one(partial(save, *at, prospects.branch(plan), key))

    async def _region(self, plan: Plan) -> None:
        upload = self._clients[_admin(plan.region)].upload
        await _together(
            self._one(partial(upload, plan.region, document.content, evidence.MEDIA_TYPE))
            for document in plan.documents
        )
        for step in plan.steps:
            await self._step(plan.region, step)

    async def _step(self, region: str, step: Step) -> None:
        """What one step sends side by side happened at one moment."""
        admin, verifier = self._clients[_admin(region)], self._clients[keyring.VERIFIER.name]
        key, at = f"contoh/{YEAR_OPEN}/{step.name}", (region, YEAR_OPEN)
        match step:
            case Facts(items=told):
                await _together(
                    self._one(
                        partial(
                            telling.send,
                            self._clients[keyring.of(fact.by, region)],
                            region,
                            fact,
                            key,
                        )
                    )
                    for fact in told
                )
            case Claims(items=claims):
                await self._many(partial(admin.claim_many, *at, claims, key))
            case Acceptances(items=accepted):
                await self._many(partial(verifier.accept_many, *at, accepted, key))
            case Registrations(items=registered):
                await _together(
                    self._one(partial(admin.register, *at, body, f"{key}/{body.innovation}"))
                    for body in registered
                )
            case Submissions(items=sent):
                await _together(
                    self._one(partial(admin.submit, *at, name, body, f"{key}/{name}"))
                    for name, body in sent
                )
            case Returns(items=returned):
                await _together(
                    self._one(
                        partial(verifier.send_back, *at, name, row, body, f"{key}/{name}/{row}")
                    )
                    for name, row, body in returned
                )
            case Rejections(items=rejected):
                await _together(
                    self._one(partial(verifier.reject, *at, name, body, f"{key}/{name}"))
                    for name, body in rejected
                )
            case Withdrawals(items=withdrawn):
                await _together(
                    self._one(partial(admin.withdraw, *at, name, body, f"{key}/{name}"))
                    for name, body in withdrawn
                )

    async def _one(self, send: Send) -> None:
        async with self._free:
            await send()
        self._tell(1)

    async def _many(self, send: Callable[[], Awaitable[OutcomesView]]) -> None:
        async with self._free:
            told = await send()
        for outcome in told.outcomes:
            if outcome.receipt is None:
                status = HTTPStatus.UNPROCESSABLE_ENTITY
                raise Rejected(status, outcome.reason, outcome.detail, {})
        self._tell(len(told.outcomes))


def _size(plan: Plan) -> int:
    return len(plan.documents) + sum(len(step.items) for step in plan.sent)


def _admin(region: str) -> str:
    return keyring.ADMINS[region].name


async def _together(sendings: Iterable[Coroutine[None, None, None]]) -> None:
    """All at once; the first failure ends the others."""
    async with asyncio.TaskGroup() as tasks:
        for sending in sendings:
            tasks.create_task(sending)
