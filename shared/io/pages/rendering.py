"""The door to Jinja: pages from templates or parts, and the style sheet by its content's name."""

import hashlib
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Request, Response
from litestar.enums import MediaType
from litestar.plugins.jinja import JinjaTemplateEngine
from msgspec import Struct

from shared.io import clock, packing
from shared.io.config import Service
from shared.io.pages import asking, handing_out
from shared.io.pages.parts import Sheet
from shared.io.pages.wording import Words
from shared.kernel.errors import Missing

HERE = Path(__file__).parent
# The name changes with the content, so what was fetched once is never asked for again.
CACHE_FOR_EVER = "public, max-age=31536000, immutable"
DIGEST_CHARACTERS = 12
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?\Z|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?\Z")
# What a page may do: its own style and pictures, nothing from elsewhere, no script.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
# Beside it for pages with scripts: our own files, which ask this site alone.
WITH_SCRIPTS = POLICY + "; script-src 'self'; connect-src 'self'"

STYLE = HERE / "static" / "style.css"
MEDIA_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}


@cache
def named(path: Path) -> tuple[str, bytes]:
    """`style.<digest>.css` and what it holds."""
    raw = path.read_bytes()
    return f"{path.stem}.{hashlib.sha256(raw).hexdigest()[:DIGEST_CHARACTERS]}{path.suffix}", raw


class Sites(Struct, frozen=True, kw_only=True):
    """Where the two halves of the site are, as browsers reach them; empty is this very place."""

    reading: str = ""
    recording: str = ""


def sites_of(settings: Service) -> Sites:
    """As a service is told by its environment."""
    return Sites(reading=settings.reading_site, recording=settings.recording_site)


def static(request: Request[Any, Any, Any], name: str, *scripts: Path) -> Response[bytes]:
    """The style sheet or a script under the name of its content; another name is another one."""
    for path in (STYLE, *scripts):
        known, raw = named(path)
        if name == known:
            packed, headers = packing.packed_once(request, raw)
            return Response(
                packed,
                media_type=MEDIA_TYPES[path.suffix],
                headers={"Cache-Control": CACHE_FOR_EVER, **headers},
            )
    raise Missing("route.unknown")


def absolute(request: Request[Any, Any, Any], path: str) -> str:
    """The address of a page of this site as the caller reached it; empty where nobody can tell."""
    host = request.headers.get("host", "")
    return f"{request.scope['scheme']}://{host}{path}" if _HOST.match(host) else ""


class Pages:
    """The pages of one service, from its own templates and the shared ones."""

    def __init__(self, templates: Path) -> None:
        self._templates = templates

    def page(
        self,
        template: str,
        words: Words,
        request: Request[Any, Any, Any],
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        public: bool = False,
        **shown: object,
    ) -> Response[bytes]:
        """An HTML answer; nothing of it is kept without asking again.

        A `public` one holds nothing that only some may see, and is sent packed.
        """
        text: str = (
            _engine(self._templates)
            .get_template(template)
            .render(
                w=words,
                language=words.language,
                style=named(STYLE)[0],
                other_language=_in_other(request, words),
                sites=request.app.state.get("sites", Sites()),
                here=str(request.scope["path"]),
                asked=asking.of(request),
                **shown,
            )
        )
        raw = text.encode()
        encoding: Mapping[str, str] = {}
        if public:
            raw, encoding = packing.packed(request, raw)
        return Response(
            raw,
            media_type=MediaType.HTML,
            status_code=status,
            headers={"Cache-Control": "no-cache", "Content-Security-Policy": POLICY}
            | dict(encoding)
            | dict(headers or {}),
        )

    def sheet(
        self,
        sheet: Sheet,
        words: Words,
        request: Request[Any, Any, Any],
        *,
        headers: Mapping[str, str] | None = None,
        public: bool = False,
        status: int = 200,
        template: str = "sheet.html",
    ) -> Response[bytes]:
        """A page of parts, or the tables on it as the file that the address asks for."""
        asked = asking.of(request)
        if asked.format:
            address = absolute(request, asked.address(bentuk=""))
            now = clock.now().replace(microsecond=0)
            answer = handing_out.answer(sheet, asked, words, address, now)
            answer.headers.update(headers or {})
            return answer
        policy = {"Content-Security-Policy": WITH_SCRIPTS} if sheet.scripts else {}
        return self.page(
            template,
            words,
            request,
            headers={**policy, **(headers or {})},
            public=public,
            status=status,
            sheet=sheet,
        )

    def failed(
        self, request: Request[Any, Any, Any], words: Words, sentence: str, status: int
    ) -> Response[bytes]:
        """A page that says why there is no page."""
        return self.page(
            "failed.html", words, request, status=status, sentence=sentence, code=status
        )


def _in_other(request: Request[Any, Any, Any], words: Words) -> str:
    """The same page in the other language."""
    kept = {name: value for name, value in request.query_params.items() if name != "bahasa"}
    other = kept | {"bahasa": "en" if words.language == "id" else "id"}
    return f"{request.scope['path']}?{urlencode(other, safe=':')}"


@cache
def _engine(templates: Path) -> JinjaTemplateEngine:
    return JinjaTemplateEngine.from_environment(
        Environment(
            loader=FileSystemLoader([templates, HERE / "templates"]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
    )
