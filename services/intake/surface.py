"""Everything intake says over HTTP, in one application."""

from litestar import Litestar

from services.intake import web, web_indicators, web_plans
from services.intake.door import Door
from shared.io import http

VERSION = "1"


def application(door: Door, ready: http.Ready, gauges: http.Gauges) -> Litestar:
    """The whole of it."""
    return http.application(
        title="Jejak Inovasi: intake",
        version=VERSION,
        handlers=[*web.routes(door), *web_indicators.routes(door), *web_plans.routes(door)],
        ready=ready,
        gauges=gauges,
    )
