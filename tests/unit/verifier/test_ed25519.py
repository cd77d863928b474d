"""Ed25519 written anew: the vectors of RFC 8032, and the same answers as a library's."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from deploy.verifier import periksa
from deploy.verifier.periksa import is_signed

# RFC 8032, section 7.1: TEST 1, 2 and 3; the secret keys are not needed.
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf"
            "9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f"
            "11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984"
            "dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
]


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_the_vectors_of_the_rfc(public: str, message: str, signature: str) -> None:
    held = bytes.fromhex(signature)
    assert is_signed(bytes.fromhex(public), bytes.fromhex(message), held)
    assert not is_signed(bytes.fromhex(public), bytes.fromhex(message) + b"x", held)


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200), st.integers(0, 511))
def test_it_answers_as_the_library_and_no_bit_may_change(
    secret: bytes, message: bytes, bit: int
) -> None:
    private = Ed25519PrivateKey.from_private_bytes(secret)
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    signature = private.sign(message)
    assert is_signed(public, message, signature)
    flipped = bytearray(signature)
    flipped[bit // 8] ^= 1 << bit % 8
    assert not is_signed(public, message, bytes(flipped))


def _signed() -> tuple[bytes, bytes]:
    private = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
    return private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw), private.sign(b"m")


def test_an_s_beyond_the_order_is_another_spelling_of_the_same_signature() -> None:
    public, signature = _signed()
    s = int.from_bytes(signature[32:], "little") + periksa.ORDER
    assert is_signed(public, b"m", signature)
    assert not is_signed(public, b"m", signature[:32] + s.to_bytes(32, "little"))


def test_a_key_of_small_order_signs_everything_and_so_nothing() -> None:
    small = (1).to_bytes(32, "little")
    assert not is_signed(small, b"m", small + bytes(32))


@pytest.mark.parametrize(
    "spelt",
    [
        (2).to_bytes(32, "little"),
        periksa.P.to_bytes(32, "little"),
        (periksa.P + 3).to_bytes(32, "little"),
        (1 | periksa.SIGN_BIT).to_bytes(32, "little"),
    ],
    ids=["on no curve", "zero again", "three again", "minus zero"],
)
def test_what_is_no_point_or_another_spelling_of_one_is_no_key(spelt: bytes) -> None:
    assert periksa._point(spelt) is None
    assert not is_signed(spelt, b"m", bytes(64))


def test_lengths_are_exact() -> None:
    public, signature = _signed()
    assert not is_signed(public + b"\0", b"m", signature)
    assert not is_signed(public, b"m", signature + b"\0")
    assert not is_signed(public, b"m", signature[:-1])
