"""Addresses that somebody else gave and we are to send to: how they are spelt, where they may be.

Only names are taken, no numbers in any spelling, and only public addresses are sent to. An address
inside a network that wraps another (IPv4-mapped, NAT64, 6to4, Teredo) is refused whatever it wraps.
"""

import ipaddress
import re

from msgspec import Struct

from shared.kernel.errors import Refused

URL_CHARACTERS_MAX = 2000
HTTPS_PORT = 443
HTTP_PORT = 80
PORT_MAX = 65_535
LOOPBACK = "127.0.0.1"

# One grammar for all of it, so that nobody reads an address in two ways: no user, no fragment, no
# backslash, and a last label that begins with a letter, as no spelling of a number does.
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_CHARACTER = r"[A-Za-z0-9/._~!$&'()*+,;=:@%-]"
_REST = rf"(?::([1-9][0-9]{{0,4}}))?((?:/{_CHARACTER}*)?(?:\?{_CHARACTER}*)?)"
_URL = re.compile(rf"https://((?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?){_REST}\Z")
_LOOPBACK = re.compile(rf"http://({re.escape(LOOPBACK)}){_REST}\Z")
HOST_CHARACTERS_MAX = 253

# The special-purpose registries of IANA: private, shared, loopback, link-local, protocol, relay,
# benchmark, example, multicast and reserved networks.
_REFUSED_4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ),
    )
)
# All that is given out to anybody lies here; loopback, IPv4-mapped, NAT64, unique local, link-local
# and multicast lie outside.
_PUBLIC_6 = ipaddress.IPv6Network("2000::/3")
# Protocols with Teredo, examples, 6to4.
_REFUSED_6 = tuple(
    map(ipaddress.IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
)


class Address(Struct, frozen=True, kw_only=True):
    """Where to send: a name (or, for development, the loopback), a port, a path with its query."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def is_loopback(self) -> bool:
        """Whether it is the machine itself, which only a development setting allows."""
        return self.host == LOOPBACK

    @property
    def authority(self) -> str:
        """What stands in the Host header."""
        usual = HTTPS_PORT if self.scheme == "https" else HTTP_PORT
        return self.host if self.port == usual else f"{self.host}:{self.port}"


def parse(url: str, *, loopback: bool) -> Address:
    """The address that is spelt so; `http` only to the loopback, and only where that is allowed."""
    short = url[: URL_CHARACTERS_MAX + 1]
    found = _URL.match(short) or (_LOOPBACK.match(short) if loopback else None)
    if found is None or len(short) > URL_CHARACTERS_MAX or len(found[1]) > HOST_CHARACTERS_MAX:
        raise Refused("webhook.url_refused", characters_max=URL_CHARACTERS_MAX)
    scheme = url.partition(":")[0]
    usual = HTTPS_PORT if scheme == "https" else HTTP_PORT
    port = int(found[2] or usual)
    if port > PORT_MAX:
        raise Refused("webhook.url_refused", characters_max=URL_CHARACTERS_MAX)
    target = found[3] if found[3].startswith("/") else f"/{found[3]}"
    return Address(scheme=scheme, host=found[1], port=port, target=target)


def is_public(text: str) -> bool:
    """Whether this number is an address that anybody may reach; what is no number is none."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _REFUSED_4)
    if address.scope_id is not None or address not in _PUBLIC_6:
        return False
    return not any(address in network for network in _REFUSED_6)
