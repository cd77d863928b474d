"""A route that will go says so beside every answer, a year before, and in the document."""

from collections.abc import Iterator
from datetime import date

import pytest
from litestar import Litestar, get
from litestar.testing import TestClient

from shared.io import http
from shared.io.retiring import retiring
from shared.kernel.errors import Refused

SINCE, ENDS = date(2027, 1, 1), date(2028, 1, 1)


@get("/v1/old", **retiring(SINCE, ENDS, "/v1/new"))
async def old() -> str:
    return "as ever"


@get("/v1/old-and-refused", **retiring(SINCE, ENDS, "/v1/new"))
async def refused() -> str:
    raise Refused("region.not_assessed", name="x")


@get("/v1/new")
async def new() -> str:
    return "as ever"


@pytest.fixture
def client() -> Iterator[TestClient[Litestar]]:
    app = http.application(
        title="t", version="1", handlers=[old, refused, new], ready=dict, gauges=dict
    )
    with TestClient(app) as client:
        yield client


@pytest.mark.parametrize(("path", "status"), [("/v1/old", 200), ("/v1/old-and-refused", 422)])
def test_every_answer_says_since_when_until_when_and_what_instead(
    client: TestClient[Litestar], path: str, status: int
) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["deprecation"] == "@1798761600"
    assert answer.headers["sunset"] == "Sat, 01 Jan 2028 00:00:00 GMT"
    assert '</v1/new>; rel="successor-version"' in answer.headers["link"].split(", ")


def test_other_routes_say_nothing_of_it(client: TestClient[Litestar]) -> None:
    headers = client.get("/v1/new").headers
    assert not {"deprecation", "sunset", "link"} & set(headers)


def test_the_document_says_it_too(client: TestClient[Litestar]) -> None:
    paths = client.get("/openapi/openapi.json").json()["paths"]
    assert paths["/v1/old"]["get"]["deprecated"] is True
    assert paths["/v1/new"]["get"]["deprecated"] is False


def test_a_year_passes_in_between() -> None:
    with pytest.raises(AssertionError):
        retiring(SINCE, date(2027, 12, 31), "/v1/new")
