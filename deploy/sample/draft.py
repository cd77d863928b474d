"""A drawn season on the desk: further facts are worked into it, and its outcome stays as it was.

Whoever lets something be said differently at first (a level that was then raised by a coach, a
verdict that was then looked at again) also says what made it what it is in the end. So the hand
that drew the season is not disturbed, and neither is any score.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import TypeVar

from msgspec.structs import replace

from deploy.sample import calendar, evidence
from deploy.sample.plan import (
    LOWERED_FOR,
    Acceptances,
    Claims,
    Fact,
    Facts,
    Plan,
    Registrations,
    Rejections,
    Returns,
    Slot,
    Step,
    Submissions,
    Withdrawals,
    moments_of,
)
from deploy.sample.traits import RULES_OPEN
from services.intake.bodies.indicator import AcceptanceItemBody, ClaimItemBody, FileBody, ReturnBody
from services.intake.bodies.innovation import RegisterBody
from services.intake.bodies.submission import SubmissionBody
from shared.io import rulebook
from shared.kernel.hypotheses import ProfileBody

Item = TypeVar("Item", ClaimItemBody, AcceptanceItemBody)


class Draft:
    """A plan that is still being written."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._steps = list(plan.steps)
        self.region = plan.region

    def plan(self) -> Plan:
        """All of it, in the order in which it takes place."""
        return replace(self._plan, steps=tuple(sorted(self._steps, key=_began)))

    def tell(self, name: str, *facts: Fact) -> None:
        """Add facts of one moment, to be sent side by side."""
        if facts:
            self._steps.append(Facts(name=name, items=facts))

    def claim_again(self, name: str, claim: ClaimItemBody) -> None:
        """Add a claim that takes the place of an earlier one."""
        self._steps.append(Claims(name=name, items=(claim,)))

    @property
    def document(self) -> str:
        """The fingerprint of the head's decree among the region's files."""
        return self._plan.documents[0].sha256

    def mended(self, slot: Slot) -> str:
        """The fingerprint of a file of the region that the claim does not rest on."""
        rested = {file.sha256 for file in self.claims[slot].evidence}
        files = [file.sha256 for file in evidence.documents(self.region).values()]
        return next(sha256 for sha256 in reversed(files) if sha256 not in rested)

    @property
    def registered(self) -> dict[str, RegisterBody]:
        """Every innovation as it was reported, in order."""
        return {body.innovation: body for body in self._plan.registered}

    @property
    def submitted(self) -> dict[str, SubmissionBody]:
        """What was sent for verification and not struck later."""
        sent: dict[str, SubmissionBody] = {}
        for step in self._steps:
            match step:
                case Submissions(items=items):
                    sent |= dict(items)
                case Rejections(items=struck) | Withdrawals(items=struck):
                    for name, _ in struck:
                        sent.pop(name, None)
                case _:
                    pass
        return sent

    @property
    def sound(self) -> set[str]:
        """What was sent, stands and may be assessed: the only ones worth a further word."""
        words_min = rulebook.rule_sets()[RULES_OPEN].words_min.value or 0
        bodies = self.registered
        return {
            name for name in self.submitted if len(bodies[name].profile.design.split()) >= words_min
        }

    @property
    def spoken_of(self) -> set[Slot]:
        """The indicators of which more than claims and verdicts is told."""
        told = (step.items for step in self._steps if isinstance(step, Facts))
        return {fact.slot for facts in told for fact in facts if fact.indicator}

    @property
    def claims(self) -> dict[Slot, ClaimItemBody]:
        """The claims that stand at the end."""
        items = (step.items for step in self._steps if isinstance(step, Claims))
        return {_slot(one): one for told in items for one in told}

    @property
    def accepted(self) -> dict[Slot, AcceptanceItemBody]:
        """What the verifier accepted."""
        items = (step.items for step in self._steps if isinstance(step, Acceptances))
        return {_slot(one): one for told in items for one in told}

    @property
    def returned(self) -> dict[Slot, ReturnBody]:
        """What the verifier gave back."""
        items = (step.items for step in self._steps if isinstance(step, Returns))
        return {(name, row): body for told in items for name, row, body in told}

    def put_claim(self, slot: Slot, level: int, file: FileBody) -> None:
        """Let a level be claimed first that is not the one in the end, by another file."""

        def put(step: Step) -> Step:
            if not isinstance(step, Claims):
                return step
            items = (_levelled(one, slot, level) for one in step.items)
            return replace(
                step,
                items=tuple(
                    replace(one, evidence=(file,)) if _slot(one) == slot else one for one in items
                ),
            )

        self._change(put)

    def put_acceptance(self, slot: Slot, level: int, note: str) -> None:
        """Let a level be accepted first that is not the one in the end; below the claim, for
        what the note says.
        """
        reason = LOWERED_FOR if note else ""

        def put(step: Step) -> Step:
            if not isinstance(step, Acceptances):
                return step
            items = (_levelled(one, slot, level) for one in step.items)
            return replace(
                step,
                items=tuple(
                    replace(one, reason=reason, note=note) if _slot(one) == slot else one
                    for one in items
                ),
            )

        self._change(put)

    def put_profile(self, innovation: str, profile: ProfileBody) -> None:
        """Let an innovation be reported first in another stage than it is in the end."""

        def put(step: Step) -> Step:
            if not isinstance(step, Registrations):
                return step
            return replace(
                step,
                items=tuple(
                    replace(one, profile=profile) if one.innovation == innovation else one
                    for one in step.items
                ),
            )

        self._change(put)

    def _change(self, put: Callable[[Step], Step]) -> None:
        self._steps = [put(step) for step in self._steps]

    def sittings(self) -> Iterator[tuple[date, tuple[str, ...]]]:
        """The days of reporting, each with the innovations that were sent on it."""
        for step in self._steps:
            if isinstance(step, Submissions):
                yield day_of(moments_of(step)[0]), tuple(name for name, _ in step.items)


def _levelled(one: Item, slot: Slot, level: int) -> Item:
    return replace(one, level=level) if _slot(one) == slot else one


def _slot(one: ClaimItemBody | AcceptanceItemBody) -> Slot:
    return one.innovation, one.indicator


def _began(step: Step) -> datetime:
    return moments_of(step)[0]


def day_of(moment: datetime | None) -> date:
    """The day in Kalimantan Selatan."""
    assert moment is not None
    return moment.astimezone(calendar.ZONE).date()
