"""What is answered to a spreadsheet, put together from what was planned and what was recorded."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from services.intake.bodies import receipts
from services.intake.bodies.workbook import (
    WRONGS_MAX,
    Grouping,
    GroupView,
    RowView,
    WorkbookView,
    WrongView,
)
from services.intake.core.spreadsheet.lines import Wrong
from services.intake.core.spreadsheet.rehearsal import Outcome, Rehearsed
from services.intake.orders import Order
from services.intake.spreadsheets.workbooks import Read
from shared.io import problems
from shared.kernel import names
from shared.kernel.appending import Receipt
from shared.kernel.errors import Failure, Refused

_WORDS: Mapping[str, Mapping[str, str]] = {
    "wrong": {
        "id": "{refused} baris tidak dicatat; perbaiki {wrongs} sel yang disebut, lalu kirim lagi.",
        "en": "{refused} rows are not recorded; mend the {wrongs} cells named, then send again.",
    },
    "nothing": {
        "id": "Tidak ada yang berubah: semua yang disebut berkas ini sudah tercatat.",
        "en": "Nothing changes: all that this file says is recorded already.",
    },
    "would": {
        "id": "Bila dikirim, {new} baris baru dan {changed} baris berubah akan dicatat.",
        "en": "If sent, {new} new and {changed} changed rows would be recorded.",
    },
    "recorded": {
        "id": "{new} baris baru dan {changed} baris berubah tercatat.",
        "en": "{new} new and {changed} changed rows are recorded.",
    },
}


class Sent(Struct, frozen=True, kw_only=True):
    """A file as it was sent: by whom is asked, how its groups are taken, and in which language."""

    region: str
    year: int
    dry_run: bool
    group: Grouping
    language: str


def told(
    sent: Sent,
    read: Read,
    rehearsed: Sequence[Rehearsed],
    outcomes: Sequence[tuple[str, Order, Receipt | Failure]],
) -> WorkbookView:
    """The whole answer; `outcomes` are of the groups that were handed on to be recorded."""
    wrongs = [*read.amiss, *(wrong for one in rehearsed for wrong in one.wrongs)]
    groups = tuple(_group(*outcome, sent.language) for outcome in outcomes)
    rows = tuple(_rows(sent, rehearsed, groups, refused=_is_refused(sent, read, wrongs)))
    counted = Counter(row.outcome for row in rows)
    late = any(group.receipt is not None and group.receipt.late for group in groups)
    facts = sum(one.facts for one in rehearsed if not _is_refused(sent, read, wrongs))
    recorded = sum(group.receipt.recorded for group in groups if group.receipt is not None)
    return WorkbookView(
        region=sent.region,
        year=sent.year,
        rule_set=read.rule_set,
        dry_run=sent.dry_run,
        group=sent.group,
        recorded=facts if sent.dry_run else recorded,
        late=late or (sent.dry_run and any(one.is_late for one in rehearsed)),
        new=counted["new"],
        changed=counted["changed"],
        unchanged=counted["unchanged"],
        refused=counted["refused"],
        detail=_summary(sent, counted, len(wrongs)),
        rows=tuple(row for row in rows if row.outcome != "unchanged"),
        wrongs=tuple(wrong_view(wrong, sent.language) for wrong in wrongs[:WRONGS_MAX]),
        wrongs_left_out=max(0, len(wrongs) - WRONGS_MAX),
        groups=groups,
    )


def refused(sent: Sent, read: Read, view: WorkbookView) -> Refused | None:
    """Why nothing of the file was recorded, where it is refused as a whole."""
    count = len(view.wrongs) + view.wrongs_left_out
    if sent.dry_run or view.recorded or not (read.amiss or (sent.group == "all" and count)):
        return None
    return Refused("workbook.refused", wrongs=count)


def _is_refused(sent: Sent, read: Read, wrongs: Sequence[Wrong]) -> bool:
    """Whether the file is refused as a whole."""
    return bool(read.amiss or (sent.group == "all" and wrongs))


def _rows(
    sent: Sent, rehearsed: Sequence[Rehearsed], groups: Sequence[GroupView], *, refused: bool
) -> Iterator[RowView]:
    failed = {group.name for group in groups if group.receipt is None}
    for one in rehearsed:
        is_refused = refused or one.group.name in failed or (sent.group == "all" and bool(failed))
        for line, outcome in one.rows:
            stands: Outcome = "refused" if is_refused and outcome != "unchanged" else outcome
            # As the spreadsheet numbers its rows.
            yield RowView(sheet=line.sheet, row=line.row + 1, outcome=stands)


def _group(name: str, order: Order, outcome: Receipt | Failure, language: str) -> GroupView:
    if isinstance(outcome, Failure):
        problem = problems.problem_of(outcome, language, "")
        return GroupView(name=name, reason=problem.title, detail=problem.detail)
    stream = names.entry(order.command.year)
    return GroupView(name=name, receipt=receipts.receipt_view(outcome, stream))


def wrong_view(wrong: Wrong, language: str) -> WrongView:
    """A wrong cell, in words that begin with its name."""
    sentence = problems.sentence(wrong.reason, language, wrong.facts)
    return WrongView(cell=wrong.cell, reason=wrong.reason, detail=f"{wrong.cell}: {sentence}")


def _summary(sent: Sent, counted: Mapping[Outcome, int], wrongs: int) -> str:
    if wrongs:
        kind = "wrong"
    elif not counted["new"] + counted["changed"]:
        kind = "nothing"
    else:
        kind = "would" if sent.dry_run else "recorded"
    return _WORDS[kind][sent.language].format(
        new=counted["new"], changed=counted["changed"], refused=counted["refused"], wrongs=wrongs
    )
