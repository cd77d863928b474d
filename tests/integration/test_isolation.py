"""A transaction sees and writes the rows of the tenants it named, and of nobody else."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest

from deploy import migrate
from shared.io import postgres
from shared.kernel.errors import Corrupt, Refused
from tests import examples
from tests.databases import Database
from tests.serving import serving

OWN, OTHER, THIRD, FRESH = "63.10", "63.11", "63.09", "63.08"
SHA256 = "a" * 64
LEAF = "decode(repeat('00', 32), 'hex')"


def person(tenant: str) -> str:
    return f"'p-' || substr(md5('{tenant}'), 1, 16)"


def row_of(table: str, tenant: str) -> str:
    return ROWS[table].replace("%s", tenant)


# One row of a tenant in each table; the values after the tenant only have to be storable.
ROWS: Mapping[str, str] = {
    "intake.event": f"'%s', 1, 's', 1, gen_random_uuid(), 't', '', '', now(), {LEAF}",
    "intake.command": "'%s', 'k', '', '', now()",
    "intake.answer": "'%s', 'k', '', 200, '', now()",
    "intake.allowance": "'%s', 'read', 1, 1, now()",
    "intake.evidence": f"'%s', '{SHA256}', 1, 'application/pdf', '', now()",
    "intake.upload": (f"'%s', '{'b' * 32}', '{SHA256}', 1, 'application/pdf', '', 0, false, now()"),
    "intake.upload_part": f"'%s', '{'b' * 32}', 0, 1, '{SHA256}'",
    "intake.webhook": (
        f"'%s', '{'c' * 32}', 'https://a.id/', '{{}}', 'active', {LEAF}, null, null, 0,"
        " decode(repeat('00', 8), 'hex')"
    ),
    "intake.person": f"'%s', {person('%s')}",
    "intake.person_key": f"'%s', {person('%s')}, ''",
    "intake.role_held": f"'%s', 'g-' || substr(md5('%s'), 1, 16), {person(OWN)}, 'auditor'",
    "intake.session": (
        f"'%s', sha256('%s'), {person(OWN)}, 'g-' || substr(md5('{OWN}'), 1, 16), 'password', '',"
        " now(), now(), now()"
    ),
    "intake.revoked_token": "'%s', sha256('%s'), now()",
    "scoring.event": f"'%s', 1, 's', 1, gen_random_uuid(), 't', '', '', now(), {LEAF}",
    "scoring.command": "'%s', 'k', '', '', now()",
    "scoring.entry": "'%s', 2026, '2026.1', 'd', now(), '', ''",
    "scoring.innovation": (
        "'%s', 2026, 'i', true, true, false, 'penerapan', 1, '{}', null, null, 0, '', ''"
    ),
    "scoring.checkpoint": f"'evt', '%s', 1, 1, {LEAF}",
    "scoring.blocked": "'evt', '%s', 1, 'why', false, now()",
    "projection.checkpoint": f"'evt', '%s', 1, 1, {LEAF}",
    "projection.blocked": "'evt', '%s', 1, 'why', false, now()",
    "projection.score": (
        "'evt', '%s', 1, 2026, 'final', now(), now(), '2026.1', 'd', 1, 'p', null, null, null,"
        " null, null, null, null, null, null, true, 1, '', '', false"
    ),
    "projection.target": "'%s', 1, 2026, now(), now(), 1, 'i'",
    "projection.activity": "'%s', 2026, 1, now()",
    "projection.season": "'%s', 2026, '2026.1', 'd', 'l', now(), now()",
    "projection.calendar": "'%s', 1, 2026, now(), now(), ''",
}
# How far logs go, and what the public pages show: read by every service, written like the rest.
TOLD = {"scoring.checkpoint", "scoring.blocked", *(t for t in ROWS if t.startswith("projection."))}
CLOSED = sorted(set(ROWS) - TOLD)


def owner(table: str) -> str:
    named = {"projection.season": "keeper", "projection.calendar": "keeper"}
    return named.get(table, "whose" if table.endswith(".allowance") else "tenant")


def role(table: str) -> str:
    return table.split(".", maxsplit=1)[0]


@pytest.fixture
async def filled(database: Database) -> Database:
    """One row of each of two tenants in every table."""
    async with await postgres.connect(database.admin, "public", "test") as admin:
        for table in ROWS:
            for tenant in (OWN, OTHER):
                await admin.execute(f"insert into {table} values ({row_of(table, tenant)})")
        # A part belongs to an upload, a key to a person.
        for table in ("intake.upload", "intake.person"):
            await admin.execute(f"insert into {table} values ({row_of(table, THIRD)})")
    return database


async def seen(opened: postgres.Pool, table: str, *tenants: str) -> list[Any]:
    """Whose rows of a table a transaction sees that named these tenants."""
    rows = await postgres.fetch_of(
        opened, tenants, f"select {owner(table)} as whose from {table} order by 1"
    )
    return [row["whose"] for row in rows]


@pytest.mark.parametrize("table", CLOSED)
async def test_a_tenants_rows_are_shown_to_who_named_it_and_to_nobody_else(
    filled: Database, table: str
) -> None:
    async with postgres.pool(filled.roles[role(table)], "public", "test", 1) as opened:
        assert await seen(opened, table, OWN) == [OWN]
        assert await seen(opened, table, OTHER) == [OTHER]
        assert await seen(opened, table, OWN, OTHER) == [OWN, OTHER]
        assert await seen(opened, table) == []
        assert await seen(opened, table, "99.99") == []
        async with postgres.borrowed(opened) as connection:
            assert await postgres.fetch(connection, f"select * from {table}") == []


@pytest.mark.parametrize("table", sorted(ROWS))
async def test_nothing_is_written_for_a_tenant_that_was_not_named(
    filled: Database, table: str
) -> None:
    fresh = THIRD if table in ("intake.upload_part", "intake.person_key") else FRESH
    statement = f"insert into {table} values ({row_of(table, fresh)})"
    async with postgres.pool(filled.roles[role(table)], "public", "test", 1) as opened:
        for named in ([OWN], []):
            with pytest.raises(Corrupt, match="row-level security"):
                async with postgres.reaching(opened, named) as connection:
                    await connection.execute(statement)
        async with postgres.reaching(opened, [fresh]) as connection:
            assert await postgres.execute(connection, statement) == 1


# Where a role may change rows at all.
CHANGES = {
    "intake.head": "update intake.head set seq = seq + 1",
    "intake.relay_cursor": "update intake.relay_cursor set seq = seq + 1",
    "intake.upload": "delete from intake.upload",
    "intake.webhook": "update intake.webhook set state = 'paused'",
    "intake.person": "update intake.person set tokens_from = now()",
    "intake.person_key": "delete from intake.person_key",
    "intake.role_held": "update intake.role_held set withdrawn_at = now()",
    "intake.session": "delete from intake.session",
    "intake.revoked_token": "delete from intake.revoked_token",
    "scoring.head": "update scoring.head set seq = seq + 1",
    "scoring.relay_cursor": "update scoring.relay_cursor set seq = seq + 1",
    "scoring.checkpoint": "delete from scoring.checkpoint",
    "scoring.blocked": "delete from scoring.blocked",
    "scoring.entry": "update scoring.entry set claimed = 'x'",
    "scoring.innovation": "update scoring.innovation set words = 1",
    "projection.score": "delete from projection.score",
    "projection.season": "update projection.season set letter = 'x'",
}


@pytest.mark.parametrize("table", sorted(CHANGES))
async def test_a_change_meets_the_named_tenants_rows_alone(filled: Database, table: str) -> None:
    async with postgres.pool(filled.roles[role(table)], "public", "test", 1) as opened:
        for named, count in (([], 0), (["99.99"], 0), ([OWN], 1)):
            async with postgres.reaching(opened, named) as connection:
                assert await postgres.execute(connection, CHANGES[table]) == count


async def test_the_view_of_all_scorecards_shows_the_named_ones(filled: Database) -> None:
    async with postgres.pool(filled.projection, "projection", "test", 1) as opened:
        for view in ("scoring.present_entry", "scoring.present_innovation"):
            assert await seen(opened, view, OWN) == [OWN]
            assert await seen(opened, view) == []


async def test_a_connection_that_goes_back_to_its_pool_reaches_nobody(filled: Database) -> None:
    table = "intake.event"
    async with postgres.pool(filled.intake, "public", "test", 1) as opened:
        for failing in (False, True):
            with suppress(Refused):
                async with postgres.reaching(opened, [OWN]) as connection:
                    assert await postgres.fetch(connection, f"select 1 from {table}")
                    if failing:
                        await connection.execute("select 1 / 0")
            async with postgres.borrowed(opened) as connection:
                assert await postgres.fetch(connection, f"select 1 from {table}") == []
            assert await seen(opened, table) == []


async def test_tenants_that_share_one_connection_never_see_each_other(filled: Database) -> None:
    async def look(tenant: str) -> None:
        for _ in range(40):
            assert await seen(opened, "intake.event", tenant) == [tenant]

    async with postgres.pool(filled.intake, "public", "test", 1) as opened:
        await asyncio.gather(*(look(tenant) for tenant in (OWN, OTHER) * 4))


async def test_an_append_reaches_its_own_tenants(database: Database) -> None:
    async with serving(database.intake) as commit:
        await asyncio.gather(
            *(commit.append(examples.append(tenant=tenant)) for tenant in (OWN, OTHER) * 5)
        )
    async with postgres.pool(database.intake, "public", "test", 1) as opened:
        assert set(await seen(opened, "intake.event", OWN)) == {OWN}
        assert set(await seen(opened, "intake.command", OTHER)) == {OTHER}


async def test_every_table_of_the_schemas_is_closed_and_opened_by_a_policy(
    database: Database,
) -> None:
    async with await postgres.connect(database.admin, "public", "test") as admin:
        tables = await postgres.fetch(admin, _TABLES)
        policies = await postgres.fetch(admin, _POLICIES)
    assert {row["name"] for row in tables} >= set(ROWS)
    opened = {row["name"] for row in policies}
    for row in tables:
        assert row["closed"], f"{row['name']} is open to whoever may log in"
        assert row["partition"] != (row["name"] in opened), row["name"]
    for row in policies:
        # Functions answer narrow questions as the owner; full buckets are anybody's to forget.
        if row["owner_only"] or row["policy"] in FORGETTING | ADDING:
            continue
        named = "reached()" in row["condition"]
        assert named or row["reads_only"], f"{row['name']} is written without naming a tenant"
        open_to_all = row["reads_only"] and not named
        assert not open_to_all or row["name"] in TOLD | HEADS | PROVEN, row["name"]


FORGETTING = {"seen_full", "full_again"}
# What is signed is everybody's to read, and only ever added to.
ADDING = {"added"}
PROVEN = {f"intake.{name}" for name in ("head_line", "signed_head", "cosignature", "signing_key")}
HEADS = {f"{log}.{table}" for log in migrate.LOG_SCHEMAS for table in ("head", "relay_cursor")}

_TABLES = """
select oid::regclass::text as name, relispartition as partition,
       relrowsecurity and relforcerowsecurity as closed
from pg_class
where relnamespace::regnamespace::text in ('intake', 'scoring', 'projection')
  and relkind in ('r', 'p')
"""
_POLICIES = """
select polrelid::regclass::text as name, polname as policy, polcmd = 'r' as reads_only,
       polroles <> array[0::oid] as owner_only,
       pg_get_expr(coalesce(polwithcheck, polqual), polrelid) as condition
from pg_policy
"""


async def test_a_key_is_found_by_who_shows_it_and_never_listed(database: Database) -> None:
    async with await postgres.connect(database.admin, "intake", "test") as admin:
        await admin.execute(
            "insert into api_key (id, client, tenant, role, secret_hash)"
            f" values ('k', 'k', '{OWN}', 'region_admin', {LEAF})"
        )
    for service in ("intake", "projection"):
        async with postgres.pool(database.roles[service], "public", "test", 1) as opened:
            with pytest.raises(Corrupt, match="permission denied"):
                await postgres.fetch_of(opened, [OWN], "select * from intake.api_key")
            asked = "select tenant from intake.key_shown(%(id)s)"
            assert await postgres.fetch_of(opened, [], asked, {"id": "k"}) == [{"tenant": OWN}]
            assert await postgres.fetch_of(opened, [], asked, {"id": "%"}) == []


@pytest.mark.parametrize("power", ["superuser", "bypassrls", "owner"])
async def test_a_role_that_isolation_does_not_bind_is_refused_at_the_start(
    database: Database, power: str
) -> None:
    name = f"jejak_unsafe_{power}"
    async with await postgres.connect(database.admin, "public", "test") as admin:
        attribute = power if power != "owner" else ""
        await admin.execute(f"create role {name} login password 'known' {attribute}")
        try:
            if power == "owner":
                await admin.execute(f"alter table projection.target owner to {name}")
            url = postgres.with_user(database.admin, name, "known")
            with pytest.raises(Refused) as refused:
                async with postgres.pool(url, "projection", "test", 1):
                    pytest.fail("it was let in")
            assert refused.value.reason == "config.role_unbound"
            assert refused.value.facts == {"role": name}
        finally:
            await admin.execute(f"reassign owned by {name} to current_user")
            await admin.execute(f"drop role {name}")
