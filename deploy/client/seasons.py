"""What keepers of a season say of it, each by its letter; and the annex of the decree."""

import msgspec

from deploy.client.writing import Writing, headers_of, season_path
from services.intake.bodies.receipts import ReceiptView
from services.intake.bodies.results import ResultsBody, ResultsView
from services.intake.bodies.season import (
    CalendarBody,
    ClosingBody,
    ExtensionBody,
    FreezeBody,
    ReopeningBody,
    SeasonBody,
)


class Seasons(Writing):
    """Of the ministry, or of a province for itself."""

    async def open_season(self, year: int, body: SeasonBody, key: str) -> ReceiptView:
        """Open a season under a rule set."""
        return await self._write("PUT", season_path(year), body, key)

    async def schedule_season(self, year: int, body: CalendarBody, key: str) -> ReceiptView:
        """Publish the season's calendar, in place of an earlier one."""
        return await self._write("PUT", f"{season_path(year)}/calendar", body, key)

    async def extend_season(self, year: int, body: ExtensionBody, key: str) -> ReceiptView:
        """Prolong a phase; what came late and is covered now is counted."""
        return await self._write("POST", f"{season_path(year)}/extensions", body, key)

    async def close_season(self, year: int, body: ClosingBody, key: str) -> ReceiptView:
        """Close a season for reporting; what comes later is kept and labelled late."""
        return await self._write("POST", f"{season_path(year)}/closing", body, key)

    async def freeze_season(self, year: int, body: FreezeBody, key: str) -> ReceiptView:
        """Let nothing change the scores any more."""
        return await self._write("POST", f"{season_path(year)}/freeze", body, key)

    async def reopen_season(self, year: int, body: ReopeningBody, key: str) -> ReceiptView:
        """Open reporting again until a moment, also after a freeze."""
        return await self._write("POST", f"{season_path(year)}/reopening", body, key)

    async def publish_results(self, year: int, body: ResultsBody, key: str) -> ResultsView:
        """Record the annex of a decree, at most 500 rows: all or, with `group` `region`, each by
        itself. `Rejected` where nothing was recorded; its `document` says which rows are wrong.
        """
        return await self._wire.ask(
            "POST",
            f"{season_path(year)}/results",
            ResultsView,
            content=msgspec.json.encode(body),
            headers=headers_of(key),
        )
