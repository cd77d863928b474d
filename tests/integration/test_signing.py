"""Heads are signed as they grow, kept in a second place, and never signed against it."""

import base64
import json
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
import pytest_asyncio

from deploy import epoch
from deploy.local.nats import Server
from shared.io.signing import Signer, Verifier
from shared.kernel import heads, notes
from shared.kernel.heads import HeadLine
from shared.kernel.notes import TreeHead
from shared.kernel.proofs import Tree
from tests import note_verifier, witnesses
from tests.databases import Database
from tests.system import LOG_KEY, LOG_NAME, System, running
from tests.waiting import eventually
from tests.witnesses import Log, Process

REGION, NEIGHBOUR, YEAR = "63.10", "63.11", 2026
OWN = Verifier(Signer(LOG_NAME, LOG_KEY).key.text)
DIFFERS, FORKED, LOST = "proof.head_differs", "proof.forked", "proof.lost"


@pytest.fixture
def system(database: Database, clean_bus: Server, tmp_path: Path) -> Iterator[System]:
    with running(database, clean_bus, tmp_path, "intake") as system:
        yield system


async def record(system: System, region: str, number: int) -> None:
    await system.ready("intake")
    body = {"target": f"{number}.00", "instrument": "Perda"}
    who = (region, "region_admin")
    system.must(who, "PUT", f"/v1/regions/{region}/targets/{2026 + number}", body)


def lines(system: System) -> list[HeadLine]:
    rows = system.query(
        "select epoch, place, tenant, size, root, frontier from intake.head_line order by place"
    )
    names = ("epoch", "place", "tenant", "size", "root", "frontier")
    return [HeadLine(**dict(zip(names, row, strict=True))) for row in rows]


def latest(system: System) -> TreeHead | None:
    """The newest note in the second place; its signature is good."""
    file = system.folder / "checkpoints" / "latest.note"
    if not file.exists():
        return None
    note = notes.parse(file.read_bytes())
    notes.must_be_signed(note, [OWN])
    return notes.head_of(note).head


async def signed(system: System, region: str, size: int) -> None:
    """Until the region's log is signed so far, and shown in the second place."""

    def is_signed() -> bool:
        own = [line.size for line in lines(system) if line.tenant == region]
        head = latest(system)
        return bool(own) and own[-1] == size and head is not None and head.size > 0

    await eventually(is_signed)


async def test_what_is_recorded_is_signed_and_kept_in_a_second_place(system: System) -> None:
    await record(system, REGION, 1)
    await signed(system, REGION, 1)
    await record(system, REGION, 2)
    await record(system, NEIGHBOUR, 1)
    await signed(system, REGION, 2)
    await signed(system, NEIGHBOUR, 1)
    kept = lines(system)
    tree = Tree(heads.leaf_hashes(kept))

    def shown() -> bool:
        head = latest(system)
        return head is not None and (head.size, head.root) == (tree.size, tree.root(tree.size))

    await eventually(shown)
    head = latest(system)
    assert head is not None
    assert head.origin == f"{LOG_NAME}/heads"
    ((root,),) = system.query("select root from intake.head where tenant = %s", REGION)
    assert [line.root for line in kept if (line.tenant, line.size) == (REGION, 2)] == [root]
    told = []
    for file in sorted((system.folder / "checkpoints" / "heads").glob("*.ndjson")):
        told += [json.loads(line) for line in file.read_text().splitlines()]
    assert [(one["index"], one["tenant"], one["size"], one["root"]) for one in told] == [
        (line.place, line.tenant, line.size, line.root.hex()) for line in kept
    ]
    for origin, size, note in system.query("select origin, size, note from intake.signed_head"):
        parsed = notes.parse(note.encode())
        notes.must_be_signed(parsed, [OWN])
        assert (notes.head_of(parsed).head.origin, notes.head_of(parsed).head.size) == (
            origin,
            size,
        )


def superuser(system: System, *statements: str) -> None:
    """As whoever owns the machine: triggers and grants do not hold them."""
    with psycopg.connect(system.database.admin, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        for statement in statements:
            connection.execute(statement)


_BACK = f"""
update intake.head set seq = 1, (root, frontier) = (
    select root, frontier from intake.head_line where tenant = '{REGION}' and size = 1)
where tenant = '{REGION}'
"""
_FORGED = f"""
insert into intake.event
select tenant, 3, stream, version + 1, gen_random_uuid(), topic, state, meta, recorded_at, leaf_hash
from intake.event where tenant = '{REGION}' and seq = 2
"""
TAMPERING = {
    "the head row is replaced": (
        f"update intake.head set root = sha256('x') where tenant = '{REGION}'",
    ),
    "the last fact is deleted": (
        f"delete from intake.event where tenant = '{REGION}' and seq = 2",
        _BACK,
    ),
    "a fact is forged": (
        _FORGED,
        f"update intake.head set seq = 3, root = sha256('y') where tenant = '{REGION}'",
    ),
}


@pytest.mark.parametrize("statements", TAMPERING.values(), ids=TAMPERING.keys())
async def test_a_head_that_does_not_follow_is_not_signed(
    system: System, statements: tuple[str, ...]
) -> None:
    for number in (1, 2):
        await record(system, REGION, number)
        await signed(system, REGION, number)
    superuser(system, *statements)
    before = lines(system)
    await record(system, NEIGHBOUR, 1)
    await signed(system, NEIGHBOUR, 1)  # others go on
    await eventually(lambda: DIFFERS in system.log("intake"))
    assert [line for line in lines(system) if line.tenant == REGION] == [
        line for line in before if line.tenant == REGION
    ]


async def grown_and_restored(system: System, *statements: str) -> tuple[list[HeadLine], TreeHead]:
    """Signed so far, then as if restored from a backup of before; what had been signed."""
    for number in (1, 2):
        await record(system, REGION, number)
        await signed(system, REGION, number)
    await record(system, NEIGHBOUR, 1)
    await signed(system, NEIGHBOUR, 1)
    await eventually(lambda: (head := latest(system)) and head.size == len(lines(system)))
    told, head = lines(system), latest(system)
    assert head is not None
    system.kill("intake")
    superuser(
        system,
        f"delete from intake.head_line where tenant = '{NEIGHBOUR}'",
        f"delete from intake.signed_head where size = {head.size}",
        f"delete from intake.signed_head where origin like '%/{NEIGHBOUR}/%'",
        f"delete from intake.event where tenant = '{NEIGHBOUR}'",
        "update intake.head set seq = 0, frontier = '', root = sha256('')"
        f" where tenant = '{NEIGHBOUR}'",
        *statements,
    )
    system.start("intake")
    return told, head


async def test_nothing_is_signed_over_what_was_lost_until_a_new_epoch_says_so(
    system: System,
) -> None:
    told, head = await grown_and_restored(system)
    kept = lines(system)
    await eventually(lambda: LOST in system.log("intake"))
    await record(system, REGION, 3)
    assert lines(system) == kept
    assert latest(system) == head
    assert await epoch.raise_epoch(system.database.admin, "Dipulihkan dari cadangan.") == 2
    await signed(system, REGION, 4)
    whole = lines(system)
    assert heads.leaf_hashes(whole[: len(told)]) == heads.leaf_hashes(told), "what is lost is told"
    assert {line.epoch for line in whole[len(told) :]} == {2}
    await eventually(lambda: (now := latest(system)) and now.size == len(lines(system)))
    now = latest(system)
    assert now is not None
    tree = Tree(heads.leaf_hashes(lines(system)))
    assert (tree.root(head.size), tree.root(now.size)) == (head.root, now.root)


async def test_a_history_of_heads_that_is_another_is_never_signed(system: System) -> None:
    _, head = await grown_and_restored(
        system, f"update intake.head_line set root = sha256('x') where tenant = '{REGION}'"
    )
    await eventually(lambda: FORKED in system.log("intake"))
    await epoch.raise_epoch(system.database.admin, "Dipulihkan dari cadangan.")
    kept = lines(system)
    await record(system, REGION, 3)
    before = system.log("intake").count(FORKED)
    await eventually(lambda: system.log("intake").count(FORKED) > before + 1)
    assert lines(system) == kept
    assert latest(system) == head


async def test_a_note_by_another_key_in_the_second_place_stops_signing(system: System) -> None:
    await record(system, REGION, 1)
    await signed(system, REGION, 1)
    system.kill("intake")
    file = system.folder / "checkpoints" / "latest.note"
    other = Signer(LOG_NAME, base64.b64encode(bytes(32)).decode())
    text = notes.parse(file.read_bytes()).text
    file.write_bytes(notes.Note(text=text, signatures=(notes.signed(text, other),)).written)
    kept = lines(system)
    system.start("intake")
    await record(system, REGION, 2)
    await eventually(lambda: "note.signer_unknown" in system.log("intake"))
    assert lines(system) == kept


@pytest_asyncio.fixture
async def witness(tmp_path: Path) -> AsyncIterator[Process]:
    """Another body's program, which knows our log's key."""
    log = Log(LOG_NAME)
    log.signer = Signer(LOG_NAME, LOG_KEY)
    with witnesses.stopping(Process(tmp_path, log)) as process:
        await process.start()
        yield process


def cosigned(system: System, witness: Process) -> list[tuple[str, int]]:
    """What the witness signed: origin and size of every note, each line verified by its key."""
    rows = system.query(
        "select note, line from intake.cosignature join intake.signed_head using (origin, size)"
        " where witness = %s",
        witness.signer.key.name,
    )
    told = [
        note_verifier.trusted((note + line + "\n").encode(), witness.vkey) for note, line in rows
    ]
    return sorted((text[0].decode(), int(text[1])) for text, _ in told)


async def test_a_witness_signs_what_grows_and_never_a_log_made_anew(
    database: Database, clean_bus: Server, tmp_path: Path, witness: Process
) -> None:
    settings = {"WITNESSES": f"{witness.url} {witness.vkey}"}
    with running(database, clean_bus, tmp_path, "intake", settings=settings) as system:
        await record(system, REGION, 1)
        await eventually(lambda: len(cosigned(system, witness)) == 1)
        await record(system, REGION, 2)
        await record(system, NEIGHBOUR, 1)
        await eventually(lambda: cosigned(system, witness)[-1][1] == len(lines(system)) > 1)
        seen = cosigned(system, witness)
        assert {origin for origin, _ in seen} == {f"{LOG_NAME}/heads"}

        system.kill("intake")
        shutil.rmtree(system.folder / "checkpoints")
        superuser(
            system,
            *(
                f"truncate {table} cascade"
                for table in (
                    "intake.head_line",
                    "intake.signed_head",
                    "intake.event",
                    "intake.command",
                )
            ),
            "update intake.head set seq = 0, frontier = '', root = sha256('')",
        )
        system.start("intake")
        await record(system, NEIGHBOUR, 1)
        await signed(system, NEIGHBOUR, 1)  # we ourselves remember nothing of it
        await eventually(lambda: "witness.saw_more" in system.log("intake"))
        for number in (3, 4, 5, 6):
            await record(system, REGION, number)
            await signed(system, REGION, number - 2)
        await eventually(lambda: "witness.refused" in system.log("intake"))
        assert cosigned(system, witness) == []
        assert witness.last_size(f"{LOG_NAME}/heads") == seen[-1][1]


async def test_a_witness_that_is_away_delays_nobody(system: System) -> None:
    """None is named here; one that is named and does not answer is told, and signing goes on."""
    await system.ready("intake")
    system.kill("intake")
    key = Signer("saksi", LOG_KEY, notes.COSIGNATURE).key.text
    system.settings = {"WITNESSES": f"http://127.0.0.1:1 {key}"}
    system.start("intake")
    await record(system, REGION, 1)
    await signed(system, REGION, 1)
    await eventually(lambda: "witness.failed" in system.log("intake"))
    await record(system, REGION, 2)
    await signed(system, REGION, 2)
