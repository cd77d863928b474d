"""The door to Jinja: pages from templates, and the one style sheet under its content's name."""

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


STYLE = HERE / "static" / "style.css"
MEDIA_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}


@cache
def named(path: Path) -> tuple[str, bytes]:
    """`style.<digest>.css` and what it holds."""
    raw = path.read_bytes()
    return f"{path.stem}.{hashlib.sha256(raw).hexdigest()[:DIGEST_CHARACTERS]}{path.suffix}", raw


def static(name: str, *scripts: Path) -> Response[bytes]:
    """The style sheet or a script under the name of its content; another name is another one."""
    for path in (STYLE, *scripts):
        known, raw = named(path)
        if name == known:
            return Response(
                raw,
                media_type=MEDIA_TYPES[path.suffix],
                headers={"Cache-Control": CACHE_FOR_EVER},
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
        **shown: object,
    ) -> Response[str]:
        """An HTML answer; nothing of it is kept without asking again."""
        text = (
            _engine(self._templates)
            .get_template(template)
            .render(
                w=words,
                language=words.language,
                style=named(STYLE)[0],
                other_language=_in_other(request, words),
                **shown,
            )
        )
        return Response(
            text,
            media_type=MediaType.HTML,
            status_code=status,
            headers={"Cache-Control": "no-cache", "Content-Security-Policy": POLICY}
            | dict(headers or {}),
        )

    def failed(
        self, request: Request[Any, Any, Any], words: Words, sentence: str, status: int
    ) -> Response[str]:
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
