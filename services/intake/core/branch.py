"""A saved what-if: hypothetical facts over a cut of the region's log, under a name.

It changes no score. What it would bring is told by whoever reads it; here it is only kept.
"""

from collections.abc import Collection

from msgspec import Struct
from msgspec.structs import replace

from shared.kernel import hypotheses, text
from shared.kernel.errors import Missing, Refused
from shared.kernel.events.branch import BranchDiscarded, BranchSaved, Hypothesis
from shared.kernel.recorded import Event
from shared.kernel.rules.ruleset import RuleSet

NAME_CHARACTERS_MAX = 200


class Save(Struct, frozen=True, kw_only=True):
    """Keep a what-if over the log until `cut_seq`, or until now: `head` is the last fact there is.

    Saved again in the same words without a cut, it stays where it is.
    """

    year: int
    branch: str
    name: str
    cut_seq: int | None
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
    discarded: bool = False


EMPTY = Branch()


def evolve(branch: Branch, event: Event) -> Branch:
    """The branch after one of its events."""
    match event:
        case BranchSaved():
            return Branch(saved=event)
        case BranchDiscarded():
            return Branch(discarded=True)
        case _:
            return branch


def decide(
    command: Command, branch: Branch, rules: RuleSet, registered: Collection[str]
) -> tuple[Event, ...]:
    """Hypotheses must be able to happen: of indicators the rules have, of innovations that are
    `registered` or that the branch itself registers.
    """
    if isinstance(command, Discard):
        if branch.discarded:
            return ()
        if branch.saved is None:
            raise Missing("branch.unknown", branch=command.branch)
        return (BranchDiscarded(year=command.year, branch=command.branch),)
    if not command.name.strip():
        raise Refused("branch.name_missing")
    text.check("name", command.name, NAME_CHARACTERS_MAX)
    cut_seq = command.head if command.cut_seq is None else command.cut_seq
    if not 0 <= cut_seq <= command.head:
        raise Refused("branch.cut_beyond_log", cut_seq=cut_seq, head=command.head)
    hypotheses.check(command.hypotheses, rules, registered)
    saved = BranchSaved(
        year=command.year,
        branch=command.branch,
        name=command.name,
        cut_seq=cut_seq,
        hypotheses=command.hypotheses,
    )
    held = branch.saved
    if held is not None and command.cut_seq is None:
        held = replace(held, cut_seq=cut_seq)
    return () if saved == held else (saved,)


def presumed(command: Command) -> tuple[str, ...]:
    """The innovations whose standing decides whether the hypotheses make sense."""
    return () if isinstance(command, Discard) else hypotheses.named(command.hypotheses)
