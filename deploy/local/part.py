"""What the supervisor starts, as data: how a part is begun, known to be ready, and ended."""

import os
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import Struct

from deploy.local import enter

# Python services import in about a second; a machine twenty times slower still makes it.
READY_SECONDS = 30.0

# Long enough for uvicorn to finish its requests and for a group commit on a slow disk.
GRACE_SECONDS = 10.0


def _nothing() -> None:
    pass


class Part(Struct, frozen=True, kw_only=True):
    """One process.

    `ready` is asked with the process id until it says yes; a part without it is a job, which is
    ready when it has ended with 0. `prepare` comes before every start and may take seconds.
    `death_signal` is what the kernel sends when the supervisor itself is killed.
    `aloud` hands the terminal to the part instead of its log.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = os.environ
    folder: Path = Path("/")
    identity: str = enter.ITSELF
    host: str = "127.0.0.1"
    port: int | None = None
    prepare: Callable[[], None] = _nothing
    ready: Callable[[int], bool] | None = None
    ready_seconds: float = READY_SECONDS
    stop_signal: int = signal.SIGTERM
    death_signal: int = signal.SIGKILL
    grace_seconds: float = GRACE_SECONDS
    aloud: bool = False

    @property
    def is_job(self) -> bool:
        return self.ready is None

    @property
    def entered(self) -> tuple[str, ...]:
        """The command behind `enter`, which makes it die with this process."""
        words = (self.identity, str(int(self.death_signal)), str(os.getpid()))
        return (sys.executable, "-I", "-S", enter.__file__, *words, *self.command)
