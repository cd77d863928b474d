"""An innovation's way through the laboratory (PP 38/2017 art. 16), and who repeated it."""

from deploy.client.writing import Writing, subject_path
from services.intake.bodies.receipts import ReceiptView
from services.intake.bodies.region import (
    ReplicationBody,
    TrialBody,
    TrialDecisionBody,
    TrialReportBody,
)


class Trials(Writing):
    """Of a region for its own innovations; stages and dates write themselves into the profile."""

    async def assign_trial(
        self, region: str, year: int, innovation: str, body: TrialBody, key: str
    ) -> ReceiptView:
        """Make an agency the innovation's laboratory."""
        return await self._write("PUT", _trial(region, year, innovation), body, key)

    async def report_trial(
        self, region: str, year: int, innovation: str, body: TrialReportBody, key: str
    ) -> ReceiptView:
        """Say what the trial found, with files that were uploaded before."""
        return await self._write("POST", f"{_trial(region, year, innovation)}/reports", body, key)

    async def decide_trial(
        self, region: str, year: int, innovation: str, body: TrialDecisionBody, key: str
    ) -> ReceiptView:
        """Decide what follows; applied, the innovation is in *penerapan*."""
        return await self._write("POST", f"{_trial(region, year, innovation)}/decision", body, key)

    async def record_replication(
        self, region: str, year: int, innovation: str, body: ReplicationBody, key: str
    ) -> ReceiptView:
        """Say that another region, village or office repeated the innovation."""
        path = f"{subject_path(region, year, innovation)}/replications"
        return await self._write("POST", path, body, key)


def _trial(region: str, year: int, innovation: str) -> str:
    return f"{subject_path(region, year, innovation)}/trial"
