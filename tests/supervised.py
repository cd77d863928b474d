"""A supervisor in a process of its own, as tests watch it: what it said, what it left running."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

# Far longer than anything here takes on a slow machine.
PATIENCE_SECONDS = 60.0


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    """A zombie has ended; where init does not collect the orphans it stays to be seen."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


class Run:
    """A supervisor in a process of its own, its terminal in a file."""

    def __init__(self, folder: Path, *parts: str) -> None:
        self.folder = folder
        self._terminal = folder / "terminal"
        with self._terminal.open("wb") as terminal:
            self.process = subprocess.Popen(
                (
                    sys.executable,
                    "-W",
                    "error",
                    "-m",
                    "tests.stand_in",
                    "supervise",
                    folder,
                    *parts,
                ),
                stdout=terminal,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
            )

    @property
    def said(self) -> str:
        return self._terminal.read_text()

    def until_said(self, text: str) -> None:
        wait_until(lambda: text in self.said, f"{text} in {self.said}")

    def pid(self, name: str) -> int:
        return int((self.folder / f"{name}.pid").read_text())

    def pids(self) -> list[int]:
        return [int(path.read_text()) for path in self.folder.glob("*.pid")]

    def code(self) -> int:
        return self.process.wait(PATIENCE_SECONDS)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.code()

    def leaves_nothing(self) -> None:
        for pid in self.pids():
            wait_until(lambda pid=pid: not is_running(pid), f"{pid} lives on")  # type: ignore[misc]
