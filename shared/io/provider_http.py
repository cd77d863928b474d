"""The door to httpx towards whom the operator named: short waits, short answers, no redirect.

An identity provider or a witness is the operator's choice, so it may be in a private network; what
it answers is not trusted further than its signature, and never read beyond a limit.
"""

import asyncio
import ssl
from collections.abc import Mapping

import httpx
from msgspec import Struct

from shared.kernel.errors import Unavailable

# From the question to the last byte of the answer: somebody waits at a page meanwhile.
SECONDS_MAX = 5.0
CONNECT_SECONDS_MAX = 2.0
# Key sets of big providers have some 20 KB.
ANSWER_BYTES_MAX = 131_072
# Said so that no answer can unfold into more than was sent.
_HEADERS = {"accept": "application/json", "accept-encoding": "identity"}


class Answer(Struct, frozen=True, kw_only=True):
    """What the provider said."""

    status: int
    body: bytes


class ProviderHttp:
    """Asks the provider; `Unavailable` for whatever keeps it from answering."""

    def __init__(self, seconds_max: float = SECONDS_MAX) -> None:
        self._seconds_max = seconds_max
        self._tls = ssl.create_default_context()

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """One document."""
        return await self._ask("GET", url, headers or {}, b"")

    async def post(self, url: str, headers: Mapping[str, str], body: str) -> Answer:
        """One form, or what `content-type` says it is."""
        form = {"content-type": "application/x-www-form-urlencoded"}
        return await self._ask("POST", url, {**form, **headers}, body.encode())

    async def _ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        try:
            async with asyncio.timeout(self._seconds_max), self._client() as client:
                return await _answered(client, method, url, {**_HEADERS, **headers}, body)
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise Unavailable("oidc.unreachable") from error

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            verify=self._tls,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(self._seconds_max, connect=CONNECT_SECONDS_MAX),
        )


async def _answered(
    client: httpx.AsyncClient, method: str, url: str, headers: Mapping[str, str], body: bytes
) -> Answer:
    async with client.stream(method, url, headers=headers, content=body) as answer:
        read = bytearray()
        async for part in answer.aiter_raw():
            read += part
            if len(read) > ANSWER_BYTES_MAX:
                raise Unavailable("oidc.unusable")
        return Answer(status=answer.status_code, body=bytes(read))
