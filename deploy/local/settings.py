"""Where things are on this machine: the environment's few variables and what they default to."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from msgspec import Struct

from deploy.local import network
from shared.kernel.errors import Refused

PORT_MAX = 65_535


class Settings(Struct, frozen=True, kw_only=True):
    """A `database_url` or `nats_url` means: use that server and start none.

    With `nats_seed_given` the person's own `NATS_SEED` goes to all who use that server.
    """

    var: Path
    listen_host: str = network.LOOPBACK
    projection_port: int = 8400
    intake_port: int = 8401
    scoring_port: int = 8402
    nats_port: int = 8422
    postgres_port: int = 8432
    database_url: str | None = None
    nats_url: str | None = None
    nats_seed_given: bool = False

    @property
    def secrets(self) -> Path:
        return self.var / "secrets"

    @property
    def logs(self) -> Path:
        return self.var / "log"

    @property
    def evidence(self) -> Path:
        return self.var / "evidence"

    @property
    def address(self) -> str:
        """The public page."""
        return network.url(self.listen_host, self.projection_port)


def read(environment: Mapping[str, str]) -> Settings:
    return Settings(
        var=Path(environment.get("JEJAK_VAR") or "var").absolute(),
        listen_host=environment.get("LISTEN_HOST") or network.LOOPBACK,
        projection_port=_port(environment, "PROJECTION_PORT", 8400),
        intake_port=_port(environment, "INTAKE_PORT", 8401),
        scoring_port=_port(environment, "SCORING_PORT", 8402),
        nats_port=_port(environment, "NATS_PORT", 8422),
        postgres_port=_port(environment, "POSTGRES_PORT", 8432),
        database_url=environment.get("DATABASE_URL") or None,
        nats_url=environment.get("NATS_URL") or None,
        nats_seed_given=bool(environment.get("NATS_SEED") or environment.get("NATS_SEED_FILE")),
    )


def as_role(database_url: str, role: str, password: str) -> str:
    """The same database as another role; user and password are replaced, the rest is kept."""
    parts = urlsplit(database_url)
    hosts = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{role}:{password}@{hosts}"))


def _port(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or int(text) > PORT_MAX:
        raise Refused("port_unreadable", name=name, value=text)
    return int(text) or network.free_port()
