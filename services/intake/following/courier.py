"""Sending facts to webhooks: each webhook by one worker at a time, in the order of the log.

A fact is passed once the receiver has answered that it has taken it; until then it is sent again,
under the same `webhook-id`, and nothing behind it is sent. A lease in the row keeps two copies of
intake from sending to the same webhook, and ends by itself when its holder dies.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from services.intake.core.following import cloud_event, cursor, retry, signature
from services.intake.following.feed import Feed
from services.intake.following.webhooks import Leased, Webhook
from shared.io import clock, log, postgres, stopping
from shared.io.outgoing import Outcome, Outgoing
from shared.kernel.errors import Failure, Refused
from shared.kernel.recorded import Stored

# Webhooks sent to at once by this copy of intake.
WORKERS_MAX = 16
# A worker that has sent for so long lets another webhook have its turn.
TURN_SECONDS = 20.0
# Long enough to begin an attempt in its first half and to end it, by its own limit, in its second.
LEASE_SECONDS = 30.0
POLL_SECONDS = 1.0
# Between two looks, however many commits there are.
PAUSE_SECONDS = 0.2
PAGE_FACTS = 100
# What a webhook's owner is told where the fault is ours.
INTERRUPTED = "interrupted"


class Courier:
    """The workers of this copy of intake."""

    def __init__(self, pool: postgres.Pool, feed: Feed, out: Outgoing) -> None:
        self._leased = Leased(pool, LEASE_SECONDS)
        self._feed = feed
        self._out = out
        self._hint = asyncio.Event()
        self._working: set[asyncio.Task[None]] = set()
        self._delivered = 0
        self._failed = 0

    @property
    def delivered_total(self) -> int:
        """Facts that receivers took."""
        return self._delivered

    @property
    def failed_total(self) -> int:
        """Attempts that came to nothing."""
        return self._failed

    def nudge(self) -> None:
        """Something was committed here; only a hint."""
        self._hint.set()

    async def run(self) -> None:
        """Give out work for ever; what is under way is dropped in the end, and sent again later."""
        try:
            while not stopping.is_asked():
                self._hint.clear()
                try:
                    await self._give_out()
                except Failure as failure:
                    log.logger().warning("webhooks.not_claimed", why=str(failure))
                await asyncio.sleep(PAUSE_SECONDS)
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):
                        await self._hint.wait()
        finally:
            working = list(self._working)
            for task in working:
                task.cancel()
            await asyncio.gather(*working, return_exceptions=True)

    async def _give_out(self) -> None:
        free = WORKERS_MAX - len(self._working)
        if free < 1:
            return
        asked_at = clock.monotonic_seconds()
        for webhook in await self._leased.claim(free):
            task = asyncio.create_task(self._work(webhook, asked_at))
            self._working.add(task)
            task.add_done_callback(self._rested)

    def _rested(self, task: asyncio.Task[None]) -> None:
        self._working.discard(task)
        self._hint.set()

    async def _work(self, webhook: Webhook, leased_at: float) -> None:
        """One turn of one webhook; whatever happens, others may have it afterwards."""
        try:
            await self._turn(webhook, leased_at)
        except Refused as refused:
            # The log is not the one it was sent from: nothing can be gone on from.
            await self._put_off(webhook, refused.reason, final=True)
        except Exception as error:  # noqa: BLE001 - what one webhook meets is no other's
            log.logger().error("webhooks.interrupted", webhook=webhook.id, why=repr(error))
            await self._put_off(webhook, INTERRUPTED, final=False)
        finally:
            with suppress(Failure):
                await self._leased.release(webhook)

    async def _put_off(self, webhook: Webhook, why: str, *, final: bool) -> None:
        with suppress(Failure):
            await self._leased.failed(webhook, why, final=final)

    async def _turn(self, webhook: Webhook, leased_at: float) -> None:
        until = leased_at + TURN_SECONDS
        while True:
            page = await self._feed.page(webhook.place, PAGE_FACTS)
            for fact in page.facts:
                if clock.monotonic_seconds() > min(until, leased_at + LEASE_SECONDS / 2):
                    return
                if not webhook.wants(fact.topic):
                    continue
                outcome = await self._send(webhook, fact)
                if outcome.error:
                    await self._not_taken(webhook, outcome)
                    return
                leased_at = clock.monotonic_seconds()
                moved = await self._move(webhook, [fact], sent=True)
                if moved is None:
                    return
                webhook = moved
            leased_at = clock.monotonic_seconds()
            passed = await self._move(webhook, page.facts[-1:], sent=False)
            if passed is None or not page.more:
                return
            webhook = passed

    async def _send(self, webhook: Webhook, fact: Stored) -> Outcome:
        body = cloud_event.encode(fact)
        now = clock.now()
        signed = signature.headers(
            str(fact.event_id), int(now.timestamp()), body, webhook.secrets(now)
        )
        headers = {"content-type": cloud_event.MEDIA_TYPE, **signed}
        return await self._out.post(webhook.url, headers, body)

    async def _not_taken(self, webhook: Webhook, outcome: Outcome) -> None:
        self._failed += 1
        await self._leased.failed(webhook, outcome.error, final=outcome.status == retry.GONE)
        log.logger().info(
            "webhooks.not_taken", tenant=webhook.tenant, webhook=webhook.id, why=outcome.error
        )

    async def _move(
        self, webhook: Webhook, facts: Sequence[Stored], *, sent: bool
    ) -> Webhook | None:
        """The webhook behind the last of these facts; None where this worker should stop."""
        if not facts or facts[-1].seq == webhook.seq:
            return webhook
        self._delivered += sent
        place = cursor.at(webhook.tenant, facts[-1].seq, facts[-1].leaf_hash)
        moved = await self._leased.delivered(webhook, place, sent=sent)
        return moved if moved is not None and moved.state == "active" else None
