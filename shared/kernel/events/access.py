"""Who was given a key or a role in a tenant's log, and who lost it; no secret, no name."""

from datetime import datetime
from typing import ClassVar

from msgspec import Struct


class KeyIssued(Struct, frozen=True, kw_only=True, tag="key.issued.1"):
    """A program was given an API key in a role; it belongs to no season.

    `client` is the program's name, never a person's. `reads_only` keys change nothing. `agency` is
    the one that an operator's key speaks for.
    """

    key: str
    client: str
    role: str
    reads_only: bool
    expires_at: datetime
    agency: str = ""
    year: ClassVar[int] = 0


class KeyRevoked(Struct, frozen=True, kw_only=True, tag="key.revoked.1"):
    """The key is refused from then on."""

    key: str
    reason: str
    year: ClassVar[int] = 0


class RoleGranted(Struct, frozen=True, kw_only=True, tag="role.granted.1"):
    """A person holds a role from then on; `agency` is the one that an operator speaks for.

    `person` is an id that names nobody: who it is stands outside the log, and can be erased.
    """

    grant: str
    person: str
    role: str
    agency: str = ""
    year: ClassVar[int] = 0


class PersonInvited(Struct, frozen=True, kw_only=True, tag="person.invited.1"):
    """A new invitation was made for a person: whoever is given it chooses their password."""

    person: str
    year: ClassVar[int] = 0


class RoleWithdrawn(Struct, frozen=True, kw_only=True, tag="role.withdrawn.1"):
    """The person holds the role no more."""

    grant: str
    person: str
    reason: str
    year: ClassVar[int] = 0


class PersonErased(Struct, frozen=True, kw_only=True, tag="person.erased.1"):
    """Who the id stands for is kept no more (UU 27/2022); what was done under it stays."""

    person: str
    reason: str
    year: ClassVar[int] = 0
