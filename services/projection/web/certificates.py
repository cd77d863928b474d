"""The routes of season certificates: the signed file, and its annex on paper."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.params import FromPath, QueryParameter
from litestar.types import ControllerRouterHandler

from services.projection.certificates import annex
from services.projection.certificates.certifying import Certifying
from services.projection.core.replay import SECOND
from services.projection.web.asking import PROVINCE
from services.projection.web.checkpoints import Size
from services.projection.web.ranking import ERRORS, FRESH, Stage
from services.projection.wording import words_in
from shared.io.pages import rendering
from shared.io.pages.wording import LANGUAGES
from shared.kernel import filenames
from shared.kernel.errors import Refused
from shared.kernel.regions import Register

Language = Annotated[str, QueryParameter(description="id (default) or en")]


def routes(certifying: Certifying, register: Register) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""

    @get(PROVINCE + "/certificate", responses=ERRORS, media_type="text/plain")
    async def read_certificate(
        province: FromPath[str], year: FromPath[int], stage: Stage = "", size: Size = None
    ) -> Response[str]:
        """A season's certificate as a signed note: rules, cut, every index and rank.

        Cut at one signed head of all heads (`size`; by default the newest); the same cut gives the
        same bytes. Check it beside the bundle of the province: `python3 periksa.py bundel-63.zip
        --certificate FILE`.
        """
        certified = await certifying.certified(province, year, stage, size)
        made = certified.certificate
        name = f"sertifikat-{province}-{year}-{made.stage}-{made.size}.txt"
        return Response(
            certified.written.decode(),
            media_type="text/plain",
            headers=FRESH | {"Content-Disposition": filenames.attachment(name, name)},
        )

    @get(PROVINCE + "/certificate.pdf", responses=ERRORS, media_type="application/pdf")
    async def read_annex(
        request: Request[Any, Any, Any],
        province: FromPath[str],
        year: FromPath[int],
        stage: Stage = "",
        size: Size = None,
        bahasa: Language = LANGUAGES[0],
    ) -> Response[bytes]:
        """The certificate's annex on paper (PDF/UA), with the names of regions."""
        if bahasa not in LANGUAGES:
            raise Refused("parameter.malformed", why=f"bahasa: {', '.join(LANGUAGES)}")
        certified = await certifying.certified(province, year, stage, size)
        made = certified.certificate
        path = f"/v1/provinces/{province}/seasons/{year}/certificate"
        asked = f"{path}?stage={made.stage}&size={made.size}"
        address = rendering.absolute(request, asked) or asked
        content = await asyncio.to_thread(
            annex.pdf, certified, register, words_in(bahasa), address, made.known_until - SECOND
        )
        name = f"sertifikat-{province}-{year}-{made.stage}-{made.size}.pdf"
        return Response(
            content,
            media_type="application/pdf",
            headers=FRESH | {"Content-Disposition": filenames.attachment(name, name)},
        )

    return [read_certificate, read_annex]
