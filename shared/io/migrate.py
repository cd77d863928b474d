"""Forward-only migrations: numbered SQL files, each applied once, never edited afterwards.

A file whose first line is `-- schemas: a b` runs once in each schema named, with the search path
set to it; any other file runs once, in no particular schema.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from shared.io import postgres
from shared.kernel.errors import Corrupt

# Any number no other program is likely to take; one migration at a time in a database.
_LOCK = 6_310_2026
_TABLE = """
create table if not exists public.migration (
    name       text not null,
    schema     text not null,
    sha256     text not null,
    applied_at timestamptz not null default now(),
    primary key (name, schema)
)
"""


class Step(Struct, frozen=True):
    """One file in one schema (empty: none in particular)."""

    name: str
    schema: str
    sha256: str
    sql: str


def steps(folder: Path) -> Sequence[Step]:
    """What the folder asks for, in order of number."""
    found: list[Step] = []
    for path in sorted(folder.glob("[0-9]*.sql")):
        sql = path.read_text(encoding="utf-8")
        first = sql.splitlines()[0]
        named = first.removeprefix("-- schemas:").split() if first.startswith("-- schemas:") else []
        digest = hashlib.sha256(sql.encode()).hexdigest()
        found.extend(Step(path.stem, schema, digest, sql) for schema in named or [""])
    return found


async def migrate(connection: postgres.Connection, wanted: Sequence[Step]) -> Sequence[Step]:
    """Apply what is missing, each step in its own transaction; the steps that were applied.

    A file that changed after it was applied is `Corrupt`: history is not rewritten here either.
    """
    with postgres.translated():
        await connection.execute("select pg_advisory_lock(%s)", [_LOCK])
        try:
            await connection.execute(_TABLE)
            rows = await postgres.fetch(connection, "select name, schema, sha256 from migration")
            done = {(row["name"], row["schema"]): row["sha256"] for row in rows}
            for step in wanted:
                if done.get((step.name, step.schema), step.sha256) != step.sha256:
                    raise Corrupt("migration.edited", name=step.name, schema=step.schema)
            missing = [step for step in wanted if (step.name, step.schema) not in done]
            for step in missing:
                await _apply(connection, step)
        finally:
            await connection.execute("select pg_advisory_unlock(%s)", [_LOCK])
    return missing


async def _apply(connection: postgres.Connection, step: Step) -> None:
    async with connection.transaction():
        if step.schema:
            await connection.execute("select set_config('search_path', %s, true)", [step.schema])
        await connection.execute(step.sql)
        await connection.execute(
            "insert into public.migration (name, schema, sha256) values (%s, %s, %s)",
            [step.name, step.schema, step.sha256],
        )
