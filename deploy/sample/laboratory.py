"""Innovations in the laboratory (PP 38/2017 art. 16): one that went through it, others still in it.

The one that is applied was reported as a trial and became what it is by the trial's decision.
"""

from datetime import date, timedelta

from msgspec.structs import replace

from deploy.sample import calendar
from deploy.sample.calendar import Season
from deploy.sample.draft import Draft, day_of
from deploy.sample.plan import BASIS, Fact
from services.intake.bodies.innovation import RegisterBody
from services.intake.bodies.region import (
    ReplicationBody,
    TrialBody,
    TrialDecisionBody,
    TrialReportBody,
)

REGIONS = ("63.10", "63.09", "63.71")
# What becomes of the trials that are reported as such, in turn.
DECISIONS = ("diperpanjang", "dihentikan")
TRIED_DAYS = 120

# Minutes of the day on which the innovation was reported.
ASSIGNING = 10 * 60
REPORTING = 10 * 60 + 20
DECIDING = 10 * 60 + 40
REPLICATING = 16 * 60 + 45

INSTRUMENT = "data contoh: keputusan rekaan 100.3.3/CONTOH-{number}/{year} tentang uji coba"
FINDING = (
    "Uji coba pada dua lokasi: waktu layanan turun, petugas meminta formulir yang lebih pendek, "
    "dan satu lokasi terkendala jaringan (data contoh)."
)
# Tanah Laut, next to Tanah Bumbu.
NEIGHBOUR = "63.01"
REPLICATED = "data contoh: berita acara rekaan 000.8/CONTOH-R/{year}"


def tell(draft: Draft, days: Season) -> None:
    """Trials of some regions."""
    if draft.region not in REGIONS:
        return
    bodies = draft.registered.values()
    _applied(draft)
    _replicated(draft)
    tried = [body for body in bodies if body.profile.tahapan == "uji_coba"]
    for body, decision in zip(tried, DECISIONS, strict=False):
        assert body.profile.trial_date is not None
        _whole(draft, body, body.profile.trial_date, decision, TRIED_DAYS)
    for body in [body for body in bodies if body.profile.tahapan == "inisiatif"][:1]:
        _begun(draft, body, days)


def _applied(draft: Draft) -> None:
    """An innovation that counts, told from its trial on."""
    body = next(
        body
        for name, body in draft.registered.items()
        if name in draft.sound and body.profile.development_date is None
    )
    began, applied = body.profile.trial_date, body.profile.implementation_date
    assert began is not None
    assert applied is not None
    before = replace(body.profile, tahapan="uji_coba", implementation_date=None)
    draft.put_profile(body.innovation, before)
    _whole(draft, body, began, "diterapkan", (applied - began).days)


def _replicated(draft: Draft) -> None:
    """The last one that was sent has been repeated by a neighbour."""
    day, names = list(draft.sittings())[-1]
    body = ReplicationBody(
        by=NEIGHBOUR,
        replicated_on=day - timedelta(days=30),
        document_number=REPLICATED.format(year=day.year),
        occurred_at=calendar.at(day, REPLICATING),
        basis=BASIS,
    )
    draft.tell("replikasi", Fact(innovation=names[-1], body=body))


def _whole(draft: Draft, body: RegisterBody, began: date, decision: str, lasted: int) -> None:
    """Assigned, reported and decided, as it is told on the day of the report."""
    name, day = body.innovation, day_of(body.occurred_at)
    ended = began + timedelta(days=lasted)
    draft.tell(f"lab-{name}", _assigned(body, day, began, ended))
    draft.tell(f"lab-{name}-lapor", _reported(draft, name, day, ended, REPORTING))
    decided = TrialDecisionBody(
        decision=decision,
        decided_on=ended,
        instrument=INSTRUMENT.format(number=2, year=ended.year),
        note="Menurut laporan uji coba (data contoh).",
        occurred_at=calendar.at(day, DECIDING),
        basis=BASIS,
    )
    draft.tell(f"lab-{name}-putus", Fact(innovation=name, body=decided))


def _begun(draft: Draft, body: RegisterBody, days: Season) -> None:
    """Just an idea, given to its agency to be tried, with a first report and no decision yet."""
    name, day = body.innovation, day_of(body.occurred_at)
    draft.tell(f"lab-{name}", _assigned(body, day, day, day + timedelta(days=TRIED_DAYS)))
    draft.tell(f"lab-{name}-lapor", _reported(draft, name, days.closing, days.closing, REPORTING))


def _assigned(body: RegisterBody, day: date, began: date, ended: date) -> Fact:
    return Fact(
        innovation=body.innovation,
        body=TrialBody(
            agency=body.profile.agency,
            begins_on=began,
            ends_on=ended,
            instrument=INSTRUMENT.format(number=1, year=began.year),
            occurred_at=calendar.at(day, ASSIGNING),
            basis=BASIS,
        ),
    )


def _reported(draft: Draft, name: str, day: date, ended: date, minutes: float) -> Fact:
    return Fact(
        innovation=name,
        body=TrialReportBody(
            reported_on=ended,
            finding=FINDING,
            files=(draft.document,),
            occurred_at=calendar.at(day, minutes),
            basis=BASIS,
        ),
    )
