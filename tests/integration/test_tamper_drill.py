"""Whoever owns the database changes it behind the services: what finds each kind of change.

Every drill begins with the same facts, signed, witnessed, and a bundle and its note kept by an
auditor. The table in `deploy/README.md` says the same and is held against this one.
"""

import asyncio
import io
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
import pytest_asyncio
from msgspec import Struct
from msgspec.structs import replace

from deploy.local.nats import Server
from deploy.verifier import periksa
from shared.io.signing import Signer
from shared.kernel import appending, merkle
from shared.kernel.recorded import Stored
from tests import witnesses
from tests.databases import Database
from tests.system import LOG_KEY, LOG_NAME, ROOT, SERVICES, System, running
from tests.waiting import eventually
from tests.witnesses import Log, Process

YEAR, REGION, NEIGHBOUR = 2026, "63.10", "63.11"
KEY = Signer(LOG_NAME, LOG_KEY).key.text
FACTS = 5

# What finds something: the signer while it runs, the service that is to make a bundle, the verifier
# on a bundle made afterwards, the verifier beside the note that was kept, and the witness.
FINDERS = SIGNER, BUNDLING, VERIFIER, KEPT, WITNESS = (
    "signer",
    "bundling",
    "verifier",
    "kept note",
    "witness",
)


class Drill(Struct, frozen=True, kw_only=True):
    """What is done, told as the table tells it, and what finds it."""

    told: str
    found_by: frozenset[str]


DRILLS: dict[str, Drill] = {
    "byte": Drill(
        told="one byte of one fact is changed",
        found_by=frozenset({VERIFIER}),
    ),
    "byte_and_leaf": Drill(
        told="one byte of one fact, and its leaf hash to fit",
        found_by=frozenset({VERIFIER}),
    ),
    "last_deleted": Drill(
        told="the last facts are deleted, the head put back to fit",
        found_by=frozenset({SIGNER, BUNDLING}),
    ),
    "swapped": Drill(
        told="two facts change places, hashes made to fit",
        found_by=frozenset({SIGNER, VERIFIER}),
    ),
    "inserted": Drill(
        told="a fact is slipped in, those behind it renumbered, leaves and head made to fit",
        found_by=frozenset({SIGNER, VERIFIER}),
    ),
    "head": Drill(
        told="the head row is replaced",
        found_by=frozenset({SIGNER}),
    ),
    "note": Drill(
        told="a stored checkpoint is edited",
        found_by=frozenset({VERIFIER}),
    ),
    "head_line": Drill(
        told="a line of the log of heads is edited",
        found_by=frozenset({SIGNER, VERIFIER, KEPT}),
    ),
    "anew": Drill(
        told="the whole log is made anew and signed, by whoever has the key and the second place",
        found_by=frozenset({KEPT, WITNESS}),
    ),
    "older": Drill(
        told="an older copy of the database is put back, and of the second place too",
        found_by=frozenset({KEPT, WITNESS}),
    ),
}


@pytest_asyncio.fixture
async def witness(tmp_path: Path) -> AsyncIterator[Process]:
    log = Log(LOG_NAME)
    log.signer = Signer(LOG_NAME, LOG_KEY)
    with witnesses.stopping(Process(tmp_path, log)) as process:
        await process.start()
        yield process


@pytest_asyncio.fixture
async def system(
    database: Database, clean_bus: Server, tmp_path: Path, witness: Process
) -> AsyncIterator[System]:
    settings = {"WITNESSES": f"{witness.url} {witness.vkey}"}
    with running(database, clean_bus, tmp_path, settings=settings) as system:
        await system.ready()
        system.open_season(YEAR, "2026.1")
        for region in (REGION, NEIGHBOUR):
            system.upload(region)
            system.register(region, YEAR, "tapis")
            for level in (1, 2, 3):
                system.claim(region, YEAR, "SPD-08", level)
        yield system


@pytest.mark.parametrize("name", DRILLS)
async def test_every_change_is_found(
    system: System, witness: Process, tmp_path: Path, name: str
) -> None:
    if name == "older":
        await copied(system)
    kept = await bundled(system, tmp_path / "before")
    assert not told_by(tmp_path / "before", None), "all is well before"
    seen = witness.last_size(f"{LOG_NAME}/heads")
    log = len(system.log("intake"))
    TAMPER[name](system)
    await system.ready()
    said = await gone_on(system, log)
    found = {SIGNER} if re.search("proof.head_differs|proof.forked|proof.lost", said) else set()
    found |= {WITNESS} if re.search("witness.refused|witness.saw_more", said) else set()
    assert witness.last_size(f"{LOG_NAME}/heads") >= seen
    if await bundled(system, tmp_path / "after") is None:
        found.add(BUNDLING)
    else:
        found |= {VERIFIER} if told_by(tmp_path / "after", None) else set()
        found |= {KEPT} if told_by(tmp_path / "after", kept) else set()
    assert found == DRILLS[name].found_by


def test_the_table_that_people_read_is_this_one() -> None:
    text = (ROOT / "deploy" / "README.md").read_text(encoding="utf-8")
    for drill in DRILLS.values():
        marks = " | ".join("found" if each in drill.found_by else "–" for each in FINDERS)
        assert f"| {drill.told} | {marks} |" in text


async def bundled(system: System, folder: Path) -> Path | None:
    """A bundle as an auditor downloads it now, and the note over the heads in it; None where the
    logs have holes, so that none can be made.
    """
    await asyncio.to_thread(folder.mkdir)
    await eventually(lambda: system.get("/v1/bundles/63").status_code in (200, 500))
    answer = system.get("/v1/bundles/63")
    if answer.status_code != 200:
        assert "log.hole" in system.log("projection")
        return None
    content = answer.content
    (folder / "bundel.zip").write_bytes(content)
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        (folder / "dahulu.note").write_bytes(opened.read("checkpoints/all.note"))
    shutil.copy(periksa.__file__, folder / "periksa.py")
    return folder / "dahulu.note"


def told_by(folder: Path, kept: Path | None) -> str:
    """What the verifier finds amiss; beside a kept note, only what is amiss because of it."""
    earlier = ["--earlier", str(kept)] if kept else []
    done = subprocess.run(
        [sys.executable, "-I", "-S", "periksa.py", "bundel.zip", "--key", KEY, *earlier],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode in (0, 1), done.stdout
    problems = [line for line in done.stdout.splitlines() if line.startswith("- ")]
    return "\n".join(line for line in problems if not kept or "Catatan terdahulu" in line)


async def gone_on(system: System, log: int) -> str:
    """The services go on; what intake has said since, once it was able to find anything."""
    system.claim(NEIGHBOUR, YEAR, "SPD-01", 1)
    head = "select seq from intake.head where tenant = %s"
    line = "select max(size) from intake.head_line where tenant = %s"
    newest = "select max(size) from intake.signed_head where tenant = 'all'"
    cosigned = "select max(size) from intake.cosignature"

    def said() -> str:
        return system.log("intake")[log:]

    def signed() -> bool:
        return system.query(head, NEIGHBOUR) == system.query(line, NEIGHBOUR)

    def witnessed() -> bool:
        return system.query(newest) == system.query(cosigned)

    stopped = re.compile("proof.forked|proof.lost")
    await eventually(lambda: signed() or stopped.search(said()))
    refused = re.compile("witness.refused|witness.saw_more")
    await eventually(lambda: witnessed() or refused.search(said()) or stopped.search(said()))
    return said()


def superuser(system: System, *statements: str) -> None:
    """Triggers and grants do not hold whoever owns the machine."""
    with psycopg.connect(system.database.admin, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        for statement in statements:
            connection.execute(statement)


def rewrite(
    system: System, change: Callable[[list[Stored]], Sequence[Stored]], *, head: bool = True
) -> None:
    """Put other facts in place of the region's, and a head row that follows from them."""
    with psycopg.connect(system.database.admin) as connection:
        connection.execute("set session_replication_role = replica")
        cursor = connection.execute(
            "select tenant, seq, stream, version, event_id, topic, state, meta, recorded_at,"
            " leaf_hash from intake.event where tenant = %s order by seq",
            [REGION],
        )
        assert cursor.description
        names = [column.name for column in cursor.description]
        facts = [
            Stored(**{**dict(zip(names, row, strict=True)), "leaf_hash": bytes(row[-1])})
            for row in cursor.fetchall()
        ]
        changed = [fitting(fact) for fact in change(facts)]
        connection.execute("delete from intake.event where tenant = %s", [REGION])
        marks = ", ".join(f"%({name})s" for name in names)
        connection.cursor().executemany(
            f"insert into intake.event ({', '.join(names)}) values ({marks})",
            [{name: getattr(fact, name) for name in names} for fact in changed],
        )
        if not head:
            return
        frontier = merkle.extend(b"", 0, [fact.leaf_hash for fact in changed])
        connection.execute(
            "update intake.head set seq = %s, frontier = %s, root = %s where tenant = %s",
            [len(changed), frontier, merkle.root(frontier), REGION],
        )


def fitting(fact: Stored) -> Stored:
    """The fact with the leaf hash that its bytes have."""
    return replace(fact, leaf_hash=merkle.leaf_hash(appending.leaf_of(fact)))


CHANGED = (
    "update intake.event set state = convert_to(replace(convert_from(state, 'UTF8'),"
    f" '\"level\":2', '\"level\":3'), 'UTF8') where tenant = '{REGION}'"
)


def byte(system: System) -> None:
    superuser(system, CHANGED)


def byte_and_leaf(system: System) -> None:
    byte(system)
    rewrite(system, lambda facts: facts, head=False)


def last_deleted(system: System) -> None:
    rewrite(system, lambda facts: facts[:-2])


def swapped(system: System) -> None:
    def exchange(facts: list[Stored]) -> list[Stored]:
        *first, one, other = facts
        return [
            *first,
            replace(one, state=other.state, event_id=other.event_id),
            replace(other, state=one.state, event_id=one.event_id),
        ]

    rewrite(system, exchange)


def inserted(system: System) -> None:
    def slipped_in(facts: list[Stored]) -> list[Stored]:
        told = [*facts[:2], *facts[2:3], *facts[2:]]
        forged = replace(told[2], stream=told[2].stream + "x", event_id=uuid4())
        return [
            replace(fact, seq=seq) for seq, fact in enumerate([*told[:2], forged, *told[3:]], 1)
        ]

    rewrite(system, slipped_in)


def head(system: System) -> None:
    superuser(system, f"update intake.head set root = sha256('x') where tenant = '{REGION}'")


def note(system: System) -> None:
    superuser(
        system,
        "update intake.signed_head set note = replace(note, E'\\n\\n', E'0\\n\\n')"
        f" where tenant = '{REGION}'",
    )


def head_line(system: System) -> None:
    """And started again: while it runs, the signer holds the lines it signed."""
    system.kill("intake")
    superuser(system, f"update intake.head_line set root = sha256('x') where tenant = '{REGION}'")
    system.start("intake")


def anew(system: System) -> None:
    system.kill("intake")
    shutil.rmtree(system.folder / "checkpoints")
    byte(system)
    rewrite(system, lambda facts: facts)
    superuser(
        system,
        "delete from intake.cosignature",
        "delete from intake.signed_head",
        "delete from intake.head_line",
    )
    system.start("intake")


def older(system: System) -> None:
    for service in SERVICES:
        system.kill(service)
    name = system.database.name
    server = system.database.admin.replace(f"/{name}", "/postgres")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)")
        connection.execute(f"alter database {name}_copy rename to {name}")
    shutil.rmtree(system.folder / "checkpoints")
    (system.folder / "copy").rename(system.folder / "checkpoints")
    for service in SERVICES:
        system.start(service)


async def copied(system: System) -> None:
    """A copy is kept of both places; then facts go on."""
    for service in SERVICES:
        system.kill(service)
    name = system.database.name
    server = system.database.admin.replace(f"/{name}", "/postgres")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name]
        )
        connection.execute(f"create database {name}_copy template {name}")
    shutil.copytree(system.folder / "checkpoints", system.folder / "copy")
    for service in SERVICES:
        system.start(service)
    await system.ready()
    for level in (1, 2, 3):
        system.claim(REGION, YEAR, "SPD-06", level)


TAMPER: dict[str, Callable[[System], None]] = {
    each.__name__: each
    for each in (
        byte,
        byte_and_leaf,
        last_deleted,
        swapped,
        inserted,
        head,
        note,
        head_line,
        anew,
        older,
    )
}
