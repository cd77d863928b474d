"""What the decoder says of a body is told in the caller's language, with the field it is about."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import Meta, Struct

from shared.io import unreadable


class Inner(Struct, forbid_unknown_fields=True, tag="x", tag_field="do"):
    level: int


class Body(Struct, forbid_unknown_fields=True):
    level: int | None
    items: Annotated[Sequence[int], Meta(min_length=1, max_length=2)] = ()
    code: Annotated[str, Meta(pattern="^[a-z]$")] = ""
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")] = ""
    short: Annotated[str, Meta(min_length=2, max_length=3)] = "ab"
    count: Annotated[int, Meta(ge=1)] = 1
    small: Annotated[float, Meta(lt=5)] = 1
    kind: Literal["a", "b"] = "a"
    inner: Inner | None = None
    pair: tuple[int, int] = (1, 2)


def message(body: bytes, kind: Any = Body) -> str:
    """As the decoder has it, without the path, which the framework hands on apart."""
    with pytest.raises(msgspec.DecodeError) as caught:
        msgspec.json.decode(body, type=kind)
    return str(caught.value).split(" - at ", maxsplit=1)[0]


CASES = {
    b'{"level": "dua"}': ("harus bilangan bulat, bukan teks", "must be a whole number, not text"),
    b'{"level": 2.5}': ("harus bilangan bulat, bukan bilangan pecahan", ""),
    b'{"level": 1, "skor": 1}': ("isian skor tidak dikenal", "there is no field skor"),
    b"{}": ("isian level wajib ada", "the field level is required"),
    b"[]": ("harus objek { }, bukan daftar [ ]", ""),
    b'{"level": 1, "items": []}': ("harus memuat paling sedikit 1 butir", "must hold at least 1"),
    b'{"level": 1, "items": [1, 2, 3]}': ("paling banyak 2 butir", "may hold at most 2 items"),
    b'{"level": 1, "code": "7"}': ("harus teks berpola ^[a-z]$", "of the pattern ^[a-z]$"),
    b'{"level": 1, "sha256": "7"}': ("harus sidik berkas (SHA-256)", "a file's fingerprint"),
    b'{"level": 1, "short": "a"}': ("terlalu pendek (paling sedikit 2)", "too short"),
    b'{"level": 1, "short": "abcd"}': ("terlalu panjang (paling banyak 3)", "too long"),
    b'{"level": 1, "count": 0}': ("harus >= 1", "must be >= 1"),
    b'{"level": 1, "kind": "c"}': ("c tidak ada dalam pilihan", "there is no choice c"),
    b'{"level": 1, "inner": {"do": "y"}}': ("y tidak ada dalam pilihan", "there is no choice y"),
    b'{"level": 1, "pair": [1]}': ("harus memuat tepat 2 butir", "exactly 2 items"),
    b'{"level": 1': ("terpotong atau kosong", "cut off or empty"),
    b'{"level": 1,}': ("bukan JSON yang sah, mulai bita ke-", "no valid JSON from byte"),
    b"": ("terpotong atau kosong", "cut off or empty"),
}


@pytest.mark.parametrize("body", CASES)
def test_the_decoders_words_are_told_in_the_language(body: bytes) -> None:
    indonesian, english = CASES[body]
    told = unreadable.told(message(body), "id", "items[0].level")
    assert told.startswith("items[0].level: ")
    assert indonesian in told
    assert english in unreadable.told(message(body), "en")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("Invalid RFC3339 encoded date", "2025-03-01"),
        ("Invalid RFC3339 encoded datetime", "zona"),
        ("Invalid decimal string", "45.06"),
        ("'data'", "kosong"),
        ("nested too deeply", "tingkat"),
        ("Missing required header parameter 'Upload-Offset' for path /x", "tajuk Upload-Offset"),
        ("Missing required query parameter 'since' for path /x", "parameter since"),
        ("Number out of range", "terlalu besar"),
        ("Whatever comes\nnext year", "OpenAPI"),
    ],
)
def test_what_the_framework_says_beside_it(given: str, words: str) -> None:
    assert words in unreadable.told(given, "id", unreadable.WHOLE)
    assert unreadable.told(given, "en") != given


def test_a_body_as_a_whole_has_no_path_and_what_was_sent_is_cut() -> None:
    whole = unreadable.told("Object contains unknown field `" + "a" * 500 + "`", "id", "data")
    assert whole.startswith("isian a")
    assert len(whole) < 200
