"""Let late items count when an extension or a reopening covers them.

A calendar is a fact of its keeper, a late item one of a region; nobody waits for the other. So the
keepers' logs are watched: whenever one has grown, and once at the start, every late item that still
waits is decided upon again. Doing it twice, or in two processes at once, changes nothing.
"""

import asyncio
import hashlib
from collections.abc import Mapping

from services.intake.core.late import Admit, Letterbox
from services.intake.core.occurrence import Occurrence
from services.intake.handle import Intake
from services.intake.orders import KEY_SEPARATOR, Order
from services.intake.reading import Reading
from shared.io import log
from shared.io.identity import Caller
from shared.kernel import calendar, names
from shared.kernel.errors import Failure

# How soon a late item counts after the letter that covers it.
WATCH_SECONDS = 1.0

ACTOR = "intake"


class Admitting:
    """Watches the keepers of seasons for the regions' sake."""

    def __init__(self, reading: Reading, intake: Intake) -> None:
        self._reading = reading
        self._intake = intake
        self._seen: Mapping[str, int] = {}

    async def run(self) -> None:
        """Until cancelled; what could not be done now is tried again."""
        while True:
            try:
                await self.look()
            except Failure as failure:
                log.logger().warning("admitting.interrupted", why=str(failure))
            await asyncio.sleep(WATCH_SECONDS)

    async def look(self) -> None:
        """Decide on all that waits, if any keeper's log has grown since it was done last."""
        keepers = await self._reading.keepers()
        if keepers == self._seen:
            return
        settled = True
        for tenant, year in await self._reading.late_seasons():
            box = await self._reading.letterbox(tenant, year)
            if box.waiting and not await self._admit(tenant, year, box, keepers):
                settled = False
        if settled:
            self._seen = keepers

    async def _admit(
        self, tenant: str, year: int, box: Letterbox, keepers: Mapping[str, int]
    ) -> bool:
        """Decide on a region's late items in the order they came; whether all were decided on."""
        keeper, kept = await self._reading.calendar(tenant, year)
        letter = await self._letter(keeper, year)
        for item in box.waiting:
            if not calendar.admits(kept, item.received_at):
                continue
            name = f"admission/{year}/{item.item}/{keeper}/{keepers.get(keeper, 0)}"
            order = Order(
                caller=Caller(key=ACTOR, client=ACTOR, tenant=tenant, role="service"),
                tenant=tenant,
                key=f"{ACTOR}{KEY_SEPARATOR}{name}",
                request=hashlib.sha256(name.encode()).digest(),
                # It had been received then, and is only heard now.
                received_at=item.received_at,
                command=Admit(year=year, item=item, keeper=keeper, letter=letter),
                occurrence=Occurrence(),
            )
            (outcome,) = await self._intake.handle([order])
            if isinstance(outcome, Failure):
                log.logger().warning(
                    "admitting.refused", tenant=tenant, item=item.item, why=str(outcome)
                )
                return False
        return True

    async def _letter(self, keeper: str, year: int) -> str:
        """The letter on which the present calendar rests."""
        said = await self._reading.said(keeper, names.season(year))
        letters = [getattr(fact.event, "letter", "") for fact in said]
        return next((letter for letter in reversed(letters) if letter), "")
