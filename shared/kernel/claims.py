"""What an identity provider says of somebody, and when it may be believed: rules of JWT claims.

The signature was checked before; here stands what RFC 9068 (access tokens), OpenID Connect Core
(ID tokens) and OpenID Connect Back-Channel Logout (logout tokens) ask of the content. Each reason
is for the log: whoever shows a token is told one sentence, see `problems`.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct

from shared.kernel.errors import Refused

# How far the provider's clock may be from ours.
LEEWAY = timedelta(seconds=60)
# A token that cannot be taken back lives this long at most, whatever the provider says.
ACCESS_LIFETIME_MAX = timedelta(hours=1)
ID_LIFETIME_MAX = timedelta(days=1)
LOGOUT_LIFETIME_MAX = timedelta(hours=1)
# OpenID Connect Core, 2: a subject has 255 ASCII characters at most; other names likewise.
NAME_CHARACTERS_MAX = 255
# What a moment can be in seconds, a day from either end: the leeway must not leave it.
SECONDS_MIN, SECONDS_MAX = 86_400, 253_402_214_399
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
# Only in ID tokens and logout tokens: a plain JWT with one of these opens no interface.
_NOT_IN_ACCESS = ("nonce", "at_hash", "c_hash", "events")
# Some providers tell by a claim what a plain JWT is for; this one is for interfaces.
_FOR_INTERFACES = "Bearer"

_NAME = re.compile(r"[\x21-\x7e]+\Z")

Claims = Mapping[str, Any]


class Expected(Struct, frozen=True, kw_only=True):
    """Who must have issued a token, and whom it must be for."""

    issuer: str
    audience: str


class Subject(Struct, frozen=True, kw_only=True):
    """Whom a provider vouches for; `email` counts only where `email_verified` says so."""

    issuer: str
    subject: str
    issued_at: datetime
    expires_at: datetime
    email: str = ""
    email_verified: bool = False
    name: str = ""
    token_id: str = ""
    session_id: str = ""


class LoggedOut(Struct, frozen=True, kw_only=True):
    """Whose sessions the provider ended: one (`session_id`), or all of a `subject`.

    The same `token_id` may come again until `expires_at`; ending a session twice changes nothing.
    """

    issuer: str
    token_id: str
    expires_at: datetime
    subject: str = ""
    session_id: str = ""


def bytes_of(part: str) -> bytes:
    """A part of a token without its base64url."""
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), b"-_", validate=True)
    except ValueError as error:
        raise Refused("token.malformed") from error


def object_of(raw: bytes) -> Claims:
    """A JSON object; `Refused` where two parsers could read it differently."""
    try:
        # As text: bytes could also be UTF-16, which no other reader expects.
        read = json.loads(raw.decode(), object_pairs_hook=_unique, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Refused("token.malformed") from error
    if not isinstance(read, dict):
        raise Refused("token.malformed")
    return read


def half_hash(token: str, algorithm: str) -> str:
    """`at_hash`: the left half of the hash that goes with the ID token's algorithm."""
    digest = (hashlib.sha512 if algorithm == "EdDSA" else hashlib.sha256)(token.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def access_token(claims: Claims, expected: Expected, now: datetime) -> Subject:
    """Whom an access token speaks for."""
    if any(name in claims for name in _NOT_IN_ACCESS):
        raise Refused("token.kind")
    if claims.get("typ", _FOR_INTERFACES) != _FOR_INTERFACES:
        raise Refused("token.kind")
    _must_be_ours(claims, expected)
    issued_at, expires_at = _times(claims, now, ACCESS_LIFETIME_MAX)
    return _subject(claims, issued_at, expires_at, token_id=_name(claims, "jti"))


def id_token(
    claims: Claims, expected: Expected, now: datetime, *, nonce: str, access_hash: str
) -> Subject:
    """Who signed in, in answer to the very request that had this nonce; `access_hash` is that of
    the access token beside it (see `half_hash`), compared where the provider tells one.
    """
    _must_be_ours(claims, expected)
    # Meant for others as well, it must say that it was issued to us.
    party = claims.get("azp", None if len(_audiences(claims)) > 1 else expected.audience)
    if party != expected.audience:
        raise Refused("token.party")
    if not _same(claims.get("nonce"), nonce):
        raise Refused("token.nonce")
    half = claims.get("at_hash")
    if half is not None and not _same(half, access_hash):
        raise Refused("token.access_hash")
    issued_at, expires_at = _times(claims, now, ID_LIFETIME_MAX)
    return _subject(claims, issued_at, expires_at, token_id=_text(claims, "jti"))


def logout_token(claims: Claims, expected: Expected, now: datetime) -> LoggedOut:
    """Whose sessions end; a token that could also sign somebody in is refused."""
    events = claims.get("events")
    if "nonce" in claims or not isinstance(events, dict):
        raise Refused("token.kind")
    if not isinstance(events.get(LOGOUT_EVENT), dict):
        raise Refused("token.kind")
    _must_be_ours(claims, expected)
    _, expires_at = _times(claims, now, LOGOUT_LIFETIME_MAX)
    subject, session = _text(claims, "sub"), _text(claims, "sid")
    if not subject and not session:
        raise Refused("token.subject")
    return LoggedOut(
        issuer=expected.issuer,
        token_id=_name(claims, "jti"),
        expires_at=expires_at,
        subject=subject,
        session_id=session,
    )


def userinfo(told: Claims, subject: Subject) -> Subject:
    """The subject with what the provider tells when asked; refused if it tells of another."""
    if not _same(told.get("sub"), subject.subject):
        raise Refused("token.subject")
    return _subject(
        {**told, "sid": subject.session_id, "iss": subject.issuer},
        subject.issued_at,
        subject.expires_at,
        token_id=subject.token_id,
    )


def _subject(
    claims: Claims, issued_at: datetime, expires_at: datetime, *, token_id: str
) -> Subject:
    email = _text(claims, "email")
    return Subject(
        issuer=claims["iss"],
        subject=_name(claims, "sub"),
        issued_at=issued_at,
        expires_at=expires_at,
        email=email,
        # Exactly true: a provider that says "false" as a text would else be believed.
        email_verified=bool(email) and claims.get("email_verified") is True,
        name=_text(claims, "name"),
        token_id=token_id,
        session_id=_text(claims, "sid"),
    )


def _must_be_ours(claims: Claims, expected: Expected) -> None:
    if claims.get("iss") != expected.issuer:
        raise Refused("token.issuer")
    if expected.audience not in _audiences(claims):
        raise Refused("token.audience")


def _audiences(claims: Claims) -> Sequence[str]:
    told = claims.get("aud")
    listed = told if isinstance(told, list) else [told]
    named = [one for one in listed if isinstance(one, str)]
    if len(named) != len(listed):
        raise Refused("token.audience")
    return named


def _times(claims: Claims, now: datetime, lifetime_max: timedelta) -> tuple[datetime, datetime]:
    expires_at, issued_at = _moment(claims, "exp"), _moment(claims, "iat")
    if expires_at + LEEWAY <= now:
        raise Refused("token.expired")
    if issued_at - LEEWAY > now:
        raise Refused("token.issued_later")
    if "nbf" in claims and _moment(claims, "nbf") - LEEWAY > now:
        raise Refused("token.not_yet")
    if expires_at - issued_at > lifetime_max:
        raise Refused("token.lifetime")
    return issued_at, expires_at


def _moment(claims: Claims, name: str) -> datetime:
    seconds = claims.get(name)
    # Neither true, which is 1, nor what is infinite lies in between.
    if not isinstance(seconds, int | float) or not SECONDS_MIN <= seconds <= SECONDS_MAX:
        raise Refused("token.times")
    return datetime.fromtimestamp(seconds, UTC)


def _name(claims: Claims, name: str) -> str:
    """A name that must be there: printable ASCII, so that nobody reads it in two ways."""
    told = claims.get(name)
    if not isinstance(told, str) or len(told) > NAME_CHARACTERS_MAX or not _NAME.match(told):
        raise Refused("token.subject")
    return told


def _text(claims: Claims, name: str) -> str:
    """A text that may be there; one of another shape or length counts as not told."""
    told = claims.get(name)
    fits = isinstance(told, str) and len(told) <= NAME_CHARACTERS_MAX and told.isprintable()
    return str(told) if fits else ""


def _same(told: object, expected: str) -> bool:
    if not isinstance(told, str) or not expected:
        return False
    return hmac.compare_digest(told.encode("utf-8", "replace"), expected.encode())


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise ValueError("a name stands twice")
    return read


def _no_number(constant: str) -> Any:
    raise ValueError(constant)
