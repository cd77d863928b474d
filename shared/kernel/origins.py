"""Addresses of an identity provider, and paths of our own that somebody is led back to."""

import re
from urllib.parse import urlsplit

ADDRESS_CHARACTERS_MAX = 2000
PATH_CHARACTERS_MAX = 1000
LOOPBACK = "127.0.0.1"
HOME = "/"

_VISIBLE = re.compile(r"[\x21-\x7e]+\Z")
# From our own root: browsers read `//` and `/\` as another host, and drop tabs between them.
_LOCAL = re.compile(r"/(?:[A-Za-z0-9._~!$&'()*+,;=:@%?-]|/(?!/))*\Z")


def is_address(text: object, *, loopback: bool) -> bool:
    """Whether a provider may be asked there: https, or plainly this machine where that is allowed.

    Names of private networks are fine: the operator chose the provider, not a caller.
    """
    if not isinstance(text, str) or len(text) > ADDRESS_CHARACTERS_MAX or not _VISIBLE.match(text):
        return False
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    if "@" in parts.netloc or "\\" in text or parts.fragment or not parts.hostname:
        return False
    return parts.scheme == "https" or (
        loopback and parts.scheme == "http" and parts.hostname == LOOPBACK
    )


def is_issuer(text: str, *, loopback: bool) -> bool:
    """Whether it can name a provider (OpenID Connect Discovery, 3): an address without a query."""
    return is_address(text, loopback=loopback) and "?" not in text and "#" not in text


def local_path(text: str) -> str:
    """The path, if it leads to a page of ours and nowhere else; else the first page."""
    fits = len(text) <= PATH_CHARACTERS_MAX and _LOCAL.match(text) and not text.startswith("//")
    return text if fits else HOME
