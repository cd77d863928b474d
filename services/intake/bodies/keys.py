"""What is sent and told of API keys."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from services.intake.bodies.receipts import ReceiptView
from services.intake.bodies.stated import Stated


class KeyBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Give a program a key. `client` keeps its name when its key is replaced.

    `agency` is the one (perangkat daerah) that an operator's key speaks for.
    """

    client: str
    role: str
    expires_at: datetime
    reads_only: bool = False
    agency: str = ""


class RevocationBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Refuse a key from now on."""

    reason: str


class IssuedView(Struct, frozen=True, kw_only=True):
    """A new key. `key` is shown this once; a repeat of the request shows it no more (null)."""

    id: str
    key: str | None
    receipt: ReceiptView


class KeyView(Struct, frozen=True, kw_only=True):
    """A key without its secret; `last_used_at` is to the minute, null where it never was."""

    id: str
    client: str
    role: str
    agency: str
    reads_only: bool
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class KeysView(Struct, frozen=True, kw_only=True):
    """Every key a tenant ever had, the newest first; behind `next`, older ones."""

    tenant: str
    keys: Sequence[KeyView]
    next: str


NOTHING_STATED = Stated()
