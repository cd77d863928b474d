"""The door to joserfc: whether a token was signed by the provider, and what it then says.

What a token says of itself decides nothing: the algorithm must be on our list, the key is one that
the provider publishes under the token's `kid`, and its type must be the one that the algorithm
needs. So neither `none`, nor a public key used as a password, nor a key sent along, helps anybody.
Why a token is refused stands in the log; who shows it is told one sentence, see `problems`.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry
from msgspec import Struct

from shared.io import clock, log
from shared.io.signing_keys import FITTING, Fetch, SigningKeys
from shared.kernel import claims
from shared.kernel.claims import Expected, LoggedOut, Subject
from shared.kernel.errors import Refused

# Longer than any honest token; what stands before a signature is checked costs us the most.
TOKEN_CHARACTERS_MAX = 8192
KID_CHARACTERS_MAX = 255
# Three parts, none of them empty, in the alphabet of base64url without padding.
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\Z")
# A header with one of these brings its own key, asks for rules of its own, or wraps a token.
_NEVER = ("crit", "b64", "jku", "jwk", "x5u", "x5c", "zip", "enc", "cty")
# RFC 9864 has the same algorithm under this name; the library warns of the former one.
_NAMED_ANEW = {"EdDSA": "Ed25519"}

_ACCESS_TYPE = "at+jwt"
_PLAIN_TYPE = "jwt"
_LOGOUT_TYPE = "logout+jwt"

NOT_SHOWN = ""


class Issued(Struct, frozen=True, kw_only=True):
    """Whose tokens are taken: as access tokens for `audience`, as ID tokens for `client_id`.

    `plain` takes access tokens of type `JWT` as well, for providers older than RFC 9068; then the
    audience must differ from the client's id, which is that of ID tokens.
    """

    issuer: str
    client_id: str
    audience: str
    plain: bool = False


class Revoked(Protocol):
    """Whoever remembers which tokens, or whose, were taken back."""

    async def is_revoked(self, subject: Subject) -> bool:
        """Whether this token, or all that the subject held when it was issued, are over."""


class Tokens:
    """Reads the tokens of one provider."""

    def __init__(
        self,
        issued: Issued,
        fetch: Fetch,
        revoked: Revoked,
        now: Callable[[], datetime] = clock.now,
        seconds: Callable[[], float] = clock.monotonic_seconds,
    ) -> None:
        self._issued = issued
        self._keys = SigningKeys(fetch, seconds)
        self._revoked = revoked
        self._now = now

    async def verify(self, token: str) -> Subject:
        """Whom an access token speaks for; `Unavailable` while the provider cannot be asked."""
        try:
            return await self._speaking(token)
        except Refused as refused:
            raise _noted(refused) from None

    async def identify(self, token: str, nonce: str, access_token: str) -> Subject:
        """Who signed in, told by an ID token in answer to our request with this nonce."""
        try:
            said, algorithm = await self._said(token, (_PLAIN_TYPE, NOT_SHOWN))
            half = claims.half_hash(access_token, algorithm) if access_token else ""
            return claims.id_token(said, self._client(), self._now(), nonce=nonce, access_hash=half)
        except Refused as refused:
            raise _noted(refused) from None

    async def logged_out(self, token: str) -> LoggedOut:
        """Whose sessions the provider ended, told by a logout token."""
        try:
            said, _ = await self._said(token, (_LOGOUT_TYPE, _PLAIN_TYPE, NOT_SHOWN))
            return claims.logout_token(said, self._client(), self._now())
        except Refused as refused:
            raise _noted(refused) from None

    async def _speaking(self, token: str) -> Subject:
        taken = (_ACCESS_TYPE, _PLAIN_TYPE) if self._issued.plain else (_ACCESS_TYPE,)
        expected = Expected(issuer=self._issued.issuer, audience=self._issued.audience)
        said, _ = await self._said(token, taken)
        subject = claims.access_token(said, expected, self._now())
        if await self._revoked.is_revoked(subject):
            raise Refused("token.revoked")
        return subject

    def _client(self) -> Expected:
        return Expected(issuer=self._issued.issuer, audience=self._issued.client_id)

    async def _said(self, token: str, types: tuple[str, ...]) -> tuple[Mapping[str, Any], str]:
        """The claims of a token with a good signature, and its algorithm."""
        if len(token) > TOKEN_CHARACTERS_MAX:
            raise Refused("token.too_long")
        if not _COMPACT.match(token):
            raise Refused("token.malformed")
        header = _header(token)
        algorithm, kid = _algorithm(header), _kid(header)
        if _type(header) not in types:
            raise Refused("token.kind")
        found = await self._keys.find(kid)
        if not found.fits(algorithm):
            raise Refused("token.key_unfit")
        registry = _Registry(algorithms=[_NAMED_ANEW.get(algorithm, algorithm)])
        registry.strict_check_header = False
        try:
            signed = jws.deserialize_compact(token, found.key, registry=registry)
        except (JoseError, ValueError, TypeError) as error:
            raise Refused("token.signature") from error
        return claims.object_of(signed.payload or b""), algorithm


class _Registry(JWSRegistry):
    """The library's algorithms, of which the one that the caller chose is allowed."""

    def get_alg(self, name: str) -> Any:
        return super().get_alg(_NAMED_ANEW.get(name, name))


def _header(token: str) -> Mapping[str, Any]:
    part = token.partition(".")[0]
    header = claims.object_of(claims.bytes_of(part))
    if any(name in header for name in _NEVER):
        raise Refused("token.header")
    return header


def _algorithm(header: Mapping[str, Any]) -> str:
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in FITTING:
        raise Refused("token.algorithm")
    return algorithm


def _kid(header: Mapping[str, Any]) -> str:
    """The key's name: looked up among what the provider publishes, never opened or asked for."""
    kid = header.get("kid")
    if not isinstance(kid, str) or not 0 < len(kid) <= KID_CHARACTERS_MAX:
        raise Refused("token.key_missing")
    return kid


def _type(header: Mapping[str, Any]) -> str:
    told = header.get("typ", NOT_SHOWN)
    return told.lower().removeprefix("application/") if isinstance(told, str) else "?"


def _noted(refused: Refused) -> Refused:
    """The log says why; never the token, nor whose it is."""
    log.logger().info("token.refused", reason=refused.reason)
    return refused
