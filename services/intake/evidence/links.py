"""A video that is shown elsewhere, as evidence: its address and the day it was looked at.

The address is never fetched. What a verifier reviews, and a claim is bound to, is this document;
the same address, day and title give the same bytes and so the same fingerprint.
"""

import ipaddress
import re
from datetime import date, datetime, timedelta
from urllib.parse import SplitResult, urlsplit

import msgspec

from shared.kernel import text
from shared.kernel.errors import Refused

URL_CHARACTERS_MAX = 2_000
TITLE_CHARACTERS_MAX = 200
# A day begins in Papua (WIT) nine hours before it begins in UTC.
AHEAD = timedelta(hours=9)

# What an address may hold by RFC 3986; anything else is percent-encoded in it.
_PLAIN = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+\Z")
_HOST = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}\Z")


def document(url: str, captured_on: date, title: str, now: datetime) -> bytes:
    """The bytes that stand for the video."""
    if len(url) > URL_CHARACTERS_MAX:
        raise Refused("text.too_long", field="url", characters_max=URL_CHARACTERS_MAX)
    _must_be_address(url)
    text.check("title", title, TITLE_CHARACTERS_MAX)
    if not title.strip():
        raise Refused("link.title_missing")
    if captured_on > (now + AHEAD).date():
        raise Refused("link.not_captured_yet", captured_on=captured_on)
    told = {"captured_on": captured_on, "title": title.strip(), "url": url}
    return msgspec.json.encode(told, order="sorted")


def _must_be_address(url: str) -> None:
    split = _split(url)
    if split.scheme not in ("http", "https"):
        raise Refused("link.other_scheme")
    if "@" in split.netloc:
        raise Refused("link.credentials")
    host = split.hostname or ""
    if not _HOST.match(host) or _is_number(host):
        raise Refused("link.without_host")


def _split(url: str) -> SplitResult:
    """The parts of the address. Control characters are looked for first: the library drops them."""
    if not _PLAIN.match(url):
        raise Refused("link.malformed")
    try:
        split = urlsplit(url)
        assert split.port is None or split.port
    except (ValueError, AssertionError) as error:
        raise Refused("link.malformed") from error
    return split


def _is_number(host: str) -> bool:
    """An address of a machine is no place that a verifier can be sent to."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host.rpartition(".")[2].isdigit()
    return True
