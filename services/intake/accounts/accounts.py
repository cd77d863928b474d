"""All who may speak for tenants: programs by their keys, people by signing in."""

from msgspec import Struct

from services.intake.accounts.by_provider import ByProvider
from services.intake.accounts.credentials import Credentials
from services.intake.accounts.people import People
from services.intake.accounts.signing_in import SigningIn
from shared.io.tokens import Tokens


class Accounts(Struct, frozen=True, kw_only=True):
    """The parts that the routes of keys, people and pages call."""

    credentials: Credentials
    people: People
    signing_in: SigningIn
    provider: ByProvider | None

    @property
    def tokens(self) -> Tokens | None:
        """What reads the provider's tokens, where there is one."""
        return self.provider.tokens if self.provider else None
