"""What is sent to a witness: the size it is thought to hold, a proof from there, a signed head.

C2SP tlog-witness, `add-checkpoint`.
"""

from msgspec import Struct

from shared.kernel import merkle, notes
from shared.kernel.errors import Refused
from shared.kernel.notes import SignedHead

# A consistency proof of trees below 2^63 leaves has no more.
HASHES_MAX = 63
# The note at its largest, and the lines above it.
BODY_BYTES_MAX = notes.NOTE_BYTES_MAX + 4_096

_OLD = "old "


class Request(Struct, frozen=True, kw_only=True):
    """A log's wish to have its head signed."""

    old_size: int
    path: tuple[bytes, ...]
    signed: SignedHead


def parse(body: bytes) -> Request:
    """Read a request; nothing of it is verified yet."""
    above, _, note = body.partition(b"\n\n")
    try:
        first, *hashes = above.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise _malformed() from error
    old_size = notes.number_of(first.removeprefix(_OLD))
    if not first.startswith(_OLD) or old_size is None or len(hashes) > HASHES_MAX:
        raise _malformed()
    path = [notes.from_base64(line) for line in hashes]
    whole = tuple(each for each in path if each is not None and len(each) == merkle.HASH_BYTES)
    if len(whole) != len(path):
        raise _malformed()
    signed = notes.head_of(notes.parse(note))
    if old_size > signed.head.size:
        raise Refused("witness.size_reversed", old=old_size, size=signed.head.size)
    return Request(old_size=old_size, path=whole, signed=signed)


def _malformed() -> Refused:
    return Refused("witness.request_malformed", hashes_max=HASHES_MAX)
