"""The witness over HTTP: heads are sent to be signed, and anybody may compare what it signed."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.params import Parameter
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from deploy.witness.request import BODY_BYTES_MAX
from deploy.witness.witness import Witness
from shared.io import log
from shared.kernel.errors import Missing, Outrun, Refused
from shared.kernel.notes import base64_of

# Whoever sends more slowly holds a connection for nothing.
BODY_SECONDS_MAX = 5
TEXT = "text/plain"
SIZE = "text/x.tlog.size"
OTHER_SIZE = 409


class Seen(Struct, frozen=True, kw_only=True):
    """The last head that the witness signed of a log; `forks` counts what contradicts it."""

    origin: str
    size: int
    root: str
    seconds: int
    forks: int


class Told(Struct, frozen=True, kw_only=True):
    """Who the witness is, and what it saw."""

    name: str
    vkey: str
    logs: tuple[Seen, ...]


def routes(witness: Witness) -> Sequence[ControllerRouterHandler]:
    """All that a witness answers."""

    @get("/", sync_to_thread=True)
    def seen() -> Told:
        """Who this witness is, and the last head it signed of each log."""
        return told(witness)

    @get("/checkpoint", media_type=TEXT, sync_to_thread=False)
    def checkpoint(
        origin: Annotated[str, Parameter(query="origin", max_length=1_000)],
    ) -> Response[bytes]:
        """The last head signed of a log, with the log's signature and the witness's."""
        held = witness.held.get(origin)
        if held is None:
            raise Missing("witness.nothing_seen", origin=origin)
        return Response(held.signed.note.written, media_type=TEXT)

    @post("/add-checkpoint", status_code=200, media_type=TEXT, request_max_body_size=BODY_BYTES_MAX)
    async def add_checkpoint(request: Request[Any, Any, Any]) -> Response[bytes]:
        """Have a log's head signed; the body and the answers are those of C2SP tlog-witness."""
        body = await _arrived(request)
        try:
            line = await asyncio.to_thread(witness.add, body)
        except Outrun as outrun:
            if outrun.reason == "witness.forked":
                log.logger().error("witness.forked", why=str(outrun))
            size = f"{outrun.facts['size']}\n".encode()
            # As a header: to a media type of text, a charset would be added that nobody expects.
            return Response(size, status_code=OTHER_SIZE, headers={"Content-Type": SIZE})
        return Response(line.encode(), media_type=TEXT)

    return [seen, checkpoint, add_checkpoint]


def told(witness: Witness) -> Told:
    """What anybody may compare."""
    forks = witness.forks
    logs = tuple(
        Seen(
            origin=origin,
            size=held.signed.head.size,
            root=base64_of(held.signed.head.root),
            seconds=held.seconds,
            forks=forks.get(origin, 0),
        )
        for origin, held in witness.held.items()
    )
    return Told(name=witness.key.name, vkey=witness.key.text, logs=logs)


async def _arrived(request: Request[Any, Any, Any]) -> bytes:
    try:
        async with asyncio.timeout(BODY_SECONDS_MAX):
            return await request.body()
    except TimeoutError as error:
        raise Refused("witness.too_slow", seconds_max=BODY_SECONDS_MAX) from error
