"""A log that asks to be witnessed, honest or not, and a witness as the process that it is."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import httpx

from deploy.local import network
from shared.io.signing import Signer, new_seed
from shared.kernel import notes
from shared.kernel.notes import Note, TreeHead
from shared.kernel.proofs import Tree
from tests.waiting import eventually

ROOT = Path(__file__).parent.parent
NAME = "saksi.example.ac.id/1"
STOP_SECONDS_MAX = 15


def leaves(count: int, story: str = "true") -> list[bytes]:
    return [sha256(f"{story} {number}".encode()).digest() for number in range(count)]


class Log:
    """Leaves, and a key that signs heads over them."""

    def __init__(self, name: str = "jejak.example.id/log", size: int = 300) -> None:
        self.signer = Signer(name, new_seed())
        self.tree = Tree(leaves(size))

    @property
    def vkey(self) -> str:
        return self.signer.key.text

    def forked(self, at: int) -> "Log":
        """The same key, with another history from leaf `at` on."""
        other = Log.__new__(Log)
        other.signer = self.signer
        whole = leaves(self.tree.size)
        other.tree = Tree([*whole[:at], *leaves(self.tree.size, "other")[at:]])
        return other

    def note(self, size: int, origin: str = "", signer: Signer | None = None) -> Note:
        name = origin or self.signer.key.name
        text = TreeHead(origin=name, size=size, root=self.tree.root(size)).text
        return Note(text=text, signatures=(notes.signed(text, signer or self.signer),))

    def request(self, old: int, size: int, origin: str = "", signer: Signer | None = None) -> bytes:
        return request(
            old, self.tree.consistency(old, size), self.note(size, origin, signer).written
        )


def request(old: int, path: list[bytes], note: bytes) -> bytes:
    lines = [f"old {old}", *(notes.base64_of(each) for each in path)]
    return "".join(f"{line}\n" for line in lines).encode() + b"\n" + note


class Process:
    """The witness's process, its folder and its address."""

    def __init__(self, folder: Path, *logs: Log, seed: str = "") -> None:
        self.state = folder / "state"
        self.seed = seed or new_seed()
        self.signer = Signer(NAME, self.seed, notes.COSIGNATURE)
        self.vkey = self.signer.key.text
        self.logs = logs
        self.errors = folder / "witness.log"
        self.port = network.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.http = httpx.Client(base_url=self.url, timeout=30)
        self.process: subprocess.Popen[bytes] | None = None

    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return {
            **kept,
            "WITNESS_KEY": self.seed,
            "WITNESS_NAME": NAME,
            "WITNESS_LOGS": "\n".join(log.vkey for log in self.logs),
            "WITNESS_STATE": str(self.state),
            "LISTEN_PORT": str(self.port),
        }

    def launch(self) -> subprocess.Popen[bytes]:
        with self.errors.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "deploy.witness"],
                cwd=ROOT,
                env=self.environment(),
                stdout=log,
                stderr=log,
            )
        return self.process

    async def start(self) -> None:
        self.launch()
        await eventually(self._is_ready)

    def refused_start(self) -> str:
        """What it says where it will not start."""
        before = self.errors.stat().st_size if self.errors.exists() else 0
        process = self.launch()
        try:
            assert process.wait(STOP_SECONDS_MAX) == 1
        finally:
            process.kill()
            self.process = None
        return self.errors.read_bytes()[before:].decode()

    def kill(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(STOP_SECONDS_MAX)
        self.process = None

    def stop(self) -> int:
        code = 0
        if self.process:
            self.process.terminate()
            code = self.process.wait(STOP_SECONDS_MAX)
        self.process = None
        return code

    def add(self, body: bytes) -> httpx.Response:
        return self.http.post("/add-checkpoint", content=body)

    def must_add(self, log: Log, old: int, size: int, origin: str = "") -> str:
        answer = self.add(log.request(old, size, origin))
        assert answer.status_code == 200, answer.text
        return answer.text

    def last_size(self, origin: str) -> int:
        answer = self.http.get("/checkpoint", params={"origin": origin})
        assert answer.status_code == 200, answer.text
        return int(answer.text.splitlines()[1])

    def _is_ready(self) -> bool:
        assert self.process
        assert self.process.poll() is None, self.errors.read_text()[-3000:]
        try:
            return self.http.get("/readyz").status_code == 200
        except httpx.HTTPError:
            return False


@contextmanager
def stopping(process: Process) -> Iterator[Process]:
    """Whatever happens, the process is gone afterwards."""
    try:
        yield process
    finally:
        process.stop()
        process.http.close()
