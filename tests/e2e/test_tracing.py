"""One request is followed through all services by one id, in logs, facts and on the bus."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from tests import buses
from tests.system import PDF_SHA256, System
from tests.waiting import eventually

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
YEAR, REGION = 2026, "63.10"
ADMIN = (REGION, "region_admin")


@pytest.fixture(scope="module")
def system(started: Callable[..., AbstractContextManager[System]]) -> Iterator[System]:
    with started() as system:
        system.open_season(YEAR, "2026.1")
        system.upload(REGION)
        system.register(REGION, YEAR, "tapis")
        yield system


def lines(system: System, service: str, trace: str) -> list[dict[str, object]]:
    """The service's log lines that name the trace."""
    told = [json.loads(line) for line in system.log(service).splitlines() if line.startswith("{")]
    return [line for line in told if trace in (line.get("trace_id"), *line.get("traces", ()))]


async def test_a_claim_is_followed_from_the_request_to_the_ranking(system: System) -> None:
    path = f"/v1/regions/{REGION}/seasons/{YEAR}/innovations/tapis/indicators/SID-VIDEO/claim"
    body = {"level": 3, "evidence": [{"sha256": PDF_SHA256}]}
    answer = system.send(ADMIN, "PUT", path, body, {"traceparent": f"00-{TRACE}-{SPAN}-01"})
    assert answer.status_code == 201, answer.text
    assert answer.headers["traceresponse"].split("-")[1] == TRACE
    # A line is written when its answer has been sent.
    await eventually(lambda: bool(lines(system, "intake", TRACE)))
    (asked,) = lines(system, "intake", TRACE)
    assert (asked["event"], asked["method"], asked["status"]) == ("request", "PUT", 201)
    await eventually(lambda: bool(lines(system, "scoring", TRACE)))
    await eventually(
        lambda: {line["log"] for line in lines(system, "projection", TRACE)} == {"evt", "sco"}
    )
    metas = system.query(
        "select convert_from(meta, 'utf8') from intake.event where tenant = %s"
        " union all select convert_from(meta, 'utf8') from scoring.event where tenant = %s",
        REGION,
        REGION,
    )
    told = [json.loads(meta) for (meta,) in metas]
    traced = [meta["role"] for meta in told if meta.get("trace") == TRACE]
    assert traced.count("region_admin") == 1
    assert "service" in traced
    async with buses.jetstream(system.bus) as stream:

        async def carried() -> bool:
            """The followers may have read the log before the bus brought it."""
            message = await stream.get_last_msg("EVT", f"evt.*.{REGION.replace('.', '-')}")
            told = str((message.headers or {}).get("traceparent"))
            return told.split("-")[1:2] == [TRACE]

        await eventually(carried)


async def test_without_one_a_request_begins_its_own(system: System) -> None:
    traces = [
        system.send(ADMIN, "GET", "/v1/me", headers=headers).headers["traceresponse"].split("-")[1]
        for headers in ({}, {}, {"traceparent": "nonsense"}, {"traceparent": f"00-{TRACE}-0-01"})
    ]
    assert len({*traces, TRACE}) == 5
    await eventually(lambda: all(lines(system, "intake", trace) for trace in traces))
    for trace in traces:
        (asked,) = lines(system, "intake", trace)
        assert asked["path"] == "/v1/me"
