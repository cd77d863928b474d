"""What bulk work says at the terminal: a bar while it runs, then what came of it, or JSON."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.client.folder import Handed
from services.intake.bodies.workbook import WorkbookView

TITLE = "Mengunggah"
_OUTCOMES = {"uploaded": "terunggah", "present": "sudah ada", "rejected": "ditolak"}


@contextmanager
def progress(total: int, *, quiet: bool) -> Iterator[Callable[[Handed], None]]:
    """A function to call with each file; without a terminal, or `quiet`, it says nothing."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda _: None
        return
    columns = (TextColumn(TITLE), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("", total=total)
        yield lambda _: bar.advance(task)


def handed(files: Sequence[Handed], *, as_json: bool) -> bool:
    """Say what became of each file; whether all are there."""
    if as_json:
        _json(files)
    else:
        for file in files:
            why = f": {file.detail}" if file.detail else ""
            print(f"{file.sha256}  {file.path}  ({_OUTCOMES[file.outcome]}{why})")
        counted = [
            f"{sum(file.outcome == outcome for file in files)} {word}"
            for outcome, word in _OUTCOMES.items()
        ]
        print(f"{len(files)} berkas: {', '.join(counted)}.")
    return all(file.outcome != "rejected" for file in files)


def workbook(view: WorkbookView, *, as_json: bool) -> bool:
    """Say what a spreadsheet came to; whether all of it did."""
    failed = [group for group in view.groups if group.receipt is None]
    if as_json:
        _json(view)
    else:
        for wrong in view.wrongs:
            print(wrong.detail)
        if view.wrongs_left_out:
            print(f"… dan {view.wrongs_left_out} sel lain.")
        for group in failed:
            print(f"{group.name or 'daerah'}: {group.detail}")
        counts = f"{view.new} baru, {view.changed} berubah, {view.unchanged} tetap"
        print(f"{view.detail} ({counts}, {view.refused} ditolak)")
        if view.late:
            print("Batas waktu sudah lewat: disimpan sebagai kiriman terlambat.")
    return not (view.refused or view.wrongs or failed)


def _json(value: object) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(value) + b"\n")
    sys.stdout.buffer.flush()
