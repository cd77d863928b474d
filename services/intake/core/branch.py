"""A saved what-if: hypothetical facts over a cut of the region's log, under a name.

It changes no score. What it would bring is told by whoever reads it; here it is only kept.
"""

from collections.abc import Collection

from msgspec import Struct

from services.intake.core import innovation, text
from shared.kernel import hypotheses
from shared.kernel.errors import Missing, Refused
from shared.kernel.events.intake import (
    BranchDiscarded,
    BranchSaved,
    Hypothesis,
    InnovationRegistered,
    InnovationRevised,
)
from shared.kernel.recorded import Event
from shared.kernel.rules.ruleset import RuleSet

NAME_CHARACTERS_MAX = 200


class Save(Struct, frozen=True, kw_only=True):
    """Keep a what-if; `head` is the region's last fact when it was asked for."""

    year: int
    branch: str
    name: str
    cut_seq: int
    head: int
    hypotheses: tuple[Hypothesis, ...]


class Discard(Struct, frozen=True, kw_only=True):
    """Show it no longer."""

    year: int
    branch: str


Command = Save | Discard


class Branch(Struct, frozen=True, kw_only=True):
    """The branch as its stream says; `saved` is None where it was never saved, or is discarded."""

    saved: BranchSaved | None = None


EMPTY = Branch()


def evolve(branch: Branch, event: Event) -> Branch:
    """The branch after one of its events."""
    match event:
        case BranchSaved():
            return Branch(saved=event)
        case BranchDiscarded():
            return EMPTY
        case _:
            return branch


def decide(
    command: Command, branch: Branch, rules: RuleSet, registered: Collection[str]
) -> tuple[Event, ...]:
    """Hypotheses must be able to happen: of indicators the rules have, of innovations that are
    `registered` or that the branch itself registers.
    """
    if isinstance(command, Discard):
        if branch.saved is None:
            raise Missing("branch.unknown", branch=command.branch)
        return (BranchDiscarded(year=command.year, branch=command.branch),)
    if not command.name.strip():
        raise Refused("branch.name_missing")
    text.check("name", command.name, NAME_CHARACTERS_MAX)
    if not 0 <= command.cut_seq <= command.head:
        raise Refused("branch.cut_beyond_log", cut_seq=command.cut_seq, head=command.head)
    hypotheses.check(command.hypotheses, rules, registered)
    for one in command.hypotheses:
        if isinstance(one, InnovationRegistered | InnovationRevised):
            innovation.check_profile(one.profile)
    saved = BranchSaved(
        year=command.year,
        branch=command.branch,
        name=command.name,
        cut_seq=command.cut_seq,
        hypotheses=command.hypotheses,
    )
    return () if saved == branch.saved else (saved,)


def presumed(command: Command) -> tuple[str, ...]:
    """The innovations that must be there already for the hypotheses to make sense."""
    return () if isinstance(command, Discard) else hypotheses.presumed(command.hypotheses)
