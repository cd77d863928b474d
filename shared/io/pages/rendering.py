"""The door to Jinja: pages from templates, and the one style sheet under its content's name."""

import hashlib
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
# What a page may do: its own style and pictures, nothing from elsewhere, no script.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def style_name() -> str:
    """`style.<digest>.css`."""
    return _style()[0]


def style(name: str) -> Response[bytes]:
    """The style sheet under the name of its content; another name is another content."""
    if name != style_name():
        raise Missing("route.unknown")
    return Response(
        _style()[1],
        media_type="text/css; charset=utf-8",
        headers={"Cache-Control": CACHE_FOR_EVER},
    )


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
                style=style_name(),
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


@cache
def _style() -> tuple[str, bytes]:
    raw = (HERE / "static" / "style.css").read_bytes()
    return f"style.{hashlib.sha256(raw).hexdigest()[:DIGEST_CHARACTERS]}.css", raw
