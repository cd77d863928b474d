"""Parts that stand in for services, and a program that supervises them, for the tests of both.

`python -m tests.stand_in supervise FOLDER NAME=KIND…` runs a supervisor in FOLDER;
`python -m tests.stand_in KIND FOLDER NAME PORT` is one of its parts.
"""

import asyncio
import os
import signal
import subprocess
import sys
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from deploy.local import lock, nats, network, part, postgres, settings, supervisor
from deploy.local.words import say

ROOT = Path(__file__).resolve().parents[1]

# What a part that lives for ever waits for; the test's own time-out is shorter.
FOR_EVER_SECONDS = 3600

# A stubborn part uses all of it; one test makes it too long to wait for.
GRACE_SECONDS = float(os.environ.get("STAND_IN_GRACE_SECONDS", "1"))

# As the supervisor's own, unless a test wants a part to have recovered at once.
STEADY_SECONDS = float(os.environ.get("STAND_IN_STEADY_SECONDS", supervisor.STEADY_SECONDS))


class Ready(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


def serve(folder: Path, name: str, port: int) -> None:
    """Ready over HTTP, and telling in the file `ended` when it is asked to stop."""

    def end(*_: object) -> None:
        with (folder / "ended").open("a") as file:
            file.write(f"{name}\n")
        sys.exit(0)

    signal.signal(signal.SIGTERM, end)
    say(f"{name} listens")
    HTTPServer((network.LOOPBACK, port), Ready).serve_forever()


def stubborn(folder: Path, name: str, port: int) -> None:
    """Ready, with a child of its own, and both deaf to SIGTERM."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    grandchild = subprocess.Popen(["/bin/sleep", str(FOR_EVER_SECONDS)])
    (folder / f"{name}-child.pid").write_text(str(grandchild.pid))
    HTTPServer((network.LOOPBACK, port), Ready).serve_forever()


def never(_folder: Path, _name: str, _port: int) -> None:
    """Never ready: it waits for the signal that ends it."""
    for number in range(30):
        say(f"still waiting {number}")
    signal.pause()


def fall(_folder: Path, _name: str, _port: int) -> None:
    """Ended before it is ready."""
    sys.exit("the database is not there")


def job(_folder: Path, name: str, _port: int) -> None:
    say(f"{name} says done")


KINDS = {kind.__name__: kind for kind in (serve, stubborn, never, fall, job)}


def stand_in(folder: Path, name: str, kind: str) -> part.Part:
    is_job = kind == "job"
    port = 0 if is_job else network.free_port()
    return part.Part(
        name=name,
        command=(sys.executable, "-m", "tests.stand_in", kind, str(folder), name, str(port)),
        folder=ROOT,
        port=None if is_job else port,
        ready=None if is_job else lambda _pid: network.answers_ready(network.LOOPBACK, port),
        ready_seconds=2.0 if kind == "never" else part.READY_SECONDS,
        grace_seconds=GRACE_SECONDS,
        aloud=is_job,
    )


def real(folder: Path, name: str) -> part.Part:
    log = folder / "log" / f"{name}.log"
    port = network.free_port()
    if name == "postgres":
        data = folder / "postgres"
        return postgres.Cluster(data=data, port=port, password="x", log=log).part()
    server = nats.Server(folder=folder / "nats", port=port, secrets=folder / "secrets", log=log)
    return server.part()


def supervise(folder: Path, *told: str) -> int:
    """Hold the folder's lock like `make run`, and write down each part's process id."""
    chosen = settings.read({"JEJAK_VAR": str(folder)})
    named = (words.split("=") for words in told)
    parts = tuple(
        real(folder, name) if kind == "real" else stand_in(folder, name, kind)
        for name, kind in named
    )
    watched = tuple(_writing_its_pid(one, folder) for one in parts)
    supervisor.BACKOFF_SECONDS = 0.05
    supervisor.STEADY_SECONDS = STEADY_SECONDS
    with lock.held(folder, chosen.address):
        return asyncio.run(supervisor.Supervisor(watched, chosen.logs).run())


def _writing_its_pid(one: part.Part, folder: Path) -> part.Part:
    if one.ready is None:
        return one

    def ready(pid: int, ready_itself: Any) -> bool:
        (folder / f"{one.name}.pid").write_text(str(pid))
        return bool(ready_itself(pid))

    return replace(one, ready=partial(ready, ready_itself=one.ready))


def main(kind: str, folder: str, *words: str) -> int:
    if kind == "supervise":
        return supervise(Path(folder), *words)
    name, port = words
    KINDS[kind](Path(folder), name, int(port))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
