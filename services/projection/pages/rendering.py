"""The door to Jinja: pages from templates, and the one style sheet under its content's name."""

import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Response
from litestar.enums import MediaType
from litestar.plugins.jinja import JinjaTemplateEngine

from services.projection.wording import Words

HERE = Path(__file__).parent
# The name changes with the content, so what was fetched once is never asked for again.
CACHE_FOR_EVER = "public, max-age=31536000, immutable"
DIGEST_CHARACTERS = 12


def style() -> bytes:
    """The style sheet's bytes."""
    return _style()[1]


def style_name() -> str:
    """`style.<digest>.css`."""
    return _style()[0]


def page(
    template: str, words: Words, other_language: str, *, status: int = 200, **shown: object
) -> Response[str]:
    """An HTML answer; nothing of it is kept without asking again."""
    text = (
        _engine()
        .get_template(template)
        .render(
            w=words,
            language=words.language,
            style=style_name(),
            other_language=other_language,
            **shown,
        )
    )
    headers = {"Cache-Control": "no-cache"}
    return Response(text, media_type=MediaType.HTML, status_code=status, headers=headers)


@cache
def _engine() -> JinjaTemplateEngine:
    return JinjaTemplateEngine.from_environment(
        Environment(
            loader=FileSystemLoader(HERE / "templates"),
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
