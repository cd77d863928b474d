"""To which agreed step each level of a claim is credited, so that a gain is counted once.

A level is credited when it is first reached. Claimed, it is to the step on it that was agreed first
of those open then; accepted, to the step that had it claimed, else likewise. A level that is lost
counts for nobody while it is, and regained stays with whoever brought it.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from shared.kernel.events.agency import StepAgreed, StepClosed
from shared.kernel.events.indicator import IndicatorAccepted, IndicatorClaimed
from shared.kernel.recorded import Recorded

Slot = tuple[str, str]


class StepName(Struct, frozen=True, kw_only=True, order=True):
    """A step by the agency that it was agreed with."""

    agency: str
    step: str


class Credits(Struct, kw_only=True):
    """Who brought each level, None where no step was open; `passed` are the steps that were open
    beside, with those that were credited instead of them.
    """

    standing: dict[Slot, list[StepName]]
    claimed: dict[Slot, dict[int, StepName | None]]
    accepted: dict[Slot, dict[int, StepName | None]]
    passed: dict[StepName, set[StepName]]

    def slots(self, step: StepName) -> Iterable[Slot]:
        """Where the step brought anything, at whatever stage."""
        found = {
            slot
            for levels in (self.claimed, self.accepted)
            for slot, brought in levels.items()
            if step in brought.values()
        }
        return sorted(found)


def credited(facts: Iterable[Recorded]) -> Credits:
    """All credit; `facts` in the order in which they count."""
    credit = Credits(standing={}, claimed={}, accepted={}, passed={})
    for fact in facts:
        match fact.event:
            case StepAgreed() as event:
                _agree(credit, event)
            case StepClosed() as event:
                _leave(credit, StepName(agency=event.agency, step=event.step))
            case IndicatorClaimed() as event:
                slot = (event.innovation, event.indicator)
                _reach(credit, slot, credit.claimed.setdefault(slot, {}), event.level, {})
            case IndicatorAccepted() as event:
                slot = (event.innovation, event.indicator)
                claimed = credit.claimed.get(slot, {})
                _reach(credit, slot, credit.accepted.setdefault(slot, {}), event.level, claimed)
            case _:
                pass
    return credit


def brought(levels: Mapping[int, StepName | None], step: StepName, now: int) -> int:
    """How many of the levels that stand are credited to the step."""
    return sum(1 for level, by in levels.items() if by == step and level <= now)


def _agree(credit: Credits, event: StepAgreed) -> None:
    """A step that is only put otherwise keeps its place among those of its slot."""
    name = StepName(agency=event.agency, step=event.step)
    beside = credit.standing.setdefault((event.innovation, event.indicator), [])
    if name not in beside:
        _leave(credit, name)
        beside.append(name)


def _leave(credit: Credits, name: StepName) -> None:
    for beside in credit.standing.values():
        if name in beside:
            beside.remove(name)


def _reach(
    credit: Credits,
    slot: Slot,
    reached: dict[int, StepName | None],
    level: int,
    before: Mapping[int, StepName | None],
) -> None:
    standing = credit.standing.get(slot, [])
    for each in range(1, level + 1):
        if each in reached:
            continue
        by = before.get(each) or (standing[0] if standing else None)
        reached[each] = by
        if by is not None:
            for other in standing:
                if other != by:
                    credit.passed.setdefault(other, set()).add(by)
