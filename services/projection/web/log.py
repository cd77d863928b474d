"""The interface of single facts: what an explanation points to, as it stands in the log."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from litestar import Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from services.projection.read import Reader
from services.projection.receipts.receipts import Receipts
from services.projection.web.ranking import ERRORS, FRESH
from shared.kernel import disclosure
from shared.kernel.errors import Missing
from shared.kernel.recorded import decode


class FactView(Struct, frozen=True, kw_only=True):
    """One fact: what was said, by whom, when it took place and when it was recorded.

    `actor` is a pseudonymous key id. `leaf_hash` is the fact's leaf in the region's tree (RFC
    6962), the same as in the receipt of whoever handed it in.
    """

    region: str
    seq: int
    stream: str
    version: int
    event: dict[str, Any]
    actor: str
    role: str
    occurred_at: datetime | None
    basis: str
    recorded_at: datetime
    leaf_hash: str


def routes(reader: Reader, receipts: Receipts) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""

    @get("/v1/regions/{region:str}/events/{seq:int}", responses=ERRORS)
    async def read_fact(region: FromPath[str], seq: FromPath[int]) -> Response[FactView]:
        """One fact of a region's log by its number; what only some keys are shown is not."""
        known = reader.region(region)
        stored = await receipts.fact(known.code, seq)
        recorded = decode(stored)
        if disclosure.circle_of(recorded.event) != "everyone":
            raise Missing("fact.unknown", region=known.code, seq=seq)
        view = FactView(
            region=region,
            seq=seq,
            stream=stored.stream,
            version=stored.version,
            event=msgspec.json.decode(stored.state),
            actor=recorded.meta.actor,
            role=recorded.meta.role,
            occurred_at=recorded.meta.occurred_at,
            basis=recorded.meta.basis,
            recorded_at=stored.recorded_at,
            leaf_hash=stored.leaf_hash.hex(),
        )
        return Response(view, headers=FRESH)

    return [read_fact]
