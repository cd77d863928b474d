"""How a receiver knows that a delivery is ours: the signature of the Standard Webhooks convention.

HMAC-SHA256 over `id.timestamp.body`, once for each live secret, so that a receiver may change to
the new secret whenever it likes while both live.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence

SECRET_BYTES = 32
PREFIX = "whsec_"


def spelt(secret: bytes) -> str:
    """A secret as libraries that verify such signatures take it."""
    return PREFIX + base64.b64encode(secret).decode()


def headers(
    message: str, timestamp: int, body: bytes, secrets: Sequence[bytes]
) -> Mapping[str, str]:
    """What a delivery carries beside its body."""
    signed = f"{message}.{timestamp}.".encode() + body
    return {
        "webhook-id": message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(_signature(secret, signed) for secret in secrets),
    }


def _signature(secret: bytes, signed: bytes) -> str:
    digest = hmac.new(secret, signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()
