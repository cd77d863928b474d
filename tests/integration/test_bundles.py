"""An audit bundle made by the running services, checked by the verifier alone in a folder."""

import hashlib
import io
import itertools
import json
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from deploy.verifier import periksa
from shared.io.signing import Signer
from tests.system import LOG_KEY, LOG_NAME, System, must_be_problem
from tests.waiting import eventually

YEAR, REGION, NEIGHBOUR = 2026, "63.10", "63.11"
KEY = Signer(LOG_NAME, LOG_KEY).key.text


@pytest.fixture(scope="module")
def system(started: Callable[..., AbstractContextManager[System]]) -> Iterator[System]:
    with started() as system:
        system.open_season(YEAR, "2026.1")
        for region in (REGION, NEIGHBOUR):
            system.upload(region)
            for name in ("tapis", "lain"):
                system.register(region, YEAR, name)
            system.claim(region, YEAR, "SID-VIDEO", 2, "tapis")
            system.claim(region, YEAR, "SPD-01", 3)
        branch = {
            "name": "Rencana",
            "hypotheses": [{"do": "raise", "indicator": "SPD-08", "level": 3}],
        }
        path = f"/v1/regions/{REGION}/seasons/{YEAR}/branches/rencana"
        system.must((REGION, "region_admin"), "PUT", path, branch)
        yield system


def bundle(system: System, code: str, who: tuple[str, str] | None = None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {system.key(*who)}"} if who else {}
    return system.http.get(system.url("projection") + f"/v1/bundles/{code}", headers=headers)


async def whole(system: System, code: str, who: tuple[str, str] | None = None) -> bytes:
    """The bundle once everything that was said so far is signed and scored."""
    heads = dict(system.query("select tenant, seq from intake.head where seq > 0"))

    def is_signed() -> bool:
        rows = system.query("select tenant, max(size) from intake.head_line group by tenant")
        return dict(rows) == heads

    await eventually(is_signed)
    await eventually(lambda: bundle(system, code, who).status_code == 200)
    return bundle(system, code, who).content


def verified(content: bytes, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """As an auditor runs it: the file and the bundle in a folder of their own, nothing else."""
    folder.mkdir()
    shutil.copy(periksa.__file__, folder / "periksa.py")
    (folder / "bundel.zip").write_bytes(content)
    return subprocess.run(
        [sys.executable, "-I", "-S", "periksa.py", "bundel.zip", "--key", KEY, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env={},
        timeout=60,
        check=False,
    )


async def test_a_provinces_bundle_is_found_sound_without_us(system: System, tmp_path: Path) -> None:
    content = await whole(system, "63", ("00", "auditor"))
    told = verified(content, tmp_path / "auditor", "--json")
    assert told.returncode == 0, told.stdout
    answer = json.loads(told.stdout)
    assert answer["problems"] == []
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        rows = json.loads(opened.read(f"rankings/63-{YEAR}-mandiri.json"))["rows"]
    ranking = f"/v1/provinces/63/seasons/{YEAR}/ranking?stage=mandiri"
    served = system.http.get(system.url("projection") + ranking).json()["rows"]
    assert [(row["region"], row["rank"], Decimal(row["index"])) for row in rows] == [
        (row["region"], row["rank"], Decimal(row["score"])) for row in served
    ]
    assert {row["region"] for row in rows[:2]} == {REGION, NEIGHBOUR}


async def test_the_same_cut_gives_the_same_bytes(system: System) -> None:
    first = await whole(system, "63")
    size = json.loads(_file(first, "manifest.json"))["tenants"]
    again = bundle(system, "63")
    assert hashlib.sha256(again.content).digest() == hashlib.sha256(first).digest()
    assert REGION in size


@pytest.mark.parametrize("code", ["63", "00"])
async def test_a_bundle_is_sound_however_the_cut_falls_while_facts_flow(
    system: System, tmp_path: Path, code: str
) -> None:
    """A cut through the middle of a second, of a busy log, tells the second before."""
    stop = threading.Event()

    def flow() -> None:
        levels = itertools.cycle((1, 2, 3))
        while not stop.is_set():
            system.claim(REGION, YEAR, "SPD-08", next(levels))

    with ThreadPoolExecutor(1) as pool:
        flowing = pool.submit(flow)
        try:
            for number in range(4):
                await eventually(lambda: bundle(system, code).status_code == 200)
                told = verified(bundle(system, code).content, tmp_path / str(number))
                assert told.returncode == 0, told.stdout
        finally:
            stop.set()
        flowing.result()


def _file(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        return opened.read(name)


@pytest.mark.parametrize(
    ("who", "withheld"),
    [(None, True), ((NEIGHBOUR, "region_admin"), True), ((REGION, "region_admin"), False)],
    ids=["anybody", "a neighbour", "the region itself"],
)
async def test_what_only_some_are_shown_is_a_hash_to_others(
    system: System, tmp_path: Path, who: tuple[str, str] | None, *, withheld: bool
) -> None:
    content = await whole(system, REGION, who)
    lines = _file(content, f"events/{REGION}.ndjson").splitlines()
    assert any(b"withheld" in line for line in lines) == withheld
    assert any(b"branch.saved.1" in line for line in lines) != withheld
    told = verified(content, tmp_path / "checked", "--json")
    assert told.returncode == 0, told.stdout
    remarks = [one["what"] for one in json.loads(told.stdout)["remarks"]]
    assert ("remark.withheld" in remarks) == withheld


async def test_a_changed_bundle_is_told_in_one_sentence(system: System, tmp_path: Path) -> None:
    content = await whole(system, "63")
    files = {}
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
    name = f"events/{REGION}.ndjson"
    files[name] = files[name].replace(b'\\"level\\":2', b'\\"level\\":3', 1)
    manifest = json.loads(files["manifest.json"])
    manifest["files"][name] = hashlib.sha256(files[name]).hexdigest()
    files["manifest.json"] = json.dumps(manifest).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as changed:
        for each, held in files.items():
            changed.writestr(each, held)
    told = verified(out.getvalue(), tmp_path / "changed")
    assert told.returncode == 1
    assert REGION in told.stdout


def test_only_what_there_is_has_a_bundle(system: System) -> None:
    for code in ("99.99", "all", "6"):
        must_be_problem(bundle(system, code), 404)
    url = system.url("projection") + "/v1/bundles/63?size=999999999"
    must_be_problem(system.http.get(url), 404)
