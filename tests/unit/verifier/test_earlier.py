"""`--earlier`: a bundle must go on from what the auditor kept of before."""

from pathlib import Path

import pytest

from deploy.verifier import periksa
from tests import bundles
from tests.bundles import LOG, NAME, STRANGER, Files, Maker, Signer

REGION = "63.10"


@pytest.fixture(scope="module")
def maker() -> Maker:
    return Maker(bundles.province())


@pytest.fixture(scope="module")
def sound(maker: Maker) -> Files:
    return maker.files()


def heads_note(files: Files, size: int, signer: Signer = LOG) -> bytes:
    """What was signed when the log of heads had so many lines."""
    leaves = [bundles.head_leaf(head) for head in bundles.lines_in(files, "heads.ndjson")]
    return bundles.note(f"{NAME}/heads", size, bundles.root_of(leaves[:size]), signer)


def asked(
    files: Files, note: bytes, folder: Path, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str]:
    kept = folder / "dahulu.note"
    kept.write_bytes(note)
    status = periksa.main(
        [str(bundles.as_zip(files, folder)), "--key", LOG.verifier, "--earlier", str(kept)]
    )
    return status, capsys.readouterr().out


@pytest.mark.parametrize("size", [1, 2, 7, None])
def test_what_was_signed_before_is_a_beginning_of_what_is_here(
    sound: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str], size: int | None
) -> None:
    size = size or len(bundles.lines_in(sound, "heads.ndjson"))
    assert asked(sound, heads_note(sound, size), tmp_path, capsys)[0] == 0


def test_a_log_made_anew_is_not_what_was_signed_before(
    sound: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Consistent in itself and signed by the right key: only what was kept tells."""
    story = bundles.province()
    story[REGION] = story[REGION][:-1]
    anew = Maker(story).files()
    assert periksa.main([str(bundles.as_zip(anew, tmp_path)), "--key", LOG.verifier]) == 0
    capsys.readouterr()
    size = len(bundles.lines_in(anew, "heads.ndjson"))
    status, said = asked(anew, heads_note(sound, size), tmp_path, capsys)
    assert status == 1
    assert f"{size} baris kepala pertama" in said
    longer = heads_note(sound, len(bundles.lines_in(sound, "heads.ndjson")))
    status, said = asked(anew, longer, tmp_path, capsys)
    assert status == 1
    assert "dahulu.note" in said


def test_a_regions_own_note_is_looked_for_among_its_heads(
    sound: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    head = next(one for one in bundles.lines_in(sound, "heads.ndjson") if one["tenant"] == REGION)
    origin = f"{NAME}/{REGION}/{head['epoch']}"
    root = bytes.fromhex(head["root"])
    kept = bundles.note(origin, head["size"], root, LOG)
    assert asked(sound, kept, tmp_path, capsys)[0] == 0
    other = bundles.note(origin, head["size"], bytes(32), LOG)
    status, said = asked(sound, other, tmp_path, capsys)
    assert status == 1
    assert origin in said


def test_a_note_by_somebody_else_proves_nothing(
    sound: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, said = asked(sound, heads_note(sound, 2, STRANGER), tmp_path, capsys)
    assert status == 1
    assert "dahulu.note tidak ditandatangani" in said
    status, said = asked(sound, b"omong kosong", tmp_path, capsys)
    assert status == 1
    assert periksa.main([str(tmp_path / "bundel.zip"), "--earlier", str(tmp_path / "x")]) == 2
