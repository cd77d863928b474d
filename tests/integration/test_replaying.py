"""Two instants replayed: our bytes beside those of the program that auditors are given."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import pytest

from deploy.verifier import periksa
from tests.system import PDF_SHA256, System, must_be_problem
from tests.waiting import eventually

YEAR, REGION, NEIGHBOUR = 2026, "63.10", "63.11"
RANKING = f"/v1/provinces/63/seasons/{YEAR}/ranking"
RANKINGS = f"/v1/provinces/63/seasons/{YEAR}/replay"
STATES = f"/v1/regions/{REGION}/seasons/{YEAR}/replay"
PROGRAM = Path(periksa.__file__)
PROGRAM_SHA256 = sha256(PROGRAM.read_bytes()).hexdigest()
# Before the services started, after the season could begin.
LONG_AGO = datetime(2026, 3, 2, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def system(started: Callable[..., AbstractContextManager[System]]) -> Iterator[System]:
    """Facts of the neighbour now; of the region some stated for March, in another order."""
    with started() as system:
        opened = {"rule_set": "2026.1", **stated(-10)}
        system.must(("00", "ministry"), "PUT", f"/v1/seasons/{YEAR}", opened)
        for region in (REGION, NEIGHBOUR):
            system.upload(region)
            system.register(region, YEAR, "tapis")
            system.claim(region, YEAR, "SID-VIDEO", 2, "tapis")
        for day, code, level in ((20, "SPD-01", 3), (10, "SPD-08", 2), (15, "SPD-06", 1)):
            body = {"level": level, "evidence": [{"sha256": PDF_SHA256}], **stated(day)}
            path = f"/v1/regions/{REGION}/seasons/{YEAR}/indicators/{code}/claim"
            system.must((REGION, "region_admin"), "PUT", path, body)
        system.claim(NEIGHBOUR, YEAR, "SPD-01", 3)
        yield system


def stated(day: int) -> dict[str, str]:
    return {"occurred_at": moment(day), "basis": "surat"}


def moment(day: int) -> str:
    return (LONG_AGO + timedelta(days=day)).isoformat()


async def replayed(system: System, path: str, **parameters: str) -> dict[str, Any]:
    """The answer once everything that was said so far is signed and scored."""
    heads = dict(system.query("select tenant, seq from intake.head where seq > 0"))

    def is_signed() -> bool:
        rows = system.query("select tenant, max(size) from intake.head_line group by tenant")
        return dict(rows) == heads

    await eventually(is_signed)
    await eventually(lambda: system.get(path, **parameters).status_code == 200)
    return system.read(path, **parameters)


def run(folder: Path, *asked: str) -> subprocess.CompletedProcess[bytes]:
    """As an auditor does, where the bundle lies."""
    return subprocess.run(
        [sys.executable, "-I", "-S", str(PROGRAM), "bundel.zip", *asked],
        cwd=folder,
        capture_output=True,
        check=False,
        timeout=60,
    )


def indexes(told: list[dict[str, Any]], name: str) -> list[tuple[str, int | None, Decimal | None]]:
    return [
        (row["region"], row["rank"], None if row[name] is None else Decimal(row[name]))
        for row in told
    ]


@pytest.mark.parametrize("day", [-5, 12, 17, 25])
@pytest.mark.parametrize("clock", ["happened", "known"])
async def test_the_ranking_served_is_the_ranking_replayed(
    system: System, clock: str, day: int
) -> None:
    asked = {"stage": "mandiri", "clock": clock}
    told = await replayed(system, RANKINGS, since=moment(day), **asked)
    replay = told["replay"]
    assert (replay["sound"], replay["equal"]) == (True, True), replay["said"]
    for side, as_of in (("first", {"as_of": moment(day)}), ("second", {})):
        rows = replay[side]["document"]["rows"]
        served = system.read(RANKING, **asked, **as_of)["rows"]
        assert indexes(rows, "index") == indexes(served, "score")
        assert replay[side]["served_sha256"] == replay[side]["replayed_sha256"]


async def test_what_moved_names_the_facts_that_came_between(system: System) -> None:
    told = await replayed(
        system, RANKINGS, stage="mandiri", clock="happened", since=moment(12), as_of=moment(17)
    )
    (moved,) = told["moved"]
    assert moved["region"] == REGION
    assert Decimal(moved["index"][1]) > Decimal(moved["index"][0])
    (fact,) = moved["facts"]
    assert (fact["type"], moved["facts_total"]) == ("indicator.claimed.1", 1)
    assert datetime.fromisoformat(fact["happened_at"]) == LONG_AGO + timedelta(days=15)
    path = f"/v1/regions/{REGION}/events/{fact['seq']}"
    assert system.read(path)["event"]["indicator"] == "SPD-06"


async def test_a_state_is_replayed_to_the_level(system: System) -> None:
    told = await replayed(system, STATES, clock="happened", since=moment(-5), as_of=moment(17))
    assert told["replay"]["equal"], told["replay"]["said"]
    assert told["replay"]["first"]["document"]["levels"] == {}
    assert told["replay"]["second"]["document"]["levels"] == {"SPD-08": [2, 0], "SPD-06": [1, 0]}
    changed = {
        one["name"]: (one["first"], one["second"], len(one["seqs"])) for one in told["changes"]
    }
    assert changed["SPD-08"] == (None, [2, 0], 1)
    assert changed["mandiri"][0] == "0"
    now = await replayed(system, STATES, clock="known", since=moment(0))
    assert now["replay"]["equal"], now["replay"]["said"]
    tapis = now["replay"]["second"]["document"]["innovations"]["tapis"]
    assert tapis["part"] == {"mandiri": "counts", "terverifikasi": "absent"}
    assert tapis["levels"] == {"SID-VIDEO": [2, 0]}


async def test_two_positions_are_compared_by_what_was_known_then(system: System) -> None:
    before = await replayed(system, RANKINGS, stage="mandiri")
    size = before["replay"]["size"]
    system.claim(NEIGHBOUR, YEAR, "SPD-08", 3)
    told = await replayed(system, RANKINGS, stage="mandiri", clock="known", size_since=str(size))
    assert told["replay"]["equal"], told["replay"]["said"]
    assert told["replay"]["size"] > size
    first, second = (told["replay"][side]["document"]["rows"] for side in ("first", "second"))
    assert first == before["replay"]["second"]["document"]["rows"] != second
    assert [(one["region"], one["facts_total"]) for one in told["moved"]] == [(NEIGHBOUR, 1)]
    again = await replayed(
        system,
        RANKINGS,
        stage="mandiri",
        clock="known",
        size_since=str(size),
        size=str(told["replay"]["size"]),
    )
    assert again == told, "a permalink: the same positions give the same answer"


async def test_an_auditor_makes_the_same_bytes_from_the_bundle(
    system: System, tmp_path: Path
) -> None:
    told = await replayed(system, RANKINGS, stage="mandiri", clock="happened", since=moment(12))
    replay = told["replay"]
    bundle = system.get("/v1/bundles/63", size=str(replay["size"]))
    (tmp_path / "bundel.zip").write_bytes(bundle.content)
    assert replay["program_sha256"] == PROGRAM_SHA256
    asked = ["--replay", f"63/{YEAR}/mandiri", "--clock", "happened", "--as-of", moment(12)]
    done = run(tmp_path, *asked)
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    assert sha256(line).hexdigest() == replay["first"]["served_sha256"]
    assert json.loads(line) == replay["first"]["document"]


async def test_a_score_that_was_changed_behind_us_is_not_equal(system: System) -> None:
    """As whoever owns the machine: the read model is another than the facts."""
    await replayed(system, RANKINGS, stage="mandiri")
    change = "update projection.score set index = index + %s where tenant = %s"
    with psycopg.connect(system.database.admin, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute(change, [1, REGION])
        try:
            replay = system.read(RANKINGS, stage="mandiri")["replay"]
        finally:
            connection.execute(change, [-1, REGION])
    assert (replay["sound"], replay["equal"], replay["second"]["equal"]) == (True, False, False)
    assert system.read(RANKINGS, stage="mandiri")["replay"]["equal"]


async def test_facts_that_were_changed_behind_us_are_not_replayed(system: System) -> None:
    await replayed(system, RANKINGS, stage="mandiri")
    swap = (
        "update intake.event set state = convert_to(replace(convert_from(state, 'UTF8'), %s, %s),"
        " 'UTF8') where tenant = %s and topic = 'indicator.claimed.1'"
    )
    levels = ['"level":3', '"level":2']
    with psycopg.connect(system.database.admin, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        kept = connection.execute(
            "select seq, state from intake.event where tenant = %s", [NEIGHBOUR]
        ).fetchall()
        connection.execute(swap, [*levels, NEIGHBOUR])
        try:
            replay = system.read(RANKINGS, stage="mandiri")["replay"]
        finally:
            for seq, state in kept:
                connection.execute(
                    "update intake.event set state = %s where tenant = %s and seq = %s",
                    [state, NEIGHBOUR, seq],
                )
    assert (replay["sound"], replay["equal"]) == (False, False)
    assert replay["first"]["replayed_sha256"] is None
    assert NEIGHBOUR in replay["said"]
    assert "replay.unsound" in system.log("projection")


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({"size": "1", "clock": "happened"}, 422),
        ({"size_since": "1", "clock": "happened"}, 422),
        ({"size": "999999", "clock": "known"}, 404),
        ({"size": "0"}, 400),
        ({"size_since": "2", "size": "1", "clock": "known"}, 422),
        ({"size_since": "1", "since": "2026-04-01", "clock": "known"}, 422),
        ({"clock": "waktu"}, 422),
        ({"since": "2026-05-01", "as_of": "2026-04-01"}, 422),
        ({"stage": "akhir"}, 422),
    ],
    ids=str,
)
async def test_what_cannot_be_replayed_is_refused(
    system: System, parameters: dict[str, str], status: int
) -> None:
    must_be_problem(system.get(RANKINGS, **parameters), status)
