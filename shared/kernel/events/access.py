"""Who was given a key to a tenant's log, and who lost it; no secret, and no proof of one."""

from datetime import datetime
from typing import ClassVar

from msgspec import Struct


class KeyIssued(Struct, frozen=True, kw_only=True, tag="key.issued.1"):
    """A program was given an API key in a role; it belongs to no season.

    `client` is the program's name, never a person's. `reads_only` keys change nothing.
    """

    key: str
    client: str
    role: str
    reads_only: bool
    expires_at: datetime
    year: ClassVar[int] = 0


class KeyRevoked(Struct, frozen=True, kw_only=True, tag="key.revoked.1"):
    """The key is refused from then on."""

    key: str
    reason: str
    year: ClassVar[int] = 0
