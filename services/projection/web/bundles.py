"""The route of audit bundles: all that is needed to check a region or province without us."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack
from typing import Any, BinaryIO, cast

from litestar import Request, get
from litestar.params import FromPath
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from services.projection.bundles.bundling import Bundling, Files, scope_of
from services.projection.web.checkpoints import Size
from services.projection.web.ranking import ERRORS
from services.projection.web.shown import shown_to
from services.projection.web.turns import Turns
from shared.io import archives
from shared.kernel import filenames
from shared.kernel.regions import Register

MEDIA_TYPE = "application/zip"
PIECE_BYTES = 1 << 18
# Each reads whole logs and lies on the disk while it is made.
AT_ONCE_MAX = 3


def routes(bundling: Bundling, register: Register) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""
    turns = Turns(AT_ONCE_MAX)

    @get("/v1/bundles/{whose:str}", responses=ERRORS, media_type=MEDIA_TYPE)
    async def read_bundle(
        request: Request[Any, Any, Any], whose: FromPath[str], size: Size = None
    ) -> Stream:
        """The audit bundle of a region (`63.10`), a province (`63`) or of all (`00`), as a zip.

        It is cut at one signed head of all heads (`size`; by default the newest), and the same cut
        gives the same bytes. What only some keys are shown stands in it as its hash, for others.
        Check it with the verifier: `python3 periksa.py bundle.zip`.
        """
        scope = scope_of(register, whose)
        async with turns.turn():
            file = await _written(await bundling.bundle(scope, size, shown_to(request)))
        name = f"bundel-{whose}.zip"
        headers = {
            "Content-Disposition": filenames.attachment(name, name),
            "Cache-Control": "private, no-cache",
            "Content-Length": str(file.tell()),
            "Vary": "Authorization",
        }
        return Stream(_pieces(file), media_type=MEDIA_TYPE, headers=headers)

    return [read_bundle]


async def _written(files: Files) -> BinaryIO:
    """On disk, where it is gone as soon as nobody reads it: a nation's bundle is large."""
    with ExitStack() as opened:
        file = cast("BinaryIO", opened.enter_context(tempfile.TemporaryFile()))
        archive = archives.Archive(file)
        async for name, content in files:
            await asyncio.to_thread(archive.add, name, content)
        archive.close()
        opened.pop_all()
    return file


async def _pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    with file:
        file.seek(0)
        while piece := await asyncio.to_thread(file.read, PIECE_BYTES):
            yield piece
