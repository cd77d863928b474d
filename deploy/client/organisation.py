"""How a region is organised: its agencies, its head's decree, coaching, and what it takes along."""

from urllib.parse import quote

import msgspec

from deploy.client.writing import Writing, agency_path, entry_path, headers_of
from services.intake.bodies.innovation import CarriedView, CarryBody
from services.intake.bodies.receipts import ReceiptView
from services.intake.bodies.region import (
    AgencyBody,
    AgencyClosingBody,
    CoachBody,
    DecreeBody,
    StepBody,
    StepClosingBody,
)


class Organisation(Writing):
    """Of a region for itself; coaching also of the province and the ministry."""

    async def describe_agency(
        self, region: str, year: int, agency: str, body: AgencyBody, key: str
    ) -> ReceiptView:
        """Register an agency, or a unit of one, under an id of your own; again, to change it."""
        return await self._write("PUT", agency_path(region, year, agency), body, key)

    async def close_agency(
        self, region: str, year: int, agency: str, body: AgencyClosingBody, key: str
    ) -> ReceiptView:
        """Say that an agency is no more; its innovations keep its name."""
        return await self._write("POST", f"{agency_path(region, year, agency)}/closing", body, key)

    async def decree_innovations(
        self, region: str, year: int, body: DecreeBody, key: str
    ) -> ReceiptView:
        """Record the regional head's decree that names the innovations of the year."""
        return await self._write("PUT", f"{entry_path(region, year)}/decree", body, key)

    async def assign_coach(
        self, region: str, year: int, agency: str, body: CoachBody, key: str
    ) -> ReceiptView:
        """Say who coaches (mendampingi) the agency."""
        return await self._write("PUT", f"{agency_path(region, year, agency)}/coach", body, key)

    async def agree_step(
        self, region: str, year: int, agency: str, step: str, body: StepBody, key: str
    ) -> ReceiptView:
        """Agree with an agency on a step, under an id of your own."""
        return await self._write("PUT", _step(region, year, agency, step), body, key)

    async def close_step(
        self, region: str, year: int, agency: str, step: str, body: StepClosingBody, key: str
    ) -> ReceiptView:
        """Say that a step is done or dropped."""
        path = f"{_step(region, year, agency, step)}/closing"
        return await self._write("POST", path, body, key)

    async def carry_over(self, region: str, year: int, body: CarryBody, key: str) -> CarriedView:
        """Report innovations of an earlier season again; each has its own outcome."""
        return await self._wire.ask(
            "POST",
            f"{entry_path(region, year)}/carry-over",
            CarriedView,
            content=msgspec.json.encode(body),
            headers=headers_of(key),
        )


def _step(region: str, year: int, agency: str, step: str) -> str:
    return f"{agency_path(region, year, agency)}/steps/{quote(step)}"
