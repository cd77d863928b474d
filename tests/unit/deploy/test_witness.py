"""The witness within a process: two at once, a disk that fails, and the key that it is given."""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from deploy.witness import __main__ as command
from deploy.witness import kept, witness
from deploy.witness.kept import Folder
from deploy.witness.witness import Witness
from shared.io.signing import Signer, Verifier, new_seed
from shared.kernel import notes
from shared.kernel.errors import Failure, Outrun, Unavailable
from shared.kernel.notes import Note
from tests import note_verifier, witnesses
from tests.witnesses import Log

# As long as a second writer is waited for that must not come.
OVERLAP_SECONDS = 0.5

LOG = Log()
ORIGIN = LOG.signer.key.name
SIGNER = Signer(witnesses.NAME, new_seed(), notes.COSIGNATURE)


class Overlapping(Folder):
    """Counts writers of one log that are at it together."""

    together = 0

    def keep(self, origin: str, note: Note) -> None:
        try:
            self.meeting.wait(OVERLAP_SECONDS)
            self.together += 1
        except threading.BrokenBarrierError:
            self.meeting.reset()
        super().keep(origin, note)

    meeting = threading.Barrier(2)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with kept.opened(tmp_path / "state") as opened:
        yield opened


def witness_of(folder: Folder) -> Witness:
    return Witness(SIGNER, [Verifier(LOG.vkey)], folder, lambda: 1_790_000_000)


def outcome(of: Witness, body: bytes) -> str:
    try:
        return of.add(body)
    except Failure as failure:
        return failure.reason


def test_of_two_requests_at_once_the_second_sees_what_the_first_left(tmp_path: Path) -> None:
    with kept.opened(tmp_path):
        folder = Overlapping(tmp_path)
        one = witness_of(folder)
        with ThreadPoolExecutor(2) as pool:
            bodies = (LOG.request(0, 9), LOG.request(0, 5))
            outcomes = [
                each.result() for each in [pool.submit(outcome, one, body) for body in bodies]
            ]
        assert folder.together == 0
        assert [each.startswith("— ") for each in outcomes].count(True) == 1
        assert "witness.other_size" in outcomes
        assert witness_of(folder).held.keys() == {ORIGIN}


def test_two_logs_do_not_wait_for_one_another(tmp_path: Path) -> None:
    with kept.opened(tmp_path):
        folder = Overlapping(tmp_path)
        one = witness_of(folder)
        with ThreadPoolExecutor(2) as pool:
            bodies = (LOG.request(0, 9, f"{ORIGIN}/a"), LOG.request(0, 9, f"{ORIGIN}/b"))
            lines = [each.result() for each in [pool.submit(outcome, one, body) for body in bodies]]
        assert folder.together == 2
        assert all(line.startswith("— ") for line in lines)


def test_the_disk_has_the_note_before_anybody_is_answered(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, int]] = []
    real = os.fsync

    def noted(descriptor: int) -> None:
        name = Path(f"/proc/self/fd/{descriptor}").readlink().name
        seen.append((name.partition(".")[2], len(list(tmp_path.glob("state/*.note")))))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    witness_of(folder).add(LOG.request(0, 5))
    assert seen == [("note.partial", 0), ("", 1)], "the file, then its place in the folder"


@pytest.mark.parametrize("fails_at", [1, 2])
def test_a_disk_that_fails_signs_nothing(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    one = witness_of(folder)
    one.add(LOG.request(0, 5))
    calls = iter(range(1, 10))

    def failing(_: int) -> None:
        if next(calls) == fails_at:
            raise OSError("no space")

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(Unavailable, match="cannot_write"):
        one.add(LOG.request(5, 9))
    assert one.held[ORIGIN].signed.head.size == 5
    monkeypatch.undo()
    assert one.add(LOG.request(5, 9))
    assert witness_of(folder).held[ORIGIN].signed.head.size == 9


def test_evidence_of_forks_has_an_end(folder: Folder) -> None:
    one = witness_of(folder)
    one.add(LOG.request(0, 100))
    for at in range(kept.FORKS_MAX + 5):
        with pytest.raises(Outrun, match="forked"):
            one.add(LOG.forked(at).request(100, 100))
    assert one.forks == {ORIGIN: kept.FORKS_MAX}


def test_logs_beyond_measure_are_not_taken(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(witness, "ORIGINS_MAX", 2)
    one = witness_of(folder)
    for name in ("a", "b"):
        one.add(LOG.request(0, 5, f"{ORIGIN}/{name}"))
    for known in (one, witness_of(folder)):
        with pytest.raises(Unavailable, match="too_many_origins"):
            known.add(LOG.request(0, 5, f"{ORIGIN}/c"))
        known.add(LOG.request(5, 5, f"{ORIGIN}/a"))


def test_a_stray_partial_file_is_swept(tmp_path: Path) -> None:
    (tmp_path / "x.note.partial").write_bytes(b"half")
    with kept.opened(tmp_path) as folder:
        assert witness_of(folder).held == {}
    assert not list(tmp_path.glob("*.partial"))


def test_a_key_is_made_once_and_shown_by_its_public_half(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "key"
    assert command.main(["key", witnesses.NAME, str(file)]) == 0
    vkey = capsys.readouterr().out.strip()
    seed = file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    made = Signer(witnesses.NAME, seed, notes.COSIGNATURE)
    assert made.key.text == vkey
    note = Note(text="a\n", signatures=(notes.cosigned("a\n", made, 5),))
    assert note_verifier.trusted(note.written, vkey) == ([b"a"], 5)
    assert command.main(["key", witnesses.NAME, str(file)]) == 1
    assert file.read_text() == seed
    assert "exists" in capsys.readouterr().err
