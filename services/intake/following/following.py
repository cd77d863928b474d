"""All ways to follow a log, as the service runs them and its routes are given them."""

from collections.abc import Coroutine, Mapping
from typing import Any

from msgspec import Struct

from services.intake.following.courier import Courier
from services.intake.following.feed import Feed
from services.intake.following.heads import Heads
from services.intake.following.live import Live
from services.intake.following.webhooks import Webhooks


class Following(Struct, frozen=True, kw_only=True):
    """Asking (`feed`), listening (`live`), being sent to (`webhooks`), and what drives them."""

    feed: Feed
    heads: Heads
    live: Live
    webhooks: Webhooks
    courier: Courier

    def loops(self) -> Mapping[str, Coroutine[Any, Any, None]]:
        """What goes on for as long as the service runs, by name."""
        return {"heads": self.heads.run(), "webhooks": self.courier.run()}

    def nudge(self) -> None:
        """Something was committed here."""
        self.heads.nudge()
        self.courier.nudge()
