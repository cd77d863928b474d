"""A region's log is followed in pages and as it grows, in order, from wherever one stopped."""

import asyncio
import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

import httpx
import pytest

from services.intake.core.following import shown
from services.intake.following import live
from tests import people
from tests.system import System, must_be_problem
from tests.waiting import eventually

# A stream that does not end by itself would wait for the whole test run's limit.
pytestmark = pytest.mark.timeout(60)

ADMIN = ("63.10", "region_admin")
EVENTS = "/v1/regions/63.10/events"
UNKNOWN = "/v1/regions/63.99/events"


@pytest.fixture(scope="module")
def system(started: Callable[..., AbstractContextManager[System]]) -> Iterator[System]:
    with started("intake") as system:
        yield system


_targets = iter(range(1000, 9000))


def record(system: System, region: str, count: int = 1) -> None:
    """Facts that need nothing else to be there."""
    for _ in range(count):
        body = {"target": f"{next(_targets) / 100:.2f}", "instrument": "Perda contoh"}
        path = f"/v1/regions/{region}/targets/2026"
        system.must((region, "region_admin"), "PUT", path, body)


def page(system: System, path: str = EVENTS, who: Any = ADMIN, **asked: Any) -> dict[str, Any]:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return system.must(who, "GET", f"{path}?{query}")


def stored(system: System, region: str) -> list[tuple[Any, ...]]:
    return system.query(
        "select event_id::text, topic, stream, seq, state from intake.event"
        " where tenant = %s order by seq",
        region,
    )


@contextmanager
def listening(
    system: System, path: str = EVENTS, last: str = "", who: Any = ADMIN
) -> Iterator[Iterator[tuple[str, dict[str, Any]]]]:
    """The events of an open stream, each with its id."""
    headers = {"Authorization": f"Bearer {system.key(*who)}"}
    if last:
        headers["Last-Event-ID"] = last
    with system.http.stream("GET", system.url("intake") + path + "/stream", headers=headers) as got:
        assert got.status_code == 200, got.read()
        assert got.headers["content-type"].startswith("text/event-stream")
        yield _events(got)


def _events(got: httpx.Response) -> Iterator[tuple[str, dict[str, Any]]]:
    identity = ""
    for line in got.iter_lines():
        name, _, value = line.partition(": ")
        if name == "id":
            identity = value
        elif name == "data":
            yield identity, json.loads(value)


def test_every_fact_is_told_in_order_as_a_cloud_event(system: System) -> None:
    record(system, "63.10", 3)
    told = page(system)["events"]
    rows = stored(system, "63.10")
    assert len(told) == len(rows) >= 3
    for event, (event_id, topic, stream, seq, state) in zip(told, rows, strict=True):
        assert (event["id"], event["type"], event["subject"]) == (event_id, topic, stream)
        assert (event["jejakseq"], event["specversion"]) == (seq, "1.0")
        assert event["source"] == "/v1/regions/63.10"
        assert event["data"] == json.loads(state)
        assert event["dataschema"] == f"urn:jejak-inovasi:event:{topic}"
        assert event["jejakrole"] == "region_admin"
        names = set(event) - {"data"}
        assert all(name.isalnum() and name.islower() and len(name) <= 20 for name in names)


def test_pages_have_no_seam_and_end_where_the_log_does(system: System) -> None:
    record(system, "63.10", 7)
    whole = [event["id"] for event in page(system, limit=200)["events"]]
    seen: list[str] = []
    after, more = "", True
    while more:
        told = page(system, after=after, limit=2)
        assert 1 <= len(told["events"]) <= 2
        seen += [event["id"] for event in told["events"]]
        after, more = told["next"], told["more"]
    assert seen == whole
    assert page(system, after=after) == {"events": [], "next": after, "more": False}
    record(system, "63.10")
    (fresh,) = page(system, after=after)["events"]
    assert fresh["jejakseq"] == len(whole) + 1


def test_the_batch_format_pages_by_its_link(system: System) -> None:
    record(system, "63.10", 3)
    accept = {"Accept": "application/cloudevents-batch+json"}
    first = system.send(ADMIN, "GET", EVENTS + "?limit=2", headers=accept)
    assert first.headers["content-type"] == "application/cloudevents-batch+json"
    assert [event["jejakseq"] for event in first.json()] == [1, 2]
    path = first.headers["link"].partition(">")[0].removeprefix("<")
    assert system.send(ADMIN, "GET", path, headers=accept).json()[0]["jejakseq"] == 3


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x"])
def test_a_page_has_its_limits(system: System, limit: str) -> None:
    must_be_problem(system.send(ADMIN, "GET", f"{EVENTS}?limit={limit}"), 400)


def other(cursor: str, **changed: str) -> str:
    """A cursor with one part replaced, spelt as ours are."""
    inner = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split(" ")
    for name, value in changed.items():
        inner[["version", "tenant", "seq", "leaf"].index(name)] = value
    return base64.urlsafe_b64encode(" ".join(inner).encode()).decode().rstrip("=")


def bad_cursors(system: System) -> dict[str, str]:
    record(system, "63.10")
    record(system, "63.11")
    own = page(system, limit=1)["next"]
    foreign = page(system, "/v1/regions/63.11/events", ("63.11", "region_admin"))["next"]
    return {
        "no cursor at all": "x",
        "a number": "3",
        "another tenant's": foreign,
        "another tenant's under our name": other(foreign, tenant="63.10"),
        "beyond the end": other(own, seq="999999"),
        "another fact's hash": other(own, seq="2"),
        "a made up hash": other(own, leaf="0123456789abcdef"),
        "a beginning that is none": other(own, seq="0"),
        "another spelling": own + "=",
        "too large a number": other(own, seq="9" * 30),
        "another version": other(own, version="2"),
        "no text": "%FF%FE",
    }


def test_a_cursor_of_no_fact_of_this_log_is_told_so(system: System) -> None:
    for name, cursor in bad_cursors(system).items():
        for path in (EVENTS, EVENTS + "/stream"):
            refused = system.send(ADMIN, "GET", f"{path}?after={cursor}")
            must_be_problem(refused, 400)
            assert refused.json()["title"] == "cursor.unknown", name


def test_anothers_log_is_answered_exactly_like_one_of_nobody(system: System) -> None:
    record(system, "63.11")
    for path in ("", "/stream"):
        foreign = system.send(ADMIN, "GET", f"/v1/regions/63.11/events{path}")
        nobody = system.send(ADMIN, "GET", UNKNOWN + path)
        must_be_problem(foreign, 404)
        assert nobody.status_code == 404
        assert foreign.text.replace("63.11", "63.99") == nobody.text
        dropped = {"date", "content-length", "ratelimit", "traceresponse"}
        kept = [
            {n: v for n, v in one.headers.items() if n not in dropped} for one in (foreign, nobody)
        ]
        assert kept[0] == kept[1]
    above = ("00", "ministry")
    assert system.send(above, "GET", UNKNOWN).status_code == 404
    assert system.http.get(system.url("intake") + EVENTS).status_code == 401


def test_plans_and_coaching_are_shown_to_those_who_may_see_them(system: System) -> None:
    system.open_season(2026, "2026.1")
    region, who = "63.02", ("63.02", "region_admin")
    season = f"/v1/regions/{region}/seasons/2026"
    system.register(region, 2026, "satu")
    supposed = [{"do": "raise", "indicator": "SPD-08", "level": 2}]
    plan = {"name": "Rencana", "hypotheses": supposed}
    system.must(who, "PUT", f"{season}/branches/satu", plan)
    agency = {"name": "Dinas Kesehatan", "kind": "dinas"}
    system.must(who, "PUT", f"{season}/agencies/dinkes", agency)
    coach = system.key("63", "coordinator").split("_")[1]
    system.must(("63", "ministry"), "PUT", f"{season}/agencies/dinkes/coach", {"coach": coach})
    told = {
        role: {
            event["type"] for event in page(system, f"/v1/regions/{region}/events", key)["events"]
        }
        for role, key in {
            "region": who,
            "verifier": ("63", "verifier"),
            "ministry": ("00", "ministry"),
        }.items()
    }
    path, verifier = f"/v1/regions/{region}/events", ("63", "verifier")
    shown_now = page(system, path, verifier)["events"]
    with listening(system, path, who=verifier) as events:
        assert [next(events)[1] for _ in shown_now] == shown_now
    assert {"branch.saved.1", "coach.assigned.1"} <= told["region"]
    assert told["region"] - told["ministry"] == {"branch.saved.1"}
    assert told["region"] - told["verifier"] == {"branch.saved.1", "coach.assigned.1"}


def test_the_calendar_of_whoever_keeps_seasons_is_for_every_key(system: System) -> None:
    system.open_season(2027, "2027.1")
    record(system, "63")
    for keeper in ("00", "63"):
        path = f"/v1/regions/{keeper}/events"
        kinds = {event["type"] for event in page(system, path)["events"]}
        assert kinds <= shown.CALENDAR
        assert ("season.opened.1" in kinds) == (keeper == "00")
    own = page(system, "/v1/regions/63/events", ("63", "region_admin"))["events"]
    assert "target.set.1" in {event["type"] for event in own}


def test_schemas_are_for_anybody(system: System) -> None:
    listed = system.http.get(system.url("intake") + "/v1/events/schemas").json()["schemas"]
    assert set(listed) > set(shown.ALL)
    for topic, path in listed.items():
        schema = system.http.get(system.url("intake") + path).json()
        assert schema["$id"] == f"urn:jejak-inovasi:event:{topic}"
    missing = system.http.get(system.url("intake") + "/v1/events/schemas/x")
    must_be_problem(missing, 404)


def test_a_stream_tells_what_was_and_then_what_comes(system: System) -> None:
    record(system, "63.10", 2)
    before = len(stored(system, "63.10"))
    with listening(system) as events:
        seen = [next(events)[1]["jejakseq"] for _ in range(before)]
        began = time.monotonic()
        record(system, "63.10")
        cursor, fresh = next(events)
        assert time.monotonic() - began < 5
    assert seen == list(range(1, before + 1))
    assert fresh["jejakseq"] == before + 1
    assert page(system, after=cursor)["events"] == []


def test_a_stream_goes_on_from_the_last_event_across_a_killed_intake(system: System) -> None:
    record(system, "63.10", 4)
    with listening(system) as events:
        cursor, seen = next(events)
        assert seen["jejakseq"] == 1
        system.kill("intake")
        with suppress(httpx.TransportError):
            for cursor, seen in events:  # noqa: B007 - the last one that was heard is looked at
                pass
    system.start("intake")
    asyncio.run(system.ready("intake"))
    record(system, "63.10", 2)
    left = len(stored(system, "63.10")) - seen["jejakseq"]
    with listening(system, last=cursor) as events:
        told = [next(events)[1]["jejakseq"] for _ in range(left)]
    assert told == [seen["jejakseq"] + number for number in range(1, left + 1)]
    assert [event["jejakseq"] for event in page(system, after=cursor)["events"]] == told


def test_last_event_id_goes_before_the_address(system: System) -> None:
    record(system, "63.10", 3)
    second = page(system, limit=2)["next"]
    with listening(system, last=second) as events:
        assert next(events)[1]["jejakseq"] == 3


def test_what_another_copy_of_intake_recorded_is_heard(
    system: System, tmp_path_factory: pytest.TempPathFactory
) -> None:
    second = System(system.database, system.bus, tmp_path_factory.mktemp("second"))
    second.keys = system.keys
    second.start("intake")
    try:
        asyncio.run(second.ready("intake"))
        last = page(system, limit=200)["next"]
        with listening(system, last=last) as events:
            record(second, "63.10")
            began = time.monotonic()
            assert next(events)[0]
            assert time.monotonic() - began < 5
    finally:
        second.stop()


def test_a_tenants_streams_are_bounded_and_given_back(system: System) -> None:
    record(system, "63.03")
    path, who = "/v1/regions/63.03/events", ("63.03", "region_admin")
    opened = [listening(system, path, who=who) for _ in range(live.OPEN_MAX)]
    # Held on to: an iterator that is dropped closes its stream.
    heard = [one.__enter__() for one in opened]
    assert [next(events)[1]["jejakseq"] for events in heard] == [1] * live.OPEN_MAX
    refused = system.send(who, "GET", path + "/stream")
    must_be_problem(refused, 429)
    assert refused.json()["title"] == "follower.too_many"
    with listening(system) as events:
        assert next(events)
    for one in opened:
        one.__exit__(None, None, None)

    def taken_again() -> bool:
        headers = {"Authorization": f"Bearer {system.key(*who)}"}
        url = system.url("intake") + path + "/stream"
        with system.http.stream("GET", url, headers=headers) as got:
            return got.status_code == 200

    asyncio.run(eventually(taken_again))


def test_a_revoked_key_hears_nothing_more(system: System) -> None:
    who = ("63.05", "region_admin")
    record(system, "63.05")
    with listening(system, "/v1/regions/63.05/events", who=who) as events:
        next(events)
        identity = system.key(*who).split("_")[1]
        system.query("update intake.api_key set revoked_at = now() where id = %s", identity)
        deadline = time.monotonic() + 20
        time.sleep(5.5)
        del system.keys[who]
        record(system, "63.05", 2)
        left = list(events)
        assert time.monotonic() < deadline
    assert len(left) <= 1


def test_who_signs_out_hears_nothing_more(system: System) -> None:
    """A person's session is looked at again as often as a program's key."""
    record(system, "63.04")
    person = people.joined(system, "63.04", "region_admin")
    url = system.url("intake") + "/v1/regions/63.04/events/stream"
    with system.http.stream("GET", url, headers=person.cookies) as got:
        events = _events(got)
        next(events)
        ((head,),) = system.query("select seq from intake.head where tenant = '63.04'")
        assert people.sent(system, "/keluar", {}, person.token).status_code == 303
        record(system, "63.04", 2)
        assert all(event["jejakseq"] <= head for _, event in events)


def test_open_streams_do_not_keep_intake_from_stopping(
    started: Callable[..., AbstractContextManager[System]],
) -> None:
    with started("intake") as own:
        record(own, "63.10")
        ended = threading.Event()

        def listen() -> None:
            with listening(own) as events:
                next(events)
                begun.set()
                assert list(events) == []  # the answer ends properly, it is not cut off
            ended.set()

        begun = threading.Event()
        listener = threading.Thread(target=listen)
        listener.start()
        assert begun.wait(20)
        process = own.processes["intake"]
        process.terminate()
        began = time.monotonic()
        assert process.wait(10) == 0
        assert time.monotonic() - began < 3
        listener.join(5)
        assert ended.is_set()
        assert "timeout graceful shutdown" not in own.log("intake")
