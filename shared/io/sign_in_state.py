"""What must be remembered between leaving for the identity provider and coming back, sealed.

It stands in a cookie of the very browser that left (JWE, `dir` with A256GCM), so that an answer
which another browser is led to deliver meets no state. A door to joserfc, beside `tokens`.
"""

import hashlib
import hmac
from datetime import datetime, timedelta

import msgspec
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from msgspec import Struct

from shared.kernel.errors import Refused

# As long as somebody may take at the provider, with a second factor and a forgotten password.
LASTING = timedelta(minutes=10)
_HEADER = {"alg": "dir", "enc": "A256GCM"}


class SignInState(Struct, frozen=True, kw_only=True):
    """One departure: `state` and `nonce` tie the answer to it, `verifier` the code (PKCE)."""

    state: str
    nonce: str
    verifier: str
    return_path: str
    left_at: datetime


class StateSeal:
    """Seals under a secret of the operator's, from which a key for this alone is derived."""

    def __init__(self, secret: str) -> None:
        key = hmac.new(secret.encode(), b"jejak sign-in state", hashlib.sha256).digest()
        self._key = OctKey.import_key(key)

    def seal(self, state: SignInState) -> str:
        """The state as a text for a cookie."""
        return jwe.encrypt_compact(dict(_HEADER), msgspec.json.encode(state), self._key)

    def open(self, sealed: str, now: datetime) -> SignInState:
        """The state again; `Refused` where it is missing, not ours, or too old."""
        try:
            opened = jwe.decrypt_compact(sealed, self._key, algorithms=list(_HEADER.values()))
            state = msgspec.json.decode(opened.plaintext or b"", type=SignInState)
        except (JoseError, ValueError, TypeError) as error:
            raise Refused("oidc.state_missing") from error
        if not timedelta(0) <= now - state.left_at <= LASTING:
            raise Refused("oidc.state_expired")
        return state
