"""One indicator's slot, of an innovation or of the region itself: claimed, accepted, returned.

A verdict is bound to exactly the files that were seen; a new claim releases it.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from shared.kernel import text
from shared.kernel.errors import Refused
from shared.kernel.events.indicator import (
    EvidenceReference,
    IndicatorAccepted,
    IndicatorClaimed,
    IndicatorReturned,
    IndicatorReviewed,
)
from shared.kernel.recorded import Event
from shared.kernel.rules import levels, ruleset
from shared.kernel.rules.ruleset import RuleSet

# More files than this for one level is an archive, not a proof.
EVIDENCE_FILES_MAX = 20
NOTE_CHARACTERS_MAX = 2_000
DOCUMENT_FIELD_CHARACTERS_MAX = 200
REASONS = (
    "dokumen_tidak_sesuai",
    "dokumen_kedaluwarsa",
    "tidak_ditandatangani",
    "tidak_terbaca",
    "tingkat_terlalu_tinggi",
    "bukan_inovasi_ini",
    "lainnya",
)


class Claim(Struct, frozen=True, kw_only=True):
    """Claim a level, 1 to 3, with its files; level 0 withdraws the claim.

    Where the rules have bands, the raw `figure` may be given instead: the level follows from it.
    """

    year: int
    innovation: str
    indicator: str
    level: int | None = None
    evidence: tuple[EvidenceReference, ...] = ()
    figure: Decimal | None = None


class Accept(Struct, frozen=True, kw_only=True):
    """Accept a level, having seen exactly these files."""

    year: int
    innovation: str
    indicator: str
    level: int
    evidence: tuple[str, ...]
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


Command = Claim | Accept | Return | Review


class Slot(Struct, frozen=True, kw_only=True):
    """An indicator as its stream says."""

    status: Literal["empty", "claimed", "accepted", "returned"] = "empty"
    level: int = 0
    accepted_level: int = 0
    evidence: tuple[EvidenceReference, ...] = ()
    reason: str = ""
    figure: Decimal | None = None
    review: IndicatorReviewed | None = None


EMPTY = Slot()


def evolve(slot: Slot, event: Event) -> Slot:
    """The slot after one of its events."""
    match event:
        case IndicatorClaimed():
            status: Literal["empty", "claimed"] = "claimed" if event.level else "empty"
            return Slot(
                status=status, level=event.level, evidence=event.evidence, figure=event.figure
            )
        case IndicatorAccepted():
            return replace(slot, status="accepted", accepted_level=event.level, reason="")
        case IndicatorReturned():
            return replace(slot, status="returned", accepted_level=0, reason=event.reason)
        case IndicatorReviewed():
            return replace(slot, review=event)
        case _:
            return slot


def decide(command: Command, slot: Slot, rules: RuleSet) -> tuple[Event, ...]:
    """What follows from the command; nothing where it is already true."""
    levels.must_exist(rules, command.indicator, of_innovation=bool(command.innovation))
    match command:
        case Claim():
            return _claim(command, slot, _claimed_level(command, rules))
        case Accept():
            return _final(_accept(command, slot), command, slot)
        case Return():
            return _final(_return(command, slot), command, slot)
        case Review():
            return _review(command, slot)


def answers_a_verdict(slot: Slot) -> bool:
    """Whether a claim would answer a verifier who returned it."""
    return slot.status == "returned"


def is_verdict(event: Event) -> bool:
    """Whether a verifier said it of a claim."""
    return isinstance(event, IndicatorAccepted | IndicatorReturned)


def must_be_of_another(first: str, second: str) -> None:
    """A second look is another pair of eyes: both are names of clients."""
    if first == second:
        raise Refused("verification.same_verifier", verifier=second)


def _claimed_level(command: Claim, rules: RuleSet) -> int:
    """As given, or as the bands say; where both are given they must agree."""
    if command.figure is None:
        if command.level is None:
            raise Refused("indicator.level_missing")
        return command.level
    bands = ruleset.row(rules, command.indicator).bands
    if bands is None:
        raise Refused("indicator.without_bands", indicator=command.indicator, rule_set=rules.id)
    derived = ruleset.level_of(bands, command.figure)
    if command.level not in (None, derived):
        raise Refused("indicator.figure_disagrees", level=command.level, derived=derived)
    return derived


def _claim(command: Claim, slot: Slot, level: int) -> tuple[Event, ...]:
    levels.must_be_level(level, level_min=0)
    if bool(command.evidence) != bool(level):
        raise Refused("evidence.required" if level else "evidence.without_level")
    must_be_shown(command.evidence)
    same = (slot.level, slot.evidence, slot.figure) == (level, command.evidence, command.figure)
    if same and slot.status != "returned":
        return ()
    return (
        IndicatorClaimed(
            year=command.year,
            innovation=command.innovation,
            indicator=command.indicator,
            level=level,
            evidence=command.evidence,
            figure=command.figure,
        ),
    )


def must_be_shown(evidence: Sequence[EvidenceReference]) -> None:
    """Files as a verifier can take them in: not too many, each once, fields of bounded length."""
    if len(evidence) > EVIDENCE_FILES_MAX:
        raise Refused("evidence.too_many", files_max=EVIDENCE_FILES_MAX)
    for reference in evidence:
        for field in ("document_number", "subject", "signer_office"):
            text.check(field, getattr(reference, field), DOCUMENT_FIELD_CHARACTERS_MAX)
    files = [reference.sha256 for reference in evidence]
    if len(set(files)) != len(files):
        raise Refused("evidence.named_twice")


def _accept(command: Accept, slot: Slot) -> tuple[Event, ...]:
    levels.must_be_level(command.level, level_min=1)
    _must_hold(command, slot)
    if command.level > slot.level:
        raise Refused("verification.above_claim", claimed=slot.level, level=command.level)
    if slot.status == "accepted" and slot.accepted_level == command.level:
        return ()
    return (
        IndicatorAccepted(
            year=command.year,
            innovation=command.innovation,
            indicator=command.indicator,
            level=command.level,
            evidence=command.evidence,
            note=command.note,
        ),
    )


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
    if command.level == 0 and command.reason not in REASONS:
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
        return _accept(Accept(level=command.level, **named), slot)
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
    if set(command.evidence) != {reference.sha256 for reference in slot.evidence}:
        raise Refused("verification.other_files", indicator=command.indicator)
