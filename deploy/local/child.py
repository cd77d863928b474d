"""A started part: its process, and the group that process leads."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from deploy.local import network
from deploy.local.log import Log
from deploy.local.part import Part
from shared.kernel.errors import Unavailable

# Short beside any start worth measuring, long beside the cost of looking.
POLL_SECONDS = 0.05

# After SIGKILL only the kernel can be slow; longer means a process stuck in the disk.
KILLED_SECONDS = 10.0


class Child:
    """Its process leads a session of its own, so a Ctrl-C at the terminal does not reach it."""

    def __init__(self, part: Part, log: Log) -> None:
        assert part.is_job or threading.current_thread() is threading.main_thread(), (
            "the kernel ends a part with the thread that started it"
        )
        if part.port is not None:
            network.require_free(part.host, part.port, part=part.name)
        self.part = part
        with log.open() as file:
            self._process = subprocess.Popen(
                part.entered,
                env=dict(part.environment),
                cwd=part.folder,
                stdin=subprocess.DEVNULL,
                stdout=None if part.aloud else file,
                stderr=None if part.aloud else subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def code(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        return self._process.poll()

    def ended_within(self, seconds: float) -> bool:
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def ask_to_stop(self) -> None:
        self._process.send_signal(self.part.stop_signal)

    def kill(self) -> None:
        """End the process and whatever it started in its group."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.ended_within(KILLED_SECONDS)

    def stop(self) -> None:
        """Ask, wait for the grace, then kill."""
        self.ask_to_stop()
        self.ended_within(self.part.grace_seconds)
        self.kill()


def chances(child: Child) -> Iterator[None]:
    """One step for each look at readiness.

    Ends when a job is done; raises when the part ends otherwise, or its time is up.
    """
    part = child.part
    deadline = time.monotonic() + part.ready_seconds
    while time.monotonic() < deadline:
        code = child.code
        if part.is_job and code == 0:
            return
        if code is not None:
            raise Unavailable("part_ended", part=part.name, code=code)
        yield
    raise Unavailable("part_not_ready", part=part.name, seconds=part.ready_seconds)


def start(part: Part, log: Path) -> Child:
    """Start a part and wait until it is ready, or a job is done; the supervisor has its own way."""
    part.prepare()
    child = Child(part, Log(log))
    try:
        for _ in chances(child):
            if part.ready is not None and part.ready(child.pid):
                break
            child.ended_within(POLL_SECONDS)
    except BaseException:
        child.kill()
        raise
    return child
