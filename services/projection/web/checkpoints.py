"""Routes of signed heads (titik periksa) and of proofs under them, for everybody."""

from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.params import FromPath, QueryParameter
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from services.projection.certificates.certifying import Certifying
from services.projection.checkpoints import Checkpoints, Consistency, Inclusion, SignedHead
from services.projection.read import Reader
from services.projection.web.ranking import ERRORS, FRESH
from shared.kernel import names
from shared.kernel.errors import Missing
from shared.kernel.heads import ALL

CHECKPOINTS = "/v1/checkpoints"
WHOSE = CHECKPOINTS + "/{whose:str}"
PLAIN = "text/plain"
ROWS_DEFAULT, ROWS_MAX = 50, 500
NUMBER_MAX = 2**63 - 1

Size = Annotated[
    int | None,
    QueryParameter(ge=1, le=NUMBER_MAX, description="Covering so many; by default the newest"),
]
First = Annotated[int, QueryParameter(ge=1, le=NUMBER_MAX, description="Covering so many")]
Index = Annotated[
    int,
    QueryParameter(ge=0, le=NUMBER_MAX, description="The leaf, from 0: fact `seq` is `seq` - 1"),
]
Before = Annotated[
    int | None, QueryParameter(ge=1, le=NUMBER_MAX, description="Only those of fewer leaves")
]
Limit = Annotated[int, QueryParameter(ge=1, le=ROWS_MAX)]


class CheckpointsView(Struct, frozen=True, kw_only=True):
    """Signed heads, the newest first, and every key that signed, as verifier keys (C2SP).

    `certificate_key` is that of seasons' certificates; empty before the first head.
    """

    keys: tuple[str, ...]
    certificate_key: str
    heads: tuple[SignedHead, ...]


def routes(
    checkpoints: Checkpoints, certifying: Certifying, reader: Reader
) -> Sequence[ControllerRouterHandler]:
    """All routes of this file. `whose` is a tenant's code, or `all`: the log of all heads."""

    def known(whose: str) -> str:
        if whose in (ALL, names.MINISTRY) or whose in reader.register.by_code:
            return whose
        raise Missing("region.unknown", region=whose)

    @get(CHECKPOINTS, responses=ERRORS)
    async def list_checkpoints(
        before: Before = None, limit: Limit = ROWS_DEFAULT
    ) -> Response[CheckpointsView]:
        """Signed heads of the log of all heads: one of them stands for every log there is."""
        heads = tuple(await checkpoints.listed(ALL, before, limit))
        view = CheckpointsView(
            keys=await checkpoints.keys(),
            certificate_key=certifying.key(heads[0].origin) if heads else "",
            heads=heads,
        )
        return Response(view, headers=FRESH)

    @get(WHOSE, responses=ERRORS)
    async def read_checkpoint(
        request: Request[Any, Any, Any], whose: FromPath[str], size: Size = None
    ) -> Response[SignedHead]:
        """A tenant's signed head, or of `all`; asked for `text/plain`, the note itself."""
        head = await checkpoints.signed(known(whose), size)
        headers = FRESH | {"Vary": "Accept"}
        if request.headers.get("accept", "").startswith(PLAIN):
            note: Response[Any] = Response(head.written, media_type=PLAIN, headers=headers)
            return note
        return Response(head, headers=headers)

    @get(WHOSE + "/inclusion", responses=ERRORS)
    async def prove_inclusion(
        whose: FromPath[str], index: Index, size: Size = None
    ) -> Response[Inclusion]:
        """That a fact stands in a tenant's log, under the first signed head that covers it."""
        return Response(await checkpoints.inclusion(known(whose), index, size), headers=FRESH)

    @get(WHOSE + "/consistency", responses=ERRORS)
    async def prove_consistency(
        whose: FromPath[str], first: First, second: Size = None
    ) -> Response[Consistency]:
        """That a later signed head continues an earlier one: nothing was changed or taken out."""
        return Response(await checkpoints.consistency(known(whose), first, second), headers=FRESH)

    return [list_checkpoints, read_checkpoint, prove_inclusion, prove_consistency]
