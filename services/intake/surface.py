"""Everything intake says over HTTP, in one application."""

from litestar import Litestar

from services.intake.door import Door
from services.intake.evidence.uploads import Uploads
from services.intake.spreadsheets.workbooks import Workbooks
from services.intake.web import (
    annex,
    carrying,
    evidence,
    indicators,
    innovations,
    organisation,
    plans,
    results,
    seasons,
    submission,
    trials,
    verification,
    workbook,
)
from services.intake.web import uploads as web_uploads
from shared.io import http

VERSION = "1"

PARTS = (
    seasons,
    innovations,
    carrying,
    submission,
    trials,
    indicators,
    evidence,
    verification,
    results,
    organisation,
    plans,
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
            *workbook.routes(door, workbooks),
            *annex.routes(door, workbooks),
        ],
        ready=ready,
        gauges=gauges,
    )
