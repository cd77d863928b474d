"""A program started without what it needs says so in a sentence, not in a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from shared.io import config
from shared.kernel.errors import Refused

COMMON = "DATABASE_URL, NATS_URL, NATS_SEED"


@pytest.mark.parametrize(
    ("program", "names"),
    [
        (
            ("services.intake",),
            f"{COMMON}, EVIDENCE_URL, PEOPLE_KEY, LOG_NAME, LOG_KEY, CHECKPOINTS_URL",
        ),
        (("services.scoring",), COMMON),
        (("services.projection",), f"{COMMON}, CERTIFICATE_KEY"),
        (("deploy.streams",), "NATS_URL, NATS_SEED"),
        (("deploy.keys", "create", "--tenant", "63.10", "--role", "region_admin"), "DATABASE_URL"),
        (("deploy.migrate",), "DATABASE_URL, ROLE_PASSWORDS_FILE"),
        (
            ("deploy.sample",),
            "DATABASE_URL, SAMPLE_KEYS_FILE, SAMPLE_LOGINS_FILE, INTAKE_URL, PROJECTION_URL",
        ),
    ],
)
def test_what_is_missing_is_named(program: tuple[str, ...], names: str) -> None:
    bare = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    ended = subprocess.run(
        [sys.executable, "-m", *program],
        env=bare,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert f"Variabel lingkungan belum diisi: {names}." in ended.stderr


def test_what_cannot_be_used_is_told_with_its_name() -> None:
    given = {"DATABASE_URL": "a", "NATS_URL": "b", "NATS_SEED": "none", "LISTEN_PORT": "satu"}
    with pytest.raises(Refused) as caught:
        config.read(config.Scoring, given)
    assert caught.value.facts["why"] == "LISTEN_PORT: harus bilangan bulat, bukan teks"


@pytest.mark.parametrize("content", [None, b"\xff\xfe"], ids=["missing", "not text"])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "seed"
    if content is not None:
        file.write_bytes(content)
    given = {"DATABASE_URL": "a", "NATS_URL": "b", "NATS_SEED_FILE": str(file)}
    with pytest.raises(Refused) as caught:
        config.read(config.Scoring, given)
    assert caught.value.facts["why"] == f"NATS_SEED_FILE: {file}"
