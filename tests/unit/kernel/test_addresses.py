"""Which addresses of others we would send to: names in one spelling, and public numbers only."""

import pytest

from shared.kernel import addresses
from shared.kernel.errors import Refused

# Each network with its first and last address, and neighbours that are public where there are any.
PRIVATE = {
    "this network": ["0.0.0.0", "0.255.255.255"],
    "private ten": ["10.0.0.0", "10.255.255.255"],
    "shared by carriers": ["100.64.0.0", "100.127.255.255"],
    "loopback": ["127.0.0.0", "127.0.0.1", "127.255.255.255"],
    "link-local with cloud metadata": ["169.254.0.0", "169.254.169.254", "169.254.255.255"],
    "private 172": ["172.16.0.0", "172.31.255.255"],
    "protocol assignments": ["192.0.0.0", "192.0.0.9", "192.0.0.255"],
    "example one": ["192.0.2.0", "192.0.2.255"],
    "6to4 relays": ["192.88.99.0", "192.88.99.255"],
    "private 192": ["192.168.0.0", "192.168.255.255"],
    "benchmarks": ["198.18.0.0", "198.19.255.255"],
    "example two": ["198.51.100.0", "198.51.100.255"],
    "example three": ["203.0.113.0", "203.0.113.255"],
    "multicast": ["224.0.0.0", "239.255.255.255"],
    "reserved and broadcast": ["240.0.0.0", "255.255.255.255"],
    "unspecified six": ["::"],
    "loopback six": ["::1"],
    "IPv4-compatible": ["::127.0.0.1", "::8.8.8.8"],
    "IPv4-mapped": ["::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8"],
    "IPv4-translated": ["::ffff:0:127.0.0.1"],
    "NAT64": ["64:ff9b::127.0.0.1", "64:ff9b::8.8.8.8", "64:ff9b:1::10.0.0.1"],
    "discard": ["100::", "100::ffff"],
    "Teredo": ["2001::", "2001:0:7f00:1::"],
    "protocols six": ["2001:2::", "2001:1ff:ffff:ffff::"],
    "examples six": ["2001:db8::", "2001:db8:ffff::", "3fff::", "3fff:fff::"],
    "6to4": ["2002:7f00:1::", "2002:808:808::", "2002:ffff:ffff::"],
    "segment routing": ["5f00::1"],
    "unique local": ["fc00::", "fdff:ffff::1"],
    "link-local six": ["fe80::1", "febf:ffff::1", "fe80::1%eth0"],
    "site-local": ["fec0::1", "feff::1"],
    "multicast six": ["ff00::", "ff02::1", "ffff::1"],
    "with a zone": ["2606:4700::1111%1"],
}
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2606:4700::1111",
    "2001:200::",
    "2400:cb00::1",
    "3ffe:ffff::1",
]
NO_NUMBERS = ["", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "1.2.3.4.5"]


@pytest.mark.parametrize("number", [one for many in PRIVATE.values() for one in many], ids=str)
def test_what_is_not_for_everybody_is_not_public(number: str) -> None:
    assert not addresses.is_public(number)


@pytest.mark.parametrize("number", PUBLIC)
def test_what_lies_beside_it_is_public(number: str) -> None:
    assert addresses.is_public(number)


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_is_no_plain_number_is_not_public(text: str) -> None:
    assert not addresses.is_public(text)


REFUSED = {
    "no https": "http://portal.example.go.id/",
    "another scheme": "ftp://portal.example.go.id/",
    "a file": "file:///etc/passwd",
    "no scheme": "portal.example.go.id/",
    "a loopback number": "https://127.0.0.1/",
    "a private number": "https://10.0.0.1/",
    "a public number": "https://8.8.8.8/",
    "a decimal number": "https://2130706433/",
    "an octal number": "https://0177.0.0.1/",
    "an octal number without dots": "https://017700000001/",
    "a hexadecimal number": "https://0x7f000001/",
    "a hexadecimal number with dots": "https://0x7f.0x0.0x0.0x1/",
    "a short number": "https://127.1/",
    "a number with a dot behind": "https://127.0.0.1./",
    "a number in full width": "https://\uff11\uff12\uff17.0.0.1/",
    "a number in circles": "https://\u2460\u2461\u2466.0.0.1/",
    "a six": "https://[::1]/",
    "a mapped six": "https://[::ffff:127.0.0.1]/",
    "a six with a zone": "https://[fe80::1%25eth0]/",
    "one label": "https://localhost/",
    "one label of a network": "https://intranet/",
    "a dot behind": "https://portal.example.go.id./",
    "a user": "https://a@portal.example.go.id/",
    "a user who looks like a host": "https://portal.example.go.id@127.0.0.1/",
    "a password": "https://a:b@portal.example.go.id/",
    "a backslash": "https://portal.example.go.id\\@127.0.0.1/",
    "a fragment": "https://portal.example.go.id/#@127.0.0.1",
    "a fragment without a path": "https://portal.example.go.id#@127.0.0.1/",
    "a line break": "https://portal.example.go.id/\r\nHost: a",
    "a line break at the end": "https://portal.example.go.id/\n",
    "a tab": "https://portal.exam\tple.go.id/",
    "a space": " https://portal.example.go.id/",
    "a null": "https://portal.example.go.id/\0",
    "upper case": "https://Portal.example.go.id/",
    "not ASCII": "https://port\u00e1l.example.go.id/",
    "a dot that is none": "https://portal\u3002example\u3002id/",
    "an underscore": "https://por_tal.example.go.id/",
    "a hyphen in front": "https://-portal.example.go.id/",
    "no host": "https:///a",
    "an empty label": "https://portal..go.id/",
    "port zero": "https://portal.example.go.id:0/",
    "too large a port": "https://portal.example.go.id:65536/",
    "a port in words": "https://portal.example.go.id:https/",
    "too long a label": f"https://{'a' * 64}.go.id/",
    "too long a host": f"https://{'a.' * 130}id/",
    "too long": f"https://portal.example.go.id/{'a' * 2000}",
    "nothing": "",
}


@pytest.mark.parametrize("loopback", [False, True])
@pytest.mark.parametrize("url", REFUSED.values(), ids=REFUSED.keys())
def test_an_address_has_one_spelling(url: str, loopback: bool) -> None:  # noqa: FBT001 - pytest
    with pytest.raises(Refused) as refused:
        addresses.parse(url, loopback=loopback)
    assert refused.value.reason == "webhook.url_refused"


@pytest.mark.parametrize(
    ("url", "host", "port", "target", "authority"),
    [
        ("https://a.id", "a.id", 443, "/", "a.id"),
        ("https://a.id:8443/x/y?z=1&q=%20", "a.id", 8443, "/x/y?z=1&q=%20", "a.id:8443"),
        ("https://a.id?z=1", "a.id", 443, "/?z=1", "a.id"),
        ("https://xn--port-5na.go.id/", "xn--port-5na.go.id", 443, "/", "xn--port-5na.go.id"),
        ("https://10.a.id/", "10.a.id", 443, "/", "10.a.id"),
    ],
)
def test_an_address_is_taken_apart(
    url: str, host: str, port: int, target: str, authority: str
) -> None:
    address = addresses.parse(url, loopback=False)
    assert (address.scheme, address.host, address.port) == ("https", host, port)
    assert (address.target, address.authority) == (target, authority)
    assert not address.is_loopback


def test_the_loopback_is_an_address_where_that_is_allowed() -> None:
    address = addresses.parse("http://127.0.0.1:8080/x", loopback=True)
    assert (address.scheme, address.port, address.authority) == ("http", 8080, "127.0.0.1:8080")
    assert address.is_loopback
    for url in ("http://127.0.0.1:8080/x", "http://127.0.0.2/", "http://localhost/"):
        with pytest.raises(Refused):
            addresses.parse(url, loopback=False)
    with pytest.raises(Refused):
        addresses.parse("https://127.0.0.1/", loopback=True)
