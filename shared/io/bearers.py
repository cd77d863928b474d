"""Who shows something in the `Authorization` header: an API key, or an identity provider's token.

A token says who somebody is; which roles they hold is ours to say. With several roles the header
`Jejak-Role` names one (`g-…`, as in `GET /v1/me`); without it the oldest holds.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from litestar.connection import ASGIConnection

from shared.io import postgres
from shared.io.identity import PREFIX, Caller, Keys
from shared.io.tokens import Tokens
from shared.kernel.claims import Subject
from shared.kernel.errors import Refused

ROLE_HEADER = "Jejak-Role"

_ROLES = "select * from intake.roles_by_token(%(identity)s)"
_OVER = "select intake.token_is_over(%(identity)s, %(issued_at)s, %(token)s) as over"


def identity_of(issuer: str, subject: str) -> bytes:
    """What somebody is found by whom a provider vouches for."""
    return hashlib.sha256(f"{issuer}\n{subject}".encode()).digest()


class TakenBack:
    """Which tokens are over before their end, as the database remembers."""

    def __init__(self, pool: postgres.Pool) -> None:
        self._pool = pool

    async def is_revoked(self, subject: Subject) -> bool:
        """Whether the token was taken back, or its holder was signed out everywhere since."""
        asked = {
            "identity": identity_of(subject.issuer, subject.subject),
            "issued_at": subject.issued_at,
            "token": identity_of(subject.issuer, subject.token_id),
        }
        async with postgres.borrowed(self._pool) as connection:
            (row,) = await postgres.fetch(connection, _OVER, asked)
        return bool(row["over"])


class Bearers:
    """Reads the header; without a provider (`tokens` None), keys are all there is."""

    def __init__(self, keys: Keys, tokens: Tokens | None, pool: postgres.Pool) -> None:
        self._keys = keys
        self._tokens = tokens
        self._pool = pool

    async def caller(
        self, connection: ASGIConnection[Any, Any, Any, Any], authorization: str
    ) -> Caller:
        """Who sent this header; `Refused` if nobody we know."""
        scheme, _, shown = authorization.partition(" ")
        token = shown.strip()
        is_token = scheme.lower() == "bearer" and "." in token
        if self._tokens is None or not is_token or token.startswith(f"{PREFIX}_"):
            return await self._keys.caller(authorization)
        subject = await self._tokens.verify(token)
        wanted = connection.headers.get(ROLE_HEADER, "")
        return await self._holding(identity_of(subject.issuer, subject.subject), wanted)

    def remembers(self, authorization: str) -> bool:
        """Whether a key with this id was shown here of late; what is shown may be no such key."""
        return self._keys.remembers(authorization)

    async def _holding(self, identity: bytes, wanted: str) -> Caller:
        async with postgres.borrowed(self._pool) as connection:
            rows = await postgres.fetch(connection, _ROLES, {"identity": identity})
        for row in rows:
            if wanted in ("", row["role_held"]):
                return holder(row)
        raise Refused("sign_in.no_role" if rows else "sign_in.not_invited")


def holder(row: Mapping[str, Any], session: bytes = b"") -> Caller:
    """A person in one of their roles."""
    return Caller(
        key=row["person"],
        client=row["person"],
        tenant=row["tenant"],
        role=row["role"],
        agency=row["agency"],
        grant=row["role_held"],
        session=session,
    )
