"""`make` and `make setup` on a machine that has not seen the project."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """The setup and a lock that asks for nothing, so that no index is needed."""
    folder = tmp_path / "sebuah folder"
    (folder / "deploy" / "local").mkdir(parents=True)
    shutil.copy(ROOT / "deploy" / "local" / "setup.sh", folder / "deploy" / "local")
    (folder / "deploy" / "requirements.lock").write_text("# nothing\n")
    return folder


def setup(folder: Path, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (folder / "deploy" / "local" / "setup.sh", "run"),
        env={**os.environ, "PYTHON": python},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_setup_installs_once_and_again_when_the_lock_changes(fresh: Path) -> None:
    first = setup(fresh)
    assert first.returncode == 0, first.stderr
    assert "Memasang" in first.stdout
    assert (fresh / ".venv" / "bin" / "python").exists()
    again = setup(fresh)
    assert (again.returncode, again.stdout) == (0, "")
    (fresh / "deploy" / "requirements.lock").write_text("# nothing else\n")
    assert "Memasang" in setup(fresh).stdout


def test_an_install_that_failed_is_tried_again(fresh: Path) -> None:
    (fresh / "deploy" / "requirements.lock").write_text("not a requirement\n")
    for _ in range(2):
        failed = setup(fresh)
        assert failed.returncode == 1
        assert "Pemasangan paket gagal" in failed.stderr


def test_a_python_that_is_too_old_is_refused_in_words(fresh: Path) -> None:
    refused = setup(fresh, python="false")
    assert refused.returncode == 1
    assert "Perlu Python 3.11" in refused.stderr
    assert not (fresh / ".venv").exists()


def test_bare_make_lists_what_there_is() -> None:
    listed = subprocess.run(
        ("make", "--no-print-directory"), cwd=ROOT, capture_output=True, text=True, check=True
    )
    for target in ("setup", "run", "down", "check", "test", "bench", "fmt"):
        assert f"  make {target} " in listed.stdout
