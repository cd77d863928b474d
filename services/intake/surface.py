"""Everything intake says over HTTP, in one application."""

from litestar import Litestar

from services.intake.credentials import Credentials
from services.intake.door import Door
from services.intake.evidence.uploads import Uploads
from services.intake.following.following import Following
from services.intake.spreadsheets.workbooks import Workbooks
from services.intake.web import (
    annex,
    carrying,
    evidence,
    following,
    indicators,
    innovations,
    keys,
    organisation,
    plans,
    results,
    seasons,
    submission,
    trials,
    verification,
    webhooks,
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
    door: Door,
    uploads: Uploads,
    workbooks: Workbooks,
    credentials: Credentials,
    followed: Following,
    ready: http.Ready,
    gauges: http.Gauges,
) -> Litestar:
    """The whole of it."""
    parts = [route for part in PARTS for route in part.routes(door)]
    return http.application(
        title="Jejak Inovasi: intake",
        version=VERSION,
        handlers=[
            *parts,
            *web_uploads.routes(uploads),
            *workbook.routes(door, workbooks),
            *annex.routes(door, workbooks),
            *keys.routes(door, credentials),
            *following.routes(door, followed),
            *webhooks.routes(followed),
        ],
        ready=ready,
        gauges=gauges,
        gate=door.gate,
    )
