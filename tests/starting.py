"""Services on a database of a test file's own, prepared once for all its tests."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

import pytest

from deploy.local.nats import Server
from deploy.local.postgres import Cluster
from tests import buses, databases
from tests.system import System, running


@pytest.fixture(scope="module")
def started(
    postgres_cluster: Cluster,
    role_passwords: dict[str, str],
    template: str,
    nats_server: Server,
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., AbstractContextManager[System]]:
    """Starts the services that are named, or all, and waits until they are ready."""

    @contextmanager
    def start(
        *services: str, allowance: str = "100", settings: Mapping[str, str] | None = None
    ) -> Iterator[System]:
        # Another database says other facts under the same message ids, and the bus remembers ids.
        asyncio.run(buses.wipe(nats_server))
        folder = tmp_path_factory.mktemp("system")
        with (
            databases.fresh(postgres_cluster, role_passwords, template) as database,
            running(
                database, nats_server, folder, *services, allowance=allowance, settings=settings
            ) as system,
        ):
            asyncio.run(system.ready(*services))
            yield system

    return start
