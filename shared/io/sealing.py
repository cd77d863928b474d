"""The door to cryptography: what is kept of people is sealed, each under a key of their own.

Whoever holds the database alone reads nothing of it; whoever destroys one person's key has erased
that person, and nobody else.
"""

import base64
import binascii
import hmac
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.io import clock
from shared.kernel.errors import Corrupt, Refused

KEY_BYTES = 32
NONCE_BYTES = 12


class Sealing:
    """Seals and finds under one secret of the operator's (`PEOPLE_KEY`, 32 bytes as base64)."""

    def __init__(self, secret: str) -> None:
        try:
            master = base64.b64decode(secret, validate=True)
        except binascii.Error as error:
            raise Refused("config.unusable", why="PEOPLE_KEY: base64") from error
        if len(master) != KEY_BYTES:
            raise Refused("config.unusable", why=f"PEOPLE_KEY: {KEY_BYTES} bytes")
        self._wrapping = AESGCM(_derived(master, b"wrapping"))
        self._indexing = _derived(master, b"indexing")

    def index(self, text: str) -> bytes:
        """What a text is found by; it cannot be guessed back without the secret."""
        return hmac.new(self._indexing, text.encode(), sha256).digest()

    def new_key(self, whose: str) -> bytes:
        """A fresh key for one person, wrapped: only for that person's id does it open again."""
        return _sealed(self._wrapping, clock.new_secret(KEY_BYTES), whose)

    def seal(self, wrapped: bytes, whose: str, plain: bytes) -> bytes:
        """The text under the person's key."""
        return _sealed(self._key(wrapped, whose), plain, whose)

    def open(self, wrapped: bytes, whose: str, sealed: bytes) -> bytes:
        """The text again; `Corrupt` where it is another's, or was changed."""
        return _opened(self._key(wrapped, whose), sealed, whose)

    def _key(self, wrapped: bytes, whose: str) -> AESGCM:
        return AESGCM(_opened(self._wrapping, wrapped, whose))


def _derived(master: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"jejak " + purpose).derive(master)


def _sealed(key: AESGCM, plain: bytes, whose: str) -> bytes:
    nonce = clock.new_secret(NONCE_BYTES)
    return nonce + key.encrypt(nonce, plain, whose.encode())


def _opened(key: AESGCM, sealed: bytes, whose: str) -> bytes:
    try:
        return key.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], whose.encode())
    except (InvalidTag, ValueError) as error:
        raise Corrupt("person.unreadable", person=whose) from error
