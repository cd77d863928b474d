"""The door to Ed25519: keys by which a log signs its tree heads, and a witness what it saw."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared.io import clock
from shared.kernel import notes
from shared.kernel.errors import Refused
from shared.kernel.notes import Key

SEED_BYTES = 32


def new_seed() -> str:
    """The secret half of a new key, as base64."""
    return notes.base64_of(clock.new_secret(SEED_BYTES))


class Signer:
    """Signs under a name; `setting` is what the seed came from, for who gave a wrong one."""

    def __init__(
        self, name: str, seed: str, algorithm: int = notes.ED25519, setting: str = "seed"
    ) -> None:
        secret = notes.from_base64(seed)
        if secret is None or len(secret) != SEED_BYTES:
            raise Refused("config.unusable", why=f"{setting}: base64, {SEED_BYTES} bytes")
        self._private = Ed25519PrivateKey.from_private_bytes(secret)
        public = self._private.public_key().public_bytes_raw()
        self._key = Key(name=notes.must_be_name(name), algorithm=algorithm, public=public)

    @property
    def key(self) -> Key:
        """What others know the signer by."""
        return self._key

    def sign(self, message: bytes) -> bytes:
        """The signature alone, 64 bytes."""
        return self._private.sign(message)


class Verifier:
    """Tells the signatures of one verifier key."""

    def __init__(self, key: str) -> None:
        self._key = notes.key_of(key)
        self._public = Ed25519PublicKey.from_public_bytes(self._key.public)

    @property
    def key(self) -> Key:
        """Whose signatures it tells."""
        return self._key

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """Whether the key made this signature of the message."""
        try:
            self._public.verify(signature, message)
        except InvalidSignature:
            return False
        return True
