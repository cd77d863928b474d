"""How far the load has come: a bar on a terminal, a few plain lines in a log."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.sample.load import Tell

TITLE = "Memuat data contoh Kalimantan Selatan"
# A log does not need more than this.
LINES = 4


@contextmanager
def shown(total: int) -> Iterator[Tell]:
    """A function to call with the number of facts that were handed in."""
    console = Console()
    if not console.is_terminal:
        yield _Lines(total).add
        return
    columns = (TextColumn(TITLE), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("", total=total)
        yield lambda facts: bar.advance(task, facts)


class _Lines:
    """A line each time another part of the whole is done."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._told = 0

    def add(self, facts: int) -> None:
        self._done += facts
        part = LINES * self._done // self._total
        if part > self._told:
            self._told = part
            print(f"{TITLE}: {self._done} dari {self._total} fakta", flush=True)
