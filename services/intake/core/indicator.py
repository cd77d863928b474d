"""One indicator's slot, of an innovation or of the region itself: claimed, accepted, returned.

A verdict is bound to exactly the files that were seen; a new claim releases it.
"""

from typing import Literal

from msgspec import Struct

from services.intake.core import text
from shared.kernel.errors import Refused
from shared.kernel.events.intake import (
    EvidenceReference,
    IndicatorAccepted,
    IndicatorClaimed,
    IndicatorReturned,
)
from shared.kernel.recorded import Event
from shared.kernel.rules import ruleset
from shared.kernel.rules.ruleset import LEVEL_MAX, RuleSet

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
    """Claim a level, 1 to 3, with its files; level 0 withdraws the claim."""

    year: int
    innovation: str
    indicator: str
    level: int
    evidence: tuple[EvidenceReference, ...] = ()


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


EMPTY = Slot()


def evolve(slot: Slot, event: Event) -> Slot:
    """The slot after one of its events."""
    match event:
        case IndicatorClaimed():
            status: Literal["empty", "claimed"] = "claimed" if event.level else "empty"
            return Slot(status=status, level=event.level, evidence=event.evidence)
        case IndicatorAccepted():
            return Slot(
                status="accepted",
                level=slot.level,
                accepted_level=event.level,
                evidence=slot.evidence,
            )
        case IndicatorReturned():
            return Slot(
                status="returned", level=slot.level, evidence=slot.evidence, reason=event.reason
            )
        case _:
            return slot


def decide(command: Command, slot: Slot, rules: RuleSet) -> tuple[Event, ...]:
    """What follows from the command; nothing where it is already true."""
    _must_exist(rules, command.indicator, of_innovation=bool(command.innovation))
    match command:
        case Claim():
            return _claim(command, slot)
        case Accept():
            return _accept(command, slot)
        case Return():
            return _return(command, slot)


def _claim(command: Claim, slot: Slot) -> tuple[Event, ...]:
    _must_be_level(command.level, level_min=0)
    if len(command.evidence) > EVIDENCE_FILES_MAX:
        raise Refused("evidence.too_many", files_max=EVIDENCE_FILES_MAX)
    for reference in command.evidence:
        text.check("document_number", reference.document_number, DOCUMENT_NUMBER_CHARACTERS_MAX)
    if bool(command.evidence) != bool(command.level):
        raise Refused("evidence.required" if command.level else "evidence.without_level")
    files = [reference.sha256 for reference in command.evidence]
    if len(set(files)) != len(files):
        raise Refused("evidence.named_twice")
    same = slot.level == command.level and slot.evidence == command.evidence
    if same and slot.status != "returned":
        return ()
    return (
        IndicatorClaimed(
            year=command.year,
            innovation=command.innovation,
            indicator=command.indicator,
            level=command.level,
            evidence=command.evidence,
        ),
    )


def _accept(command: Accept, slot: Slot) -> tuple[Event, ...]:
    _must_be_level(command.level, level_min=1)
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


def _must_exist(rules: RuleSet, indicator: str, *, of_innovation: bool) -> None:
    rows = ruleset.innovation_rows(rules) if of_innovation else ruleset.region_rows(rules)
    if indicator not in {row.code for row in rows}:
        raise Refused("indicator.unknown", indicator=indicator, rule_set=rules.id)


def _must_be_level(level: int, *, level_min: int) -> None:
    if not level_min <= level <= LEVEL_MAX:
        raise Refused("indicator.level_out_of_range", level=level, level_max=LEVEL_MAX)


def _must_hold(command: Accept | Return, slot: Slot) -> None:
    """A verdict needs a claim, and must have seen the files that stand now."""
    text.check("note", command.note, NOTE_CHARACTERS_MAX)
    if slot.status == "empty":
        raise Refused("verification.nothing_claimed", indicator=command.indicator)
    if set(command.evidence) != {reference.sha256 for reference in slot.evidence}:
        raise Refused("verification.other_files", indicator=command.indicator)
