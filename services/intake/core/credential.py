"""API keys as facts: which program may speak for a tenant, in which role, until when."""

from datetime import datetime, timedelta
from typing import ClassVar

from msgspec import Struct

from shared.kernel import text
from shared.kernel.errors import Missing, Refused
from shared.kernel.events.access import KeyIssued, KeyRevoked
from shared.kernel.recorded import Event

# Somebody must look at a key now and then; what nobody renews ends by itself.
DAYS_MAX = 400
REASON_CHARACTERS_MAX = 500


class Issue(Struct, frozen=True, kw_only=True):
    """Give a program a key; `asked_at` is when."""

    key: str
    client: str
    role: str
    agency: str = ""
    reads_only: bool
    expires_at: datetime
    asked_at: datetime
    year: ClassVar[int] = 0


class Revoke(Struct, frozen=True, kw_only=True):
    """Refuse the key from now on."""

    key: str
    reason: str
    year: ClassVar[int] = 0


Command = Issue | Revoke


class Credential(Struct, frozen=True, kw_only=True):
    """A key as its stream says."""

    issued: KeyIssued | None = None
    revoked: bool = False


EMPTY = Credential()


def evolve(credential: Credential, event: Event) -> Credential:
    """The key after one of its events."""
    match event:
        case KeyIssued():
            return Credential(issued=event)
        case KeyRevoked():
            return Credential(issued=credential.issued, revoked=True)
        case _:
            return credential


def decide(command: Command, credential: Credential) -> tuple[Event, ...]:
    """A key is issued once, and revoked once; its end is at most `DAYS_MAX` days away."""
    if isinstance(command, Revoke):
        return _revoked(command, credential)
    if command.expires_at.tzinfo is None:
        raise Refused("history.zone_missing")
    if not command.asked_at < command.expires_at <= command.asked_at + timedelta(days=DAYS_MAX):
        raise Refused("key.end_out_of_range", days_max=DAYS_MAX)
    if credential.issued is not None:
        return ()
    issued = KeyIssued(
        key=command.key,
        client=command.client,
        role=command.role,
        agency=command.agency,
        reads_only=command.reads_only,
        expires_at=command.expires_at,
    )
    return (issued,)


def _revoked(command: Revoke, credential: Credential) -> tuple[Event, ...]:
    if not command.reason.strip():
        raise Refused("key.reason_missing")
    text.check("reason", command.reason, REASON_CHARACTERS_MAX)
    if credential.issued is None:
        raise Missing("key.unknown")
    return () if credential.revoked else (KeyRevoked(key=command.key, reason=command.reason),)
