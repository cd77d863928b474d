"""History cannot be changed by anyone who can log in, and migrations are history too."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from psycopg.rows import DictRow

from deploy import migrate as deploy_migrate
from shared.io import migrate, postgres
from shared.kernel.errors import Corrupt, Failure, Unavailable
from tests import examples
from tests.databases import Database
from tests.examples import TENANT
from tests.serving import serving

ROLES = ["intake", "scoring", "projection"]
SCHEMAS = ["intake", "scoring"]
MIGRATIONS = Path(deploy_migrate.__file__).parent / "postgres"

CHANGES = {
    "update an event": "update {schema}.event set state = 'x'",
    "update an event's place": "update {schema}.event set seq = seq + 1",
    "delete an event": "delete from {schema}.event",
    "truncate events": "truncate {schema}.event",
    "truncate everything": "truncate {schema}.event, {schema}.command, {schema}.head cascade",
    "update a partition": "update {schema}.event_{part} set state = 'x'",
    "delete from a partition": "delete from {schema}.event_{part}",
    "truncate a partition": "truncate {schema}.event_{part}",
    "update a command": "update {schema}.command set receipt = 'x'",
    "delete a command": "delete from {schema}.command",
    "truncate commands": "truncate {schema}.command",
    "truncate a command partition": "truncate {schema}.command_{part}",
    "delete a head": "delete from {schema}.head",
    "truncate heads": "truncate {schema}.head",
    "move a head back": "update {schema}.head set seq = seq - 1 where seq > 0",
    "move an epoch back": "update {schema}.head set epoch = epoch - 1",
    "rename a head": "update {schema}.head set tenant = 'x' || tenant",
    "replace by merge": (
        "merge into {schema}.event using (select 1) as one on true when matched then delete"
    ),
}

every_change = pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())


@asynccontextmanager
async def session(url: str) -> AsyncIterator[postgres.Connection]:
    connection = await postgres.connect(url, "public", "test")
    async with connection:
        yield connection


@pytest.fixture(params=SCHEMAS)
async def schema(request: pytest.FixtureRequest, database: Database) -> str:
    """A log with something in it to change."""
    name = str(request.param)
    async with serving(database.roles[name], schema=name) as commit:
        await commit.append(examples.append(drafts=[examples.draft()] * 3))
    return name


async def attempt(url: str, statement: str) -> None:
    """As a service that named the tenant: what refuses is not that the rows are out of sight."""
    async with session(url) as connection:
        with postgres.translated():
            async with connection.transaction():
                await postgres.reach(connection, [TENANT])
                await connection.execute(statement)


async def snapshot(database: Database, schema: str) -> list[list[DictRow]]:
    async with session(database.admin) as admin:
        return [
            await postgres.fetch(admin, f"select * from {schema}.{table} order by 1, 2")
            for table in ("event", "command", "head")
        ]


async def part_of(database: Database, schema: str) -> str:
    """The partition the tenant's rows are in."""
    async with session(database.admin) as admin:
        rows = await postgres.fetch(
            admin, f"select distinct tableoid::regclass::text as part from {schema}.event"
        )
    return str(rows[0]["part"])[-2:]


@every_change
async def test_nobody_changes_history(database: Database, schema: str, change: str) -> None:
    """Service roles have not the right; the owner and the superuser meet the triggers."""
    before = await snapshot(database, schema)
    assert len(before[0]) == 3
    statement = change.format(schema=schema, part=await part_of(database, schema))
    for url in (*database.roles.values(), database.admin):
        with pytest.raises(Corrupt, match=r"permission denied|cannot be changed|only grows"):
            await attempt(url, statement)
    assert await snapshot(database, schema) == before


@pytest.mark.parametrize("table", ["event", "command"])
async def test_a_row_cannot_be_replaced_on_conflict(
    database: Database, schema: str, table: str
) -> None:
    column = {"event": "state", "command": "receipt"}[table]
    statement = (
        f"insert into {schema}.{table} select * from {schema}.{table}"
        f" on conflict on constraint {table}_pkey do update set {column} = 'x'"
    )
    before = await snapshot(database, schema)
    for url in (*database.roles.values(), database.admin):
        with pytest.raises(Corrupt):
            await attempt(url, statement)
    assert await snapshot(database, schema) == before


async def test_the_owner_of_the_tables_is_refused_as_well(database: Database, schema: str) -> None:
    async with session(database.admin) as admin:
        await admin.execute("create role jejak_owner")
        try:
            await admin.execute("grant all on schema intake, scoring to jejak_owner")
            for table in ("event", "command", "head"):
                await admin.execute(f"alter table {schema}.{table} owner to jejak_owner")
            await admin.execute("set role jejak_owner")
            for change in ("update {}.event set topic = 'x'", "delete from {}.command"):
                async with admin.transaction():
                    await postgres.reach(admin, [TENANT])
                    with pytest.raises(Corrupt, match="cannot be changed"), postgres.translated():
                        async with admin.transaction():
                            await admin.execute(change.format(schema))
        finally:
            await admin.execute("reset role")
            await admin.execute("reassign owned by jejak_owner to current_user")
            await admin.execute("drop owned by jejak_owner")
            await admin.execute("drop role jejak_owner")


async def test_service_roles_have_no_power_over_the_database(database: Database) -> None:
    async with session(database.admin) as admin:
        rows = await postgres.fetch(
            admin,
            "select rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication,"
            " (select count(*) from pg_auth_members where member = pg_roles.oid) as memberships"
            " from pg_roles where rolname like 'jejak\\_%'",
        )
        owned = await postgres.fetch(
            admin,
            "select relname from pg_class join pg_roles on pg_roles.oid = relowner"
            " where rolname like 'jejak\\_%'",
        )
        functions = await postgres.fetch(
            admin,
            "select oid::regproc::text as name, proconfig = array['search_path=\"\"'] as bound,"
            " has_function_privilege('public', oid, 'execute') as open"
            " from pg_proc where prosecdef order by 1",
        )
    assert {row["rolname"] for row in rows} == set(deploy_migrate.ROLES)
    for row in rows:
        powers = [name for name, value in row.items() if name != "rolname" and value]
        assert powers == []
    assert owned == []
    # These answer narrow questions as the owner, and nothing but what they name answers them.
    assert functions == [
        {"name": f"intake.{name}", "bound": True, "open": False}
        for name in (
            "client_is_foreign",
            "held_elsewhere",
            "key_shown",
            "key_used",
            "people_by_identity",
            "people_by_login",
            "person_invited",
            "roles_by_token",
            "roles_of_client",
            "session_shown",
            "session_used",
            "sessions_end",
            "token_is_over",
        )
    ]


INSERTS = {
    "event": "insert into {schema}.event select * from {schema}.event where false",
    "command": "insert into {schema}.command select * from {schema}.command where false",
    "head": "insert into {schema}.head (tenant) values ('99')",
    "move a head": "update {schema}.head set seq = seq + 1",
    "relay cursor": "update {schema}.relay_cursor set seq = seq + 1",
}


@pytest.mark.parametrize("insert", INSERTS.values(), ids=INSERTS.keys())
async def test_no_service_writes_into_anothers_log(database: Database, insert: str) -> None:
    for schema in SCHEMAS:
        for role in ROLES:
            if role == schema:
                continue
            with pytest.raises(Corrupt, match="permission denied"):
                await attempt(database.roles[role], insert.format(schema=schema))


async def test_each_service_reads_what_it_follows_and_nothing_else(database: Database) -> None:
    may = {
        ("intake", "intake.event"),
        ("scoring", "intake.event"),
        ("scoring", "scoring.event"),
        ("projection", "intake.event"),
        ("projection", "scoring.event"),
        ("intake", "intake.command"),
        ("scoring", "scoring.command"),
        ("intake", "intake.evidence"),
        ("intake", "intake.webhook"),
        ("scoring", "scoring.checkpoint"),
        ("projection", "scoring.checkpoint"),
        ("projection", "projection.checkpoint"),
    }
    for role in ROLES:
        for table in sorted({table for _, table in may}):
            try:
                await attempt(database.roles[role], f"select * from {table}")
                can = True
            except Failure:
                can = False
            assert can == ((role, table) in may), (role, table)


@pytest.mark.parametrize("role", ROLES)
async def test_no_service_makes_tables_or_switches_triggers_off(
    database: Database, role: str
) -> None:
    for statement in (
        "create table public.own (a int)",
        "create table intake.own (a int)",
        "create schema own",
        "set session_replication_role = replica",
        "alter table intake.event disable trigger all",
        "drop table intake.event cascade",
        "set role postgres",
    ):
        with pytest.raises(Corrupt):
            await attempt(database.roles[role], statement)


async def test_no_role_enters_without_its_password(database: Database) -> None:
    for role in deploy_migrate.ROLES:
        with pytest.raises(Unavailable, match="password"):
            await attempt(postgres.with_user(database.admin, role, "guessed"), "select 1")


async def test_every_partition_is_protected_like_its_parent(database: Database) -> None:
    async with session(database.admin) as admin:
        rows = await postgres.fetch(
            admin,
            "select relnamespace::regnamespace::text || '.' || relname as name,"
            " array_agg(tgname::text order by tgname) filter (where tgenabled = 'O') as triggers"
            " from pg_class left join pg_trigger on tgrelid = pg_class.oid"
            " where relname ~ '^(event|command)_[0-9]{2}$' and relkind = 'r' group by 1",
        )
    assert len(rows) == 2 * 2 * 16
    assert {tuple(row["triggers"]) for row in rows} == {("keep", "keep_all")}


async def test_the_reads_of_the_append_use_an_index(database: Database) -> None:
    """The plan at scale: however small the test's tables are, no scan where an index serves."""
    queries = postgres.queries(Path(postgres.__file__).parent / "sql" / "history.sql")
    async with session(database.admin) as admin:
        await admin.execute("set search_path = intake; set enable_seqscan = off")
        rows = await postgres.fetch(
            admin,
            "explain " + queries["read_range"],
            {"tenant": TENANT, "after": 1, "upto": 9, "limit": 5},
        )
    plan = "\n".join(row["QUERY PLAN"] for row in rows)
    assert "Index" in plan
    assert "Seq Scan" not in plan
    assert "Sort" not in plan
    assert plan.count(" on event_") == 1  # one partition, not sixteen


# Migrations.


async def structure(database: Database) -> list[DictRow]:
    async with session(database.admin) as admin:
        return [
            *await postgres.fetch(
                admin,
                "select table_schema, table_name, column_name, data_type, column_default"
                " from information_schema.columns where table_schema !~ '^(pg_|information)'"
                " order by 1, 2, 3",
            ),
            *await postgres.fetch(admin, "select * from public.migration order by name, schema"),
            *await postgres.fetch(admin, "select tenant, seq from intake.head order by tenant"),
            *await postgres.fetch(
                admin,
                "select relname, relacl::text from pg_class where relacl is not null order by 1",
            ),
        ]


async def test_migrating_again_changes_nothing(
    database: Database, role_passwords: dict[str, str]
) -> None:
    async with serving(database.intake) as commit:
        await commit.append(examples.append())
    before = await structure(database)
    assert await deploy_migrate.apply(database.admin, role_passwords) == 0
    assert await structure(database) == before


async def test_every_file_is_applied_in_every_schema_it_names(database: Database) -> None:
    async with session(database.admin) as admin:
        rows = await postgres.fetch(admin, "select name, schema, sha256 from migration")
    applied = {(row["name"], row["schema"]): row["sha256"] for row in rows}
    steps = {(step.name, step.schema): step.sha256 for step in migrate.steps(MIGRATIONS)}
    assert applied == steps


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "postgres"
    shutil.copytree(MIGRATIONS, copy)
    return copy


async def test_an_edited_migration_is_corrupt_and_nothing_is_applied(
    database: Database, folder: Path
) -> None:
    edited = folder / "0004_consumers.sql"
    edited.write_text(edited.read_text() + "-- a harmless word\n")
    (folder / "0900_later.sql").write_text("create table public.later (a int);\n")
    async with session(database.admin) as admin:
        with pytest.raises(Corrupt, match=r"migration\.edited.*0004_consumers"):
            await migrate.migrate(admin, migrate.steps(folder))
        assert await postgres.fetch(admin, "select to_regclass('public.later') as made") == [
            {"made": None}
        ]


async def test_a_failing_migration_leaves_nothing_and_the_next_attempt_goes_on(
    database: Database, folder: Path
) -> None:
    (folder / "0900_good.sql").write_text(
        "-- schemas: intake scoring\ncreate table good (a int);\n"
    )
    bad = folder / "0901_bad.sql"
    bad.write_text("create table public.bad (a int);\nselect 1 / 0;\n")
    async with session(database.admin) as admin:
        with pytest.raises(Failure):
            await migrate.migrate(admin, migrate.steps(folder))
        made = (
            "select to_regclass('public.bad')::text as bad,"
            " to_regclass('scoring.good')::text as good"
        )
        assert await postgres.fetch(admin, made) == [{"bad": None, "good": "scoring.good"}]
        bad.write_text("create table public.bad (a int);\n")
        applied = await migrate.migrate(admin, migrate.steps(folder))
        assert [step.name for step in applied] == ["0901_bad"]
