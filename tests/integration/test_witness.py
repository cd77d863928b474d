"""The witness as a process of its own: what it signs, what it does not, and what it remembers."""

import socket
import threading
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from shared.io.signing import Signer, new_seed
from shared.kernel import notes
from shared.kernel.notes import Note, TreeHead
from tests import note_verifier, witnesses
from tests.system import must_be_problem
from tests.waiting import eventually
from tests.witnesses import Log, Process

ORIGIN = "jejak.example.id/log"
REGION = f"{ORIGIN}/63.10"


@pytest.fixture
def log() -> Log:
    return Log(ORIGIN)


@pytest_asyncio.fixture
async def witness(tmp_path: Path, log: Log) -> AsyncIterator[Process]:
    with witnesses.stopping(Process(tmp_path, log)) as process:
        await process.start()
        yield process


def must_be_size(answer: httpx.Response, size: int) -> None:
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "text/x.tlog.size"
    assert answer.content == f"{size}\n".encode()


async def test_a_log_that_grows_is_signed_at_every_step(witness: Process, log: Log) -> None:
    before = int(time.time())
    for old, size in ((0, 0), (0, 1), (1, 1), (1, 64), (64, 64), (64, 65), (65, 300)):
        line = witness.must_add(log, old, size)
        assert line.count("\n") == 1
        note = log.note(size).written + line.encode()
        text, seconds = note_verifier.trusted(note, witness.vkey)
        assert text[:2] == [ORIGIN.encode(), str(size).encode()]
        assert seconds is not None
        assert before <= seconds <= int(time.time())
        kept = witness.http.get("/checkpoint", params={"origin": ORIGIN})
        assert kept.headers["content-type"].startswith("text/plain")
        assert note_verifier.trusted(kept.content, log.vkey)[0] == text
        assert note_verifier.trusted(kept.content, witness.vkey) == (text, seconds)


async def test_anybody_may_compare_what_was_signed(witness: Process, log: Log) -> None:
    witness.must_add(log, 0, 7)
    witness.must_add(log, 0, 9, REGION)
    told = witness.http.get("/").json()
    assert (told["name"], told["vkey"]) == (witnesses.NAME, witness.vkey)
    shown = [(each["origin"], each["size"], each["root"], each["forks"]) for each in told["logs"]]
    assert shown == [
        (origin, size, notes.base64_of(log.tree.root(size)), 0)
        for origin, size in ((ORIGIN, 7), (REGION, 9))
    ]


async def test_another_size_than_it_has_is_told_its_own(witness: Process, log: Log) -> None:
    must_be_size(witness.add(log.request(3, 9)), 0)
    witness.must_add(log, 0, 7)
    must_be_size(witness.add(log.request(0, 9)), 7)
    must_be_size(witness.add(log.request(3, 9)), 7)
    must_be_size(witness.add(log.request(8, 9)), 7)
    assert witness.last_size(ORIGIN) == 7


async def test_a_log_that_shrinks_is_not_signed(witness: Process, log: Log) -> None:
    witness.must_add(log, 0, 7)
    for size in (0, 5, 6):
        must_be_size(witness.add(log.request(size, size)), 7)
        must_be_problem(witness.add(witnesses.request(7, [], log.note(size).written)), 400)
    assert witness.last_size(ORIGIN) == 7


async def test_a_fork_is_not_signed_and_both_notes_are_kept(witness: Process, log: Log) -> None:
    witness.must_add(log, 0, 7)
    ours = witness.http.get("/checkpoint", params={"origin": ORIGIN}).text
    other = log.forked(6)
    for old in (7, 0, 7):
        must_be_size(witness.add(other.request(old, 7)), 7)
    (evidence,) = witness.state.glob("*.fork")
    kept = evidence.read_text()
    assert ours in kept
    theirs = kept.removeprefix(ours + "\n").encode()
    mine = note_verifier.trusted(ours.encode(), log.vkey)[0]
    assert note_verifier.trusted(theirs, log.vkey)[0][:2] == mine[:2]
    assert note_verifier.trusted(theirs, log.vkey)[0][2] != mine[2]
    assert witness.http.get("/").json()["logs"][0]["forks"] == 1
    assert "witness.forked" in witness.errors.read_text()
    must_be_problem(witness.add(other.request(7, 9)), 422)
    assert witness.last_size(ORIGIN) == 7


async def test_an_empty_log_has_one_root(witness: Process, log: Log) -> None:
    text = TreeHead(origin=ORIGIN, size=0, root=log.tree.root(1)).text
    note = Note(text=text, signatures=(notes.signed(text, log.signer),))
    must_be_size(witness.add(witnesses.request(0, [], note.written)), 0)
    assert witness.http.get("/checkpoint", params={"origin": ORIGIN}).status_code == 404


async def test_a_proof_that_proves_nothing_is_refused(witness: Process, log: Log) -> None:
    witness.must_add(log, 0, 7)
    path, note = log.tree.consistency(7, 200), log.note(200).written
    for forged in (path[:-1], [*path, path[0]], path[::-1], [], [bytes(32)] * len(path)):
        must_be_problem(witness.add(witnesses.request(7, forged, note)), 422)
    must_be_problem(witness.add(log.forked(3).request(7, 200)), 422)
    assert witness.last_size(ORIGIN) == 7
    witness.must_add(log, 7, 200)


async def test_a_first_head_takes_no_proof(witness: Process, log: Log) -> None:
    must_be_problem(witness.add(witnesses.request(0, [bytes(32)], log.note(5).written)), 422)


async def test_a_key_that_is_not_known_is_refused(witness: Process, log: Log) -> None:
    stranger = Signer(ORIGIN, new_seed())
    must_be_problem(witness.add(log.request(0, 7, signer=stranger)), 403)
    note = log.note(7)
    false = notes.Signature(
        name=ORIGIN, key_id=log.signer.key.id, content=notes.signed(note.text, stranger).content
    )
    forged = Note(text=note.text, signatures=(false,))
    must_be_problem(witness.add(witnesses.request(0, [], forged.written)), 403)
    both = Note(text=note.text, signatures=(notes.signed(note.text, stranger), *note.signatures))
    assert witness.add(witnesses.request(0, [], both.written)).status_code == 200
    kept = witness.http.get("/checkpoint", params={"origin": ORIGIN}).text
    assert kept.count("— ") == 2, "a stranger's line is not handed on"


@pytest.mark.parametrize("origin", ["example.org/log", f"{ORIGIN}x", "jejak.example.id"])
async def test_a_log_that_is_not_known_is_refused(witness: Process, log: Log, origin: str) -> None:
    must_be_problem(witness.add(log.request(0, 7, origin)), 404)


async def test_one_logs_key_says_nothing_of_another(tmp_path: Path, log: Log) -> None:
    other = Log("lain.example.id/log")
    with witnesses.stopping(Process(tmp_path, log, other)) as witness:
        await witness.start()
        must_be_problem(witness.add(log.request(0, 7, "lain.example.id/log")), 403)
        witness.must_add(other, 0, 7)
        witness.must_add(log, 0, 9)
        assert witness.last_size("lain.example.id/log") == 7


async def test_what_cannot_be_read_is_refused(witness: Process, log: Log) -> None:
    good = log.request(0, 7)
    hash_line = notes.base64_of(bytes(32)).encode() + b"\n"
    note = log.note(7).written
    for body in (
        b"",
        note,
        good[:-1],
        good.replace(b"old 0", b"old 00"),
        good.replace(b"old 0", b"old -1"),
        good.replace(b"old 0", b"Old 0"),
        good.replace(b"old 0", b"0"),
        good.replace(b"old 0\n", b"old 0\nAAAA\n"),
        good.replace(b"old 0\n", b"old 0\n" + b"\xff" * 44 + b"\n"),
        b"old 0\n" + hash_line * 64 + b"\n" + note,
        good.replace(b"\n7\n", b"\n07\n"),
        good.replace(b"\n", b"\r\n"),
    ):
        must_be_problem(witness.add(body), 400)
    must_be_problem(witness.add(b"x" * 300_000), 413)
    assert witness.http.get("/checkpoint", params={"origin": ORIGIN}).status_code == 404


async def test_a_note_that_would_be_too_large_to_read_again_is_refused(
    witness: Process, log: Log
) -> None:
    line = notes.signed(log.note(7).text, log.signer)
    repeated = Note(text=log.note(7).text, signatures=(line,) * notes.SIGNATURES_MAX)
    assert witness.add(witnesses.request(0, [], repeated.written)).status_code == 200
    head = TreeHead(origin=ORIGIN, size=9, root=log.tree.root(9))
    room = notes.NOTE_BYTES_MAX - len(log.note(9).written) - 1
    text = f"{head.text}{'x' * room}\n"
    large = Note(text=text, signatures=(notes.signed(text, log.signer),)).written
    assert len(large) == notes.NOTE_BYTES_MAX
    must_be_problem(witness.add(witnesses.request(7, log.tree.consistency(7, 9), large)), 400)
    witness.stop()
    await witness.start()
    assert witness.last_size(ORIGIN) == 7


async def test_a_request_that_does_not_end_is_ended(witness: Process, log: Log) -> None:
    with socket.create_connection(("127.0.0.1", witness.port), timeout=20) as slow:
        slow.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nold ")
        assert slow.recv(100).startswith(b"HTTP/1.1 408 ")


async def test_a_witness_started_anew_knows_what_it_signed(witness: Process, log: Log) -> None:
    witness.must_add(log, 0, 7)
    witness.must_add(log, 0, 200, REGION)
    before = witness.http.get("/").json()
    assert witness.stop() == 0
    await witness.start()
    assert witness.http.get("/").json() == before
    must_be_size(witness.add(log.forked(3).request(0, 9)), 7)
    must_be_problem(witness.add(log.forked(3).request(7, 9)), 422)
    must_be_size(witness.add(log.forked(3).request(7, 7)), 7)
    witness.must_add(log, 7, 9)


async def test_what_was_signed_survives_a_kill_at_any_moment(witness: Process, log: Log) -> None:
    signed = 0
    for _ in range(5):
        answered: list[int] = []
        sender = threading.Thread(target=_grow, args=(witness, log, signed, answered))
        sender.start()
        await eventually(lambda seen=answered: len(seen) > 3)  # type: ignore[misc]
        witness.kill()
        sender.join(30)
        assert not sender.is_alive()
        await witness.start()
        signed = witness.last_size(ORIGIN)
        # The one on its way when the process died may be on the disk, no other.
        assert answered[-1] <= signed <= answered[-1] + 1
        must_be_size(witness.add(log.forked(signed - 1).request(signed, signed)), signed)
        assert not list(witness.state.glob("*.partial"))


def _grow(witness: Process, log: Log, size: int, answered: list[int]) -> None:
    """Grow by one leaf at a time until the witness is gone."""
    with httpx.Client(base_url=witness.url, timeout=10) as http:
        for larger in range(size + 1, log.tree.size + 1):
            try:
                answer = http.post("/add-checkpoint", content=log.request(larger - 1, larger))
            except httpx.HTTPError:
                return
            assert answer.status_code == 200
            answered.append(larger)


async def test_of_two_forks_at_once_one_is_signed(witness: Process, log: Log) -> None:
    witness.must_add(log, 0, 7)
    stories = [log.forked(at) for at in range(7, 15)]
    with ThreadPoolExecutor(len(stories)) as pool:
        answers = list(pool.map(lambda story: witness.add(story.request(7, 20)), stories))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    winner = stories[[answer.status_code for answer in answers].index(200)]
    kept = witness.http.get("/checkpoint", params={"origin": ORIGIN}).text
    assert notes.base64_of(winner.tree.root(20)) in kept
    assert witness.http.get("/").json()["logs"][0]["forks"] == 7


async def test_a_folder_has_one_witness(witness: Process, tmp_path: Path, log: Log) -> None:
    second = Process(tmp_path, log, seed=witness.seed)
    assert "sedang dipakai" in second.refused_start()
    witness.must_add(log, 0, 7)


@pytest.mark.parametrize("damage", ["cut", "changed", "empty", "renamed", "replaced", "folder"])
async def test_a_damaged_memory_is_told_and_nothing_is_signed(
    witness: Process, log: Log, damage: str
) -> None:
    witness.must_add(log, 0, 7)
    witness.stop()
    (file,) = witness.state.glob("*.note")
    content = file.read_bytes()
    match damage:
        case "cut":
            file.write_bytes(content[:-10])
        case "changed":
            file.write_bytes(content.replace(b"\n7\n", b"\n6\n"))
        case "empty":
            file.write_bytes(b"")
        case "renamed":
            file.rename(file.with_name("0" * 64 + ".note"))
        case "replaced":
            file.write_bytes(log.note(3).written)
        case "folder":
            file.unlink()
            file.mkdir()
    said = witness.refused_start()
    assert "rusak" in said
    assert "Traceback" not in said
    assert str(witness.state) in said


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("WITNESS_KEY", "x"),
        ("WITNESS_NAME", "dua kata"),
        ("WITNESS_LOGS", "x"),
        pytest.param(
            "WITNESS_LOGS",
            Signer("a", new_seed(), notes.COSIGNATURE).key.text,
            id="a witness's key",
        ),
        ("WITNESS_STATE", "/dev/null/x"),
    ],
)
async def test_a_wrong_setting_is_named(
    tmp_path: Path, log: Log, setting: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with witnesses.stopping(Process(tmp_path, log)) as witness:
        wrong = {**witness.environment(), setting: value}
        monkeypatch.setattr(witness, "environment", lambda: wrong)
        said = witness.refused_start()
        assert setting in said
        assert "Traceback" not in said
