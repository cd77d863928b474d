"""A published file of rules is never edited: a changed byte is found before anything is scored."""

import shutil
from pathlib import Path

import pytest

from shared.io import rulebook
from shared.kernel.errors import Corrupt
from shared.kernel.rules import ruleset

# Bundled with the code, so as well known as the names of the years.
FILES = sorted(rulebook.rule_files())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(rulebook.RULES, tmp_path / "rules"))


def test_digests_are_unchanged_and_every_score_can_cite_one() -> None:
    assert set(rulebook.rule_digests()) == set(rulebook.rule_sets())
    files = rulebook.rule_files()
    assert rulebook.rule_digests()["2026.1"] == ruleset.digest(files["2026.toml"])


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("part", [0, 1, 2], ids=["first", "middle", "last"])
def test_one_byte_changed_in_any_file_is_corrupt(folder: Path, name: str, part: int) -> None:
    path = folder / name
    raw = bytearray(path.read_bytes())
    raw[part * (len(raw) - 1) // 2] ^= 1
    path.write_bytes(raw)
    with pytest.raises(Corrupt, match=rf"rulebook\.edited_after_publication: .*{name}"):
        rulebook.rule_files(folder)


@pytest.mark.parametrize("name", FILES)
def test_one_digit_changed_in_the_digest_of_any_file_is_corrupt(folder: Path, name: str) -> None:
    path = folder / rulebook.DIGESTS
    listed = path.read_text().splitlines(keepends=True)
    at = next(index for index, line in enumerate(listed) if line.startswith(f'"{name}"'))
    last = listed[at][-3]
    listed[at] = f'{listed[at][:-3]}{"0" if last == "1" else "1"}"\n'
    path.write_text("".join(listed))
    with pytest.raises(Corrupt, match=rf"rulebook\.edited_after_publication: .*{name}"):
        rulebook.rule_files(folder)


def test_an_edited_file_is_corrupt(folder: Path) -> None:
    path = folder / "2026.toml"
    path.write_bytes(path.read_bytes().replace(b'"65.01"', b'"60.01"'))
    with pytest.raises(Corrupt, match=r"rulebook\.edited_after_publication: .*2026\.toml"):
        rulebook.rule_sets(folder)


def test_a_file_that_is_not_listed_is_corrupt(folder: Path) -> None:
    shutil.copy(folder / "2026.toml", folder / "2030.toml")
    with pytest.raises(Corrupt, match=r"rulebook\.not_as_listed: .*2030\.toml"):
        rulebook.rule_sets(folder)


def test_a_listed_file_that_is_gone_is_corrupt(folder: Path) -> None:
    (folder / "2021.toml").unlink()
    with pytest.raises(Corrupt, match=r"rulebook\.not_as_listed: .*2021\.toml"):
        rulebook.rule_sets(folder)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (b"divisor_floor ", b"divisor_flor ", r"divisor_flor"),
        (b'at_least = { value = "65.01"', b'at_least = { valu = "65.01"', r"\$\.predikat\[0\]"),
        (b'weight    = { value = "1"', b"weight    = { value = 1.0", r"1\.0 must be quoted"),
        (b'value = "65.01", certainty = "confirmed"', b'certainty = "confirmed"', r"needs a value"),
        (b'id       = "2026.1"', b'id       = "2026.2"', r"not year\.revision"),
    ],
)
def test_a_mistyped_file_fails_where_it_is_wrong(old: bytes, new: bytes, problem: str) -> None:
    raw = rulebook.rule_files()["2026.toml"]
    assert old in raw
    with pytest.raises(Corrupt, match=problem):
        ruleset.decode(raw.replace(old, new, 1))
