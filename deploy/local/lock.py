"""One supervisor to a folder: the lock it holds, and how another finds and ends it.

The kernel frees the lock with the process, however it ended, so there is no stale one; the file
itself stays and says nothing unless it is locked.
"""

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Struct

from deploy.local.child import POLL_SECONDS
from shared.kernel.errors import Refused, Unavailable

NAME = "run.lock"

# Every part's grace, one after the other, and some more.
STOP_SECONDS = 90.0

# The holder writes its name right after locking.
NAMED_SECONDS = 2.0


class Holder(Struct, frozen=True, kw_only=True):
    pid: int
    address: str


@contextmanager
def held(folder: Path, address: str) -> Iterator[None]:
    """Hold the folder's lock, or refuse and say who does."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / NAME).open("a+b") as file:
        if not _locked(file):
            holder = _holder(file)
            raise Refused("already_running", pid=holder.pid, address=holder.address)
        file.truncate(0)
        file.write(msgspec.json.encode(Holder(pid=os.getpid(), address=address)))
        file.flush()
        yield


def stop_holder(folder: Path) -> bool:
    """End the supervisor of the folder and wait until it has gone; False if there is none."""
    if not (folder / NAME).exists():
        return False
    with (folder / NAME).open("a+b") as file:
        if _locked(file):
            return False
        pid = _holder(file).pid
        try:
            os.kill(pid, signal.SIGTERM)
        except PermissionError as error:
            raise Refused("not_yours", pid=pid) from error
        deadline = time.monotonic() + STOP_SECONDS
        while not _locked(file):
            if time.monotonic() > deadline:
                raise Unavailable("not_stopped", pid=pid, seconds=STOP_SECONDS)
            time.sleep(POLL_SECONDS)
    return True


def _locked(file: BinaryIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(file: BinaryIO) -> Holder:
    deadline = time.monotonic() + NAMED_SECONDS
    while True:
        file.seek(0)
        if told := file.read():
            return msgspec.json.decode(told, type=Holder)
        if time.monotonic() > deadline:
            raise Unavailable("holder_unnamed", lock=file.name)
        time.sleep(POLL_SECONDS)
