"""What is kept of people opens for the right person, under the right secret, and no other way."""

import base64

import pytest

from shared.io.passwords import Passwords, must_be_strong
from shared.io.sealing import Sealing
from shared.kernel.errors import Corrupt, Refused

SECRET = base64.b64encode(bytes(range(32))).decode()
OTHER = base64.b64encode(bytes(32)).decode()
PLAIN = b'{"name":"Siti","email":"siti@daerah.go.id"}'


def test_it_opens_for_whom_it_was_sealed() -> None:
    sealing = Sealing(SECRET)
    key = sealing.new_key("p-1")
    sealed = sealing.seal(key, "p-1", PLAIN)
    assert Sealing(SECRET).open(key, "p-1", sealed) == PLAIN
    assert b"Siti" not in sealed + key
    # The same text never looks the same twice.
    assert sealing.seal(key, "p-1", PLAIN) != sealed


def test_neither_another_person_nor_secret_nor_key_opens_it() -> None:
    sealing = Sealing(SECRET)
    key, second = sealing.new_key("p-1"), sealing.new_key("p-1")
    sealed = sealing.seal(key, "p-1", PLAIN)
    changed = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for opener, wrapped, whose, content in (
        (Sealing(OTHER), key, "p-1", sealed),
        (sealing, key, "p-2", sealed),
        (sealing, second, "p-1", sealed),
        (sealing, key, "p-1", changed),
        (sealing, key, "p-1", b""),
    ):
        with pytest.raises(Corrupt):
            opener.open(wrapped, whose, content)


def test_what_a_text_is_found_by_needs_the_secret() -> None:
    assert Sealing(SECRET).index("a@b.id") == Sealing(SECRET).index("a@b.id")
    assert Sealing(SECRET).index("a@b.id") != Sealing(SECRET).index("a@c.id")
    assert Sealing(SECRET).index("a@b.id") != Sealing(OTHER).index("a@b.id")


@pytest.mark.parametrize("secret", ["", "x", "bukan base64!", base64.b64encode(b"short").decode()])
def test_a_secret_of_another_shape_is_refused_at_the_start(secret: str) -> None:
    with pytest.raises(Refused) as refused:
        Sealing(secret)
    assert refused.value.reason == "config.unusable"
    assert secret not in str(refused.value.facts) or not secret


async def test_a_password_fits_itself_alone() -> None:
    passwords = Passwords()
    kept = await passwords.hash("kerbau sungai layang tembaga")
    assert kept.startswith("$argon2id$")
    assert await passwords.fits(kept, "kerbau sungai layang tembaga")
    assert not await passwords.fits(kept, "kerbau sungai layang tembagA")
    assert not await passwords.fits("bukan hash", "apa pun")
    assert not passwords.is_outdated(kept)
    cheap = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$dXDY0bFhYw0mzBvOrpj9Bg"
    assert passwords.is_outdated(cheap)


async def test_where_there_is_no_account_as_much_work_is_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    passwords = Passwords()
    compared: list[str] = []
    verify = passwords._verify

    def watched(kept: str, given: str) -> bool:
        compared.append(kept)
        return verify(kept, given)

    monkeypatch.setattr(passwords, "_verify", watched)
    assert not await passwords.fits(None, "")
    (kept,) = compared
    parameters = (await passwords.hash("x")).split("$")[:4]
    assert kept.split("$")[:4] == parameters


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("pendek sekali"[:11], "password.length"),
        ("x" * 129, "password.length"),
        ("passwordpassword", "password.guessable"),
        ("siti aminah siti", "password.guessable"),
        ("qwertyuiop12", "password.guessable"),
    ],
)
def test_a_password_that_is_short_or_guessed_is_refused(password: str, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        must_be_strong(password, ["Siti Aminah", "siti"])
    assert refused.value.reason == reason


def test_a_long_and_unlikely_password_is_taken() -> None:
    must_be_strong("kerbau sungai layang tembaga", ["Siti Aminah"])
