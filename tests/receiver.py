"""A receiver of webhooks as a portal would run one: it verifies, and answers as it is told."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TAKEN = 204


class Delivery:
    """One request as it arrived."""

    def __init__(self, path: str, headers: dict[str, str], body: bytes, answered: int) -> None:
        self.path = path
        self.headers = headers
        self.body = body
        self.answered = answered

    @property
    def event(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.body)
        return told

    @property
    def seq(self) -> int:
        return int(self.event["jejakseq"])

    def signed_by(self, secret: str) -> bool:
        """As a receiver checks it that knows the convention and nothing else."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        head = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}."
        digest = hmac.new(key, head.encode() + self.body, hashlib.sha256).digest()
        wanted = "v1," + base64.b64encode(digest).decode()
        return wanted in self.headers["webhook-signature"].split(" ")


class Receiver:
    """Answers with `answers` in turn, then with `otherwise`; keeps what came."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}/hook"
        self.deliveries: list[Delivery] = []
        self.answers: list[int] = []
        self.otherwise = TAKEN
        self.headers: dict[str, str] = {}
        self.hold = threading.Event()
        self.hold.set()
        self.at_once = 0
        self.at_once_max = 0
        self.lock = threading.Lock()

    def take(self, path: str, headers: dict[str, str], body: bytes) -> int:
        with self.lock:
            self.at_once += 1
            self.at_once_max = max(self.at_once, self.at_once_max)
            status = self.answers.pop(0) if self.answers else self.otherwise
            self.deliveries.append(Delivery(path, headers, body, status))
        self.hold.wait(30)
        with self.lock:
            self.at_once -= 1
        return status

    @property
    def taken(self) -> list[int]:
        """The numbers of the facts that were taken, in the order in which they were."""
        return [one.seq for one in self.deliveries if one.answered == TAKEN]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on a free port of the loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.send_response(receiver.take(self.path, headers, body))
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver = Receiver(server.server_port)
        serving = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        serving.start()
        try:
            yield receiver
        finally:
            receiver.hold.set()
            server.shutdown()
            serving.join()
