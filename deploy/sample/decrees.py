"""The head's decree (SK) of some regions: it names most of the innovations, as such decrees do."""

from collections.abc import Mapping
from datetime import timedelta

from deploy.sample import agencies, calendar
from deploy.sample.draft import Draft
from deploy.sample.plan import BASIS, Fact
from services.intake.bodies.region import DecreeBody

# By region, the share of its innovations that the decree names.
NAMED: Mapping[str, float] = {"63.08": 0.85, "63.09": 0.97, "63.10": 0.75, "63.71": 0.9}
NUMBER = "data contoh: keputusan rekaan 100.3.3.2/CONTOH-3/{year}"
SIGNED_BEFORE = timedelta(days=3)
# After the last innovations were sent.
DECREEING = 17 * 60 + 15


def tell(draft: Draft) -> None:
    """The decree, where there is one."""
    share = NAMED.get(draft.region)
    if share is None:
        return
    rng = agencies.hand(draft.region, "keputusan")
    named = tuple(name for name in draft.registered if rng.random() < share)
    day, _ = list(draft.sittings())[-1]
    body = DecreeBody(
        number=NUMBER.format(year=day.year),
        dated=day - SIGNED_BEFORE,
        innovations=named,
        sha256=draft.document,
        occurred_at=calendar.at(day, DECREEING),
        basis=BASIS,
    )
    draft.tell("keputusan", Fact(body=body))
