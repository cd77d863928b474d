"""Routes of files that arrive in parts: begin, add, ask how far, give up."""

from collections.abc import Sequence
from typing import Annotated

from litestar import Response, delete, patch, post, route
from litestar.params import FromPath, HeaderParameter, JSONBody, RawBody
from litestar.types import ControllerRouterHandler

from services.intake.bodies.evidence import UploadBody, UploadView
from services.intake.door import ERRORS, REGION
from services.intake.evidence.uploads import PART_BYTES_MAX, Upload, Uploads
from shared.io import http
from shared.kernel.errors import Refused

UPLOADS = REGION + "/uploads"
UPLOAD = UPLOADS + "/{upload_id:str}"
PARTS_TYPE = "application/offset+octet-stream"
OFFSET_DIGITS_MAX = 12

Offset = Annotated[
    str,
    HeaderParameter(
        name="Upload-Offset", description="Bita pertama bagian ini; sama dengan offset yang dijawab"
    ),
]


def routes(uploads: Uploads) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""
    return [*_sending(uploads), *_asking(uploads)]


def _sending(uploads: Uploads) -> Sequence[ControllerRouterHandler]:
    @post(
        UPLOADS,
        status_code=201,
        guards=[http.require_json],
        responses=ERRORS,
        security=[{"key": []}],
    )
    async def begin_upload(
        region: FromPath[str], data: JSONBody[UploadBody]
    ) -> Response[UploadView]:
        """Begin to send a large file in parts, or go on where the same file broke off."""
        upload, new = await uploads.begin(
            region, data.sha256, data.size_bytes, data.media_type, data.name
        )
        return _answer(upload, 201 if new else 200)

    @patch(
        UPLOAD,
        status_code=200,
        request_max_body_size=PART_BYTES_MAX,
        responses=ERRORS,
        security=[{"key": []}],
    )
    async def add_part(
        region: FromPath[str],
        upload_id: FromPath[str],
        body: RawBody,
        offset: Offset,
    ) -> Response[UploadView]:
        """Send the next part; the last one makes the file evidence, or has it refused."""
        if not (offset.isascii() and offset.isdigit() and len(offset) <= OFFSET_DIGITS_MAX):
            raise Refused("upload.offset_malformed")
        return _answer(await uploads.add(region, upload_id, int(offset), body))

    return [begin_upload, add_part]


def _asking(uploads: Uploads) -> Sequence[ControllerRouterHandler]:
    @route(
        UPLOAD,
        http_method=["GET", "HEAD"],
        responses=ERRORS,
        security=[{"key": []}],
    )
    async def tell_upload(region: FromPath[str], upload_id: FromPath[str]) -> Response[UploadView]:
        """How far a file has arrived: where the next part begins."""
        return _answer(await uploads.state(region, upload_id))

    @delete(UPLOAD, responses=ERRORS, security=[{"key": []}])
    async def give_up_upload(region: FromPath[str], upload_id: FromPath[str]) -> None:
        """Forget what has arrived of a file; evidence that was kept stays."""
        await uploads.give_up(region, upload_id)

    return [tell_upload, give_up_upload]


def _answer(upload: Upload, status_code: int = 200) -> Response[UploadView]:
    view = UploadView(
        region=upload.tenant,
        id=upload.id,
        sha256=upload.sha256,
        size_bytes=upload.size_bytes,
        media_type=upload.media_type,
        name=upload.name,
        offset=upload.received_bytes,
        part_bytes_max=PART_BYTES_MAX,
        kept=upload.kept,
        expires_at=upload.expires_at,
    )
    headers = {"Upload-Offset": str(upload.received_bytes), "Cache-Control": "no-store"}
    return Response(view, status_code=status_code, headers=headers)
