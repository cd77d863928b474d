"""Answers kept under their key, where one says more than a receipt or nothing is in the log.

A request that is repeated is answered word for word; its key with other bytes is refused, as for
every command. What was refused, if only in part, is not kept: mended, it may be sent under the
same key.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
from msgspec import Struct

from shared.io import postgres
from shared.kernel.errors import Refused

View = TypeVar("View", bound=Struct)
# An answer and the number it is told under.
Told = tuple[View, int]

# All of it is settled. Of anything else something may be mended and sent again.
_SETTLED = (200, 201)

# Commands keep their own receipts under the same keys.
_FIND = """
select request, status, body from answer where tenant = %(tenant)s and key = %(key)s
union all
select request, null, null from command where tenant = %(tenant)s and key = %(key)s
"""
_KEEP = """
insert into answer (tenant, key, request, status, body)
values (%(tenant)s, %(key)s, %(request)s, %(status)s, %(body)s)
on conflict (tenant, key) do nothing
"""


class Keyed(Struct, frozen=True, kw_only=True):
    """Who asked under which key; `request` is the SHA-256 of all that was asked."""

    tenant: str
    key: str
    request: bytes


class Answers:
    """What was answered, for ever."""

    def __init__(self, pool: postgres.Pool) -> None:
        self._pool = pool

    async def once(
        self, asked: Keyed, kind: type[View], produce: Callable[[], Awaitable[Told[View]]]
    ) -> Told[View]:
        """The answer that was given under the key, else the one that is produced now."""
        kept = await self._find(asked, kind)
        if kept is not None:
            return kept
        told, status = await produce()
        if status in _SETTLED:
            async with postgres.reaching(self._pool, [asked.tenant]) as connection:
                body = msgspec.json.encode(told)
                await postgres.execute(
                    connection,
                    _KEEP,
                    {**msgspec.structs.asdict(asked), "status": status, "body": body},
                )
            # Whoever asked the same at the same time may have been quicker: one answer holds.
            return await self._find(asked, kind) or (told, status)
        return told, status

    async def _find(self, asked: Keyed, kind: type[View]) -> Told[View] | None:
        named = {"tenant": asked.tenant, "key": asked.key}
        rows = await postgres.fetch_of(self._pool, [asked.tenant], _FIND, named)
        if any(row["request"] != asked.request for row in rows):
            raise Refused("idempotency.key_reused", key=asked.key)
        kept = [row for row in rows if row["status"] is not None]
        if not kept:
            return None
        return msgspec.json.decode(kept[0]["body"], type=kind), kept[0]["status"]
