"""Receipts of a running system, checked by the program alone."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from deploy.verifier import periksa
from shared.io.signing import Signer
from tests.system import LOG_KEY, LOG_NAME, PDF, PDF_SHA256, System, must_be_problem
from tests.waiting import eventually

YEAR, REGION, NEIGHBOUR = 2026, "63.10", "63.11"
KEY = Signer(LOG_NAME, LOG_KEY).key.text


@pytest.fixture(scope="module")
def system(started: Callable[..., AbstractContextManager[System]]) -> Iterator[System]:
    with started() as system:
        system.open_season(YEAR, "2026.1")
        system.upload(REGION)
        system.register(REGION, YEAR, "tapis")
        system.claim(REGION, YEAR, "SID-VIDEO", 2, "tapis")
        branch = {"name": "Rencana", "hypotheses": [{"do": "raise", "indicator": "SPD-08"}]}
        branch["hypotheses"][0]["level"] = 3  # type: ignore[index]
        path = f"/v1/regions/{REGION}/seasons/{YEAR}/branches/rencana"
        system.must((REGION, "region_admin"), "PUT", path, branch)
        yield system


def seq_of(system: System, topic: str) -> int:
    ((seq,),) = system.query(
        "select max(seq) from intake.event where tenant = %s and topic = %s", REGION, topic
    )
    return int(seq)


async def receipt(system: System, seq: int, key: str = "") -> dict[str, Any]:
    """Once it is signed."""
    path = f"/v1/regions/{REGION}/events/{seq}/receipt"
    await eventually(lambda: system.get(path, key).status_code == 200)
    return system.read(path, key)


def checked(
    folder: Path, held: dict[str, Any], *arguments: str
) -> subprocess.CompletedProcess[str]:
    (folder / "tanda-terima.json").write_text(json.dumps(held), encoding="utf-8")
    shutil.copy(periksa.__file__, folder / "periksa.py")
    return subprocess.run(
        [sys.executable, "-I", "-S", "periksa.py", "tanda-terima.json", "--key", KEY, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env={},
        timeout=60,
        check=False,
    )


async def test_a_receipt_holds_anywhere_and_names_its_files(system: System, tmp_path: Path) -> None:
    held = await receipt(system, seq_of(system, "indicator.claimed.1"))
    (tmp_path / "bukti.pdf").write_bytes(PDF)
    (tmp_path / "lain.pdf").write_bytes(PDF + b"\n")
    told = checked(tmp_path, held, "--file", "bukti.pdf")
    assert told.returncode == 0, told.stdout
    assert told.stdout.startswith("Tanda terima sah: ")
    assert "indicator.claimed.1" in told.stdout
    other = checked(tmp_path, held, "--file", "lain.pdf", "--english")
    assert other.returncode == 1
    assert "lain.pdf" in other.stdout
    fact = held["fact"]["state"]
    changed = {**held, "fact": {**held["fact"], "state": fact.replace('"level":2', '"level":3')}}
    lie = checked(tmp_path, changed)
    assert lie.returncode == 1
    assert "bukan yang ditandatangani" in lie.stdout


async def test_it_stays_the_same_while_the_log_grows(system: System) -> None:
    seq = seq_of(system, "innovation.registered.1")
    first = await receipt(system, seq)
    system.claim(REGION, YEAR, "SPD-08", 1)
    await receipt(system, seq_of(system, "indicator.claimed.1"))
    assert await receipt(system, seq) == first


@pytest.mark.parametrize(
    ("who", "withheld"),
    [(None, True), ((NEIGHBOUR, "region_admin"), True), ((REGION, "region_admin"), False)],
    ids=["anybody", "a neighbour", "the region itself"],
)
async def test_what_is_not_shown_is_proven_by_its_hash(
    system: System, tmp_path: Path, who: tuple[str, str] | None, *, withheld: bool
) -> None:
    key = system.key(*who) if who else ""
    held = await receipt(system, seq_of(system, "branch.saved.1"), key)
    assert ("withheld" in held["fact"]) == withheld
    told = checked(tmp_path, held)
    assert told.returncode == 0, told.stdout
    assert ("tidak ditunjukkan" in told.stdout) == withheld


async def test_there_is_none_of_what_there_is_not(system: System) -> None:
    for seq in ("0", "999999", str(2**63)):
        must_be_problem(system.get(f"/v1/regions/{REGION}/events/{seq}/receipt"), 404)
    must_be_problem(system.get("/v1/regions/99.99/events/1/receipt"), 404)


async def test_a_file_is_found_where_claims_name_it(system: System) -> None:
    seq = seq_of(system, "indicator.claimed.1")
    await receipt(system, seq)
    path = f"/v1/regions/{REGION}/fingerprints/"
    claims = system.read(path + PDF_SHA256)["claims"]
    assert ("tapis", "SID-VIDEO") in {(one["innovation"], one["indicator"]) for one in claims}
    assert system.read(path + "0" * 64)["claims"] == []
    neighbours = system.read(f"/v1/regions/{NEIGHBOUR}/fingerprints/{PDF_SHA256}")
    assert neighbours["claims"] == []
    for malformed in ("null,null", PDF_SHA256.upper(), PDF_SHA256[1:]):
        must_be_problem(system.get(path + malformed), 422)
