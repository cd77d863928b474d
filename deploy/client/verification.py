"""Before and after a verdict: the check, the receipt, who verifies, second looks, clarifications.

Where `innovation` is empty, the region's own row is meant.
"""

from urllib.parse import quote

from deploy.client.writing import Writing, entry_path, row_path, subject_path
from services.intake.bodies.receipts import ReceiptView
from services.intake.bodies.submission import CheckView, SubmissionReceiptView
from services.intake.bodies.verification import (
    AnswerBody,
    ClarificationBody,
    ReviewBody,
    SampleBody,
    VerifierBody,
)


class Verification(Writing):
    """Of regions and of those who verify them."""

    async def check(self, region: str, year: int, innovation: str) -> CheckView:
        """What is to be mended or explained before an innovation is sent; changes nothing."""
        path = f"{subject_path(region, year, innovation)}/check"
        return await self._wire.ask("GET", path, CheckView)

    async def receipt(self, region: str, number: str) -> SubmissionReceiptView:
        """The receipt (tanda terima) of a submission by its number, for ever the same."""
        path = f"/v1/regions/{quote(region)}/receipts/{quote(number)}"
        return await self._wire.ask("GET", path, SubmissionReceiptView)

    async def assign_verifier(
        self, region: str, year: int, innovation: str, body: VerifierBody, key: str
    ) -> ReceiptView:
        """Give an innovation, or the region's own rows, to one verifier (verifiers, ministry)."""
        path = f"{subject_path(region, year, innovation)}/verifier"
        return await self._write("PUT", path, body, key)

    async def draw_sample(self, region: str, year: int, body: SampleBody, key: str) -> ReceiptView:
        """Draw verdicts for quality control; from one seed everybody draws the same."""
        return await self._write("POST", f"{entry_path(region, year)}/samples", body, key)

    async def review(
        self, region: str, year: int, innovation: str, indicator: str, body: ReviewBody, key: str
    ) -> ReceiptView:
        """Look a second time at another verifier's verdict; what is found holds (verifiers)."""
        path = f"{row_path(region, year, innovation, indicator)}/review"
        return await self._write("POST", path, body, key)

    async def open_clarification(
        self,
        region: str,
        year: int,
        innovation: str,
        indicator: str,
        body: ClarificationBody,
        key: str,
    ) -> ReceiptView:
        """Ask that a verdict be looked at again; an answer is due in seven days."""
        path = f"{row_path(region, year, innovation, indicator)}/clarification"
        return await self._write("POST", path, body, key)

    async def answer_clarification(
        self, region: str, year: int, innovation: str, indicator: str, body: AnswerBody, key: str
    ) -> ReceiptView:
        """Answer a clarification; what is granted is claimed and accepted with it (verifiers)."""
        path = f"{row_path(region, year, innovation, indicator)}/clarification/answer"
        return await self._write("POST", path, body, key)
