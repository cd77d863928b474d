"""Everything intake says over HTTP, in one application."""

from litestar import Litestar

from services.intake import (
    web,
    web_annex,
    web_carrying,
    web_evidence,
    web_indicators,
    web_organisation,
    web_plans,
    web_results,
    web_seasons,
    web_submission,
    web_trials,
    web_uploads,
    web_verification,
    web_workbook,
)
from services.intake.door import Door
from services.intake.uploads import Uploads
from services.intake.workbooks import Workbooks
from shared.io import http

VERSION = "1"

PARTS = (
    web_seasons,
    web,
    web_carrying,
    web_submission,
    web_trials,
    web_indicators,
    web_evidence,
    web_verification,
    web_results,
    web_organisation,
    web_plans,
)


def application(
    door: Door, uploads: Uploads, workbooks: Workbooks, ready: http.Ready, gauges: http.Gauges
) -> Litestar:
    """The whole of it."""
    parts = [route for part in PARTS for route in part.routes(door)]
    return http.application(
        title="Jejak Inovasi: intake",
        version=VERSION,
        handlers=[
            *parts,
            *web_uploads.routes(door, uploads),
            *web_workbook.routes(door, workbooks),
            *web_annex.routes(door, workbooks),
        ],
        ready=ready,
        gauges=gauges,
    )
