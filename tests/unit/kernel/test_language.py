"""Which language a caller is answered in."""

import pytest
from litestar.testing import RequestFactory

from shared.io.refusals import language_of


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "id"),
        ("en", "en"),
        ("en-GB,id;q=0.5", "en"),
        ("id;q=0.1, en;q=0.9", "en"),
        ("en;q=0, id", "id"),
        ("en;q=0", "id"),
        ("fr, en;q=0.2", "en"),
        ("fr", "id"),
        ("en;q=omong", "id"),
        ("en;q=0.5, id;q=0.5", "en"),
        ("en;level=1", "id"),
    ],
)
def test_the_heavier_of_both_is_spoken(header: str, language: str) -> None:
    request = RequestFactory().get("/", headers={"accept-language": header})
    assert language_of(request) == language
