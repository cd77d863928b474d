"""One request until it is answered: retried where that is harmless, refused in a sentence.

Every write carries an `Idempotency-Key` and the same bytes on each attempt, so intake answers a
repeat with the first answer; a lost answer is therefore no reason to ask a person.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import TypeVar

import httpx
import msgspec
from msgspec import Struct

T = TypeVar("T")

# With the pauses below about half a minute: a service that restarts is back well before that.
ATTEMPTS_MAX = 10
PAUSE_SECONDS_MIN = 0.2
PAUSE_SECONDS_MAX = 5.0
# A request of 500 claims is answered within a second; a database that fails over needs longer.
ANSWER_SECONDS_MAX = 30.0

# Somebody else wrote at the same moment, or the service is full: nothing was recorded.
MOMENTARY = frozenset({"stream.moved", "store.outrun", "store.busy", "database.unavailable"})
_MOMENTARY_STATUS = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})

Pause = Callable[[float], Awaitable[None]]


class Rejected(Exception):  # noqa: N818 - the word for what intake did
    """Intake answered no; `sentence` says why to the person who can act, in Indonesian.

    `reason` is stable and meant for programs (`season.closed`), `facts` are its numbers, `document`
    is the whole answer.
    """

    def __init__(
        self,
        status: int,
        reason: str,
        sentence: str,
        facts: Mapping[str, str],
        document: bytes = b"",
    ) -> None:
        super().__init__(sentence)
        self.document = document
        self.status = status
        self.reason = reason
        self.sentence = sentence
        self.facts = facts


class Unreachable(Exception):  # noqa: N818 - the word for where intake is
    """Intake gave no usable answer in `ATTEMPTS_MAX` attempts; sending again later is harmless."""


class _Problem(Struct, frozen=True, kw_only=True):
    title: str
    detail: str
    facts: Mapping[str, str] = {}


class Wire:
    """Requests under one API key over a connection pool that several keys may share."""

    def __init__(self, http: httpx.AsyncClient, key: str, pause: Pause = asyncio.sleep) -> None:
        self._http = http
        self._headers = {"Authorization": f"Bearer {key}", "Accept-Language": "id"}
        self._pause = pause

    async def ask(
        self,
        method: str,
        path: str,
        answer: type[T],
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> T:
        """The decoded answer; `Rejected` or `Unreachable` if there is none."""
        answered = await self.fetch(method, path, content=content, headers=headers)
        return msgspec.json.decode(answered, type=answer)

    async def fetch(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        """The answer's bytes; `Rejected` or `Unreachable` if there are none."""
        sent = {**self._headers, **(headers or {})}
        why = ""
        for attempt in range(1, ATTEMPTS_MAX + 1):
            try:
                response = await self._http.request(method, path, content=content, headers=sent)
            except httpx.TransportError as error:
                why, named = f"{type(error).__name__} {error}".strip(), 0.0
            else:
                if response.is_success:
                    return response.content
                rejected = _rejected(response)
                if not is_momentary(response.status_code, rejected.reason):
                    raise rejected
                why, named = rejected.sentence, _named_pause(response)
            if attempt < ATTEMPTS_MAX:
                await self.rest(attempt, named)
        raise Unreachable(f"Intake tidak menjawab setelah {ATTEMPTS_MAX} kali dicoba: {why}")

    async def rest(self, attempt: int, named: float = 0.0) -> None:
        """Wait before the next attempt: twice as long each time, never all callers together."""
        longest: float = min(PAUSE_SECONDS_MAX, PAUSE_SECONDS_MIN * 2**attempt)
        drawn = random.uniform(longest / 2, longest)  # noqa: S311 - spreads callers, no secret
        await self._pause(max(drawn, min(named, PAUSE_SECONDS_MAX)))


def is_momentary(status: int, reason: str) -> bool:
    """Whether the same request may well succeed a moment later."""
    return status in _MOMENTARY_STATUS or reason in MOMENTARY


def _rejected(response: httpx.Response) -> Rejected:
    """What the problem document says; a proxy in between may say something else entirely."""
    try:
        problem = msgspec.json.decode(response.content, type=_Problem)
    except msgspec.DecodeError:
        sentence = f"Jawaban {response.status_code} tanpa keterangan dari {response.url.host}."
        return Rejected(response.status_code, "", sentence, {})
    return Rejected(
        response.status_code, problem.title, problem.detail, problem.facts, response.content
    )


def _named_pause(response: httpx.Response) -> float:
    """The seconds the service asks for; a date, which the standard also allows, is not read."""
    given = response.headers.get("Retry-After", "")
    return float(given) if given.isascii() and given.isdigit() else 0.0
