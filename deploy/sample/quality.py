"""Verification beside verdicts: to whom it was given, and a sample for second looks.

Where a second look found something else, the first verdict was another; in the end all levels are
those that were drawn.
"""

from collections.abc import Iterator
from datetime import date

from deploy.sample import calendar
from deploy.sample.calendar import Season
from deploy.sample.draft import Draft
from deploy.sample.keyring import VERIFIER
from deploy.sample.plan import BASIS, Fact, Slot, level_of
from deploy.sample.traits import YEAR_OPEN
from services.intake.bodies.verification import ReviewBody, SampleBody, VerifierBody
from services.intake.core import sample
from shared.kernel.events.verification import Sampled, SampleDrawn

# Given to the province's verifier: the region's own rows and, in turn, this many of so many.
GIVEN_IN = ("63.10", "63.71")
GIVEN, GIVEN_OF = 3, 4

# Quality control: an honest draw, looked at in part.
SAMPLED_IN = "63.71"
SEED = "BA-KENDALI-MUTU/CONTOH/2026"
PERCENT = 4
LOOKED_AT, LOOKED_AT_OF = 2, 3

# Minutes of the day.
GIVING = 17 * 60
DRAWING = 9 * 60
LOOKING = 11 * 60

SAME = "Sesuai dengan putusan pertama (data contoh)."
TOO_HIGH = "Putusan pertama satu tingkat terlalu tinggi (data contoh)."


def tell(draft: Draft, days: Season) -> None:
    """What there is of a region."""
    if draft.region in GIVEN_IN:
        _given(draft, days)
    if draft.region == SAMPLED_IN:
        _sampled(draft, days)


def _given(draft: Draft, days: Season) -> None:
    """Innovations on the day they were sent; every fourth is left to whoever comes first."""
    draft.tell("tugas-daerah", _to_verifier("", days.first))
    for number, (day, names) in enumerate(draft.sittings()):
        given = [name for place, name in enumerate(names) if place % GIVEN_OF < GIVEN]
        draft.tell(f"tugas-{number}", *(_to_verifier(name, day) for name in given))


def _to_verifier(innovation: str, day: date) -> Fact:
    body = VerifierBody(
        verifier=VERIFIER.identity, occurred_at=calendar.at(day, GIVING), basis=BASIS
    )
    return Fact(by="verifier", innovation=innovation, body=body)


def _sampled(draft: Draft, days: Season) -> None:
    """The draw, and most of the second looks; where the first verdict had been lowered, it was the
    second look that did it.
    """
    at = calendar.at(days.closing, DRAWING)
    body = SampleBody(seed=SEED, percent=PERCENT, occurred_at=at, basis=BASIS)
    draft.tell("uji-petik", Fact(by="second", body=body))
    drawn = list(_drawn(draft))
    looked = [slot for place, slot in enumerate(drawn) if place % LOOKED_AT_OF < LOOKED_AT]
    draft.tell("kendali-mutu", *[_second_look(draft, slot, days) for slot in looked])


def _drawn(draft: Draft) -> Iterator[Slot]:
    """The same verdicts that everybody draws from this seed."""
    judged = sorted({**draft.accepted, **draft.returned})
    candidates = tuple(Sampled(innovation=name, indicator=code) for name, code in judged)
    command = sample.Draw(year=YEAR_OPEN, seed=SEED, percent=PERCENT, candidates=candidates)
    for event in sample.decide(command, sample.EMPTY):
        if isinstance(event, SampleDrawn):
            yield from ((one.innovation, one.indicator) for one in event.drawn)


def _second_look(draft: Draft, slot: Slot, days: Season) -> Fact:
    accepted, returned = draft.accepted.get(slot), draft.returned.get(slot)
    claim = draft.claims[slot]
    note = SAME
    if accepted is not None and accepted.level < level_of(claim):
        draft.put_acceptance(slot, level_of(claim), "")
        note = TOO_HIGH
    return Fact(
        by="second",
        innovation=slot[0],
        indicator=slot[1],
        body=ReviewBody(
            level=0 if accepted is None else accepted.level,
            evidence=tuple(file.sha256 for file in claim.evidence),
            reason=next((one.reason for one in (accepted, returned) if one is not None), ""),
            note=note,
            occurred_at=calendar.at(days.closing, LOOKING),
            basis=BASIS,
        ),
    )
