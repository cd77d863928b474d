"""Routes of findings: what facts show to auditors, explained by whoever judges them."""

import re
from collections.abc import Sequence

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from services.intake.bodies.finding import DismissalBody
from services.intake.bodies.receipts import ReceiptView
from services.intake.core import finding
from services.intake.door import ENTRY, Asked, Door
from shared.kernel.errors import Missing

_FINDING = re.compile(r"[0-9a-f]{16}")


def routes(door: Door) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""

    @post(ENTRY + "/findings/{finding_id:str}/dismissal", **door.options())
    async def dismiss_finding(
        region: FromPath[str],
        year: FromPath[int],
        finding_id: FromPath[str],
        data: JSONBody[DismissalBody],
        asked: NamedDependency[Asked],
    ) -> Response[ReceiptView]:
        """Say why a finding needs no more looking at; what comes to it later opens it again.

        Findings are read at the same address of the reading interface. Whoever said one of a
        finding's facts may say this too, but it closes nothing.
        """
        door.must_assess(region)
        if not _FINDING.fullmatch(finding_id):
            raise Missing("finding.unknown", finding=finding_id)
        command = finding.Dismiss(
            year=year,
            finding=finding_id,
            kind=data.kind,
            reason=data.reason,
            upto=data.upto,
            head=await door.reading.head(region),
        )
        return await door.one(asked, region, data, command)

    return [dismiss_finding]
