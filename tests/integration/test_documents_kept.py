"""The running services do what their documents promise: asked at random, by keys of several roles.

The seed is fixed and told by a red run, so that it can be had again; `make fuzz` draws another.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.system import System

YEAR = 2026
SEED = os.environ.get("FUZZ_SEED", "20260823")
EXAMPLES = os.environ.get("FUZZ_EXAMPLES", "1")
SECONDS = int(os.environ.get("FUZZ_SECONDS", "7"))
# Beside the budget: starting, reading the document, finishing the case at hand.
SECONDS_BESIDE_MAX = 30
# What a random caller cannot be expected to meet: bodies that fit the schema are refused for
# reasons that stand in the log (a season, an innovation, a file that is not there).
UNFIT_CHECKS = "positive_data_acceptance"
# A stream of server-sent events does not end by itself, so its answer is never complete.
STREAMS = "stream_events"
# From a registration to whatever it leads to.
LINKED = (
    "register_innovation",
    "claim_level_of_innovation",
    "check_innovation",
    "submit_innovation",
    "read_innovation",
    "withdraw_innovation",
)
EACH_ALONE = "examples,coverage,fuzzing"
ROOT = Path(__file__).parent.parent.parent
ROUNDS = (
    ("intake", "63.10", "region_admin"),
    ("intake", "63", "verifier"),
    ("intake", "00", "ministry"),
    ("projection", "63", "coordinator"),
)


@pytest.fixture(scope="module")
def system(started: Callable[..., AbstractContextManager[System]]) -> Iterator[System]:
    with started() as system:
        system.open_season(YEAR, "2026.1")
        system.upload("63.10")
        system.register("63.10", YEAR, "si-tapis")
        yield system


@pytest.mark.timeout(SECONDS + 2 * SECONDS_BESIDE_MAX)
@pytest.mark.parametrize(("service", "tenant", "role"), ROUNDS)
def test_a_service_keeps_what_its_document_promises(
    system: System, tmp_path: Path, service: str, tenant: str, role: str
) -> None:
    told = _asked(system, tmp_path, service, system.key(tenant, role), EACH_ALONE)
    assert told.returncode == 0, _shown(told)
    assert f"Seed: {SEED}" in told.stdout


@pytest.mark.timeout(SECONDS + 2 * SECONDS_BESIDE_MAX)
def test_what_links_lead_to_keeps_its_promise_too(system: System, tmp_path: Path) -> None:
    key = system.key("63.11", "region_admin")
    only = [part for name in LINKED for part in ("--include-operation-id", name)]
    told = _asked(system, tmp_path, "intake", key, "stateful", *only, "--mode", "positive")
    assert told.returncode == 0, _shown(told)
    assert re.search(r"API Links:\s+[1-9]\d* covered", told.stdout), _shown(told)


def _shown(told: subprocess.CompletedProcess[str]) -> str:
    both = f"{told.stdout[:12_000]}\n…\n{told.stdout[-8_000:]}"
    return f"seed {SEED}\n{both}{told.stderr[-2_000:]}"


def _asked(
    system: System, folder: Path, service: str, key: str, phases: str, *beside: str
) -> subprocess.CompletedProcess[str]:
    hooks = "tests.linked_bodies" if phases == "stateful" else "tests.raw_bodies"
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run"),
        f"{system.url(service)}/openapi/openapi.json",
        *("--header", f"Authorization: Bearer {key}"),
        *("--checks", "all", "--exclude-checks", UNFIT_CHECKS, "--phases", phases),
        *(beside or ("--exclude-operation-id", STREAMS)),
        *("--seed", SEED, "--max-examples", EXAMPLES, "--max-time", str(SECONDS)),
        *("--workers", "1", "--no-shrink", "--continue-on-failure", "--warnings", "off"),
        "--no-color",
    ]
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": hooks},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS + SECONDS_BESIDE_MAX,
    )
