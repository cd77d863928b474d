"""Starts parts in order, keeps them running, and stops them in reverse, leaving nothing behind."""

import asyncio
import signal
import time
from pathlib import Path

from deploy.local import words
from deploy.local.child import POLL_SECONDS, Child, chances
from deploy.local.log import Log
from deploy.local.part import Part
from shared.kernel.errors import Failure, Unavailable

# A part that falls this often without standing in between has a cause that waiting will not mend.
RESTARTS_MAX = 5

# Having run this long, a part has recovered, and its falls count from zero again.
STEADY_SECONDS = 60.0

# The pause doubles with each fall: 0.5, 1, 2, 4, 8 seconds leave a database time to recover.
BACKOFF_SECONDS = 0.5

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Supervisor:
    """One run over one list of parts."""

    def __init__(self, parts: tuple[Part, ...], logs: Path) -> None:
        self._parts = parts
        self._logs = logs
        self._children: dict[str, Child] = {}
        self._asked = asyncio.Event()
        self._hurried = asyncio.Event()

    async def run(self) -> int:
        """The exit code: 0 when asked to stop, 1 when a part could not be had."""
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, self._ask)
        self._logs.mkdir(parents=True, exist_ok=True)
        work = asyncio.create_task(self._start_and_keep())
        asked = asyncio.create_task(self._asked.wait())
        try:
            await asyncio.wait({work, asked}, return_when=asyncio.FIRST_COMPLETED)
            return _outcome(work)
        finally:
            work.cancel()
            asked.cancel()
            await asyncio.gather(work, asked, return_exceptions=True)
            await self._stop()

    def _ask(self) -> None:
        """The first signal asks; the second one kills."""
        if self._asked.is_set():
            self._hurried.set()
        self._asked.set()

    async def _start_and_keep(self) -> None:
        for part in self._parts:
            await self._start(part)
        words.say(words.RUNNING)
        async with asyncio.TaskGroup() as group:
            for part in self._parts:
                if not part.is_job:
                    group.create_task(self._keep(part))

    async def _start(self, part: Part) -> None:
        began = time.monotonic()
        log = Log(self._logs / f"{part.name}.log")
        try:
            await asyncio.to_thread(part.prepare)
            self._children[part.name] = running = Child(part, log)
            await _until_ready(running)
        except Unavailable:
            words.say(words.last_lines(part.name, log))
            raise
        words.say(words.ready(part, time.monotonic() - began))

    async def _keep(self, part: Part) -> None:
        """Start it again whenever it ends, until it has fallen too often."""
        falls = 0
        while True:
            began = time.monotonic()
            code = await self._end_of(part)
            if time.monotonic() - began > STEADY_SECONDS:
                falls = 0
            if falls == RESTARTS_MAX:
                raise Unavailable("restarts_spent", part=part.name, restarts=falls)
            pause = BACKOFF_SECONDS * 2**falls
            falls += 1
            words.say(words.fallen(part.name, code, pause))
            await asyncio.sleep(pause)
            await self._restart(part)

    async def _end_of(self, part: Part) -> int:
        while (code := self._children[part.name].code) is None:  # noqa: ASYNC110 - a process sets no event
            await asyncio.sleep(POLL_SECONDS)
        return code

    async def _restart(self, part: Part) -> None:
        """Start it again; if that fails, it lies ended, which is its next fall."""
        self._children[part.name].kill()
        try:
            await self._start(part)
        except Unavailable as failure:
            words.say(words.sentence(failure))
            self._children[part.name].kill()

    async def _stop(self) -> None:
        running = [child for child in self._children.values() if child.code is None]
        if running:
            words.say(words.STOPPING)
        for child in reversed(self._children.values()):
            await self._stop_child(child)
        if running:
            words.say(words.STOPPED)

    async def _stop_child(self, child: Child) -> None:
        if child.code is None:
            child.ask_to_stop()
        deadline = time.monotonic() + child.part.grace_seconds
        while child.code is None and time.monotonic() < deadline:
            if self._hurried.is_set():
                break
            await asyncio.sleep(POLL_SECONDS)
        child.kill()


async def _until_ready(child: Child) -> None:
    ready = child.part.ready
    for _ in chances(child):
        if ready is not None and await asyncio.to_thread(ready, child.pid):
            break
        await asyncio.sleep(POLL_SECONDS)


def _outcome(work: asyncio.Task[None]) -> int:
    """What ended the work, told; anything but a failure of ours is a fault and goes on up."""
    if not work.done():
        return 0
    error = work.exception()
    failures = error.exceptions if isinstance(error, BaseExceptionGroup) else [error]
    for failure in failures:
        if not isinstance(failure, Failure):
            work.result()
            continue
        words.say(words.sentence(failure))
    return 1
