"""The door to httpx: one message to an address that somebody else gave.

The name is looked up here, every address it has must be public, and the connection is made to the
very address that was checked: whoever answers for the name cannot answer otherwise a second time.
The name itself stays in the Host header and in TLS, so the certificate is checked against it. No
redirect is followed, no proxy of the environment is asked, and of the answer only the status is
read.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence

import httpx
from msgspec import Struct

from shared.kernel import addresses
from shared.kernel.addresses import Address
from shared.kernel.errors import Refused

# From the question for the name to the status line of the answer.
SECONDS_MAX = 10.0
CONNECT_SECONDS_MAX = 4.0
# A name may have many addresses; more than these are not tried in one attempt.
TRIED_MAX = 3

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

# Why nothing was delivered, besides `status.…`: told to the webhook's owner as it stands here.
REFUSED = "address.refused"
UNREACHABLE = "unreachable"
TIMEOUT = "timeout"


class Outcome(Struct, frozen=True, kw_only=True):
    """What came of one attempt: `error` is empty where the receiver said that it has taken it."""

    error: str
    status: int = 0


async def looked_up(host: str, port: int) -> Sequence[str]:
    """Every address of a name, in the order in which to try them; none where it has none."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return ()
    return list(dict.fromkeys(str(place[4][0]) for place in found))


class Outgoing:
    """Sends to public addresses; to the loopback as well where `loopback` says so."""

    def __init__(self, *, loopback: bool, resolve: Resolve = looked_up) -> None:
        self._loopback = loopback
        self._resolve = resolve
        self._tls = ssl.create_default_context()

    async def is_allowed(self, url: str) -> bool:
        """Whether the address may be sent to as things stand; `Refused` where it is no address."""
        address = addresses.parse(url, loopback=self._loopback)
        try:
            async with asyncio.timeout(SECONDS_MAX):
                return bool(await self._places(address))
        except TimeoutError:
            return False

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """Send one message; never raises for what the other side is or does."""
        try:
            address = addresses.parse(url, loopback=self._loopback)
            async with asyncio.timeout(SECONDS_MAX):
                places = await self._places(address)
                if not places:
                    return Outcome(error=REFUSED)
                return await self._send(address, places, headers, body)
        except Refused:
            return Outcome(error=REFUSED)
        except (TimeoutError, httpx.TimeoutException):
            return Outcome(error=TIMEOUT)
        except (httpx.HTTPError, OSError, ValueError):
            return Outcome(error=UNREACHABLE)

    async def _places(self, address: Address) -> Sequence[str]:
        """Where to connect to; nowhere, if any address of the name is not public."""
        if address.is_loopback:
            return [addresses.LOOPBACK]
        found = await self._resolve(address.host, address.port)
        return found[:TRIED_MAX] if all(map(addresses.is_public, found)) else ()

    async def _send(
        self, address: Address, places: Sequence[str], headers: Mapping[str, str], body: bytes
    ) -> Outcome:
        async with httpx.AsyncClient(
            verify=self._tls,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(SECONDS_MAX, connect=CONNECT_SECONDS_MAX),
        ) as client:
            for place in places:
                try:
                    return await _attempt(client, address, place, headers, body)
                except (httpx.ConnectError, httpx.ConnectTimeout):
                    if place == places[-1]:
                        raise
        raise AssertionError("the last place returns or raises")


async def _attempt(
    client: httpx.AsyncClient,
    address: Address,
    place: str,
    headers: Mapping[str, str],
    body: bytes,
) -> Outcome:
    number = f"[{place}]" if ":" in place else place
    async with client.stream(
        "POST",
        f"{address.scheme}://{number}:{address.port}{address.target}",
        headers={**headers, "host": address.authority, "user-agent": "jejak-inovasi"},
        content=body,
        extensions={"sni_hostname": address.host},
    ) as answer:
        taken = answer.is_success
        return Outcome(
            error="" if taken else f"status.{answer.status_code}", status=answer.status_code
        )
