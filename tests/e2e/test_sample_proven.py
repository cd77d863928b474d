"""The sample province, loaded as `make run` loads it, proven to somebody who trusts nobody."""

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from deploy.verifier import periksa
from shared.io.signing import Signer
from tests.system import LOG_KEY, LOG_NAME, ROOT, System
from tests.waiting import eventually

KEY = Signer(LOG_NAME, LOG_KEY).key.text
TANBU = "63.10"
LOAD_SECONDS_MAX = 180
SEASON = "/v1/provinces/63/seasons/2024"
BEFORE, AFTER = "2025-02-10", "2025-03-17"
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
WITHOUT_NETWORK = ("unshare", "--net")


@pytest.fixture(scope="module")
def system(started: Callable[..., AbstractContextManager[System]]) -> Iterator[System]:
    with started() as system:
        environment = {
            "DATABASE_URL": system.database.admin,
            "INTAKE_URL": system.url("intake"),
            "PROJECTION_URL": system.url("projection"),
            "SAMPLE_KEYS_FILE": str(system.folder / "keys.json"),
            "SAMPLE_LOGINS_FILE": str(system.folder / "logins.json"),
        }
        done = subprocess.run(
            [sys.executable, "-m", "deploy.sample"],
            cwd=ROOT,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=LOAD_SECONDS_MAX,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        yield system


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """One that everybody on the machine may enter, unlike those of this run."""
    place = Path(tempfile.mkdtemp(prefix="auditor-"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


async def test_the_provinces_bundle_is_sound_to_another_user_without_a_network(
    system: System, folder: Path
) -> None:
    heads = sum(seq for _, seq, _ in system.heads())

    def is_signed() -> bool:
        rows = system.query("select tenant, max(size) from intake.head_line group by tenant")
        return bool(sum(size for _, size in rows) == heads)

    await eventually(is_signed)
    first, second = (system.get("/v1/bundles/63") for _ in range(2))
    assert first.status_code == 200, first.text
    assert first.content == second.content
    (folder / "bundel.zip").write_bytes(first.content)
    shutil.copy(periksa.__file__, folder / "periksa.py")
    told = verified(folder)
    assert told.returncode == 0, told.stdout + told.stderr
    with zipfile.ZipFile(folder / "bundel.zip") as opened:
        names = opened.namelist()
    assert {f"rankings/63-2026-{stage}.json" for stage in ("mandiri", "terverifikasi")} < {*names}


def verified(folder: Path) -> subprocess.CompletedProcess[str]:
    """Where no address can be reached, by the system's own Python, as a user who owns nothing;
    as root alone can arrange it.
    """
    python = shutil.which("python3", path="/usr/local/bin:/usr/bin") or sys.executable
    alone = (*WITHOUT_NETWORK, *NOBODY, python) if os.geteuid() == 0 else (sys.executable,)
    return subprocess.run(
        [*alone, "-I", "-S", "periksa.py", "bundel.zip", "--key", KEY],
        cwd=folder,
        env={},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def rows(told: dict[str, Any], score: str) -> list[tuple[str, int | None, Decimal | None]]:
    return [
        (row["region"], row["rank"], None if row[score] is None else Decimal(row[score]))
        for row in told["rows"]
    ]


@pytest.mark.parametrize("clock", ["happened", "known"])
def test_the_ranking_of_2024_as_of_february_replayed_is_the_one_served(
    system: System, clock: str
) -> None:
    asked = {"stage": "final", "clock": clock}
    told = system.read(SEASON + "/replay", since=BEFORE, as_of=AFTER, **asked)
    replay = told["replay"]
    assert replay["equal"], replay["said"]
    for side, as_of in (("first", BEFORE), ("second", AFTER)):
        served = system.read(SEASON + "/ranking", as_of=as_of, **asked)
        assert rows(replay[side]["document"], "index") == rows(served, "score")
    ranks = [
        next(rank for region, rank, _ in rows(replay[side]["document"], "index") if region == TANBU)
        for side in ("first", "second")
    ]
    # By the other clock nothing was known in 2025: the sample was told today.
    assert ranks == ([10, 9] if clock == "happened" else [None, None])


@pytest.mark.parametrize("clock", ["happened", "known"])
@pytest.mark.parametrize("stage", ["mandiri", "terverifikasi"])
def test_this_years_rankings_replayed_are_those_served(
    system: System, clock: str, stage: str
) -> None:
    path = "/v1/provinces/63/seasons/2026"
    asked = {"stage": stage, "clock": clock}
    told = system.read(path + "/replay", since="2026-06-30", **asked)
    replay = told["replay"]
    assert replay["equal"], replay["said"]
    served = system.read(path + "/ranking", **asked)
    assert rows(replay["second"]["document"], "index") == rows(served, "score")


def test_every_state_replayed_is_ours(system: System) -> None:
    for region in (TANBU, "63.71", "63"):
        told = system.read(f"/v1/regions/{region}/seasons/2026/replay", since="2026-06-30")
        assert told["replay"]["equal"], told["replay"]["said"]
