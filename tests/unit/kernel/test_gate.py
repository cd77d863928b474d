"""The gate serves no route without a rule, and keeps no rule without a route."""

import pytest
from litestar import Litestar, get
from litestar.params import FromPath

from shared.io.gate import Gate, Rule, limits
from shared.kernel.errors import Corrupt


@get("/v1/things/{name:str}", sync_to_thread=False)
def read_thing(name: FromPath[str]) -> str:
    return name


APP = Litestar([read_thing], openapi_config=None)
RULE = Rule(kind="read")


def gate(*routes: str) -> Gate:
    return Gate(None, None, None, dict.fromkeys(routes, RULE))  # type: ignore[arg-type]


def test_a_table_that_fits_the_routes_is_served() -> None:
    gate("GET /v1/things/{name}").must_cover(APP)


@pytest.mark.parametrize("routes", [(), ("GET /v1/things/{name}", "POST /v1/things/{name}")])
def test_anything_else_is_not(routes: tuple[str, ...]) -> None:
    with pytest.raises(Corrupt, match=r"access\.undeclared.*(GET|POST) /v1/things/\{name\}"):
        gate(*routes).must_cover(APP)


def test_limits_grow_with_the_operators_word() -> None:
    usual, more, least = limits(1), limits(10), limits(0.001)
    for kind, limit in usual.items():
        assert more[kind].burst == 10 * limit.burst
        assert more[kind].rate == 10 * limit.rate
        assert least[kind].burst == 1
