"""The interface of receipts: one fact with its proof, and where a file is named."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from services.projection.core import published
from services.projection.core.published import PublishedFile
from services.projection.logs import Logs
from services.projection.read import Reader
from services.projection.receipts.receipts import Receipt, Receipts
from services.projection.web.ranking import ERRORS, FRESH
from services.projection.web.shown import shown_to
from shared.kernel import names
from shared.kernel.errors import Refused

PERSONAL = {"Cache-Control": "private, no-cache", "Vary": "Authorization"}


class NamedView(Struct, frozen=True, kw_only=True):
    """The claims of a region that name a file, by its SHA-256; none is an answer too."""

    region: str
    sha256: str
    claims: tuple[PublishedFile, ...]


def routes(receipts: Receipts, reader: Reader, logs: Logs) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""

    @get("/v1/regions/{region:str}/events/{seq:int}/receipt", responses=ERRORS)
    async def read_receipt(
        request: Request[Any, Any, Any], region: FromPath[str], seq: FromPath[int]
    ) -> Response[Receipt]:
        """A fact with its proof: keep it, and check it anywhere by `python3 periksa.py FILE`.

        What the asking key is not shown stands in it as its hash. There is none until the fact is
        signed, a few seconds after it was recorded.
        """
        known = reader.region(region)
        receipt = await receipts.receipt(known.code, seq, shown_to(request))
        return Response(receipt, headers=PERSONAL)

    @get("/v1/regions/{region:str}/fingerprints/{sha256:str}", responses=ERRORS)
    async def read_named(region: FromPath[str], sha256: FromPath[str]) -> Response[NamedView]:
        """Where a region's claims name a file, of any season: the file itself is not needed."""
        known = reader.region(region)
        if not names.is_fingerprint(sha256):
            raise Refused("fingerprint.malformed", given=sha256)
        claims = published.named(await logs.of(known.code), sha256)
        view = NamedView(region=region, sha256=sha256, claims=claims)
        return Response(view, headers=FRESH)

    return [read_receipt, read_named]
