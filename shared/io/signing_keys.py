"""The provider's public keys (RFC 7517): fetched when needed, kept for a while, dropped with it.

A door to joserfc, beside `tokens`. Only keys that a signature may be checked with are taken; of the
others no token speaks, as if the provider did not publish them.
"""

import asyncio
import base64
import binascii
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from msgspec import Struct

from shared.io import clock, log
from shared.kernel import claims
from shared.kernel.errors import Refused, Unavailable

# Older keys are asked for again before they are used; a key that the provider drops ends so.
FRESH_SECONDS = 300.0
# With a provider that is down, its keys are believed this long.
AGE_SECONDS_MAX = 3600.0
# A token that names an unknown key has them fetched again this often at most.
REFETCH_SECONDS = 60.0
# After a failure nobody waits for the provider again before this.
RETRY_SECONDS = 15.0
# More are no key set, and each costs a little.
KEYS_MAX = 32
# NIST SP 800-131A: at least; at most, because checking with a bigger key costs us much.
RSA_BITS_MIN = 2048
RSA_BITS_MAX = 8192
RSA_EXPONENTS = range(3, 2**32)
# Each algorithm, and the only kind of key that fits it.
FITTING: Mapping[str, tuple[str, str]] = {
    "RS256": ("RSA", ""),
    "PS256": ("RSA", ""),
    "ES256": ("EC", "P-256"),
    "EdDSA": ("OKP", "Ed25519"),
}

Fetch = Callable[[], Awaitable[bytes]]


class SigningKey(Struct, frozen=True, kw_only=True):
    """A public key; `algorithm` is empty where the provider does not bind it to one."""

    key: Key
    kind: tuple[str, str]
    algorithm: str = ""

    def fits(self, algorithm: str) -> bool:
        """Whether this key is for the algorithm that a token names."""
        bound = self.algorithm in ("", algorithm)
        return bound and FITTING.get(algorithm) == self.kind


class SigningKeys:
    """The keys by their `kid`, behind one fetch at a time."""

    def __init__(
        self, fetch: Fetch, seconds: Callable[[], float] = clock.monotonic_seconds
    ) -> None:
        self._fetch = fetch
        self._seconds = seconds
        self._keys: Mapping[str, SigningKey] = {}
        self._fetched = float("-inf")
        self._tried = float("-inf")
        self._failed = False
        self._fetching = asyncio.Lock()

    async def find(self, kid: str) -> SigningKey:
        """The key of that name; `Unavailable` while the provider's keys cannot be known."""
        if self._age() >= FRESH_SECONDS:
            # What is still believed waits for nobody who asks already.
            if not (self._fetching.locked() and self._believes(kid)):
                await self._renew(RETRY_SECONDS if self._failed else 0.0)
        elif kid not in self._keys:
            await self._renew(REFETCH_SECONDS)
        if self._age() >= AGE_SECONDS_MAX:
            raise Unavailable("oidc.unreachable")
        found = self._keys.get(kid)
        if found is None:
            raise Refused("token.key_unknown")
        return found

    def _believes(self, kid: str) -> bool:
        return kid in self._keys and self._age() < AGE_SECONDS_MAX

    def _age(self) -> float:
        return self._seconds() - self._fetched

    async def _renew(self, after: float) -> None:
        """Fetch, unless that was tried less than `after` seconds ago; failing leaves what is."""
        async with self._fetching:
            # Whoever waited here has what another one fetched meanwhile.
            if self._seconds() - self._tried < after:
                return
            begun, self._failed = self._seconds(), True
            try:
                self._keys = usable(await self._fetch())
                self._fetched, self._failed = begun, False
            except Unavailable as down:
                log.logger().warning("oidc.keys_not_fetched", reason=down.reason)
            finally:
                # Its end, not its beginning: else all who waited would ask one after the other.
                self._tried = self._seconds()


def usable(raw: bytes) -> Mapping[str, SigningKey]:
    """The keys of a set that may check signatures; a `kid` that stands twice names none."""
    try:
        listed = claims.object_of(raw).get("keys")
    except Refused as error:
        raise Unavailable("oidc.unusable") from error
    if not isinstance(listed, list) or len(listed) > KEYS_MAX:
        raise Unavailable("oidc.unusable")
    told = [one for one in listed if isinstance(one, dict) and isinstance(one.get("kid"), str)]
    times = Counter(one["kid"] for one in told)
    read = {one["kid"]: _read(one) for one in told if times[one["kid"]] == 1}
    return {kid: key for kid, key in read.items() if key is not None}


def _read(told: Mapping[str, Any]) -> SigningKey | None:
    """A public key for signatures; None for what is symmetric, private, weak, or for another use.

    A provider that publishes a private key has lost it.
    """
    kind = (str(told.get("kty")), "" if told.get("kty") == "RSA" else str(told.get("crv")))
    operations = told.get("key_ops", ["verify"])
    algorithm = str(told.get("alg", ""))
    verifies = isinstance(operations, list) and "verify" in operations
    meant = told.get("use", "sig") == "sig" and verifies
    if kind not in FITTING.values() or "d" in told or not meant:
        return None
    if algorithm and FITTING.get(algorithm) != kind:
        return None
    try:
        key = _imported(kind[0], told)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return SigningKey(key=key, kind=kind, algorithm=algorithm) if key is not None else None


def _imported(kty: str, told: Mapping[str, Any]) -> Key | None:
    """Only the numbers of the key: what else stands there must not decide anything."""
    match kty:
        case "RSA":
            if not _is_strong(told):
                return None
            return RSAKey.import_key({"kty": kty, "n": told["n"], "e": told["e"]})
        case "EC":
            point = {name: told[name] for name in ("crv", "x", "y")}
            return ECKey.import_key({"kty": kty, **point})
        case _:
            return OKPKey.import_key({"kty": kty, "crv": told["crv"], "x": told["x"]})


def _is_strong(told: Mapping[str, Any]) -> bool:
    bits = _number(told["n"]).bit_length()
    return RSA_BITS_MIN <= bits <= RSA_BITS_MAX and _number(told["e"]) in RSA_EXPONENTS


def _number(text: str) -> int:
    try:
        return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), "big")
    except binascii.Error as error:
        raise ValueError(text) from error
