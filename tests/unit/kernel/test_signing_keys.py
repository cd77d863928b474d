"""Which of a provider's keys are believed, for how long, and how often it is asked for them."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from joserfc.util import int_to_base64

from shared.io.problems import problem_of
from shared.io.signing_keys import (
    AGE_SECONDS_MAX,
    FRESH_SECONDS,
    RETRY_SECONDS,
    SigningKeys,
    usable,
)
from shared.kernel.errors import Refused, Unavailable

EC = ECKey.generate_key("P-256", {"kid": "ec"})
PUBLIC = EC.as_dict(private=False)


def rsa(bits: int, exponent: int = 65537) -> dict[str, Any]:
    numbers = generate_private_key(65537, bits).public_key().public_numbers()
    return {"kty": "RSA", "kid": "k", "n": int_to_base64(numbers.n), "e": int_to_base64(exponent)}


def key_set(*keys: Any) -> bytes:
    return json.dumps({"keys": keys}).encode()


BELIEVED_NOT: dict[str, dict[str, Any]] = {
    "symmetric": OctKey.import_key(b"x" * 32, {"kid": "k"}).as_dict(),
    "RSA of 1024 bits": rsa(1024),
    "RSA with exponent one": rsa(2048, 1),
    "RSA with a huge exponent": rsa(2048, 2**64 + 1),
    "RSA too big to check": rsa(2048) | {"n": int_to_base64(2**8192 + 1)},
    "private": EC.as_dict(private=True),
    "for encryption": PUBLIC | {"use": "enc"},
    "for signing only": PUBLIC | {"key_ops": ["sign"]},
    "for another algorithm": PUBLIC | {"alg": "RS256"},
    "for HS256": PUBLIC | {"alg": "HS256"},
    "algorithm a list": PUBLIC | {"alg": ["ES256"]},
    "operations a number": PUBLIC | {"key_ops": 7},
    "type a list": PUBLIC | {"kty": ["EC"]},
    "another curve": ECKey.generate_key("P-384", {"kid": "k"}).as_dict(private=False),
    "secp256k1": ECKey.generate_key("secp256k1", {"kid": "k"}).as_dict(private=False),
    "X25519": OKPKey.generate_key("X25519", {"kid": "k"}).as_dict(private=False),
    "not on the curve": PUBLIC | {"y": PUBLIC["x"]},
    "no number": PUBLIC | {"x": 7},
    "no base64": PUBLIC | {"x": "é"},
    "without a name": {name: value for name, value in PUBLIC.items() if name != "kid"},
}


@pytest.mark.parametrize("name", BELIEVED_NOT)
def test_a_key_that_is_not_for_signatures_or_weak_is_passed_over(name: str) -> None:
    other = OKPKey.generate_key("Ed25519", {"kid": "good"}).as_dict(private=False)
    assert list(usable(key_set(BELIEVED_NOT[name], other))) == ["good"]


def test_a_name_that_stands_twice_names_none() -> None:
    second = RSAKey.generate_key(2048, {"kid": "ec"}).as_dict(private=False)
    assert usable(key_set(PUBLIC, second)) == {}


def test_a_key_fits_its_own_algorithm_alone() -> None:
    bound = usable(key_set(rsa(2048) | {"alg": "PS256"}))["k"]
    free = usable(key_set(rsa(2048)))["k"]
    fitting = [[name for name in NAMES if key.fits(name)] for key in (bound, free)]
    assert fitting == [["PS256"], ["RS256", "PS256"]]


NAMES = ("RS256", "PS256", "ES256", "EdDSA", "HS256", "none")


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{}", b'{"keys": {}}', b'{"keys": [], "keys": []}', key_set(*["x"] * 33)]
)
def test_what_is_no_key_set_changes_nothing(raw: bytes) -> None:
    with pytest.raises(Unavailable) as failed:
        usable(raw)
    assert failed.value.reason == "oidc.unusable"


class Asked:
    """A provider's key set as the test has it, a clock to turn, and how often it was asked."""

    def __init__(self) -> None:
        self.names: Sequence[str] = ("a",)
        self.is_down = False
        self.times = 0
        self.seconds = 1000.0
        self.takes_seconds = 0.0
        self.answers = asyncio.Event()
        self.answers.set()
        self.keys = SigningKeys(self.fetch, lambda: self.seconds)

    async def fetch(self) -> bytes:
        self.times += 1
        await self.answers.wait()
        self.seconds += self.takes_seconds
        if self.is_down:
            raise Unavailable("oidc.unreachable")
        return key_set(*(PUBLIC | {"kid": name} for name in self.names))

    async def knows(self, kid: str) -> bool:
        with suppress(Refused):
            return (await self.keys.find(kid)).kind == ("EC", "P-256")
        return False


async def test_known_keys_are_not_asked_for_again_while_they_are_fresh() -> None:
    asked = Asked()
    for _ in range(100):
        assert await asked.knows("a")
    assert asked.times == 1


async def test_unknown_names_have_the_keys_fetched_once_a_minute() -> None:
    asked = Asked()
    assert await asked.knows("a")
    asked.names = ("a", "b")
    asked.seconds += 59
    for number in range(100):
        assert not await asked.knows(f"guess-{number}")
    assert asked.times == 1
    asked.seconds += 1
    assert await asked.knows("b")
    assert not await asked.knows("guess")
    assert asked.times == 2


async def test_a_key_that_the_provider_drops_ends() -> None:
    asked = Asked()
    assert await asked.knows("a")
    asked.names = ("b",)
    asked.seconds += 299
    assert await asked.knows("a")
    asked.seconds += 1
    assert not await asked.knows("a")


async def test_with_the_provider_down_its_keys_are_believed_until_they_are_too_old() -> None:
    asked = Asked()
    assert await asked.knows("a")
    asked.is_down = True
    asked.seconds += AGE_SECONDS_MAX - 1
    for _ in range(10):
        assert await asked.knows("a")
    assert asked.times == 2
    asked.seconds += 1
    with pytest.raises(Unavailable) as failed:
        await asked.keys.find("a")
    assert problem_of(failed.value, "id", "/").status == 503
    asked.is_down = False
    asked.seconds += RETRY_SECONDS
    assert await asked.knows("a")


async def test_without_any_key_the_provider_is_not_asked_by_every_caller() -> None:
    asked = Asked()
    asked.is_down = True
    for _ in range(50):
        with pytest.raises(Unavailable):
            await asked.keys.find("a")
    assert asked.times == 1
    asked.seconds += RETRY_SECONDS
    with pytest.raises(Unavailable):
        await asked.keys.find("a")
    assert asked.times == 2


async def test_all_who_wait_for_a_slow_provider_wait_once() -> None:
    asked = Asked()
    asked.takes_seconds, asked.is_down = RETRY_SECONDS + 1, True
    asked.answers.clear()
    first = asyncio.create_task(asked.keys.find("a"))
    await asyncio.sleep(0)
    asked.seconds += 1
    waiting = [first, *(asyncio.create_task(asked.keys.find("a")) for _ in range(49))]
    await asyncio.sleep(0)
    asked.answers.set()
    told = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(one) for one in told] == [Unavailable] * 50
    assert asked.times == 1


async def test_who_shows_a_key_that_is_still_believed_does_not_wait_for_others() -> None:
    asked = Asked()
    assert await asked.knows("a")
    asked.seconds += FRESH_SECONDS
    asked.answers.clear()
    first = asyncio.create_task(asked.knows("a"))
    await asyncio.sleep(0)
    assert asked.times == 2
    assert await asyncio.wait_for(asked.knows("a"), 5)
    assert not first.done()
    asked.answers.set()
    assert await first
