"""Bring a database up to date: roles, migrations, and a head for every tenant there is.

Reads `DATABASE_URL` (a user that may create roles and schemas) and `ROLE_PASSWORDS_FILE`, a JSON
object of role to password. Run as `python -m deploy.migrate`; running it again changes nothing.
`DATA_FOLDERS`, if given, are the folders the database lies in, as one would type them to remove
them: of an earlier commit, the data is refused and its folders are named.
"""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct
from psycopg import sql

from shared.io import config, migrate, postgres, problems, rulebook
from shared.kernel import names
from shared.kernel.errors import Corrupt, Refused

ROLES = ("jejak_intake", "jejak_scoring", "jejak_projection")
# What the person at the terminal can mend; anything else is a bug and shows its traceback.
TOLD = ("migration.edited", "config.missing")
LOG_SCHEMAS = ("intake", "scoring")

_ROLE_LOCK = 6_310_2027


async def apply(url: str, passwords: Mapping[str, str]) -> int:
    """Do all of it; the number of migration steps that were missing."""
    connection = await postgres.connect(url, "public", "migrate")
    async with connection:
        with postgres.translated():
            await _roles(connection, passwords)
            applied = await migrate.migrate(
                connection, migrate.steps(Path(__file__).parent / "postgres")
            )
            await _heads(connection)
    return len(applied)


async def _roles(connection: postgres.Connection, passwords: Mapping[str, str]) -> None:
    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock(%s)", [_ROLE_LOCK])
        for role in ROLES:
            known = await postgres.fetch(
                connection, "select 1 from pg_roles where rolname = %(role)s", {"role": role}
            )
            verb = sql.SQL("alter role" if known else "create role")
            await connection.execute(
                sql.SQL(
                    "{} {} login nosuperuser nobypassrls nocreatedb nocreaterole password {}"
                ).format(verb, sql.Identifier(role), sql.Literal(passwords[role]))
            )


async def _heads(connection: postgres.Connection) -> None:
    """A head and a relay cursor for the ministry and every region code."""
    tenants = [names.MINISTRY, *(region.code for region in rulebook.regions().regions)]
    for schema in LOG_SCHEMAS:
        async with connection.transaction():
            await connection.execute("select set_config('search_path', %s, true)", [schema])
            await postgres.reach(connection, tenants)
            for table in ("head", "relay_cursor"):
                await connection.execute(
                    sql.SQL(
                        "insert into {} (tenant) select unnest(%s::text[]) on conflict do nothing"
                    ).format(sql.Identifier(table)),
                    [tenants],
                )


class Place(Struct, frozen=True, kw_only=True):
    """What to bring up to date, from the environment."""

    database_url: str
    role_passwords_file: str
    data_folders: str = "DATABASE_URL"


def main() -> int:
    """The command line: 0 when the database is up to date."""
    data = ""
    try:
        place = config.read(Place)
        data = place.data_folders
        passwords = msgspec.json.decode(
            Path(place.role_passwords_file).read_bytes(), type=dict[str, str]
        )
        applied = asyncio.run(apply(place.database_url, passwords))
    except (Corrupt, Refused) as failure:
        if failure.reason not in TOLD:
            raise
        told = {**failure.facts, "data": data}
        for language in ("id", "en"):
            print(problems.sentence(failure.reason, language, told), file=sys.stderr)
        return 1
    print(f"migrasi: {applied} langkah diterapkan")
    return 0


if __name__ == "__main__":
    sys.exit(main())
