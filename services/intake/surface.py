"""Everything intake says over HTTP, in one application."""

from litestar import Litestar

from services.intake import (
    web,
    web_indicators,
    web_organisation,
    web_plans,
    web_results,
    web_seasons,
    web_trials,
    web_verification,
)
from services.intake.door import Door
from shared.io import http

VERSION = "1"

PARTS = (
    web_seasons,
    web,
    web_trials,
    web_indicators,
    web_verification,
    web_results,
    web_organisation,
    web_plans,
)


def application(door: Door, ready: http.Ready, gauges: http.Gauges) -> Litestar:
    """The whole of it."""
    return http.application(
        title="Jejak Inovasi: intake",
        version=VERSION,
        handlers=[route for part in PARTS for route in part.routes(door)],
        ready=ready,
        gauges=gauges,
    )
