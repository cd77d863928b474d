"""Signing in at an identity provider: leaving, coming back, and the provider's own sign-out."""

from msgspec import Struct

from services.intake.accounts.signing_in import Provided
from shared.io import clock, postgres
from shared.io.bearers import identity_of
from shared.io.oidc import Provider
from shared.io.sign_in_state import StateSeal
from shared.io.tokens import Tokens
from shared.kernel.claims import Subject

_END = "select sessions_end(%(identity)s, %(session)s)"


class Left(Struct, frozen=True, kw_only=True):
    """Where somebody is sent, and what their browser keeps until they are back."""

    address: str
    sealed: str


class Back(Struct, frozen=True, kw_only=True):
    """Who came back, and where they were going."""

    provided: Provided
    path: str


class ByProvider:
    """The one identity provider of this place."""

    def __init__(
        self, pool: postgres.Pool, provider: Provider, seal: StateSeal, callback: str
    ) -> None:
        self._pool = pool
        self._provider = provider
        self._seal = seal
        self._callback = callback

    @property
    def tokens(self) -> Tokens:
        """What reads the provider's tokens."""
        return self._provider.tokens

    async def leave(self, path: str) -> Left:
        """Off to the provider; afterwards to the path."""
        address, state = await self._provider.begin(path, self._callback)
        return Left(address=address, sealed=self._seal.seal(state))

    async def come_back(self, query: str, sealed: str) -> Back:
        """Who comes back with this query, if it is the browser that left."""
        state = self._seal.open(sealed, clock.now())
        signed_in = await self._provider.finish(query, state, self._callback)
        return Back(provided=provided(signed_in.subject), path=signed_in.return_path)

    async def log_out(self, logout_token: str) -> None:
        """End the sessions that the provider says are over (OpenID Back-Channel Logout)."""
        told = await self._provider.tokens.logged_out(logout_token)
        identity = identity_of(told.issuer, told.subject) if told.subject else None
        async with postgres.borrowed(self._pool) as connection:
            asked = {"identity": identity, "session": told.session_id}
            await postgres.fetch(connection, _END, asked)


def provided(subject: Subject) -> Provided:
    """Whom the provider vouches for; an address that it did not verify is nobody's."""
    return Provided(
        identity=identity_of(subject.issuer, subject.subject),
        email=subject.email if subject.email_verified else "",
        session=subject.session_id,
    )
