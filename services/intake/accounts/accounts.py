"""All who may speak for tenants: programs by their keys, people by signing in."""

from msgspec import Struct

from services.intake.accounts.credentials import Credentials
from services.intake.accounts.people import People
from services.intake.accounts.signing_in import SigningIn


class Accounts(Struct, frozen=True, kw_only=True):
    """The parts that the routes of keys, people and pages call."""

    credentials: Credentials
    people: People
    signing_in: SigningIn
