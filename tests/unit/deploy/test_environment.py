"""A program started without what it needs says so in a sentence, not in a traceback."""

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("program", "names"),
    [
        (("services.intake",), "DATABASE_URL, NATS_URL, EVIDENCE_URL"),
        (("services.scoring",), "DATABASE_URL, NATS_URL"),
        (("services.projection",), "DATABASE_URL, NATS_URL"),
        (("deploy.keys", "create", "--tenant", "63.10", "--role", "region_admin"), "DATABASE_URL"),
        (("deploy.migrate",), "DATABASE_URL, ROLE_PASSWORDS_FILE"),
        (
            ("deploy.sample",),
            "DATABASE_URL, SAMPLE_KEYS_FILE, INTAKE_URL, PROJECTION_URL",
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
