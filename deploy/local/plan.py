"""What `make run` starts, and in which order: servers, migrations, services, the sample."""

import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.local import bus_rights, credentials, nats, network, postgres
from deploy.local.part import Part
from deploy.local.settings import Settings, as_role

FOLDER = Path(__file__).resolve().parents[2]

# The sample province is some thousands of claims handed in over HTTP; a slow laptop takes a while.
JOB_SECONDS = 180.0
# What the embedded log signs as; it is nobody's official one.
LOG_NAME = "contoh.jejak-inovasi"


def parts(settings: Settings) -> tuple[Part, ...]:
    """In the order of starting; stopping goes backwards."""
    cluster = _cluster(settings)
    servers, database_url, nats_url = _servers(settings, cluster)
    seeds = _seeds(settings)
    for folder in (settings.evidence, settings.logs):
        credentials.private_folder(folder)
    passwords = credentials.role_passwords(settings.secrets)
    addresses = _addresses(settings)

    def service(name: str, port: int, **own: str) -> Part:
        role = f"jejak_{name}"
        own["DATABASE_URL"] = as_role(database_url, role, passwords[role])
        own["READING_SITE"] = addresses["PROJECTION_URL"]
        own["RECORDING_SITE"] = addresses["INTAKE_URL"]
        return _service(settings, name, port, {"NATS_URL": nats_url, **seeds[name], **own})

    return (
        *(part for part in servers if part.name == "postgres"),
        _migrate(settings, database_url, cluster),
        *(part for part in servers if part.name == "nats"),
        _streams({"NATS_URL": nats_url, **seeds[bus_rights.ADMIN]}),
        service(
            "intake",
            settings.intake_port,
            EVIDENCE_URL=settings.evidence.as_uri(),
            PEOPLE_KEY_FILE=str(credentials.key_file(settings.secrets, "people-key")),
            LOG_NAME=LOG_NAME,
            LOG_KEY_FILE=str(credentials.key_file(settings.secrets, "log-key")),
            CHECKPOINTS_URL=(settings.var / "checkpoints").as_uri(),
        ),
        service("scoring", settings.scoring_port),
        service(
            "projection",
            settings.projection_port,
            CERTIFICATE_KEY_FILE=str(credentials.key_file(settings.secrets, "certificate-key")),
        ),
        _job("sample", {**addresses, "DATABASE_URL": database_url}, aloud=True),
        _job("summary", addresses, aloud=True),
    )


def _cluster(settings: Settings) -> postgres.Cluster | None:
    """Our own database; None where somebody gave the address of another."""
    if settings.database_url is not None:
        return None
    return postgres.Cluster(
        data=settings.var / "postgres",
        port=settings.postgres_port,
        password=credentials.password(settings.secrets, "postgres"),
        log=settings.logs / "postgres.log",
    )


def _servers(settings: Settings, cluster: postgres.Cluster | None) -> tuple[list[Part], str, str]:
    """The servers nobody has given an address of, and the addresses of both."""
    started = []
    database_url, nats_url = settings.database_url, settings.nats_url
    if database_url is None:
        assert cluster is not None
        started.append(cluster.part())
        database_url = cluster.url()
    server = nats.Server(
        folder=settings.var / "nats",
        port=settings.nats_port,
        secrets=settings.secrets,
        log=settings.logs / "nats.log",
    )
    if nats_url is None:
        started.append(server.part())
        nats_url = server.url
    elif not settings.nats_seed_given:
        server.configure()  # for whoever runs that server: these are the users it must know
    return started, database_url, nats_url


def _seeds(settings: Settings) -> dict[str, dict[str, str]]:
    """How each user of the bus is told its seed: by the file, so that no environment holds it."""
    if settings.nats_url is not None and settings.nats_seed_given:
        return {user: {} for user in bus_rights.USERS}
    return {
        user: {"NATS_SEED_FILE": str(credentials.seed_file(settings.secrets, user))}
        for user in bus_rights.USERS
    }


def _addresses(settings: Settings) -> dict[str, str]:
    host = settings.listen_host
    return {
        "INTAKE_URL": network.url(host, settings.intake_port),
        "SCORING_URL": network.url(host, settings.scoring_port),
        "PROJECTION_URL": network.url(host, settings.projection_port),
        "SAMPLE_KEYS_FILE": str(settings.secrets / "sample-keys.json"),
        "SAMPLE_LOGINS_FILE": str(settings.secrets / "sample-logins.json"),
    }


def _environment(own: Mapping[str, str]) -> dict[str, str]:
    """The person's environment without the administrator's address, and the part's own."""
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return {**kept, "PYTHONUNBUFFERED": "1", **own}


def _service(settings: Settings, name: str, port: int, own: Mapping[str, str]) -> Part:
    listen = {"LISTEN_HOST": settings.listen_host, "LISTEN_PORT": str(port)}
    return Part(
        name=name,
        command=(sys.executable, "-m", f"services.{name}"),
        environment=_environment({**own, **listen}),
        folder=FOLDER,
        host=settings.listen_host,
        port=port,
        ready=lambda _pid: network.answers_ready(settings.listen_host, port),
    )


def _streams(own: Mapping[str, str]) -> Part:
    """Ready once it runs: services do not wait for the bus, nor for its streams."""
    return Part(
        name="streams",
        command=(sys.executable, "-m", "deploy.streams"),
        environment=_environment(own),
        folder=FOLDER,
        ready=lambda _pid: True,
    )


def _migrate(settings: Settings, database_url: str, cluster: postgres.Cluster | None) -> Part:
    passwords = str(settings.secrets / credentials.ROLE_PASSWORDS)
    folders = [] if cluster is None else [settings.var]
    if cluster is not None and not cluster.folder.is_relative_to(settings.var):
        folders.append(cluster.folder)
    own = {
        "DATABASE_URL": database_url,
        "ROLE_PASSWORDS_FILE": passwords,
        "DATA_FOLDERS": shlex.join(map(str, folders)),
    }
    return _job("migrate", own)


def _job(name: str, own: Mapping[str, str], *, aloud: bool = False) -> Part:
    return Part(
        name=name,
        command=(sys.executable, "-m", f"deploy.{name}"),
        environment=_environment(own),
        folder=FOLDER,
        ready_seconds=JOB_SECONDS,
        aloud=aloud,
    )
