"""The folder of a witness: the last head it signed of each log, and what proves a log forked.

A file is whole or absent, and on the disk before anybody is answered. One process holds the folder.
"""

import fcntl
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from msgspec import Struct

from shared.kernel import notes
from shared.kernel.errors import Corrupt, Refused, Unavailable
from shared.kernel.notes import Note, SignedHead, Verifies

_LAST = ".note"
_FORK = ".fork"
_PARTIAL = ".partial"
# Kept of one log: one proof is enough, and its key must not fill the disk.
FORKS_MAX = 20


class Held(Struct, frozen=True, kw_only=True):
    """The last head that the witness signed of a log, with that signature, and when."""

    signed: SignedHead
    seconds: int


class Folder:
    """Where a witness remembers; made and held by `opened`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def last(self, own: Verifies) -> Mapping[str, Held]:
        """What was signed, by the log's name; `Corrupt` where a file is not as it was written."""
        found = {}
        for file in sorted(self._path.glob(f"*{_LAST}")):
            held = _read(file, own)
            if file.name != _name_of(held.signed.head.origin) + _LAST:
                raise _unreadable(file, held.signed.head.origin)
            found[held.signed.head.origin] = held
        return found

    def keep(self, origin: str, note: Note) -> None:
        """Remember the note in place of the one before."""
        self._write(_name_of(origin) + _LAST, note.written)

    def keep_fork(self, origin: str, ours: bytes, theirs: Note) -> None:
        """Keep both notes of a fork; the same one once."""
        name = f"{_name_of(origin)}.{sha256(theirs.text.encode()).hexdigest()}{_FORK}"
        if not (self._path / name).exists() and self.forks([origin])[origin] < FORKS_MAX:
            self._write(name, ours + b"\n" + theirs.written)

    def forks(self, origins: Iterable[str]) -> Mapping[str, int]:
        """How many other heads each log's key signed at a size that this witness had signed."""
        counted = Counter(file.name.split(".")[0] for file in self._path.glob(f"*{_FORK}"))
        return {origin: counted[_name_of(origin)] for origin in origins}

    def _write(self, name: str, content: bytes) -> None:
        file = self._path / name
        partial = file.with_name(name + _PARTIAL)
        try:
            with partial.open("wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            partial.replace(file)
            _sync_folder(self._path)
        except OSError as error:
            raise Unavailable("witness.cannot_write", why=str(error)) from error


@contextmanager
def opened(path: Path) -> Iterator[Folder]:
    """The folder, made where it is not yet there, and held against other processes."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        held = (path / "lock").open("wb")
    except OSError as error:
        raise Refused("config.unusable", why=f"WITNESS_STATE: {error}") from error
    with held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Unavailable("witness.state_in_use", folder=path) from error
        for partial in path.glob(f"*{_PARTIAL}"):
            partial.unlink()
        yield Folder(path)


def _read(file: Path, own: Verifies) -> Held:
    try:
        note = notes.parse(file.read_bytes())
        signed = notes.head_of(note)
        ours = notes.must_be_signed(note, [own])
    except Refused as refused:
        raise _unreadable(file, refused.reason) from refused
    except OSError as error:
        raise _unreadable(file, str(error)) from error
    return Held(signed=signed, seconds=max(each.seconds or 0 for each in ours))


def _unreadable(file: Path, why: str) -> Corrupt:
    return Corrupt("witness.state_unreadable", file=file, why=why)


def _name_of(origin: str) -> str:
    """A log may name itself as it likes; its file must not lie elsewhere for that."""
    return sha256(origin.encode()).hexdigest()


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
