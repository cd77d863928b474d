"""What verifiers say of an indicator: accepted, returned, looked at a second time.

A verdict is bound to exactly the files that were seen.
"""

from collections.abc import Collection

from msgspec import Struct

from services.intake.core.indicator import Slot
from shared.kernel import text
from shared.kernel.errors import Refused
from shared.kernel.events.indicator import IndicatorAccepted, IndicatorReturned, IndicatorReviewed
from shared.kernel.recorded import Event
from shared.kernel.rules import levels
from shared.kernel.rules.ruleset import RuleSet

NOTE_CHARACTERS_MAX = 2_000
REASONS = (
    "dokumen_tidak_sesuai",
    "dokumen_kedaluwarsa",
    "tidak_ditandatangani",
    "tidak_terbaca",
    "tingkat_terlalu_tinggi",
    "bukan_inovasi_ini",
    "lainnya",
)


class Accept(Struct, frozen=True, kw_only=True):
    """Accept a level, having seen exactly these files; below the claim with a reason and a note."""

    year: int
    innovation: str
    indicator: str
    level: int
    evidence: tuple[str, ...]
    reason: str = ""
    note: str = ""


class Return(Struct, frozen=True, kw_only=True):
    """Give the claim back with a reason, having seen exactly these files."""

    year: int
    innovation: str
    indicator: str
    reason: str
    evidence: tuple[str, ...]
    note: str = ""


class Review(Struct, frozen=True, kw_only=True):
    """Look a second time at a verdict, having seen exactly these files; level 0 holds nothing."""

    year: int
    innovation: str
    indicator: str
    level: int
    evidence: tuple[str, ...]
    reason: str = ""
    note: str = ""


Command = Accept | Return | Review


def decide(command: Command, slot: Slot, rules: RuleSet) -> tuple[Event, ...]:
    """What follows from the verdict; nothing where it is already true."""
    levels.must_exist(rules, command.indicator, of_innovation=bool(command.innovation))
    match command:
        case Accept():
            return _final(_accept(command, slot), command, slot)
        case Return():
            return _final(_return(command, slot), command, slot)
        case Review():
            return _review(command, slot)


def is_verdict(event: Event) -> bool:
    """Whether a verifier said it of a claim."""
    return isinstance(event, IndicatorAccepted | IndicatorReturned)


def must_be_of_another(earlier: Collection[str], client: str) -> None:
    """A second look is another pair of eyes than any that judged the claim before."""
    if client in earlier:
        raise Refused("verification.same_verifier", verifier=client)


def _accept(command: Accept, slot: Slot) -> tuple[Event, ...]:
    levels.must_be_level(command.level, level_min=1)
    _must_hold(command, slot)
    if command.level > slot.level:
        raise Refused("verification.above_claim", claimed=slot.level, level=command.level)
    if slot.status == "accepted" and slot.accepted_level == command.level:
        return ()
    _must_say_why(command, slot)
    return (
        IndicatorAccepted(
            year=command.year,
            innovation=command.innovation,
            indicator=command.indicator,
            level=command.level,
            evidence=command.evidence,
            reason=command.reason,
            note=command.note,
        ),
    )


def _must_say_why(command: Accept, slot: Slot) -> None:
    """A region that gets less than it claimed is told what for, by a code and in words."""
    if command.reason not in ("", *REASONS):
        raise Refused("verification.unknown_reason", allowed=", ".join(REASONS))
    if command.level < slot.level and not (command.reason and command.note.strip()):
        levels_told = {"claimed": slot.level, "level": command.level}
        allowed = ", ".join(REASONS)
        raise Refused("verification.lowered_without_reason", allowed=allowed, **levels_told)


def _return(command: Return, slot: Slot) -> tuple[Event, ...]:
    if command.reason not in REASONS:
        raise Refused("verification.unknown_reason", allowed=", ".join(REASONS))
    _must_hold(command, slot)
    if slot.status == "returned" and slot.reason == command.reason:
        return ()
    return (
        IndicatorReturned(
            year=command.year,
            innovation=command.innovation,
            indicator=command.indicator,
            reason=command.reason,
            evidence=command.evidence,
            note=command.note,
        ),
    )


def _review(command: Review, slot: Slot) -> tuple[Event, ...]:
    """The second look, and the verdict that follows where it found something else."""
    levels.must_be_level(command.level, level_min=0)
    if command.reason not in REASONS and (command.reason or not command.level):
        raise Refused("verification.unknown_reason", allowed=", ".join(REASONS))
    _must_hold(command, slot)
    reviewed = IndicatorReviewed(
        year=command.year,
        innovation=command.innovation,
        indicator=command.indicator,
        level=command.level,
        evidence=command.evidence,
        reason=command.reason,
        note=command.note,
    )
    if reviewed == slot.review:
        return ()
    if slot.status == "claimed":
        raise Refused("verification.not_yet_judged", indicator=command.indicator)
    return (reviewed, *_judged_again(command, slot))


def _judged_again(command: Review, slot: Slot) -> tuple[Event, ...]:
    named = {name: getattr(command, name) for name in _SEEN}
    if command.level:
        return _accept(Accept(level=command.level, reason=command.reason, **named), slot)
    return _return(Return(reason=command.reason, **named), slot)


def _final(events: tuple[Event, ...], command: Accept | Return, slot: Slot) -> tuple[Event, ...]:
    """What a second look found stands until the region claims anew, or is granted otherwise."""
    if events and slot.review is not None:
        raise Refused("verification.reviewed", indicator=command.indicator)
    return events


# What a second look hands on to the verdict that follows from it.
_SEEN = ("year", "innovation", "indicator", "evidence", "note")


def _must_hold(command: Accept | Return | Review, slot: Slot) -> None:
    """A verdict needs a claim, and must have seen the files that stand now."""
    text.check("note", command.note, NOTE_CHARACTERS_MAX)
    if slot.status == "empty":
        raise Refused("verification.nothing_claimed", indicator=command.indicator)
    if not command.evidence:
        raise Refused("verification.files_unnamed", indicator=command.indicator)
    if len(set(command.evidence)) != len(command.evidence):
        raise Refused("evidence.named_twice")
    if set(command.evidence) != {reference.sha256 for reference in slot.evidence}:
        raise Refused("verification.other_files", indicator=command.indicator)
