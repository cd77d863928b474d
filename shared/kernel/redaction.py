"""What no log line may hold, whoever wrote it: secrets, and what names a person.

A field whose name says that it is a secret is masked whole; in every other text, what looks like
one is. It is the last line: nothing of the kind is logged on purpose.
"""

import functools
import re
from collections.abc import Mapping
from typing import Any

MASK = "…"
# Parts of field names; a command's `key` is an ordinary name and stays.
SECRET_NAMES = re.compile(
    r"passw|sandi|secret|token|cookie|authorization|seed|csrf|invitation|email|private",
    re.IGNORECASE,
)
_NOTHING = (None, "", True, False)
_PATTERNS = (
    # An API key keeps its id, by which an operator finds its row.
    (re.compile(r"\bjejak_([0-9A-Za-z-]+)_[\w-]+"), rf"jejak_\1_{MASK}"),
    # What follows a scheme in Authorization, and what a cookie of ours holds.
    (re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE), rf"\1 {MASK}"),
    (re.compile(r"(__Host-[\w-]+=)[^;\s\"']+"), rf"\1{MASK}"),
    # A JWT: three parts of base64url, the first a JSON object.
    (re.compile(r"\beyJ[\w-]{5,}\.[\w-]+\.[\w-]*"), MASK),
    # A seed of the bus.
    (re.compile(r"\bS[AUNOCX][A-Z2-7]{56}\b"), MASK),
    # A password within an address.
    (re.compile(r"(\w+://[^\s:/@]*):[^\s/@]+@"), rf"\1:{MASK}@"),
    (re.compile(r"(?<![/\w.+-])[\w.+-]+@[\w-]+(\.[\w-]+)*\.[a-z]{2,}\b", re.IGNORECASE), MASK),
)
# Nearly every text holds none of them: that is found out in one go.
_ANY = re.compile(
    "|".join(
        f"(?i:{pattern.pattern})" if pattern.flags & re.IGNORECASE else pattern.pattern
        for pattern, _ in _PATTERNS
    )
)


def masked(fact: Any, name: str = "") -> Any:
    """The same fact without its secrets; `name` is that of its field."""
    if _is_secret(name) and fact not in _NOTHING:
        return MASK
    match fact:
        case Mapping():
            return {key: masked(value, str(key)) for key, value in fact.items()}
        case list() | tuple() | set() | frozenset():
            return [masked(each) for each in fact]
        case bytes() | bytearray():
            return f"{len(fact)} bytes"
        case None | bool() | int() | float():
            return fact
        case _:
            return _cleaned(str(fact))


@functools.lru_cache(maxsize=1024)
def _is_secret(name: str) -> bool:
    return SECRET_NAMES.search(name) is not None


def _cleaned(text: str) -> str:
    if _ANY.search(text) is None:
        return text
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text
