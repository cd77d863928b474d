"""The register of personal data (UU 27/2022) names every table there is, and nothing else."""

import tomllib
from pathlib import Path

import pytest

from shared.io import postgres
from tests.databases import Database

REGISTER = Path(__file__).parents[2] / "deploy" / "register.toml"
TOLD = tomllib.loads(REGISTER.read_text(encoding="utf-8"))["tabel"]
KINDS = {"tidak", "samaran", "tersandi", "bebas", "alamat"}
FIELDS = {"isi", "personal", "tujuan", "simpan", "hapus"}

_TABLES = """
select oid::regclass::text as name from pg_class
where relnamespace::regnamespace::text in ('intake', 'scoring', 'projection')
  and relkind in ('r', 'p') and not relispartition
"""


async def test_every_table_stands_in_the_register(database: Database) -> None:
    async with await postgres.connect(database.admin, "public", "test") as admin:
        found = {row["name"] for row in await postgres.fetch(admin, _TABLES)}
    assert found == set(TOLD)


@pytest.mark.parametrize("table", sorted(TOLD))
def test_each_says_what_why_and_how_long(table: str) -> None:
    told = TOLD[table]
    assert set(told) == FIELDS
    assert told["personal"] in KINDS
    assert all(told[field].strip().endswith(".") for field in FIELDS - {"personal"})
