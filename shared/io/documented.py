"""The interface's document as it is served: as JSON, as pages to read, and its problems explained.

The pages are Swagger UI from a package's files: nothing is fetched from elsewhere, and the
package's own code is never run here.
"""

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec
from litestar import Litestar, MediaType, Request, Response, get
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from shared.io import problems
from shared.io.document import Described, complete
from shared.kernel.errors import Corrupt, Missing

# For the services' access tables: everybody may read what is written for everybody.
ROUTES = (
    "GET /docs",
    "GET /docs/{name}",
    "GET /v1/problems",
    "GET /v1/problems/{reason}",
)
# The parts of Swagger UI that a page needs, with their media types.
PARTS = {
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "swagger-ui.css": "text/css; charset=utf-8",
    "favicon-32x32.png": "image/png",
}
STARTING = "start.js"
# Scripts and styles come from this address only, and none stand in the page; Swagger UI names its
# pictures as data.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)
CACHE = "public, max-age=3600"
_STARTED = """\
window.ui = SwaggerUIBundle({
  url: "/openapi/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
});
"""
_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
<script src="/docs/swagger-ui-bundle.js" defer></script>
<script src="/docs/start.js" defer></script>
</head>
<body>
<noscript><a href="/openapi/openapi.json">openapi.json</a></noscript>
<main id="swagger-ui"></main>
</body>
</html>
"""


class ProblemView(Struct, frozen=True, kw_only=True):
    """What a problem's `type` means: its sentences, with the facts that fill them in braces."""

    type: str
    title: str
    id: str
    en: str


class ProblemsView(Struct, frozen=True, kw_only=True):
    """Every reason that a request may be refused for."""

    problems: tuple[ProblemView, ...]


class Kept(JsonRenderPlugin):
    """Serves the completed document, byte for byte as it is kept beside the code."""

    def keep(self, app: Litestar, described: Described) -> None:
        """Complete what the framework made of the routes, once."""
        schema = msgspec.to_builtins(app.openapi_schema.to_schema())
        encoded = msgspec.json.encode(complete(schema, described), order="sorted")
        app.state["document"] = msgspec.json.format(encoded, indent=2) + b"\n"

    def render(self, request: Request[Any, Any, Any], _: dict[str, Any]) -> bytes:
        """The framework's own rendering of it is passed by."""
        return kept(request.app)


def kept(app: Litestar) -> bytes:
    """The document that the application was started with."""
    document: bytes = app.state["document"]
    return document


def routes(title: str) -> Sequence[ControllerRouterHandler]:
    """The pages of the document and of its problems."""

    @get("/docs", include_in_schema=False, sync_to_thread=False)
    def docs() -> Response[str]:
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
        return Response(_PAGE.format(title=title), media_type=MediaType.HTML, headers=headers)

    @get("/docs/{name:str}", include_in_schema=False, sync_to_thread=False)
    def docs_part(name: FromPath[str]) -> Response[bytes]:
        if name == STARTING:
            return Response(_STARTED.encode(), media_type="text/javascript; charset=utf-8")
        if name not in PARTS:
            raise Missing("route.unknown")
        return Response(_part(name), media_type=PARTS[name], headers={"Cache-Control": CACHE})

    return [docs, docs_part, *_problem_routes()]


def _problem_routes() -> Sequence[ControllerRouterHandler]:
    @get("/v1/problems", sync_to_thread=False)
    def list_problems() -> ProblemsView:
        """Every reason that a request may be refused for, with its sentences."""
        reasons = sorted(problems.known_reasons())
        return ProblemsView(problems=tuple(_view(reason) for reason in reasons))

    @get("/v1/problems/{reason:str}", sync_to_thread=False)
    def read_problem(reason: FromPath[str]) -> ProblemView:
        """What a problem's `title` means."""
        return _view(reason)

    return [list_problems, read_problem]


def _view(reason: str) -> ProblemView:
    spoken = problems.sentences(reason)
    if spoken is None:
        raise Missing("route.unknown")
    return ProblemView(
        type=problems.type_of(reason), title=reason, id=spoken["id"], en=spoken["en"]
    )


@cache
def _part(name: str) -> bytes:
    found = find_spec("swagger_ui")
    if found is None or found.origin is None:
        raise Corrupt("service.without_documentation")
    return (Path(found.origin).parent / "static" / name).read_bytes()
