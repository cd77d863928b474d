"""Routes of evidence: files handed in and read back, links, and who else has the same file."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any

from litestar import Request, Response, get, post, put, route
from litestar.params import FromPath, HeaderParameter, JSONBody, RawBody
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from services.intake.bodies.evidence import DuplicatesView, FileView, LinkBody
from services.intake.door import ERRORS, REGION, Door, IdempotencyKey
from services.intake.evidence import links
from services.intake.evidence.documents import FILE_BYTES_MAX, Kept
from services.intake.evidence.ranges import UNSATISFIABLE, wanted
from shared.io import clock, http, problems, refusals
from shared.io.gate import caller_of
from shared.kernel import filenames
from shared.kernel.errors import Refused

FILES = REGION + "/evidence"
EVIDENCE = FILES + "/{sha256:str}"

# A stranger's file: it is saved, never shown or run under our address, and nobody else keeps it.
KEPT_APART = {
    "Cache-Control": "private, no-cache",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}

FileName = Annotated[
    str | None,
    HeaderParameter(
        name="X-File-Name",
        required=False,
        description="Nama asli berkas, UTF-8 dalam percent-encoding: SK%20Bupati.pdf",
    ),
]


def routes(door: Door) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""
    return [*_taking(door), *_telling(door)]


def _view(region: str, kept: Kept) -> FileView:
    return FileView(
        region=region,
        sha256=kept.sha256,
        size_bytes=kept.size_bytes,
        media_type=kept.media_type,
        name=kept.name,
    )


def _taking(door: Door) -> Sequence[ControllerRouterHandler]:
    @put(
        EVIDENCE,
        status_code=201,
        request_max_body_size=FILE_BYTES_MAX,
        responses=ERRORS,
        security=[{"key": []}],
    )
    async def upload_evidence(
        request: Request[Any, Any, Any],
        region: FromPath[str],
        sha256: FromPath[str],
        body: RawBody,
        file_name: FileName = None,
    ) -> Response[FileView]:
        """Upload an evidence file under its SHA-256; uploading the same again changes nothing."""
        given = request.headers.get("content-type", "").split(";")[0].strip().lower()
        name = None if file_name is None else filenames.decoded(file_name)
        kept, new = await door.documents.keep(region, sha256, given, body, name)
        return Response(_view(region, kept), status_code=201 if new else 200)

    @post(
        FILES + "/links",
        status_code=201,
        guards=[http.require_json],
        responses=ERRORS,
        security=[{"key": []}],
    )
    async def add_link(
        request: Request[Any, Any, Any],
        region: FromPath[str],
        data: JSONBody[LinkBody],
        idempotency_key: IdempotencyKey = None,
    ) -> Response[FileView]:
        """Hand in the address of a video and the day it was looked at; the same again is fine."""

        async def kept() -> tuple[FileView, int]:
            content = links.document(data.url, data.captured_on, data.title, clock.now())
            file, new = await door.documents.keep_link(region, content)
            return _view(region, file), 201 if new else 200

        asked = (await door.asked(request, idempotency_key)).named(region)
        view, status = await door.answers.once(asked, FileView, kept)
        return Response(view, status_code=status)

    return [upload_evidence, add_link]


def _telling(door: Door) -> Sequence[ControllerRouterHandler]:
    @route(
        EVIDENCE,
        http_method=["GET", "HEAD"],
        media_type="application/octet-stream",
        responses={**ERRORS, **http.problems(416)},
        security=[{"key": []}],
    )
    async def read_evidence(
        request: Request[Any, Any, Any], region: FromPath[str], sha256: FromPath[str]
    ) -> Response[Any]:
        """An evidence file as it was received, or a range of it, for the region and verifiers."""
        kept = await door.documents.one(region, sha256)
        headers = _headers(kept)
        part = wanted(request.headers, headers["ETag"], kept.size_bytes)
        if part == UNSATISFIABLE:
            return _unsatisfiable(request, kept)
        begin, end = part or (0, kept.size_bytes)
        headers["Content-Length"] = str(end - begin)
        if part:
            headers["Content-Range"] = f"bytes {begin}-{end - 1}/{kept.size_bytes}"
        pieces = (
            await door.documents.read(region, kept, begin, end)
            if request.method == "GET"
            else _nothing()
        )
        return Stream(pieces, headers=headers, status_code=206 if part else 200)

    @get(
        EVIDENCE + "/duplicates",
        responses=ERRORS,
        security=[{"key": []}],
    )
    async def tell_duplicates(
        request: Request[Any, Any, Any], region: FromPath[str], sha256: FromPath[str]
    ) -> DuplicatesView:
        """How many other regions handed in the same file; verifiers see which, as far as they may.

        What the other regions claim by it is told to nobody.
        """
        caller = caller_of(request)
        kept = await door.documents.one(region, sha256)
        others = await door.documents.regions_holding(region, [kept.sha256])
        among = [each.code for each in door.regions.regions if caller.reaches(each.code)]
        return DuplicatesView(
            region=region,
            sha256=kept.sha256,
            other_regions=others.get(kept.sha256, 0),
            regions=tuple(await door.documents.holders(region, kept.sha256, among)),
        )

    return [read_evidence, tell_duplicates]


def _headers(kept: Kept) -> dict[str, str]:
    return {
        **KEPT_APART,
        "Accept-Ranges": "bytes",
        # The framework would put the route's own in its place.
        "Content-Type": kept.media_type,
        "Content-Disposition": filenames.attachment(kept.name, kept.sha256),
        "ETag": f'"{kept.sha256}"',
    }


def _unsatisfiable(request: Request[Any, Any, Any], kept: Kept) -> Response[Any]:
    failure = Refused("evidence.range_not_satisfiable", size_bytes=kept.size_bytes)
    problem = problems.problem_of(failure, refusals.language_of(request), request.scope["path"])
    return Response(
        problem,
        status_code=problem.status,
        media_type=problems.PROBLEM,
        headers={"Content-Range": f"bytes */{kept.size_bytes}"},
    )


async def _nothing() -> AsyncIterator[bytes]:
    for piece in tuple[bytes]():
        yield piece
