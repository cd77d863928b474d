"""What regions answer to verdicts: clarifications, open and answered, and claims made anew.

Where an answer granted something, the first verdict was another; in the end all levels are those
that were drawn.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from msgspec.structs import replace

from deploy.sample import calendar
from deploy.sample.calendar import Season
from deploy.sample.draft import Draft, day_of
from deploy.sample.plan import BASIS, Fact, Slot, level_of
from deploy.sample.traits import RULES_OPEN
from services.intake.bodies.indicator import FileBody
from services.intake.bodies.verification import AnswerBody, ClarificationBody
from shared.io import rulebook
from shared.kernel.rules import ruleset

OPEN_IN = "63.10"
GRANTED_IN = "63.11"
REFUSED_IN = "63.03"
ANSWERED_AFTER = timedelta(days=3)

# Of what was given back in some regions, every third was claimed anew, with another file.
RESENT_IN = ("63.10", "63.71", "63.11")
RESENT_OF = 3
RESENT_AFTER = timedelta(days=4)

# Minutes of the day.
ASKING = 17 * 60
ASKING_LATE = 13 * 60
ANSWERING = 17 * 60 + 30
RESENDING = 18 * 60 + 10

LOWERED = "Bukti mendukung satu tingkat di bawahnya."
DUE = "Bukti menunjukkan tingkat yang diklaim; mohon dilihat halaman kedua (data contoh)."
FRESH = "Angka terbaru termuat pada halaman terakhir berkas yang sama (data contoh)."
ATTACHED = "Lampiran dokumen memuat seluruh unsur tingkat yang diklaim (data contoh)."
AGREED = "Lampiran telah diperiksa; tingkat sesuai klaim (data contoh)."
KEPT = "Lampiran belum memuat unsur terakhir; putusan tetap (data contoh)."
MENDED = "Dokumen perbaikan (data contoh)"


def tell(draft: Draft, days: Season) -> None:
    """What there is of a region."""
    if draft.region == OPEN_IN:
        _asked(draft, days)
    if draft.region == GRANTED_IN:
        _granted(draft)
    if draft.region == REFUSED_IN:
        _refused(draft)
    if draft.region in RESENT_IN:
        _resent(draft, days)


def _asked(draft: Draft, days: Season) -> None:
    """One that is due, of an innovation, and one that has just been asked, of the region's own."""
    due = _heaviest(draft, [slot for slot in _lowered(draft) if slot[0] in draft.sound])
    own = [slot for slot in (*_lowered(draft), *draft.returned) if not slot[0]]
    fresh = _heaviest(draft, own)
    draft.tell("klarifikasi-1", _question(draft, due, days.closing, ASKING_LATE, DUE))
    draft.tell("klarifikasi-2", _question(draft, fresh, days.yesterday, ASKING, FRESH))


def _heaviest(draft: Draft, slots: Iterable[Slot]) -> Slot:
    """Where the most points were lost to a verdict."""
    rules = rulebook.rule_sets()[RULES_OPEN]
    accepted = draft.accepted

    def lost(slot: Slot) -> int:
        held = accepted[slot].level if slot in accepted else 0
        weight = ruleset.weight_hundredths(ruleset.row(rules, slot[1]))
        return weight * (_claimed(draft, slot) - held)

    return max(slots, key=lost)


def _granted(draft: Draft) -> None:
    """The first verdict was a level lower; the answer gave back what had been claimed."""
    sound = draft.sound
    slot, accepted = next(
        (slot, one)
        for slot, one in draft.accepted.items()
        if slot[0] in sound and one.level > 1 and one.level == _claimed(draft, slot)
    )
    draft.put_acceptance(slot, accepted.level - 1, LOWERED)
    day = day_of(accepted.occurred_at)
    draft.tell("klarifikasi", _question(draft, slot, day, ASKING, ATTACHED))
    draft.tell("klarifikasi-jawab", _answer(slot, day, AGREED, accepted.level))


def _refused(draft: Draft) -> None:
    slot = _heaviest(draft, [slot for slot in _lowered(draft) if slot[0] in draft.sound])
    day = day_of(draft.accepted[slot].occurred_at)
    draft.tell("klarifikasi", _question(draft, slot, day, ASKING, ATTACHED))
    draft.tell("klarifikasi-jawab", _answer(slot, day, KEPT, 0))


def _resent(draft: Draft, days: Season) -> None:
    """Answers to what was given back: the same level by another file, and no verdict yet."""
    spoken_of, sound = draft.spoken_of, draft.sound
    back = [slot for slot in draft.returned if slot[0] in sound and slot not in spoken_of]
    for slot in back[::RESENT_OF]:
        day = min(day_of(draft.returned[slot].occurred_at) + RESENT_AFTER, days.closing)
        file = FileBody(sha256=draft.mended(slot), subject=MENDED)
        again = replace(
            draft.claims[slot], evidence=(file,), occurred_at=calendar.at(day, RESENDING)
        )
        draft.claim_again(f"perbaikan-{'-'.join(slot)}", again)


def _lowered(draft: Draft) -> Iterator[Slot]:
    """Where a verifier accepted less than what was claimed."""
    claims = draft.claims
    for slot, accepted in draft.accepted.items():
        if accepted.level < level_of(claims[slot]):
            yield slot


def _claimed(draft: Draft, slot: Slot) -> int:
    return level_of(draft.claims[slot])


def _question(draft: Draft, slot: Slot, day: date, minutes: float, argument: str) -> Fact:
    return Fact(
        innovation=slot[0],
        indicator=slot[1],
        body=ClarificationBody(
            level=_claimed(draft, slot),
            argument=argument,
            occurred_at=calendar.at(day, minutes),
            basis=BASIS,
        ),
    )


def _answer(slot: Slot, asked: date, note: str, level: int) -> Fact:
    return Fact(
        by="verifier",
        innovation=slot[0],
        indicator=slot[1],
        body=AnswerBody(
            granted=bool(level),
            level=level,
            note=note,
            occurred_at=calendar.at(asked + ANSWERED_AFTER, ANSWERING),
            basis=BASIS,
        ),
    )
