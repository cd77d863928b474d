"""The program as an auditor runs it: alone, anywhere, on whatever is handed over."""

import ast
import io
import json
import os
import shutil
import stat
import subprocess
import sys
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest

from deploy.verifier import periksa
from deploy.verifier.periksa import Trust, Unreadable
from tests import bundles
from tests.bundles import LOG, STRANGER, WITNESS, Files, Maker

PROGRAM = Path(periksa.__file__)
BY_BUNDLE = Trust([], keys_given=False, witnesses=[], witnesses_given=False)
SECONDS_MAX = 60


@pytest.fixture(scope="module")
def sound() -> Files:
    return Maker(bundles.province()).files()


def run(
    folder: Path, *arguments: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """In an empty folder, without site packages and without what the environment says."""
    empty = folder / "kosong"
    empty.mkdir(exist_ok=True)
    shutil.copy(PROGRAM, folder / "periksa.py")
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(folder / "periksa.py"), *arguments],
        cwd=empty,
        env=dict(environment or {}),
        capture_output=True,
        timeout=SECONDS_MAX,
        check=False,
    )
    assert list(empty.iterdir()) == []
    assert not (folder / "__pycache__").exists()
    assert done.stderr == b""
    return done


def test_alone_in_an_empty_folder_it_says_in_one_sentence_that_all_is_well(
    sound: Files, tmp_path: Path
) -> None:
    path = bundles.as_zip(sound, tmp_path)
    given = ("--key", LOG.verifier, "--witness", WITNESS.verifier)
    done = run(tmp_path, str(path), *given)
    assert done.returncode == 0
    assert done.stdout.decode().startswith("Semua cocok: ")
    assert done.stdout.count(b"\n") == 1
    english = run(tmp_path, str(path), *given, "--english")
    assert english.stdout.decode().startswith("All is well: ")


def test_without_a_key_it_says_that_the_key_came_along(sound: Files, tmp_path: Path) -> None:
    done = run(tmp_path, str(bundles.as_zip(sound, tmp_path)))
    assert done.returncode == 0
    text = done.stdout.decode()
    assert "kunci log ikut dalam bundel" in text
    assert LOG.verifier in text
    assert WITNESS.verifier in text


def test_zip_and_folder_are_the_same(sound: Files, tmp_path: Path) -> None:
    zipped = run(tmp_path, str(bundles.as_zip(sound, tmp_path)))
    unpacked = run(tmp_path, str(bundles.as_folder(sound, tmp_path)))
    assert zipped.stdout == unpacked.stdout
    assert unpacked.returncode == 0


def test_another_key_is_status_one(sound: Files, tmp_path: Path) -> None:
    path = bundles.as_zip(sound, tmp_path)
    done = run(tmp_path, str(path), "--key", STRANGER.verifier, "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["status"]) == (1, 1)
    assert {each["what"] for each in told["problems"]} == {"note.unsigned"}
    assert len(told["problems"]) == told["count"]


def test_hash_seed_locale_and_time_zone_change_nothing(sound: Files, tmp_path: Path) -> None:
    damaged = bundles.listed(
        sound
        | {"rankings/63-2026-final.json": sound["rankings/63-2026-mandiri.json"]}
        | {f"lain-{number}": b"" for number in range(9)}
    )
    path = bundles.as_zip(damaged, tmp_path)
    told = set()
    for seed, locale, zone in (
        ("0", "C", "UTC"),
        ("1", "C.UTF-8", "Asia/Makassar"),
        ("77", "POSIX", "America/St_Johns"),
    ):
        surroundings = {"PYTHONHASHSEED": seed, "LC_ALL": locale, "LANG": locale, "TZ": zone}
        done = subprocess.run(
            [sys.executable, "-S", "-B", str(PROGRAM), str(path)],
            env=surroundings,
            capture_output=True,
            timeout=SECONDS_MAX,
            check=False,
        )
        assert (done.returncode, done.stderr) == (1, b"")
        told.add(done.stdout)
    assert len(told) == 1


def test_it_imports_nothing_beyond_the_standard_library() -> None:
    tree = ast.parse(PROGRAM.read_text(encoding="utf-8"))
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add(str(node.module).split(".")[0])
    assert imported <= sys.stdlib_module_names
    assert not imported & {"socket", "ssl", "http", "urllib", "subprocess", "os", "ctypes"}
    ast.parse(PROGRAM.read_text(encoding="utf-8"), feature_version=(3, 9))


def test_an_older_python_is_told_so(
    sound: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(periksa, "tomllib", None)
    answer = periksa.answered(bundles.as_zip(sound, tmp_path), BY_BUNDLE, english=True)
    assert answer.status == 2
    assert "Python 3.11" in answer.sentence


def unreadable(path: Path) -> str:
    answer = periksa.answered(path, BY_BUNDLE, english=True)
    assert answer.status == 2
    return answer.problems[0].name


def test_what_is_no_bundle_is_status_two(sound: Files, tmp_path: Path) -> None:
    assert unreadable(tmp_path / "tiada") == "bundle.absent"
    assert unreadable(tmp_path) == "manifest.absent"
    (tmp_path / "teks.zip").write_text("bukan zip")
    assert unreadable(tmp_path / "teks.zip") == "bundle.not_zip"
    whole = bundles.zipped(sound)
    (tmp_path / "potong.zip").write_bytes(whole[: len(whole) // 2])
    assert unreadable(tmp_path / "potong.zip") == "bundle.not_zip"
    done = run(tmp_path, str(tmp_path / "potong.zip"))
    assert done.returncode == 2
    assert done.stdout.decode().startswith("Bundel tidak dapat dibaca: ")
    done = run(tmp_path, str(tmp_path), "--key", "bukan+kunci")
    assert done.returncode == 2
    assert run_usage(tmp_path) == 2


def run_usage(folder: Path) -> int:
    return subprocess.run(
        [sys.executable, "-I", str(PROGRAM)], cwd=folder, capture_output=True, check=False
    ).returncode


@pytest.mark.parametrize(
    "change",
    [
        b"{",
        b"[]",
        b"\xff",
        b'{"format": "jejak-inovasi/bundle/2"}',
        b'{"format": "jejak-inovasi/bundle/1"}',
        b"[" * 200_000,
        b'{"format": ' + b"9" * 5000 + b"}",
        b'{"format": NaN}',
    ],
)
def test_a_manifest_that_is_none_is_status_two(change: bytes, sound: Files, tmp_path: Path) -> None:
    path = bundles.as_zip(sound | {"manifest.json": change}, tmp_path)
    assert unreadable(path) in ("manifest.malformed", "manifest.format")


def with_member(folder: Path, name: str, content: bytes = b"", mode: int = 0) -> Path:
    member = zipfile.ZipInfo("x" * len(name))
    member.external_attr = mode << 16
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(member, content)
    path = folder / "aneh.zip"
    path.write_bytes(held.getvalue().replace(b"x" * len(name), name.encode()))
    return path


@pytest.mark.parametrize(
    "name",
    [
        "../luar.txt",
        "/etc/passwd",
        "a/../../b",
        "a\\b.txt",
        "C:/a.txt",
        "a\x00b.txt",
        "baris\nbaru",
        "\x1b[31mmerah",
        "a//b",
        "./a",
        "a" * 200,
        "a/b/c/d/e",
    ],
)
def test_an_odd_name_in_a_zip_is_refused(name: str, tmp_path: Path) -> None:
    path = with_member(tmp_path, name)
    assert unreadable(path) == "bundle.odd_name"
    assert b"\x1b" not in run(tmp_path, str(path)).stdout


def test_links_doubled_names_and_encrypted_members_are_refused(tmp_path: Path) -> None:
    link = with_member(tmp_path, "manifest.json", b"/etc/passwd", stat.S_IFLNK | 0o777)
    assert unreadable(link) == "bundle.odd_name"
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("regions.json", b"1")
        archive.writestr("Regions.json", b"2")
    (tmp_path / "dua.zip").write_bytes(held.getvalue())
    assert unreadable(tmp_path / "dua.zip") == "bundle.odd_name"
    plain = bytearray(bundles.zipped({"manifest.json": b"{}"}))
    plain[plain.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "sandi.zip").write_bytes(bytes(plain))
    assert unreadable(tmp_path / "sandi.zip") == "bundle.odd_name"


def test_links_and_pipes_in_a_folder_are_refused(sound: Files, tmp_path: Path) -> None:
    folder = bundles.as_folder(sound, tmp_path)
    (folder / "tautan").symlink_to("/etc/passwd")
    assert unreadable(folder) == "bundle.odd_name"
    (folder / "tautan").unlink()
    os.mkfifo(folder / "pipa")
    assert unreadable(folder) == "bundle.odd_name"


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bom.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("manifest.json", "w") as member,
    ):
        for _ in range(periksa.FILE_BYTES_MAX // 2**20 + 1):
            member.write(bytes(2**20))
    before = time.process_time()
    assert unreadable(path) == "bundle.too_large"
    assert time.process_time() - before < 1
    many = {f"rules/{number}.toml": b"" for number in range(periksa.FILES_MAX + 1)}
    assert unreadable(bundles.as_zip(many, tmp_path)) == "bundle.too_large"


def test_a_zip_that_lies_about_a_size_is_damaged(tmp_path: Path) -> None:
    whole = bytearray(bundles.zipped({"manifest.json": bytes(2**20)}))
    for signature, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = whole.index(signature) + place
        whole[at : at + 4] = (10).to_bytes(4, "little")
    path = tmp_path / "dusta.zip"
    path.write_bytes(bytes(whole))
    assert unreadable(path) == "bundle.damaged"


def test_all_together_may_not_be_too_much(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(periksa, "TOTAL_BYTES_MAX", 100)
    path = bundles.as_zip({"a": bytes(60), "b": bytes(60)}, tmp_path)
    with pytest.raises(Unreadable, match="too_large"):
        periksa.read_bundle(path)


def test_whatever_byte_is_changed_there_is_an_answer_and_never_all_is_well(
    sound: Files, tmp_path: Path
) -> None:
    """Bytes of the files, put in a zip of their own: it is read, and found or refused."""
    chance = Random(20_261_123)
    names = sorted(sound)
    for number in range(40):
        name = chance.choice(names)
        content = bytearray(sound[name])
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        damaged = sound | {name: bytes(content)}
        if number % 2 and name != "manifest.json":
            damaged = bundles.listed(damaged)
        answer = periksa.answered(
            bundles.as_zip(damaged, tmp_path), BY_BUNDLE, english=bool(number % 3)
        )
        assert answer.status in (1, 2) or name in UNSIGNED, (number, name)


# Nothing follows from when the bundle was made, which witness it names, or what a region is called.
UNSIGNED = ("manifest.json", "regions.json")


def test_whatever_byte_of_the_zip_is_changed_there_is_an_answer(
    sound: Files, tmp_path: Path
) -> None:
    chance = Random(7)
    whole = bundles.zipped(sound)
    for _ in range(100):
        damaged = bytearray(whole)
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        path = tmp_path / "rusak.zip"
        path.write_bytes(bytes(damaged))
        assert periksa.answered(path, BY_BUNDLE, english=False).status in (0, 1, 2)
