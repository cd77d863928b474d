"""The embedded PostgreSQL 18: one durable cluster, on the loopback, behind a password.

The programs come inside a package; its own launcher is not used, because as root it adds a user,
opens parent folders and kills by name.
"""

import os
import shutil
import signal
import time
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from deploy.local import child, credentials, network, postgres_home
from deploy.local.part import Part
from deploy.local.postgres_home import Home
from shared.kernel.errors import Unavailable

SUPERUSER = "postgres"
DATABASE = "postgres"

SETTINGS = {
    "listen_addresses": network.LOOPBACK,
    "unix_socket_directories": "",  # a path may be longer than a socket's name can be
    "fsync": "on",
    "synchronous_commit": "on",  # an accepted event outlives a power cut
    "full_page_writes": "on",
    "shared_buffers": "128MB",  # the sample season fits; a laptop has other things to do
    "wal_buffers": "16MB",  # one WAL segment: a full group commit is written in one go
    "max_wal_size": "2GB",  # a bulk load is not interrupted by checkpoints every few seconds
    "checkpoint_timeout": "15min",  # bounds recovery after a crash to seconds
    "max_connections": "100",  # three services' pools, and a test run's
    "timezone": "UTC",
    "log_timezone": "UTC",
}

# 0.8 s on a fast disk; a network disk syncs the same few thousand files a hundred times slower.
CREATE_SECONDS = 120.0

# Recovery replays at most max_wal_size; the rest of the deadline is for slow disks.
READY_SECONDS = 60.0

# A shutdown writes a last checkpoint of at most shared_buffers.
GRACE_SECONDS = 20.0

# A killed server's children notice within a second, unless one is deep in a query.
LEFTOVERS_SECONDS = 10.0

# The line of postmaster.pid that tells the state.
STATE_LINE = 7


class Cluster:
    """One data folder and the server over it; `part` is for the supervisor, the rest for tests."""

    def __init__(
        self, *, data: Path, port: int, password: str, log: Path, home: Home | None = None
    ) -> None:
        self.port = port
        self._given = home
        self._data = data.absolute()
        self._password = password
        self._log = log
        self._child: child.Child | None = None

    @cached_property
    def home(self) -> Home:
        return self._given or postgres_home.settle(self._data)

    @property
    def folder(self) -> Path:
        """All that the server keeps on the disk."""
        return postgres_home.whole(self.home)

    def url(self, database: str = DATABASE) -> str:
        """The superuser's address of a database."""
        host = f"{network.LOOPBACK}:{self.port}"
        return f"postgresql://{SUPERUSER}:{self._password}@{host}/{database}"

    def part(self) -> Part:
        settings = (f"{name}={value}" for name, value in SETTINGS.items())
        words = [word for setting in settings for word in ("-c", setting)]
        server = (self._program("postgres"), "-D", str(self.home.data), "-p", str(self.port))
        return Part(
            name="postgres",
            command=(*server, *words),
            environment=_environment(),
            folder=self.home.data.parent,
            identity=self.home.identity,
            port=self.port,
            prepare=self._prepare,
            ready=self._is_ready,
            ready_seconds=READY_SECONDS,
            stop_signal=signal.SIGINT,  # refuse, roll back, checkpoint, end
            death_signal=signal.SIGQUIT,  # end at once and take the children along
            grace_seconds=GRACE_SECONDS,
        )

    @property
    def pid(self) -> int:
        assert self._child is not None, "not started"
        return self._child.pid

    def start(self) -> None:
        self._child = child.start(self.part(), self._log)

    def stop(self) -> None:
        """End in order; the next start has nothing to recover."""
        if self._child is not None:
            self._child.stop()

    def kill(self) -> None:
        """End like a power cut: the server and its children at once, nothing written."""
        assert self._child is not None, "not started"
        self._child.kill()
        for pid in _processes_of(self.home.data):
            os.kill(pid, signal.SIGKILL)
        _await_leftovers(self.home.data)

    def wipe(self) -> None:
        """Lose everything; only between `stop` or `kill` and `start`."""
        assert self._child is None or self._child.code is not None, "still running"
        postgres_home.demolish(self.home)

    def _program(self, name: str) -> str:
        return str(self.home.programs / name)

    def _is_ready(self, pid: int) -> bool:
        """Its own word in its own folder, so another server on the port cannot answer for it."""
        try:
            lines = (self.home.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        told = len(lines) > STATE_LINE and lines[STATE_LINE].strip() == "ready"
        return told and lines[0] == str(pid)

    def _prepare(self) -> None:
        if not (self.home.data / "PG_VERSION").exists():
            postgres_home.furnish(self.home)
            self._create()
        elif not Path(self._program("postgres")).exists():
            postgres_home.furnish(self.home)
        _await_leftovers(self.home.data)

    def _create(self) -> None:
        """Beside its place and then moved, so that a folder in place is always complete."""
        data = self.home.data
        partial = data.with_name(data.name + ".partial")
        shutil.rmtree(partial, ignore_errors=True)
        password = data.with_name(data.name + ".password")
        credentials.write_private(password, self._password.encode())
        postgres_home.give(self.home, password)
        try:
            self._run_initdb(partial, password)
        finally:
            password.unlink()
        partial.rename(data)

    def _run_initdb(self, data: Path, password: Path) -> None:
        words = f"--username={SUPERUSER} --auth=scram-sha-256 --encoding=UTF8 --locale=C".split()
        files = (f"--pwfile={password}", f"--pgdata={data}")
        job = Part(
            name="initdb",
            command=(self._program("initdb"), *words, "--data-checksums", *files),
            environment=_environment(),
            folder=data.parent,
            identity=self.home.identity,
            ready_seconds=CREATE_SECONDS,
        )
        child.start(job, self._log)


def _environment() -> dict[str, str]:
    """Nothing of the caller's: a stray PGDATA or LC_TIME would change the server."""
    return {"LC_ALL": "C", "PATH": os.defpath}


def _processes_of(data: Path) -> Iterator[int]:
    """Every server process of a data folder, which is where it works; Linux only, else none."""
    home = os.path.realpath(data)
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            is_ours = str((folder / "cwd").readlink()) == home
            if is_ours and (folder / "comm").read_text().startswith("postgres"):
                yield int(folder.name)
        except OSError:
            continue


def _await_leftovers(data: Path) -> None:
    """Children of a killed server hold its memory for a moment; a new one would refuse it."""
    deadline = time.monotonic() + LEFTOVERS_SECONDS
    while left := sorted(_processes_of(data)):
        if time.monotonic() > deadline:
            raise Unavailable("data_in_use", data=str(data), pids=left)
        time.sleep(child.POLL_SECONDS)
