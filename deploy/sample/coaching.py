"""Coaching (pendampingan) in Tanah Bumbu: one step done, one stalled, one overdue, one just agreed.

The step that is done is why a level is what it is: it was claimed a level lower before. What each
promised is what the level would bring to the claimed index at the season's end.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from msgspec import Struct
from msgspec.structs import replace

from deploy.sample import agencies, calendar, expected
from deploy.sample.calendar import Season
from deploy.sample.draft import Draft, day_of
from deploy.sample.keyring import ADMINS, COORDINATOR
from deploy.sample.plan import BASIS, Fact, Slot, level_of
from deploy.sample.traits import RULES_OPEN
from services.intake.bodies.indicator import ClaimItemBody, FileBody
from services.intake.bodies.region import CoachBody, StepBody, StepClosingBody
from shared.io import rulebook
from shared.kernel.rules import formula, ruleset
from shared.kernel.rules.ruleset import LEVEL_MAX

REGION = "63.10"
# The province's coordinator and the region's own administrator coach in turn.
COACHES = (COORDINATOR.identity, ADMINS[REGION].identity)
CONCEPT = "Rancangan, belum ditetapkan (data contoh)"
NOTE = "Disepakati pada kunjungan pendampingan (data contoh)."

# Minutes of the day.
COACHING = 9 * 60 + 30
AGREEING = 17 * 60 + 45
CLAIMING = 18 * 60
CLOSING = 18 * 60 + 30

DUE_AFTER = timedelta(days=14)
RESULT_AFTER = timedelta(days=2)
# The stalled step is due after this; the overdue one was due so long before the season's end.
STALLED_DUE = timedelta(days=21)
OVERDUE_BY = timedelta(days=20)
FRESH_DUE = timedelta(days=14)
# Of the season, when it was agreed.
STALLED_AGREED = (2, 10)
OVERDUE_AGREED = (6, 10)


class _Step(Struct, frozen=True, kw_only=True):
    """A step and its agency."""

    name: str
    slot: Slot
    level: int
    agency: str


def tell(draft: Draft, days: Season) -> None:
    """Coaches of the agencies concerned, and what was agreed with each."""
    if draft.region != REGION:
        return
    done = next(_finished(draft))
    taken = {done.agency, done.slot[1]}
    open_steps: list[_Step] = []
    for name in ("langkah-tertunda", "langkah-lewat", "langkah-baru"):
        early = name == "langkah-tertunda"
        step = _lacking(draft, name, taken, _is_early(draft, days) if early else _any)
        open_steps.append(step)
        taken |= {step.agency, step.slot[1]}
    stalled, overdue, fresh = open_steps
    _coached(draft, days, done, *open_steps)
    _done(draft, done)
    agreed = calendar.slot(days, *STALLED_AGREED)
    draft.tell(stalled.name, _agree(draft, stalled, agreed, days.yesterday + STALLED_DUE))
    agreed = calendar.slot(days, *OVERDUE_AGREED)
    draft.tell(overdue.name, _agree(draft, overdue, agreed, days.closing - OVERDUE_BY))
    draft.tell(fresh.name, _agree(draft, fresh, days.yesterday, days.yesterday + FRESH_DUE))


def _finished(draft: Draft) -> Iterator[_Step]:
    """Levels that were claimed in full and accepted so, of innovations of an agency itself."""
    known, sound = agencies.of_region(REGION), draft.sound
    for slot, claim in draft.claims.items():
        accepted = draft.accepted.get(slot)
        if slot[0] not in sound or accepted is None or level_of(claim) == 1:
            continue
        agency = draft.registered[slot[0]].profile.agency
        if accepted.level == level_of(claim) and not known[agency].parent:
            yield _Step(name="langkah-selesai", slot=slot, level=level_of(claim), agency=agency)


def _any(_: str) -> bool:
    return True


def _is_early(draft: Draft, days: Season) -> Callable[[str], bool]:
    """Whether an innovation was reported before the stalled step was agreed."""
    agreed = calendar.slot(days, *STALLED_AGREED)
    return lambda name: day_of(draft.registered[name].occurred_at) < agreed


def _lacking(draft: Draft, name: str, taken: set[str], fits: Callable[[str], bool]) -> _Step:
    """The level worth most that an agency could raise; agencies and rows are `taken` once."""
    known, sound = agencies.of_region(REGION), draft.sound
    rules = rulebook.rule_sets()[RULES_OPEN]
    found = []
    for slot, claim in draft.claims.items():
        innovation, code = slot
        if innovation not in sound or code in taken or level_of(claim) == LEVEL_MAX:
            continue
        agency = draft.registered[innovation].profile.agency
        if agency not in taken and not known[agency].parent and fits(innovation):
            worth = ruleset.weight_hundredths(ruleset.row(rules, code))
            found.append((worth, slot, level_of(claim) + 1, agency))
    _, slot, level, agency = max(found)
    return _Step(name=name, slot=slot, level=level, agency=agency)


def _coached(draft: Draft, days: Season, *steps: _Step) -> None:
    at = calendar.at(days.first, COACHING)
    facts = [
        Fact(
            agency=step.agency,
            body=CoachBody(coach=COACHES[place % len(COACHES)], occurred_at=at, basis=BASIS),
        )
        for place, step in enumerate(steps)
    ]
    draft.tell("pendamping", *facts)


def _done(draft: Draft, step: _Step) -> None:
    """Claimed lower, agreed the same day, claimed in full two days later, before any verdict."""
    claim = draft.claims[step.slot]
    first = day_of(claim.occurred_at)
    result = first + RESULT_AFTER
    draft.put_claim(step.slot, step.level - 1, FileBody(sha256=draft.document, subject=CONCEPT))
    draft.tell(step.name, _agree(draft, step, first, first + DUE_AFTER))
    draft.claim_again(f"{step.name}-klaim", _again(claim, result))
    closed = StepClosingBody(
        outcome="selesai",
        note="Bukti lengkap sudah diunggah (data contoh).",
        occurred_at=calendar.at(result, CLOSING),
        basis=BASIS,
    )
    draft.tell(f"{step.name}-tutup", Fact(agency=step.agency, step=step.name, body=closed))


def _again(claim: ClaimItemBody, day: date) -> ClaimItemBody:
    return replace(claim, occurred_at=calendar.at(day, CLAIMING))


def _agree(draft: Draft, step: _Step, day: date, due: date) -> Fact:
    innovation, indicator = step.slot
    return Fact(
        agency=step.agency,
        step=step.name,
        body=StepBody(
            innovation=innovation,
            indicator=indicator,
            level=step.level,
            due=due,
            gain=_gain(draft, step),
            note=NOTE,
            occurred_at=calendar.at(day, AGREEING),
            basis=BASIS,
        ),
    )


def _gain(draft: Draft, step: _Step) -> str:
    """What one level of the row brings to the claimed index."""
    rules = rulebook.rule_sets()[RULES_OPEN]
    weight = ruleset.weight_hundredths(ruleset.row(rules, step.slot[1]))
    now = expected.tally(draft.plan(), "mandiri")
    after = replace(now, maturity=now.maturity + weight)
    gain = formula.score(rules, after).index - formula.score(rules, now).index
    return str(gain)
