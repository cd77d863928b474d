"""A verifier of signed notes written from c2sp.org alone; it shares nothing with the product.

It reads bytes by position and knows Ed25519 and nothing else, as an auditor's own script would.
"""

import base64
import hashlib
import struct

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

EM_DASH = b"\xe2\x80\x94 "


class Distrusted(Exception):  # noqa: N818 - what the auditor concludes
    """The note is not to be believed."""


def trusted(note: bytes, vkey: str) -> tuple[list[bytes], int | None]:
    """The lines of the note's text, and the time of a cosignature, if this key signed it."""
    name, shown, encoded = vkey.split("+", 2)
    kind, point = base64.b64decode(encoded)[0], base64.b64decode(encoded)[1:]
    expected = hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + point).digest()[:4]
    if expected.hex() != shown:
        raise Distrusted("key id")
    cut = note.rindex(b"\n\n")
    text, signatures = note[: cut + 1], note[cut + 2 :].splitlines()
    for line in signatures:
        if not line.startswith(EM_DASH):
            raise Distrusted("signature line")
        signer, packed = line[len(EM_DASH) :].split(b" ")
        blob = base64.b64decode(packed, validate=True)
        if signer != name.encode() or blob[:4] != expected:
            continue
        message, seconds, rest = text, None, blob[4:]
        if kind == 4:
            (seconds,) = struct.unpack(">Q", rest[:8])
            rest = rest[8:]
            message = b"cosignature/v1\ntime " + str(seconds).encode() + b"\n" + text
        try:
            Ed25519PublicKey.from_public_bytes(point).verify(rest, message)
        except InvalidSignature as error:
            raise Distrusted("signature") from error
        return text.splitlines(), seconds
    raise Distrusted("not signed by this key")
