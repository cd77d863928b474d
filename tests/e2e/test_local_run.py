"""`python -m deploy.local` as a person meets it: one to a folder, its plan, its secrets."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nkeys
import psycopg
import pytest

from deploy.local import (
    bus_rights,
    credentials,
    network,
    plan,
    postgres,
    postgres_home,
    settings,
    words,
)
from shared.io import config, migrate
from shared.kernel.errors import Refused, Unavailable
from tests.supervised import Run

ROOT = Path(__file__).resolve().parents[2]

ORDER = (
    "postgres",
    "migrate",
    "nats",
    "streams",
    "intake",
    "scoring",
    "projection",
    "sample",
    "summary",
)


def local(folder: Path, command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, "-W", "error", "-m", "deploy.local", command),
        env={"PATH": os.environ["PATH"], "JEJAK_VAR": str(folder), **variables},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Run]:
    run = Run(tmp_path, "one=serve")
    run.until_said(words.RUNNING)
    yield run
    run.process.kill()
    run.code()
    run.leaves_nothing()


def test_a_second_run_says_who_runs_and_disturbs_nothing(running: Run) -> None:
    second = local(running.folder, "run")
    assert second.returncode == 0
    assert f"pid {running.process.pid}" in second.stdout
    assert "http://127.0.0.1:8400" in second.stdout
    assert running.process.poll() is None
    assert not (running.folder / "secrets").exists()


def test_down_ends_the_run_and_waits_until_it_has_gone(running: Run) -> None:
    pid = running.pid("one")
    down = local(running.folder, "down")
    assert (down.returncode, down.stdout.strip()) == (0, words.STOPPED)
    assert not Path(f"/proc/{pid}").exists()
    assert running.code() == 0


def test_down_with_nothing_running_says_so(tmp_path: Path, running: Run) -> None:
    assert words.NOTHING_RUNS in local(tmp_path / "elsewhere", "down").stdout
    running.process.kill()
    running.code()
    assert words.NOTHING_RUNS in local(running.folder, "down").stdout


def test_an_unknown_command_is_refused(tmp_path: Path) -> None:
    assert local(tmp_path, "walk").returncode == 2


def test_a_busy_port_is_told_with_the_variable_that_moves_it(tmp_path: Path) -> None:
    with network._bound(network.LOOPBACK, 0) as held:
        held.listen()
        refused = local(tmp_path, "run", POSTGRES_PORT=str(held.getsockname()[1]))
    assert refused.returncode == 1
    assert "POSTGRES_PORT" in refused.stdout
    assert "Traceback" not in refused.stdout + refused.stderr


def test_data_of_an_earlier_commit_is_refused_with_the_folder_to_remove(tmp_path: Path) -> None:
    """Method: a data folder whose database remembers the first migration under other bytes."""
    ports = {f"{name}_PORT": "0" for name in ("PROJECTION", "INTAKE", "SCORING", "NATS")}
    chosen = settings.read({"JEJAK_VAR": str(tmp_path), "POSTGRES_PORT": "0"})
    cluster = postgres.Cluster(
        data=tmp_path / "postgres",
        port=chosen.postgres_port,
        password=credentials.password(chosen.secrets, "postgres"),
        log=credentials.private_folder(chosen.logs) / "postgres.log",
    )
    cluster.start()
    try:
        with psycopg.connect(cluster.url(), autocommit=True) as connection:
            connection.execute(migrate._TABLE)
            connection.execute("insert into migration values ('0001_schemas', '', 'old')")
        cluster.stop()
        refused = local(tmp_path, "run", POSTGRES_PORT=str(cluster.port), **ports)
    finally:
        cluster.kill()
        cluster.wipe()
    assert refused.returncode == 1
    assert f"hapus {tmp_path}, lalu" in refused.stdout
    assert f"remove {tmp_path}, then" in refused.stdout
    assert "0001_schemas" in refused.stdout
    assert "Traceback" not in refused.stdout + refused.stderr


def test_the_folders_to_remove_are_all_that_the_database_lies_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where root may not have a namespace, the data lies outside the folder of the rest."""
    chosen = settings.read({"JEJAK_VAR": str(tmp_path)})
    monkeypatch.setattr(postgres_home, "settle", postgres_home.nobodys)
    migrating = next(part for part in plan.parts(chosen) if part.name == "migrate")
    outside = postgres_home.shared_folder(tmp_path / "postgres")
    assert migrating.environment["DATA_FOLDERS"] == f"{tmp_path} {outside}"
    given = settings.read({"JEJAK_VAR": str(tmp_path), "DATABASE_URL": "postgresql://a:b@c/d"})
    migrating = next(part for part in plan.parts(given) if part.name == "migrate")
    assert migrating.environment["DATA_FOLDERS"] == ""


def test_a_port_that_is_no_number_is_refused(tmp_path: Path) -> None:
    for value in ("x", "-1", "65536", "8²"):
        with pytest.raises(Refused, match="port_unreadable"):
            settings.read({"INTAKE_PORT": value})


def test_an_address_that_is_not_this_machines_is_refused() -> None:
    with pytest.raises(Unavailable, match="address_unusable"):
        network.require_free("192.0.2.1", 8401, part="intake")


def test_every_secret_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    chosen = settings.read({"JEJAK_VAR": str(tmp_path)})
    plan.parts(chosen)
    assert chosen.secrets.stat().st_mode & 0o777 == 0o700
    kept = {path.name: path.stat().st_mode & 0o777 for path in chosen.secrets.iterdir()}
    seeds = (f"nats-{user}-seed" for user in ("admin", "intake", "scoring", "projection"))
    keys = ("people-key", "log-key", "certificate-key")
    names = ("postgres-password", "role-passwords.json", *keys, *seeds)
    assert kept == dict.fromkeys(names, 0o600)


def test_evidence_and_logs_are_closed_to_others(tmp_path: Path) -> None:
    chosen = settings.read({"JEJAK_VAR": str(tmp_path)})
    plan.parts(chosen)
    for folder in (chosen.evidence, chosen.logs):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_secrets_are_made_once_and_are_not_guessable(tmp_path: Path) -> None:
    made = credentials.role_passwords(tmp_path)
    assert credentials.role_passwords(tmp_path) == made
    own = credentials.password(tmp_path, "postgres")
    assert credentials.password(tmp_path, "postgres") == own
    assert len({*made.values(), own}) == 4
    assert all(len(password) >= 24 for password in made.values())


def test_seeds_are_made_once_and_each_user_has_its_own(tmp_path: Path) -> None:
    def seeds() -> list[str]:
        return [credentials.seed_file(tmp_path, user).read_text() for user in bus_rights.USERS]

    made = seeds()
    assert seeds() == made
    assert len(set(made)) == len(bus_rights.USERS) == 4
    for user, seed in zip(bus_rights.USERS, made, strict=True):
        given = {"NATS_URL": "nats://bus.example", "NATS_SEED": seed}
        assert config.read(config.Streams, given).nats_seed == seed
        assert nkeys.from_seed(bytearray(seed.encode())).public_key.decode().startswith("U"), user


def test_the_plan_starts_servers_before_services_before_the_sample(tmp_path: Path) -> None:
    parts = plan.parts(settings.read({"JEJAK_VAR": str(tmp_path)}))
    assert tuple(part.name for part in parts) == ORDER
    assert [part.name for part in parts if part.is_job] == ["migrate", "sample", "summary"]
    assert [part.name for part in parts if part.aloud] == ["sample", "summary"]


def test_servers_that_are_given_are_used_and_not_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {
        "JEJAK_VAR": str(tmp_path),
        "DATABASE_URL": "postgresql://admin:pw@db.example:5433/jejak?sslmode=require",
        "NATS_URL": "nats://bus.example:4222",
    }
    monkeypatch.setenv("DATABASE_URL", given["DATABASE_URL"])
    parts = {part.name: part for part in plan.parts(settings.read(given))}
    assert not {"postgres", "nats"} & set(parts)
    password = json.loads((tmp_path / "secrets" / "role-passwords.json").read_text())
    scoring = parts["scoring"].environment
    assert scoring["DATABASE_URL"] == (
        f"postgresql://jejak_scoring:{password['jejak_scoring']}"
        "@db.example:5433/jejak?sslmode=require"
    )
    assert scoring["NATS_URL"] == given["NATS_URL"]
    assert scoring["NATS_SEED_FILE"] == str(tmp_path / "secrets" / "nats-scoring-seed")
    assert (tmp_path / "nats" / "nats.json").exists()  # the users that the other server must know
    assert parts["migrate"].environment["DATABASE_URL"] == given["DATABASE_URL"]
    assert "DATABASE_URL" not in parts["summary"].environment


def test_a_seed_that_is_given_with_a_bus_goes_to_all_who_use_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NATS_SEED", "none")
    given = {"JEJAK_VAR": str(tmp_path), "NATS_SEED": "none"}
    users = ("streams", "intake", "scoring", "projection")
    theirs = {"NATS_URL": "nats://bus.example:4222", **given}
    parts = {part.name: part for part in plan.parts(settings.read(theirs))}
    assert {parts[user].environment["NATS_SEED"] for user in users} == {"none"}
    assert not any("NATS_SEED_FILE" in parts[user].environment for user in users)
    assert not list((tmp_path / "secrets").glob("nats-*"))
    ours = {part.name: part for part in plan.parts(settings.read(given))}
    for user, name in zip(users, ("admin", *users[1:]), strict=True):
        path = str(tmp_path / "secrets" / f"nats-{name}-seed")
        assert ours[user].environment["NATS_SEED_FILE"] == path


def test_each_service_is_told_where_to_listen_and_who_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "sebuah folder"
    chosen = settings.read({"JEJAK_VAR": str(folder), "INTAKE_PORT": "9001"})
    parts = {part.name: part for part in plan.parts(chosen)}
    intake = parts["intake"].environment
    assert (intake["LISTEN_HOST"], intake["LISTEN_PORT"]) == ("127.0.0.1", "9001")
    assert intake["EVIDENCE_URL"] == (folder / "evidence").as_uri()
    assert "jejak_intake:" in intake["DATABASE_URL"]
    assert parts["sample"].environment["INTAKE_URL"] == "http://127.0.0.1:9001"
    assert "EVIDENCE_URL" not in parts["scoring"].environment
