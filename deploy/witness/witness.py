"""The witness: it signs a log's head only if that log still begins with all it signed before.

Everything here is called from threads, and returns only after the disk has it. Deciding, keeping
and remembering are one step under the log's own lock: no smaller head can overtake a larger one.
"""

import threading
from collections.abc import Callable, Mapping, Sequence

from deploy.witness.kept import Folder, Held
from deploy.witness.request import Request, parse
from shared.io.signing import Verifier
from shared.kernel import merkle, notes, proofs
from shared.kernel.errors import Missing, Outrun, Unavailable
from shared.kernel.notes import Note, SignedHead, Signs, Verified

# Each is a file and a lock; a country has 552 regions, and a log's key must not fill the disk.
ORIGINS_MAX = 10_000


class Witness:
    """One key, the logs that it knows, and what it signed of them."""

    def __init__(
        self,
        signer: Signs,
        logs: Sequence[Verifier],
        folder: Folder,
        now_seconds: Callable[[], int],
    ) -> None:
        self._signer = signer
        self._logs = logs
        self._folder = folder
        self._now_seconds = now_seconds
        self._held = dict(folder.last(Verifier(signer.key.text)))
        self._locks: dict[str, threading.Lock] = {}
        self._all = threading.Lock()

    @property
    def key(self) -> notes.Key:
        """What others know this witness by."""
        return self._signer.key

    @property
    def held(self) -> Mapping[str, Held]:
        """The last head signed of each log, by name."""
        return dict(sorted(self._held.items()))

    @property
    def forks(self) -> Mapping[str, int]:
        """How many forks were seen of each log."""
        return self._folder.forks(self._held)

    def add(self, body: bytes) -> str:
        """The witness's signature line of the head that was sent; else a failure says why not."""
        request = parse(body)
        origin = request.signed.head.origin
        good = notes.must_be_signed(request.signed.note, self._keys_of(origin))
        with self._lock_of(origin):
            return self._signed(request, good)

    def _signed(self, request: Request, good: tuple[Verified, ...]) -> str:
        signed, head = request.signed, request.signed.head
        self._must_continue(request)
        seconds = self._now_seconds()
        own = notes.cosigned(signed.note.text, self._signer, seconds)
        # Lines of keys that nobody knows here could be anything; one of each known key is enough.
        by_key = {each.key: each.signature for each in good}
        kept = Note(text=signed.note.text, signatures=(*by_key.values(), own))
        # What could not be read again would keep the witness from starting.
        notes.parse(kept.written)
        self._folder.keep(head.origin, kept)
        self._held[head.origin] = Held(signed=SignedHead(head=head, note=kept), seconds=seconds)
        return own.line

    def _must_continue(self, request: Request) -> None:
        head, held = request.signed.head, self._held.get(request.signed.head.origin)
        size, root = 0, merkle.EMPTY_ROOT
        if held:
            size, root = held.signed.head.size, held.signed.head.root
        if head.size == size and head.root != root:
            ours = held.signed.note.written if held else b""
            self._folder.keep_fork(head.origin, ours, request.signed.note)
            raise Outrun("witness.forked", origin=head.origin, size=size)
        if request.old_size != size:
            raise Outrun("witness.other_size", size=size)
        proofs.must_be_consistent(size, head.size, root, head.root, request.path)

    def _keys_of(self, origin: str) -> list[Verifier]:
        found = [
            log
            for log in self._logs
            if origin == log.key.name or origin.startswith(log.key.name + "/")
        ]
        if not found:
            raise Missing("witness.origin_unknown", origin=origin)
        return found

    def _lock_of(self, origin: str) -> threading.Lock:
        """The log's lock, made for whoever is known to sign for it."""
        with self._all:
            known = self._locks.keys() | self._held.keys()
            if origin not in known and len(known) >= ORIGINS_MAX:
                raise Unavailable("witness.too_many_origins", origins_max=ORIGINS_MAX)
            return self._locks.setdefault(origin, threading.Lock())
