"""Everything intake says over HTTP, in one application."""

from litestar import Litestar

from services.intake.accounts.accounts import Accounts
from services.intake.described import DESCRIBED
from services.intake.door import Door
from services.intake.evidence.uploads import Uploads
from services.intake.following.following import Following
from services.intake.pages import routes as pages
from services.intake.pages.words import words_for
from services.intake.spreadsheets.workbooks import Workbooks
from services.intake.web import (
    annex,
    carrying,
    evidence,
    findings,
    following,
    indicators,
    innovations,
    keys,
    organisation,
    people,
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
from shared.io.pages.rendering import Sites
from shared.io.pages.surrounding import surround

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
    findings,
)


def application(
    door: Door,
    uploads: Uploads,
    workbooks: Workbooks,
    accounts: Accounts,
    followed: Following,
    ready: http.Ready,
    gauges: http.Gauges,
    sites: Sites | None = None,
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
            *keys.routes(door, accounts.credentials),
            *people.routes(door, accounts.people),
            *pages.routes(accounts, door.regions),
            *following.routes(door, followed),
            *webhooks.routes(followed),
        ],
        ready=ready,
        gauges=gauges,
        gate=door.gate,
        described=DESCRIBED,
        on_app_init=surround(pages.PAGES, words_for, pages.to_sign_in, sites),
    )
