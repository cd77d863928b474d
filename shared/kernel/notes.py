"""Signed notes of transparency logs: text, keys, tree heads, signatures and cosignatures.

C2SP signed-note, tlog-checkpoint and tlog-cosignature, as c2sp.org publishes them; a tree head that
is signed is what they call a checkpoint. Signing itself is passed in: no cryptography stands here.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Protocol

from msgspec import Struct

from shared.kernel import merkle
from shared.kernel.errors import Refused

# What a key signs: the text as it is, or the text behind the time of its being seen.
ED25519 = 0x01
COSIGNATURE = 0x04

KEY_ID_BYTES = 4
PUBLIC_KEY_BYTES = 32
SIGNATURE_BYTES = 64
TIME_BYTES = 8
# Sixteen must be taken, each up to 5 kB; more than this nobody has reason to send.
SIGNATURES_MAX = 64
NOTE_BYTES_MAX = 200_000
# Sizes and times are signed 64-bit integers elsewhere.
NUMBER_MAX = 2**63 - 1

_DASH = "— "
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
_KEY_ID = re.compile(r"[0-9a-f]{8}")
_LAST_CONTROL = "\x1f"


class Key(Struct, frozen=True, kw_only=True):
    """Whose signatures are known, and how they sign."""

    name: str
    algorithm: int
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that tell keys of one name apart; no proof of anything."""
        told = self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public
        return sha256(told).digest()[:KEY_ID_BYTES]

    @property
    def text(self) -> str:
        """How the key is handed on: a verifier key (vkey)."""
        return f"{self.name}+{self.id.hex()}+{base64_of(bytes([self.algorithm]) + self.public)}"


class Signs(Protocol):
    """Who can sign."""

    @property
    def key(self) -> Key: ...
    def sign(self, message: bytes) -> bytes: ...


class Verifies(Protocol):
    """Who can tell a signature of the key's."""

    @property
    def key(self) -> Key: ...
    def verifies(self, message: bytes, signature: bytes) -> bool: ...


class Signature(Struct, frozen=True, kw_only=True):
    """One signature line; `content` is what stands behind the key's id."""

    name: str
    key_id: bytes
    content: bytes

    @property
    def line(self) -> str:
        """As it stands under a note, with its newline."""
        return f"{_DASH}{self.name} {base64_of(self.key_id + self.content)}\n"


class Note(Struct, frozen=True, kw_only=True):
    """A text, its last newline included, and the signatures under it."""

    text: str
    signatures: tuple[Signature, ...]

    @property
    def written(self) -> bytes:
        """The whole note."""
        return f"{self.text}\n{''.join(each.line for each in self.signatures)}".encode()


class TreeHead(Struct, frozen=True, kw_only=True):
    """What a log says of itself: its name, how many leaves, their root; and what else it adds."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The text of its note."""
        lines = (self.origin, str(self.size), base64_of(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


class SignedHead(Struct, frozen=True, kw_only=True):
    """A tree head and the note it was read from."""

    head: TreeHead
    note: Note


class Verified(Struct, frozen=True, kw_only=True):
    """A signature that is good; `seconds` (since 1970) is when a cosigner saw the head."""

    signature: Signature
    key: Key
    seconds: int | None = None


def base64_of(content: bytes) -> str:
    """RFC 4648, section 4."""
    return base64.b64encode(content).decode("ascii")


def from_base64(text: str) -> bytes | None:
    """The bytes; None where it is not exactly how they are written."""
    try:
        found = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None
    return found if base64_of(found) == text else None


def number_of(text: str) -> int | None:
    """A size or time; None where it is not written in its one form."""
    number = int(text) if _NUMBER.fullmatch(text) else None
    return number if number is not None and number <= NUMBER_MAX else None


def must_be_name(name: str) -> str:
    """A name of a key or log: something, without spaces, plus signs or control characters."""
    if not name or any(each.isspace() or each in "+\x7f" or each <= _LAST_CONTROL for each in name):
        raise Refused("note.name_malformed", name=name)
    return name


def key_of(text: str) -> Key:
    """Read a verifier key: `name+hexadecimal id+base64`."""
    name, _, rest = text.partition("+")
    shown_id, _, encoded = rest.partition("+")
    content = from_base64(encoded)
    if content is None or len(content) != 1 + PUBLIC_KEY_BYTES or not _KEY_ID.fullmatch(shown_id):
        raise Refused("note.key_malformed", key=text)
    key = Key(name=must_be_name(name), algorithm=content[0], public=content[1:])
    if key.algorithm not in (ED25519, COSIGNATURE):
        raise Refused("note.algorithm_unknown", key=text)
    if key.id.hex() != shown_id:
        raise Refused("note.key_id_differs", key=text)
    return key


def parse(raw: bytes) -> Note:
    """Read a note; what it says is not yet verified."""
    if len(raw) > NOTE_BYTES_MAX:
        raise Refused("note.too_large", bytes_max=NOTE_BYTES_MAX)
    try:
        whole = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused("note.not_text") from error
    if any(each <= _LAST_CONTROL for each in whole.replace("\n", "")):
        raise Refused("note.control_character")
    before, blank, under = whole.rpartition("\n\n")
    if not blank or not under.endswith("\n"):
        raise Refused("note.unsigned")
    lines = under[:-1].split("\n")
    if len(lines) > SIGNATURES_MAX:
        raise Refused("note.too_many_signatures", signatures_max=SIGNATURES_MAX)
    return Note(text=before + "\n", signatures=tuple(map(signature_of, lines)))


def signature_of(line: str) -> Signature:
    """Read one signature line, its newline taken off."""
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    content = from_base64(encoded)
    if not line.startswith(_DASH) or not space or content is None or len(content) <= KEY_ID_BYTES:
        raise Refused("note.signature_malformed")
    key_id, content = content[:KEY_ID_BYTES], content[KEY_ID_BYTES:]
    return Signature(name=must_be_name(name), key_id=key_id, content=content)


def head_of(note: Note) -> SignedHead:
    """The tree head that a note's text states."""
    origin, *lines = note.text[:-1].split("\n")
    if len(lines) < 2 or not all(lines):  # noqa: PLR2004 - size and root
        raise Refused("note.head_malformed")
    size, root = number_of(lines[0]), from_base64(lines[1])
    if size is None:
        raise Refused("note.size_malformed", size=lines[0])
    if root is None or len(root) != merkle.HASH_BYTES:
        raise Refused("note.root_malformed")
    extensions = tuple(lines[2:])
    head = TreeHead(origin=must_be_name(origin), size=size, root=root, extensions=extensions)
    return SignedHead(head=head, note=note)


def signed(text: str, signer: Signs) -> Signature:
    """The signer's plain signature of a text."""
    return _by(signer, ED25519, signer.sign(text.encode()))


def cosigned(text: str, signer: Signs, seconds: int) -> Signature:
    """That the signer saw this head, consistent with all before, at that time (since 1970)."""
    if not 0 <= seconds <= NUMBER_MAX:
        raise ValueError(f"no time that can be signed: {seconds}")
    stamped = seconds.to_bytes(TIME_BYTES, "big")
    return _by(signer, COSIGNATURE, stamped + signer.sign(_seen(text, seconds)))


def must_be_signed(note: Note, known: Sequence[Verifies]) -> tuple[Verified, ...]:
    """The good signatures of known keys, one at least; others' are passed over.

    One bad signature of a known key spoils the note.
    """
    by_key = {(each.key.name, each.key.id): each for each in known}
    found = tuple(
        _verified(note.text, signature, verifier)
        for signature in note.signatures
        if (verifier := by_key.get((signature.name, signature.key_id)))
    )
    if not found:
        raise Refused("note.signer_unknown")
    return found


def _by(signer: Signs, algorithm: int, content: bytes) -> Signature:
    if signer.key.algorithm != algorithm:
        raise ValueError(f"the key of {signer.key.name} is for other signatures")
    return Signature(name=signer.key.name, key_id=signer.key.id, content=content)


def _seen(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _verified(text: str, signature: Signature, verifier: Verifies) -> Verified:
    message, content, seconds = text.encode(), signature.content, None
    if verifier.key.algorithm == COSIGNATURE:
        stamp, content = content[:TIME_BYTES], content[TIME_BYTES:]
        seconds = int.from_bytes(stamp, "big")
        message = _seen(text, seconds)
    fits = len(content) == SIGNATURE_BYTES and (seconds or 0) <= NUMBER_MAX
    if not fits or not verifier.verifies(message, content):
        raise Refused("note.signature_false", name=signature.name)
    return Verified(signature=signature, key=verifier.key, seconds=seconds)
