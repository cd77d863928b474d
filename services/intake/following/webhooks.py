"""Addresses to which a region has its facts sent: made, changed and forgotten by its own keys."""

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from services.intake.core.following import cursor, retry, shown, signature
from services.intake.core.following.cursor import Cursor
from services.intake.following.feed import Feed
from shared.io import clock, postgres
from shared.io.outgoing import Outgoing
from shared.kernel.errors import Missing, Refused

# Of one region: a portal, a copy of it, and what somebody tries out.
WEBHOOKS_MAX = 10
# How long the former secret signs as well: a working day to change the receiver, and its night.
FORMER_HOURS = 24

_ID = re.compile(r"[0-9a-f]{32}\Z")
_SQL = postgres.queries(Path(__file__).parent / "webhooks.sql")


class Webhook(Struct, frozen=True, kw_only=True):
    """One address with all that is known of it; never logged, for it holds the secrets."""

    tenant: str
    id: str
    url: str
    topics: list[str]
    state: str
    secret: bytes
    former_secret: bytes | None
    former_until: datetime | None
    seq: int
    leaf: bytes
    delivered_at: datetime | None
    failures: int
    failing_since: datetime | None
    last_error: str
    next_attempt_at: datetime
    lease: str | None
    leased_until: datetime | None
    created_at: datetime

    @property
    def place(self) -> Cursor:
        """The last fact that was delivered or passed over."""
        return Cursor(tenant=self.tenant, seq=self.seq, leaf=self.leaf)

    def secrets(self, now: datetime) -> Sequence[bytes]:
        """Every secret that signs at the moment, the newest first."""
        live = self.former_until is not None and now < self.former_until
        return [self.secret, *([self.former_secret] if live and self.former_secret else [])]

    def wants(self, topic: str) -> bool:
        """Whether facts of this kind are sent."""
        return not self.topics or topic in self.topics

    def __repr__(self) -> str:
        """Without secrets, wherever it may be printed."""
        return f"Webhook({self.tenant}, {self.id}, {self.state})"


class Webhooks:
    """The webhooks of all tenants, each by its own code."""

    def __init__(self, pool: postgres.Pool, feed: Feed, outgoing: Outgoing) -> None:
        self._pool = pool
        self._feed = feed
        self._outgoing = outgoing

    async def make(
        self, tenant: str, url: str, topics: Sequence[str], after: Cursor | None
    ) -> Webhook:
        """A new one; it begins behind `after`, or with what comes from now on."""
        for topic in topics:
            if topic not in shown.ALL:
                raise Refused("webhook.topic_unknown", topic=topic)
        if not await self._outgoing.is_allowed(url):
            raise Refused("webhook.address_refused")
        place = await self._place(tenant, after)
        fresh = {
            "tenant": tenant,
            "id": clock.new_id(),
            "url": url,
            "topics": sorted(set(topics)),
            "secret": clock.new_secret(signature.SECRET_BYTES),
            "seq": place.seq,
            "leaf": place.leaf,
        }
        async with postgres.reaching(self._pool, [tenant]) as connection:
            await postgres.fetch(connection, _SQL["one_at_a_time"], fresh)
            (standing,) = await postgres.fetch(connection, _SQL["count"], fresh)
            if standing["webhooks"] >= WEBHOOKS_MAX:
                raise Refused("webhook.too_many", webhooks_max=WEBHOOKS_MAX)
            (made,) = await postgres.fetch(connection, _SQL["make"], fresh)
        return Webhook(**made)

    async def all(self, tenant: str) -> Sequence[Webhook]:
        """A tenant's webhooks, oldest first."""
        rows = await postgres.fetch_of(self._pool, [tenant], _SQL["all"], {"tenant": tenant})
        return [Webhook(**row) for row in rows]

    async def one(self, tenant: str, webhook_id: str) -> Webhook:
        """One of them as it stands."""
        return await self._one("one", tenant, webhook_id)

    async def forget(self, tenant: str, webhook_id: str) -> None:
        """Send nothing more; what is not there is fine."""
        if _ID.match(webhook_id):
            async with postgres.reaching(self._pool, [tenant]) as connection:
                asked = {"tenant": tenant, "id": webhook_id}
                await postgres.execute(connection, _SQL["forget"], asked)

    async def rotate(self, tenant: str, webhook_id: str) -> Webhook:
        """A new secret; the one before signs as well for some time."""
        fresh = clock.new_secret(signature.SECRET_BYTES)
        return await self._one("rotate", tenant, webhook_id, secret=fresh, hours=FORMER_HOURS)

    async def pause(self, tenant: str, webhook_id: str) -> Webhook:
        """Send nothing until resumed; nothing is lost meanwhile."""
        return await self._one("pause", tenant, webhook_id)

    async def resume(self, tenant: str, webhook_id: str) -> Webhook:
        """Go on where it stopped."""
        return await self._one("resume", tenant, webhook_id)

    async def replay(self, tenant: str, webhook_id: str, after: Cursor) -> Webhook:
        """Send again whatever stands behind a cursor; the same fact keeps its id."""
        place = await self._place(tenant, after)
        return await self._one("replay", tenant, webhook_id, seq=place.seq, leaf=place.leaf)

    async def _place(self, tenant: str, after: Cursor | None) -> Cursor:
        """A cursor that stands on a fact of the log."""
        if after is None:
            return await self._feed.end(tenant)
        await self._feed.page(after, 1)
        return after

    async def _one(self, query: str, tenant: str, webhook_id: str, **more: object) -> Webhook:
        asked = {"tenant": tenant, "id": webhook_id, **more}
        known = _ID.match(webhook_id)
        rows = await postgres.fetch_of(self._pool, [tenant], _SQL[query], asked) if known else []
        if not rows:
            raise Missing("webhook.unknown")
        return Webhook(**rows[0])


class Leased:
    """What a worker does with webhooks: it takes them for a while, and moves them on."""

    def __init__(self, pool: postgres.Pool, seconds: float) -> None:
        self._pool = pool
        self._seconds = seconds

    async def claim(self, limit: int) -> Sequence[Webhook]:
        """Some that are due, of whichever tenants, that nobody else may send meanwhile."""
        asked = {"lease": clock.new_id(), "seconds": self._seconds, "limit": limit}
        async with postgres.transaction(self._pool) as connection:
            await postgres.reach_all(connection)
            rows = await postgres.fetch(connection, _SQL["claim"], asked)
        return [Webhook(**row) for row in rows]

    async def delivered(self, webhook: Webhook, place: Cursor, *, sent: bool) -> Webhook | None:
        """It has come as far as `place`; None where it was taken away, or put elsewhere."""
        asked = {
            **_held(webhook),
            "before": webhook.seq,
            "seq": place.seq,
            "leaf": place.leaf,
            "sent": sent,
            "seconds": self._seconds,
        }
        rows = await postgres.fetch_of(self._pool, [webhook.tenant], _SQL["delivered"], asked)
        return Webhook(**rows[0]) if rows else None

    async def failed(self, webhook: Webhook, error: str, *, final: bool) -> None:
        """Try again later, or not at all."""
        asked = {
            **_held(webhook),
            "before": webhook.seq,
            "error": error,
            "wait_seconds": retry.wait_seconds(webhook.failures + 1, clock.chance()),
            "final": final,
            "hours": retry.GIVEN_UP_HOURS,
        }
        async with postgres.reaching(self._pool, [webhook.tenant]) as connection:
            await postgres.execute(connection, _SQL["failed"], asked)

    async def release(self, webhook: Webhook) -> None:
        """Let others have it."""
        async with postgres.reaching(self._pool, [webhook.tenant]) as connection:
            await postgres.execute(connection, _SQL["release"], _held(webhook))


def _held(webhook: Webhook) -> dict[str, object]:
    return {"tenant": webhook.tenant, "id": webhook.id, "lease": webhook.lease}


def place_of(text: str, tenant: str) -> Cursor:
    """The cursor that a caller gives; nothing means from the beginning."""
    return cursor.parse(text, tenant) if text else cursor.start(tenant)
