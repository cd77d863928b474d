"""Proofs outlast what changes around them: the log's key, and what is forgotten of people."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from deploy.verifier import periksa
from shared.io.signing import Signer, new_seed
from tests import people
from tests.system import LOG_KEY, LOG_NAME, System
from tests.waiting import eventually

YEAR, REGION, NEIGHBOUR = 2026, "63.10", "63.11"
FORMER = Signer(LOG_NAME, LOG_KEY).key.text


@pytest.fixture
def system(
    started: Callable[..., AbstractContextManager[System]],
) -> Iterator[System]:
    with started() as system:
        system.open_season(YEAR, "2026.1")
        for region in (REGION, NEIGHBOUR):
            system.upload(region)
            system.claim(region, YEAR, "SPD-01", 2)
        yield system


async def signed(system: System) -> None:
    """Until every fact is under a signed head, and a bundle can be made."""
    heads = dict(system.query("select tenant, seq from intake.head where seq > 0"))
    lines = "select tenant, max(size) from intake.head_line group by tenant"
    await eventually(lambda: dict(system.query(lines)) == heads)
    await eventually(lambda: system.get("/v1/bundles/63").status_code == 200)


def checked(folder: Path, name: str, content: bytes, *keys: str) -> tuple[int, str]:
    (folder / name).write_bytes(content)
    shutil.copy(periksa.__file__, folder / "periksa.py")
    done = subprocess.run(
        [sys.executable, "-I", "-S", "periksa.py", name, *(f"--key={key}" for key in keys)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout


async def test_a_new_key_goes_on_where_the_former_one_stood(system: System, tmp_path: Path) -> None:
    await signed(system)
    seed = new_seed()
    present = Signer(LOG_NAME, seed).key.text
    system.kill("intake")
    system.settings = {"LOG_KEY": seed, "LOG_FORMER_KEYS": FORMER}
    system.start("intake")
    await system.ready("intake")
    system.claim(NEIGHBOUR, YEAR, "SPD-08", 3)
    await signed(system)
    assert set(system.read("/v1/checkpoints")["keys"]) == {present, FORMER}
    content = system.get("/v1/bundles/63").content
    assert checked(tmp_path, "b.zip", content, FORMER, present)[0] == 0
    assert checked(tmp_path, "b.zip", content)[0] == 0
    status, said = checked(tmp_path, "b.zip", content, present)
    assert status == 1
    assert f"checkpoints/{REGION}.note" in said, "it was signed before"
    assert f"checkpoints/{NEIGHBOUR}.note" not in said


async def test_a_former_key_that_is_not_named_stops_signing(system: System) -> None:
    await signed(system)
    system.kill("intake")
    system.settings = {"LOG_KEY": new_seed()}
    system.start("intake")
    await system.ready("intake")
    system.claim(NEIGHBOUR, YEAR, "SPD-08", 3)
    kept = system.query("select count(*) from intake.head_line")
    before = system.log("intake").count("note.signer_unknown")
    await eventually(lambda: system.log("intake").count("note.signer_unknown") > before + 1)
    assert system.query("select count(*) from intake.head_line") == kept


async def test_who_is_forgotten_leaves_every_proof_as_it_was(
    system: System, tmp_path: Path
) -> None:
    person = people.joined(system, REGION, "operator", "dinkes")
    await signed(system)
    size = str(system.read("/v1/checkpoints")["heads"][0]["size"])
    key = system.key(REGION, "region_admin")
    ((seq,),) = system.query(
        "select seq from intake.event where tenant = %s and topic = 'role.granted.1'", REGION
    )
    receipt = f"/v1/regions/{REGION}/events/{seq}/receipt"
    bundle, proof = system.get("/v1/bundles/63", key, size=size), system.read(receipt, key)
    system.must(
        (REGION, "region_admin"),
        "POST",
        f"/v1/tenants/{REGION}/people/{person.id}/erasure",
        {"reason": "Pindah tugas."},
    )
    await signed(system)
    assert system.get("/v1/bundles/63", key, size=size).content == bundle.content
    assert system.read(receipt, key) == proof
    assert checked(tmp_path, "b.zip", bundle.content, FORMER)[0] == 0
    assert checked(tmp_path, "r.json", json.dumps(proof).encode(), FORMER)[0] == 0
    now = system.get("/v1/bundles/63", key).content
    assert checked(tmp_path, "n.zip", now, FORMER)[0] == 0
    told = " ".join(map(str, (bundle.content, proof, now)))
    assert person.email not in told
