"""HEAD answers wherever GET does: the same head, and no body."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from tests.system import System


@pytest.fixture(scope="module")
def system(started: Callable[..., AbstractContextManager[System]]) -> Iterator[System]:
    with started("intake", "projection") as system:
        system.open_season(2026, "2026.1")
        system.register("63.10", 2026, "tapis")
        yield system


@pytest.mark.parametrize("path", ["/v1/metadata", "/v1/rule-sets/2026.1", "/", "/tidak-ada"])
def test_the_head_is_that_of_the_answer(system: System, path: str) -> None:
    url = system.url("projection") + path
    head, answer = system.http.head(url), system.http.get(url)
    assert (head.status_code, head.content) == (answer.status_code, b"")
    for name in ("content-type", "content-length", "etag", "cache-control"):
        assert head.headers.get(name) == answer.headers.get(name), name
    assert system.http.get(url).content == answer.content, "the connection goes on"


def test_the_gate_judges_it_as_what_it_is_the_head_of(system: System) -> None:
    path = system.url("intake") + "/v1/regions/63.10/seasons/2026/innovations"
    assert system.http.head(path).status_code == 401
    key = {"Authorization": f"Bearer {system.key('63.10', 'region_admin')}"}
    assert system.http.head(path, headers=key).status_code == 200
    stream = system.url("intake") + "/v1/regions/63.10/events/stream"
    assert system.http.head(stream, headers=key).status_code == 200, "it does not go on for ever"


def test_what_is_not_read_has_no_head(system: System) -> None:
    url = system.url("intake") + "/v1/regions/63.10/seasons/2026/innovations/tapis/submission"
    refused = system.http.head(url)
    assert refused.status_code == 405
    assert "GET" not in refused.headers["allow"]
    told = system.http.options(system.url("projection") + "/v1/metadata")
    assert told.headers["allow"] == "GET, HEAD, OPTIONS"
