"""One indicator's slot, of an innovation or of the region itself: claimed, accepted, returned.

A verdict is bound to exactly the files that were seen; a new claim releases it.
"""

from decimal import Decimal
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from shared.kernel import text
from shared.kernel.errors import Refused
from shared.kernel.events.intake import (
    EvidenceReference,
    IndicatorAccepted,
    IndicatorClaimed,
    IndicatorReturned,
)
from shared.kernel.recorded import Event
from shared.kernel.rules import levels, ruleset
from shared.kernel.rules.ruleset import RuleSet

# More files than this for one level is an archive, not a proof.
EVIDENCE_FILES_MAX = 20
NOTE_CHARACTERS_MAX = 2_000
DOCUMENT_NUMBER_CHARACTERS_MAX = 200
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


Command = Claim | Accept | Return


class Slot(Struct, frozen=True, kw_only=True):
    """An indicator as its stream says."""

    status: Literal["empty", "claimed", "accepted", "returned"] = "empty"
    level: int = 0
    accepted_level: int = 0
    evidence: tuple[EvidenceReference, ...] = ()
    reason: str = ""
    figure: Decimal | None = None


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
        case _:
            return slot


def decide(command: Command, slot: Slot, rules: RuleSet) -> tuple[Event, ...]:
    """What follows from the command; nothing where it is already true."""
    levels.must_exist(rules, command.indicator, of_innovation=bool(command.innovation))
    match command:
        case Claim():
            return _claim(command, slot, _claimed_level(command, rules))
        case Accept():
            return _accept(command, slot)
        case Return():
            return _return(command, slot)


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
    if len(command.evidence) > EVIDENCE_FILES_MAX:
        raise Refused("evidence.too_many", files_max=EVIDENCE_FILES_MAX)
    for reference in command.evidence:
        text.check("document_number", reference.document_number, DOCUMENT_NUMBER_CHARACTERS_MAX)
    if bool(command.evidence) != bool(level):
        raise Refused("evidence.required" if level else "evidence.without_level")
    files = [reference.sha256 for reference in command.evidence]
    if len(set(files)) != len(files):
        raise Refused("evidence.named_twice")
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


def _must_hold(command: Accept | Return, slot: Slot) -> None:
    """A verdict needs a claim, and must have seen the files that stand now."""
    text.check("note", command.note, NOTE_CHARACTERS_MAX)
    if slot.status == "empty":
        raise Refused("verification.nothing_claimed", indicator=command.indicator)
    if set(command.evidence) != {reference.sha256 for reference in slot.evidence}:
        raise Refused("verification.other_files", indicator=command.indicator)
