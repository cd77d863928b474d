"""What the groups of a spreadsheet come to, once every command was decided on what stands."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from services.intake.core.indicator import Claim
from services.intake.core.spreadsheet.claims_told import column_of
from services.intake.core.spreadsheet.groups import Group, Step
from services.intake.core.spreadsheet.lines import Line, Wrong
from services.intake.core.spreadsheet.workbook import INNOVATION
from services.intake.core.together import Told
from shared.kernel.errors import Failure

Outcome = Literal["new", "changed", "unchanged", "refused"]


class Rehearsed(Struct, frozen=True, kw_only=True):
    """A group with what its rows come to, and the number of facts that makes."""

    group: Group
    rows: tuple[tuple[Line, Outcome], ...]
    wrongs: tuple[Wrong, ...]
    facts: int
    is_late: bool

    def settled(self) -> "Rehearsed":
        """The same, once all of it was recorded: whatever has changed since is another matter."""
        rows: tuple[tuple[Line, Outcome], ...] = tuple((line, "unchanged") for line, _ in self.rows)
        return replace(self, rows=rows, wrongs=(), facts=0)


def rehearsed(group: Group, told: Sequence[Told | Failure]) -> Rehearsed:
    """What was decided of each of the group's steps; one refused, and all are."""
    wrongs = list(group.wrongs)
    facts = 0
    for step, one in zip(group.steps, told, strict=True):
        if isinstance(one, Failure):
            wrongs.append(_wrong(step, one))
        else:
            facts += len(one.facts)
    rows: list[tuple[Line, Outcome]] = [(line, "unchanged") for line in group.unchanged]
    rows.extend((line, "refused") for line in group.refused)
    for step, one in zip(group.steps, told, strict=True):
        outcome = _outcome(step, one, refused=bool(wrongs))
        rows.extend((line, outcome) for line in step.lines)
    return Rehearsed(
        group=group,
        rows=tuple(rows),
        wrongs=tuple(wrongs),
        facts=0 if wrongs else facts,
        is_late=any(isinstance(one, Told) and one.facts and not one.counts for one in told),
    )


def _outcome(step: Step, told: Told | Failure, *, refused: bool) -> Outcome:
    if isinstance(told, Failure) or (told.facts and refused):
        return "refused"
    if not told.facts:
        return "unchanged"
    return "new" if step.new else "changed"


def _wrong(step: Step, failure: Failure) -> Wrong:
    """A refusal at the cell that it is most likely about."""
    title = column_of(failure.reason) if isinstance(step.command, Claim) else INNOVATION
    return step.lines[0].wrong(title, failure)
