"""Asking a witness, another body's program, to sign beside us what it finds consistent.

C2SP tlog-witness: it is told the tree it saw last, a proof that ours begins with it, and our note.
"""

from shared.io.provider_http import Answer, ProviderHttp
from shared.kernel import notes
from shared.kernel.errors import Corrupt, Failure, Unavailable
from shared.kernel.notes import Note, Verifies
from shared.kernel.proofs import Tree

PATH = "/add-checkpoint"
SIZE_TYPE = "text/x.tlog.size"
TAKEN, OTHER_SIZE = 200, 409
SIZE_CHARACTERS_MAX = 20


class Witness:
    """One witness: its address, and the key its signatures are told by."""

    def __init__(self, url: str, verifier: Verifies, http: ProviderHttp) -> None:
        self._url = url.rstrip("/") + PATH
        self._verifier = verifier
        self._http = http

    @property
    def name(self) -> str:
        """What it is called."""
        return self._verifier.key.name

    async def cosign(self, note: str, tree: Tree, seen: int) -> str:
        """Its signature line under the note; `seen` is how far we believe it has come.

        `Corrupt` where it has seen what we do not have, or signs something else.
        """
        size = notes.head_of(notes.parse(note.encode())).head.size
        answer = await self._ask(note, tree, seen, size)
        if answer.status == OTHER_SIZE:
            seen = _size(answer)
            if not 0 <= seen <= size:
                raise Corrupt("witness.saw_more", witness=self.name, seen=seen, size=size)
            answer = await self._ask(note, tree, seen, size)
        if answer.status != TAKEN:
            raise Corrupt("witness.refused", witness=self.name, status=answer.status)
        return self._good_line(note, answer.body)

    async def _ask(self, note: str, tree: Tree, seen: int, size: int) -> Answer:
        path = "".join(f"{notes.base64_of(each)}\n" for each in tree.consistency(seen, size))
        try:
            return await self._http.post(
                self._url, {"content-type": "text/plain"}, f"old {seen}\n{path}\n{note}"
            )
        except Unavailable as failure:
            raise Unavailable("witness.unreachable", witness=self.name) from failure

    def _good_line(self, note: str, body: bytes) -> str:
        """One of the lines it answered is its own good signature of this very note."""
        text = notes.parse(note.encode()).text
        for line in body.decode("utf-8", "replace").splitlines():
            try:
                signature = notes.signature_of(line)
                notes.must_be_signed(Note(text=text, signatures=(signature,)), [self._verifier])
            except Failure:
                continue
            return line
        raise Corrupt("witness.signed_otherwise", witness=self.name)


def _size(answer: Answer) -> int:
    told = answer.body.decode("ascii", "replace").strip()
    plain = told.isascii() and told.isdigit() and len(told) < SIZE_CHARACTERS_MAX
    return int(told) if plain else -1
