"""Pages of a long list in the order of a key: a cursor is the key of the last row shown.

Rows may come and go between two pages; nothing is shown twice, and nothing that stays is missed.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from shared.kernel.errors import Refused

T = TypeVar("T")
Key = tuple[str, ...]


def page(
    rows: Sequence[T], key: Callable[[T], Key], limit: int, cursor: str
) -> tuple[tuple[T, ...], str]:
    """The rows behind the cursor, at most `limit`, and the next cursor; empty at the end."""
    after = _parsed(cursor) if cursor else ()
    left = sorted((row for row in rows if not after or key(row) > after), key=key)
    shown = tuple(left[:limit])
    return shown, _spelt(key(shown[-1])) if len(left) > limit else ""


def _spelt(key: Key) -> str:
    return urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def _parsed(cursor: str) -> Key:
    try:
        padded = cursor.encode() + b"=" * (-len(cursor) % 4)
        return msgspec.json.decode(urlsafe_b64decode(padded), type=Key)
    except (binascii.Error, ValueError) as error:
        raise Refused("cursor.unknown") from error
