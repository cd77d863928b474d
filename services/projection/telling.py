"""Sentences about single facts and states, in Indonesian and English."""

from collections.abc import Callable
from datetime import datetime

from services.projection.core import lateness
from services.projection.core.agencies import Participation
from services.projection.core.branching import Brought
from services.projection.core.carry_over import CarryOver
from services.projection.core.clarifications import Clarification
from services.projection.core.findings.finding import Finding
from services.projection.core.lateness import LateItem
from services.projection.core.provisional.provisional import Sentence
from services.projection.core.thread import Entry
from services.projection.wording import words_in
from shared.io import problems
from shared.io.pages.wording import Words
from shared.kernel import calendar, clocks
from shared.kernel.events.season import (
    SeasonClosed,
    SeasonExtended,
    SeasonFrozen,
    SeasonOpened,
    SeasonReopened,
    SeasonScheduled,
)
from shared.kernel.figures import points
from shared.kernel.recorded import Event

# An index is read with two decimals; where it has more, all are.
PLACES = 2


def both(told: Callable[[Words], str]) -> Sentence:
    """The same in either language."""
    return Sentence(indonesian=told(words_in("id")), english=told(words_in("en")))


def entry(one: Entry, zone: str) -> Sentence:
    """One entry of an indicator's thread."""
    return both(lambda words: " ".join(_entry(one, zone, words)))


def _entry(one: Entry, zone: str, words: Words) -> list[str]:
    if one.late is not None:
        state = _became(one.late, zone, words)
        return [words("thread.late", level=one.level, state=state)]
    kind = one.kind if one.granted is None else _answer(granted=one.granted)
    due = "" if one.answer_by is None else clocks.spoken(one.answer_by, zone, words.language)
    reason = _plain(one.reason)
    told = [
        words(f"thread.{kind}", level=one.level, files=len(one.files), reason=reason, moment=due)
    ]
    if one.files_changed is not None and one.files:
        told.append(words("thread.other_files" if one.files_changed else "thread.same_files"))
    if one.released_by is not None:
        told.append(words("thread.released", seq=one.released_by))
    if one.settled_by is not None:
        told.append(words("clarification.replaced", seq=one.settled_by))
    return told


def _answer(*, granted: bool) -> str:
    return "clarification_granted" if granted else "clarification_refused"


def _plain(reason: str) -> str:
    """A reason's code as it is read: `dokumen tidak sesuai`."""
    return reason.replace("_", " ")


def late(item: LateItem, zone: str) -> Sentence:
    """When an item came, how late that was, and what became of it."""

    def told(words: Words) -> str:
        language = words.language
        return words(
            "late.received",
            moment=clocks.spoken(item.received_at, zone, language),
            deadline=clocks.spoken(item.deadline, zone, language),
            length=_length(item.missed_by_seconds, words),
            state=_became(item, zone, words),
        )

    return both(told)


def _became(item: LateItem, zone: str, words: Words) -> str:
    """Why it could not be recorded is told as it would have been to whoever sent it."""
    reason = problems.sentence(item.reason, words.language, {}) if item.reason else ""
    at = "" if item.decided_at is None else clocks.spoken(item.decided_at, zone, words.language)
    return words(f"late.{item.state}", letter=item.letter, reason=reason, moment=at)


def _length(seconds: int, words: Words) -> str:
    units = zip(("days", "hours", "minutes"), lateness.length(seconds), strict=True)
    told = [words(f"late.{unit}", count=count) for unit, count in units if count]
    return " ".join(told) or words("late.under_a_minute")


def finding(one: Finding, zone: str) -> Sentence:
    """What facts show; why it was dismissed, where it was."""

    def told(words: Words) -> str:
        shown = words(
            f"finding.{one.kind}",
            count=one.count,
            subject=one.subject,
            regions=", ".join(one.regions),
            first=clocks.spoken(one.first_at, zone, words.language),
            last=clocks.spoken(one.last_at, zone, words.language),
        )
        if one.dismissal is None:
            return shown
        return f"{shown} {words('finding.dismissed', reason=one.dismissal.reason)}"

    return both(told)


def late_items(items: tuple[LateItem, ...]) -> Sentence:
    """How much came late, and what became of it."""
    if not items:
        return both(lambda words: words("late.none"))
    counts = lateness.counts(items)
    return both(
        lambda words: words(
            "late.some",
            total=len(items),
            waiting=counts["waiting"],
            admitted=counts["admitted"],
            dismissed=counts["dismissed"],
        )
    )


def participation(told: Participation) -> Sentence:
    """Who of a region's agencies reports."""
    if told.agencies is None:
        return both(lambda words: words("participation.unknown"))
    named = {
        "agencies": told.agencies,
        "reported": told.reported,
        "silent": ", ".join(told.silent),
    }
    which = "participation.all" if told.one_each else "participation.some"
    return both(lambda words: words(which, **named))


def clarification(one: Clarification) -> Sentence:
    """What granting would do, or what the answer did; nothing once the claim was replaced."""
    if one.state == "replaced":
        return both(lambda words: words("clarification.replaced", seq=one.replaced_seq))
    if one.effect is None:
        return both(lambda words: words("clarification.refused"))
    which = "clarification.open" if one.state == "open" else "clarification.granted"
    effect: Brought = one.effect
    return both(lambda words: words(which, effect=_effect(effect, words)))


def _effect(effect: Brought, words: Words) -> str:
    """What changes of index and place, and what stays."""
    before, after = effect.score.index, effect.supposed.index
    moved, climbed = before != after, effect.rank != effect.supposed_rank
    index = words(
        "effect.index" if moved else "effect.same_index",
        before=points(before, PLACES, words.language),
        after=points(after, PLACES, words.language),
    )
    place = words(
        "effect.place" if climbed else "effect.same_place",
        rank=effect.rank,
        reached=effect.supposed_rank,
    )
    return words("effect.some" if moved or climbed else "effect.none", index=index, place=place)


def carried(told: CarryOver, year: int) -> Sentence:
    """How much of a season still counts in another."""
    return both(
        lambda words: words(
            "carry.lead",
            all=len(told.innovations),
            count=sum(1 for one in told.innovations if one.counts),
            year=year,
            before=points(told.present.index, PLACES, words.language),
            after=points(told.carried.index, PLACES, words.language),
        )
    )


def said(event: Event, zone: str) -> Sentence:
    """One fact of a season's calendar."""
    return both(lambda words: _said(event, zone, words))


def _said(event: Event, zone: str, words: Words) -> str:
    def spoken(at: datetime | None) -> str:
        return "" if at is None else clocks.spoken(at, zone, words.language)

    match event:
        case SeasonOpened():
            return words("calendar.opened", year=event.year, rule_set=event.rule_set)
        case SeasonScheduled():
            ends = calendar.closes_at(event.phases, calendar.REPORTING)
            return words("calendar.scheduled", moment=spoken(ends))
        case SeasonExtended():
            phase = _plain(event.phase)
            return words("calendar.extended", phase=phase, moment=spoken(event.closes_at))
        case SeasonClosed():
            told = "calendar.closed" if event.at is None else "calendar.closed_at"
            return words(told, moment=spoken(event.at))
        case _:
            return _ended(event, spoken, words)


def _ended(event: Event, spoken: Callable[[datetime | None], str], words: Words) -> str:
    match event:
        case SeasonFrozen():
            return words("calendar.frozen", moment=spoken(event.at))
        case SeasonReopened():
            opens, closes = spoken(event.opens_at), spoken(event.closes_at)
            return words("calendar.reopened", opens=opens, moment=closes)
        case _:
            return ""
