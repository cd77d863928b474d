"""A fresh, migrated database for each test that asks.

The template is migrated once per run, as `deploy.migrate` does it anywhere; a test's database is
copied from it and dropped afterwards. Roles belong to the whole cluster, so their passwords are
made once.
"""

import asyncio
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count

import psycopg
import pytest
from msgspec import Struct

from deploy import migrate
from deploy.local.postgres import Cluster
from shared.io import postgres

TEMPLATE = "jejak_template"

_numbers = count(1)


class Database(Struct, frozen=True, kw_only=True):
    """One database and who may enter it: `admin` is the superuser, the others are services."""

    name: str
    admin: str
    intake: str
    scoring: str
    projection: str

    @property
    def roles(self) -> dict[str, str]:
        """The services' addresses by name."""
        return {"intake": self.intake, "scoring": self.scoring, "projection": self.projection}


@pytest.fixture(scope="session")
def role_passwords() -> dict[str, str]:
    return {role: secrets.token_urlsafe(18) for role in migrate.ROLES}


@pytest.fixture(scope="session")
def template(postgres_cluster: Cluster, role_passwords: dict[str, str]) -> str:
    _run(postgres_cluster, f"create database {TEMPLATE}")
    work = migrate.apply(postgres_cluster.url(TEMPLATE), role_passwords)
    with ThreadPoolExecutor(1) as thread:  # the first to ask may already be inside a loop
        thread.submit(asyncio.run, work).result()
    return TEMPLATE


@pytest.fixture
def database(
    postgres_cluster: Cluster, role_passwords: dict[str, str], template: str
) -> Iterator[Database]:
    with fresh(postgres_cluster, role_passwords, template) as made:
        yield made


@contextmanager
def fresh(
    postgres_cluster: Cluster, role_passwords: dict[str, str], template: str
) -> Iterator[Database]:
    """A database of its own for as long as the block lasts."""
    name = f"jejak_test_{next(_numbers)}"
    _run(postgres_cluster, f"create database {name} template {template}")
    admin = postgres_cluster.url(name)
    try:
        yield Database(
            name=name,
            admin=admin,
            **{
                role.removeprefix("jejak_"): postgres.with_user(admin, role, password)
                for role, password in role_passwords.items()
            },
        )
    finally:
        _run(postgres_cluster, f"drop database {name} with (force)")


def _run(cluster: Cluster, statement: str) -> None:
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute(statement)
