"""A part's log: appended to over runs, begun anew when too long, and quoted when a part fails."""

import os
from pathlib import Path
from typing import BinaryIO

# A log is begun anew past this size, keeping one older: two of them bound the disk used.
BYTES_MAX = 10_000_000

# What a person reads of a failure, and how far back to look for that many lines.
TAIL_LINES_MAX = 20
TAIL_BYTES_MAX = 65_536


class Log:
    """Made at each start of a part, it remembers where that start's lines begin."""

    def __init__(self, path: Path) -> None:
        self.path = path
        size = path.stat().st_size if path.exists() else 0
        if size > BYTES_MAX:
            path.replace(path.with_name(path.name + ".1"))
            size = 0
        self._begin = size

    def open(self) -> BinaryIO:
        return self.path.open("ab")

    def tail(self) -> str:
        """The last lines since this start."""
        if not self.path.exists():
            return ""
        with self.path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(self._begin, size - TAIL_BYTES_MAX))
            lines = file.read().decode(errors="replace").splitlines()
        return "\n".join(lines[-TAIL_LINES_MAX:])
