"""One indicator's slot, of an innovation or of the region itself: what is claimed, and by what.

How it is judged is `verdict`'s; a new claim releases the verdict on the old one.
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
DOCUMENT_FIELD_CHARACTERS_MAX = 200


class Claim(Struct, frozen=True, kw_only=True):
    """Claim a level, 1 to 3, with its files; level 0 withdraws the claim.

    Where the rules have bands, the raw `figure` may be given instead: the level follows from it.
    `only_if_new` is for a row of which nothing was said; whatever was, holds.
    """

    year: int
    innovation: str
    indicator: str
    level: int | None = None
    evidence: tuple[EvidenceReference, ...] = ()
    figure: Decimal | None = None
    only_if_new: bool = False


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


def decide(command: Claim, slot: Slot, rules: RuleSet) -> tuple[Event, ...]:
    """What follows from the claim; nothing where it is already true."""
    levels.must_exist(rules, command.indicator, of_innovation=bool(command.innovation))
    return _claim(command, slot, _claimed_level(command, rules))


def answers_a_verdict(slot: Slot) -> bool:
    """Whether a claim would answer a verifier who returned it."""
    return slot.status == "returned"


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
    if command.only_if_new and slot != EMPTY:
        return ()
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
