"""The door to time and chance: the shells ask here, the cores never do."""

import time
from datetime import UTC, datetime
from secrets import randbelow, token_bytes, token_hex, token_urlsafe


def now() -> datetime:
    """The present moment, aware, UTC."""
    return datetime.now(UTC)


def monotonic_seconds() -> float:
    """For measuring waits; never for a fact."""
    return time.monotonic()


def new_token() -> str:
    """256 random bits as text that may stand in a header."""
    return token_urlsafe(32)


def new_id() -> str:
    """A fresh id: 128 random bits as 32 lower-case hexadecimal digits."""
    return token_hex(16)


def new_secret(size_bytes: int) -> bytes:
    """Bytes that nobody can guess."""
    return token_bytes(size_bytes)


def chance() -> float:
    """Anything from 0 until before 1: to scatter what would else happen all at once."""
    return randbelow(1_000_000) / 1_000_000
