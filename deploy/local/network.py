"""Ports: finding a free one, refusing a busy one, and asking a service whether it is ready."""

import errno
import http.client
import secrets
import socket
from contextlib import suppress
from http import HTTPStatus

from shared.kernel.errors import Unavailable

LOOPBACK = "127.0.0.1"

# Systems give callers their ports from above these: what listens here later loses to none of them.
NEVER_A_CALLERS = range(15_000, 32_000)

# A service that needs longer to say it is ready is not.
ANSWER_SECONDS = 2.0

# NATS says about 500 bytes; whatever says more is not NATS.
GREETING_BYTES_MAX = 16_384

_ANY = {"0.0.0.0": LOOPBACK, "::": "::1", "": LOOPBACK}  # noqa: S104 - translated, not listened on


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    held = socket.socket(family, socket.SOCK_STREAM)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        held.bind((host, port))
    except OSError:
        held.close()
        raise
    return held


def free_port() -> int:
    """A port of the loopback that nobody holds now, and none that a caller is given by chance."""
    while True:
        port = secrets.choice(NEVER_A_CALLERS)
        with suppress(OSError), _bound(LOOPBACK, port):
            return port


def require_free(host: str, port: int, *, part: str) -> None:
    """Refuse in words a port that another program holds, before a server fails over it."""
    try:
        _bound(host, port).close()
    except OSError as error:
        reason = "port_busy" if error.errno == errno.EADDRINUSE else "address_unusable"
        raise Unavailable(reason, part=part, host=host, port=port) from error


def reachable(host: str) -> str:
    """The address to call a server at that listens on `host`."""
    return _ANY.get(host, host)


def url(host: str, port: int) -> str:
    called = reachable(host)
    return f"http://[{called}]:{port}" if ":" in called else f"http://{called}:{port}"


def answers_ready(host: str, port: int) -> bool:
    """Whether `/readyz` answers 200."""
    connection = http.client.HTTPConnection(reachable(host), port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def greeting(host: str, port: int) -> bytes:
    """What a server says first when called (NATS tells its name); empty if nobody is there."""
    try:
        with (
            socket.create_connection((host, port), ANSWER_SECONDS) as called,
            called.makefile("rb") as lines,
        ):
            return lines.readline(GREETING_BYTES_MAX)
    except OSError:
        return b""
