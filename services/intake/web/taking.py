"""Taking a filled spreadsheet: compared with the log, rehearsed, and recorded group by group."""

from collections.abc import Sequence

from services.intake.bodies.stated import Stated
from services.intake.bodies.workbook import WorkbookView
from services.intake.commands import written_by
from services.intake.core.spreadsheet.groups import Group
from services.intake.core.spreadsheet.rehearsal import Rehearsed
from services.intake.core.together import Together
from services.intake.door import Asked, Door
from services.intake.orders import Order, place_of
from services.intake.spreadsheets import report
from services.intake.spreadsheets.report import Sent
from services.intake.spreadsheets.workbooks import Read, Workbooks
from services.intake.web import telling
from shared.kernel import names
from shared.kernel.appending import Receipt
from shared.kernel.errors import Failure, Outrun, Refused, Unavailable

# Some groups were recorded and some refused: sent again, what was refused is looked at again.
PARTLY = 207
# A file is compared anew so often; each time somebody else was quicker.
READINGS_MAX = 10
# Why a group is not recorded that was compared with what no longer stands.
STALE = "precondition.stale"


class Taking:
    """One file on its way; `in_the_way` is why nothing of it was recorded."""

    def __init__(
        self, door: Door, workbooks: Workbooks, asked: Asked, sent: Sent, body: bytes
    ) -> None:
        self._door = door
        self._workbooks = workbooks
        self._asked = asked
        self._sent = sent
        self._body = body
        self.in_the_way: Refused | None = None

    async def rehearsed(self) -> WorkbookView:
        """What the file would come to; nothing is recorded."""
        read, rehearsed, _ = await self._rehearse()
        return report.told(self._sent, read, rehearsed, ())

    async def recorded(self) -> tuple[WorkbookView, int]:
        """What it came to; compared anew as long as somebody else writes what it is about."""
        for _ in range(READINGS_MAX):
            try:
                return await self._attempt()
            except Outrun as moved:
                if moved.reason != STALE:
                    raise
        return await self._attempt()

    async def _attempt(self) -> tuple[WorkbookView, int]:
        read, rehearsed, orders = await self._rehearse()
        if self._sent.group == "all":
            orders = [self._order(read, read.groups, None)]
        view = await Recording(self._workbooks, self._sent, read).run(rehearsed, orders)
        self.in_the_way = report.refused(self._sent, read, view)
        if self.in_the_way is not None:
            return view, telling.REFUSED
        if view.refused or view.wrongs:
            return view, PARTLY
        return view, 201 if view.recorded else 200

    async def _rehearse(self) -> tuple[Read, Sequence[Rehearsed], list[Order]]:
        """The file as it was read, and what each of its groups would come to."""
        read = await self._workbooks.read(self._sent.region, self._sent.year, self._body)
        orders = [self._order(read, [one], place_of(one.name)) for one in read.groups]
        return read, await self._workbooks.rehearse(read.groups, orders), orders

    def _order(self, read: Read, groups: Sequence[Group], place: str | None) -> Order:
        """What the groups report, resting on what the file was compared with."""
        reports = tuple(step.command for group in groups for step in group.steps)
        touched = {names.late(self._sent.year), *map(written_by, reports)}
        command = Together(
            year=self._sent.year,
            reports=reports,
            read={stream: read.versions.get(stream, 0) for stream in touched},
        )
        return self._door.order(self._asked, self._sent.region, Stated(), command, place)


class Recording:
    """Records what was rehearsed: what was recorded under the same key is answered again."""

    def __init__(self, workbooks: Workbooks, sent: Sent, read: Read) -> None:
        self._workbooks = workbooks
        self._sent = sent
        self._read = read

    async def run(self, rehearsed: Sequence[Rehearsed], orders: Sequence[Order]) -> WorkbookView:
        """The whole file, or group by group."""
        answered = await self._workbooks.answered(orders)
        if self._sent.group == "all":
            rehearsed, named = self._whole(rehearsed, orders[0], answered)
        else:
            rehearsed, named = _by_group(rehearsed, orders, answered)
        told = await self._workbooks.record([order for _, order in named])
        for outcome in told:
            _must_be_told(outcome, self._sent)
        outcomes = [(*one, outcome) for one, outcome in zip(named, told, strict=True)]
        return report.told(self._sent, self._read, rehearsed, outcomes)

    def _whole(
        self, rehearsed: Sequence[Rehearsed], order: Order, answered: set[str]
    ) -> tuple[Sequence[Rehearsed], list[tuple[str, Order]]]:
        if order.key in answered:
            return [one.settled() for one in rehearsed], [("", order)]
        is_wrong = self._read.amiss or any(one.wrongs for one in rehearsed)
        return rehearsed, [] if is_wrong else [("", order)]


def _by_group(
    rehearsed: Sequence[Rehearsed], orders: Sequence[Order], answered: set[str]
) -> tuple[Sequence[Rehearsed], list[tuple[str, Order]]]:
    stands = [
        one.settled() if order.key in answered else one
        for one, order in zip(rehearsed, orders, strict=True)
    ]
    sound = [
        (one.group.name, order) for one, order in zip(stands, orders, strict=True) if not one.wrongs
    ]
    return stands, sound


def _must_be_told(outcome: Receipt | Failure, sent: Sent) -> None:
    """What concerns the whole request, not one group of it, is the answer to the request."""
    if isinstance(outcome, Failure) and (
        sent.group == "all"
        or isinstance(outcome, Unavailable)
        or outcome.reason in ("idempotency.key_reused", STALE)
    ):
        raise outcome
