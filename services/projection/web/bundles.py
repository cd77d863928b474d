"""The route of audit bundles: all that is needed to check a region or province without us."""

import asyncio
from collections.abc import Sequence
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from services.projection.bundles.bundling import Bundling, Shown, scope_of
from services.projection.web.checkpoints import Size
from services.projection.web.ranking import ERRORS
from shared.io import archives
from shared.io.identity import Caller
from shared.kernel import disclosure, filenames
from shared.kernel.regions import Register

MEDIA_TYPE = "application/zip"


def routes(bundling: Bundling, register: Register) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""

    @get("/v1/bundles/{whose:str}", responses=ERRORS, media_type=MEDIA_TYPE)
    async def read_bundle(
        request: Request[Any, Any, Any], whose: FromPath[str], size: Size = None
    ) -> Response[bytes]:
        """The audit bundle of a region (`63.10`), a province (`63`) or of all (`00`), as a zip.

        It is cut at one signed head of all heads (`size`; by default the newest), and the same cut
        gives the same bytes. What only some keys are shown stands in it as its hash, for others.
        Check it with the verifier: `python3 periksa.py bundle.zip`.
        """
        scope = scope_of(register, whose)
        files = await bundling.bundle(scope, size, _shown(request))
        content = await asyncio.to_thread(archives.zipped, files)
        name = f"bundel-{whose}.zip"
        headers = {
            "Content-Disposition": filenames.attachment(name, name),
            "Cache-Control": "private, no-cache",
            "Vary": "Authorization",
        }
        return Response(content, media_type=MEDIA_TYPE, headers=headers)

    return [read_bundle]


def _shown(request: Request[Any, Any, Any]) -> Shown:
    """Of each tenant, what the caller's role is shown where it reaches; else what everyone is."""
    caller = request.scope["state"].get("caller")

    def topics(tenant: str) -> frozenset[str]:
        if isinstance(caller, Caller) and caller.reaches(tenant):
            return disclosure.topics_in(*disclosure.OF_ROLES.get(caller.role, ("everyone",)))
        return disclosure.topics_in("everyone")

    return topics
