"""The one PostgreSQL and the one NATS of a test run: on their own ports and data, gone afterwards.

Made available to every test by `pytest_plugins = ["tests.servers"]`. A test may `kill()` and
`start()` them; whoever stops one starts it again.
"""

from collections.abc import Iterator

import pytest

from deploy.local import nats, network, postgres

# Known to nobody but this run, and the servers listen on the loopback only.
PASSWORD = "known-to-this-run"


@pytest.fixture(scope="session")
def postgres_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgres.Cluster]:
    folder = tmp_path_factory.mktemp("postgres")
    cluster = postgres.Cluster(
        data=folder / "data",
        port=network.free_port(),
        password=PASSWORD,
        log=folder / "postgres.log",
    )
    cluster.start()
    yield cluster
    cluster.stop()
    cluster.wipe()


@pytest.fixture(scope="session")
def nats_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[nats.Server]:
    folder = tmp_path_factory.mktemp("nats")
    server = nats.Server(
        folder=folder / "data",
        port=network.free_port(),
        secrets=folder / "secrets",
        log=folder / "nats.log",
    )
    server.start()
    yield server
    server.stop()
    server.wipe()
