"""What is packed for whom."""

import gzip

import pytest
from litestar.testing import RequestFactory

from shared.io import packing

LONG = b"Kabupaten Tanah Bumbu " * 100


@pytest.mark.parametrize(
    ("accepted", "taken"),
    [
        ("gzip", True),
        ("br, gzip;q=0.5", True),
        ("GZIP", True),
        ("", False),
        ("br", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip; q=0.0", False),
        ("xgzip", False),
    ],
)
def test_only_who_takes_it_is_sent_it_packed(accepted: str, *, taken: bool) -> None:
    request = RequestFactory().get("/", headers={"accept-encoding": accepted})
    raw, headers = packing.packed(request, LONG)
    assert headers["Vary"] == "Accept-Encoding"
    assert (headers.get("Content-Encoding") == "gzip") == taken
    assert (gzip.decompress(raw) if taken else raw) == LONG
    assert (len(raw) < len(LONG)) == taken


def test_what_is_short_is_sent_as_it_is() -> None:
    request = RequestFactory().get("/", headers={"accept-encoding": "gzip"})
    assert packing.packed(request, b"short") == (b"short", {"Vary": "Accept-Encoding"})


def test_the_same_bytes_are_packed_the_same() -> None:
    request = RequestFactory().get("/", headers={"accept-encoding": "gzip"})
    first, _ = packing.packed_once(request, LONG)
    again, _ = packing.packed(request, LONG)
    assert first == again
