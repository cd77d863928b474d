"""Everything projection says over HTTP: interface, pages, and what surrounds each response."""

from collections.abc import Sequence

from litestar import Litestar
from litestar.types import ControllerRouterHandler

from services.projection.described import DESCRIBED
from services.projection.pages import components
from services.projection.pages import routes as pages
from services.projection.read import Reader
from services.projection.web import ranking, register
from services.projection.wording import words_for
from shared.io import http
from shared.io.gate import Gate
from shared.io.pages.rendering import Sites
from shared.io.pages.surrounding import surround

VERSION = "1"


def application(
    reader: Reader,
    ready: http.Ready,
    gauges: http.Gauges,
    analyses: Sequence[ControllerRouterHandler] = (),
    gate: Gate | None = None,
    sites: Sites | None = None,
) -> Litestar:
    """The whole of it; `analyses` are the routes that read the log itself."""
    return http.application(
        title="Jejak Inovasi: projection",
        version=VERSION,
        handlers=[
            *ranking.routes(reader),
            *register.routes(reader),
            *analyses,
            *pages.routes(reader),
            *components.routes(),
        ],
        ready=ready,
        gauges=gauges,
        gate=gate,
        described=DESCRIBED,
        on_app_init=surround(pages.PAGES, words_for, sites=sites),
    )
