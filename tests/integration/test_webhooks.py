"""Webhooks: every fact reaches the receiver, signed, in order, whatever fails between."""

import asyncio
import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from itertools import count
from typing import Any

import pytest

from services.intake.core.following import retry
from services.intake.following import webhooks
from tests.receiver import TAKEN, Receiver, receiving
from tests.system import System, must_be_problem
from tests.waiting import eventually

pytestmark = pytest.mark.timeout(90)


@pytest.fixture(scope="module")
def system(started: Callable[..., AbstractContextManager[System]]) -> Iterator[System]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("WEBHOOK_LOOPBACK", "true")
        with started("intake") as system:
            yield system


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


_regions = (f"63.{number:02d}" for number in (*range(1, 12), 71, 72))
_more = (f"62.{number:02d}" for number in range(1, 14))
_numbers = count(1000)


@pytest.fixture
def region(system: System) -> Iterator[str]:
    """A region that no other test speaks of."""
    code = next(_regions, "") or next(_more)
    yield code
    system.query("delete from intake.webhook where tenant = %s", code)


def record(system: System, region: str, number: int = 1) -> None:
    for _ in range(number):
        body = {"target": f"{next(_numbers) / 100:.2f}", "instrument": "Perda contoh"}
        path = f"/v1/regions/{region}/targets/2026"
        system.must((region, "region_admin"), "PUT", path, body)


def make(system: System, region: str, url: str, **more: Any) -> dict[str, Any]:
    path, body = f"/v1/regions/{region}/webhooks", {"url": url, **more}
    return system.must((region, "region_admin"), "POST", path, body)


def state(system: System, region: str, webhook: str) -> dict[str, Any]:
    path = f"/v1/regions/{region}/webhooks/{webhook}"
    return system.must((region, "region_admin"), "GET", path)


def do(system: System, region: str, webhook: str, what: str) -> dict[str, Any]:
    path = f"/v1/regions/{region}/webhooks/{webhook}/{what}"
    return system.must((region, "region_admin"), "POST", path)


def wait(condition: Callable[[], object]) -> None:
    asyncio.run(eventually(condition))


def test_facts_arrive_signed_in_order_and_as_the_feed_tells_them(
    system: System, receiver: Receiver, region: str
) -> None:
    record(system, region, 2)
    made = make(system, region, receiver.url, after="")
    record(system, region, 3)
    wait(lambda: len(receiver.taken) == 5)
    assert receiver.taken == [1, 2, 3, 4, 5]
    feed = system.must((region, "region_admin"), "GET", f"/v1/regions/{region}/events")
    assert [one.event for one in receiver.deliveries] == feed["events"]
    for one in receiver.deliveries:
        assert one.signed_by(made["secret"])
        assert one.headers["webhook-id"] == one.event["id"]
        assert abs(int(one.headers["webhook-timestamp"]) - time.time()) < 60
        assert one.headers["content-type"] == "application/cloudevents+json"
        assert one.headers["host"] == f"127.0.0.1:{receiver.port}"
    wait(lambda: state(system, region, made["webhook"]["id"])["delivered"] == feed["next"])


def test_without_a_cursor_it_begins_now(system: System, receiver: Receiver, region: str) -> None:
    record(system, region, 3)
    make(system, region, receiver.url)
    record(system, region)
    wait(lambda: receiver.taken)
    assert receiver.taken == [4]


def test_only_the_kinds_that_were_asked_for_are_sent_and_the_rest_is_passed(
    system: System, receiver: Receiver, region: str
) -> None:
    system.open_season(2026, "2026.1")
    record(system, region)
    made = make(system, region, receiver.url, after="", types=["season.entered.1"])
    system.register(region, 2026, "satu")
    head = "select seq from intake.head where tenant = %s"
    place = "select seq from intake.webhook where id = %s"
    wait(lambda: system.query(head, region) == system.query(place, made["webhook"]["id"]))
    assert [one.event["type"] for one in receiver.deliveries] == ["season.entered.1"]
    assert state(system, region, made["webhook"]["id"])["last_error"] == ""


def test_what_was_not_taken_is_sent_again_under_the_same_id_before_anything_behind_it(
    system: System, receiver: Receiver, region: str
) -> None:
    receiver.answers = [500, 503, 302, TAKEN, 404]
    made = make(system, region, receiver.url)
    record(system, region, 2)
    wait(lambda: len(receiver.taken) == 2)
    assert [one.seq for one in receiver.deliveries] == [1, 1, 1, 1, 2, 2]
    assert len({one.headers["webhook-id"] for one in receiver.deliveries}) == 2
    assert all(one.signed_by(made["secret"]) for one in receiver.deliveries)
    wait(lambda: state(system, region, made["webhook"]["id"])["failures"] == 0)
    told = state(system, region, made["webhook"]["id"])
    assert (told["last_error"], told["failing_since"], told["next_attempt_at"]) == ("", None, None)


def test_a_failure_is_told_with_when_it_is_tried_again(
    system: System, receiver: Receiver, region: str
) -> None:
    receiver.otherwise = 500
    made = make(system, region, receiver.url)["webhook"]
    record(system, region)
    wait(lambda: state(system, region, made["id"])["failures"] >= 2)
    told = state(system, region, made["id"])
    assert (told["state"], told["last_error"]) == ("active", "status.500")
    assert told["next_attempt_at"]
    assert told["failing_since"]
    assert told["delivered"] == made["delivered"]
    (waits,) = system.query(
        "select extract(epoch from next_attempt_at - now()) from intake.webhook where id = %s",
        made["id"],
    )[0]
    assert float(waits) <= retry.wait_seconds(told["failures"] + 1, 1)


def test_a_redirect_is_not_followed(system: System, receiver: Receiver, region: str) -> None:
    with receiving() as elsewhere:
        receiver.otherwise = 307
        receiver.headers = {"Location": elsewhere.url}
        made = make(system, region, receiver.url)["webhook"]
        record(system, region)
        wait(lambda: state(system, region, made["id"])["failures"] >= 2)
        assert state(system, region, made["id"])["last_error"] == "status.307"
        assert elsewhere.deliveries == []


def test_after_three_days_without_success_it_is_suspended_until_resumed(
    system: System, receiver: Receiver, region: str
) -> None:
    receiver.otherwise = 500
    made = make(system, region, receiver.url)["webhook"]
    record(system, region, 2)
    wait(lambda: state(system, region, made["id"])["failures"] >= 1)
    long_ago = "update intake.webhook set failing_since = now() - interval '71 hours' where id = %s"
    system.query(long_ago, made["id"])
    failed = state(system, region, made["id"])["failures"]
    wait(lambda: state(system, region, made["id"])["failures"] > failed)
    assert state(system, region, made["id"])["state"] == "active"
    system.query(long_ago.replace("71", "73"), made["id"])
    wait(lambda: state(system, region, made["id"])["state"] == "suspended")
    receiver.otherwise = TAKEN
    sent = len(receiver.deliveries)
    record(system, region)
    time.sleep(2.5)
    assert len(receiver.deliveries) == sent
    assert do(system, region, made["id"], "resume")["state"] == "active"
    wait(lambda: len(receiver.taken) == 3)
    assert receiver.taken == [1, 2, 3]


def test_a_receiver_that_says_gone_is_not_asked_again(
    system: System, receiver: Receiver, region: str
) -> None:
    receiver.otherwise = 410
    made = make(system, region, receiver.url)["webhook"]
    record(system, region)
    wait(lambda: state(system, region, made["id"])["state"] == "suspended")
    assert state(system, region, made["id"])["last_error"] == "status.410"
    assert len(receiver.deliveries) == 1


def test_nothing_is_sent_while_it_is_paused_and_nothing_is_lost(
    system: System, receiver: Receiver, region: str
) -> None:
    made = make(system, region, receiver.url)["webhook"]
    record(system, region)
    wait(lambda: receiver.taken == [1])
    assert do(system, region, made["id"], "pause")["state"] == "paused"
    record(system, region, 2)
    time.sleep(2)
    assert receiver.taken == [1]
    do(system, region, made["id"], "resume")
    wait(lambda: receiver.taken == [1, 2, 3])


def test_a_pause_during_a_delivery_ends_with_it(
    system: System, receiver: Receiver, region: str
) -> None:
    made = make(system, region, receiver.url)["webhook"]
    receiver.hold.clear()
    record(system, region, 3)
    wait(lambda: len(receiver.deliveries) == 1)
    do(system, region, made["id"], "pause")
    receiver.hold.set()
    time.sleep(1.5)
    assert receiver.taken == [1]


def test_both_secrets_sign_for_a_day_after_a_rotation(
    system: System, receiver: Receiver, region: str
) -> None:
    made = make(system, region, receiver.url)
    first, webhook = made["secret"], made["webhook"]["id"]
    second = do(system, region, webhook, "secret")
    assert second["secret"] != first
    assert second["webhook"]["former_secret_until"]
    record(system, region)
    wait(lambda: len(receiver.deliveries) == 1)
    assert receiver.deliveries[0].signed_by(first)
    assert receiver.deliveries[0].signed_by(second["secret"])
    system.query("update intake.webhook set former_until = now() where id = %s", webhook)
    record(system, region)
    wait(lambda: len(receiver.deliveries) == 2)
    assert not receiver.deliveries[1].signed_by(first)
    assert receiver.deliveries[1].signed_by(second["secret"])
    assert state(system, region, webhook)["former_secret_until"] is None


def test_a_secret_is_told_once_and_stands_in_no_log(
    system: System, receiver: Receiver, region: str
) -> None:
    receiver.answers = [500]
    made = make(system, region, receiver.url)
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", made["secret"])
    bare = made["secret"].removeprefix("whsec_")
    record(system, region)
    wait(lambda: receiver.taken)
    path = f"/v1/regions/{region}/webhooks"
    who = (region, "region_admin")
    for told in (
        system.send(who, "GET", path),
        system.send(who, "GET", f"{path}/{made['webhook']['id']}"),
    ):
        assert told.status_code == 200
        assert bare not in told.text
        assert told.headers["cache-control"] == "private, no-store"
    (stored,) = system.query("select secret from intake.webhook where tenant = %s", region)
    log = system.log("intake")
    assert bare not in log
    assert stored[0].hex() not in log
    assert repr(stored[0]) not in log


def test_a_replay_sends_again_what_stands_behind_a_cursor(
    system: System, receiver: Receiver, region: str
) -> None:
    made = make(system, region, receiver.url)["webhook"]
    record(system, region, 3)
    wait(lambda: receiver.taken == [1, 2, 3])
    first = system.must((region, "region_admin"), "GET", f"/v1/regions/{region}/events?limit=1")
    do(system, region, made["id"], f"replay?after={first['next']}")
    wait(lambda: receiver.taken == [1, 2, 3, 2, 3])
    ids = [one.headers["webhook-id"] for one in receiver.deliveries]
    assert ids[1:3] == ids[3:]
    do(system, region, made["id"], "replay?after=")
    wait(lambda: receiver.taken == [1, 2, 3, 2, 3, 1, 2, 3])
    path = f"/v1/regions/{region}/webhooks/{made['id']}/replay"
    refused = system.send((region, "region_admin"), "POST", path + "?after=x")
    must_be_problem(refused, 400)
    must_be_problem(system.send((region, "region_admin"), "POST", path), 400)


def test_a_replay_during_a_delivery_is_not_overrun_by_it(
    system: System, receiver: Receiver, region: str
) -> None:
    record(system, region, 3)
    made = make(system, region, receiver.url, after="")["webhook"]
    wait(lambda: len(receiver.taken) == 3)
    receiver.hold.clear()
    record(system, region)
    wait(lambda: len(receiver.deliveries) == 4)
    do(system, region, made["id"], "replay?after=")
    receiver.hold.set()
    wait(lambda: receiver.taken == [1, 2, 3, 4, 1, 2, 3, 4])


def test_two_copies_of_intake_never_send_to_one_webhook_at_the_same_time(
    system: System, receiver: Receiver, region: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    second = System(system.database, system.bus, tmp_path_factory.mktemp("second"))
    second.keys = system.keys
    second.start("intake")
    try:
        asyncio.run(second.ready("intake"))
        make(system, region, receiver.url)
        receiver.hold.clear()
        record(second, region, 2)
        record(system, region, 2)
        wait(lambda: receiver.deliveries)
        time.sleep(2.5)  # both copies have looked for work more than once
        assert (len(receiver.deliveries), receiver.at_once_max) == (1, 1)
        receiver.hold.set()
        wait(lambda: len(receiver.taken) == 4)
        assert (receiver.taken, receiver.at_once_max) == ([1, 2, 3, 4], 1)
    finally:
        second.stop()


def test_a_killed_intake_leaves_nothing_unsent(
    system: System, receiver: Receiver, region: str
) -> None:
    made = make(system, region, receiver.url)["webhook"]
    receiver.hold.clear()
    record(system, region, 3)
    wait(lambda: len(receiver.deliveries) == 1)
    system.kill("intake")
    receiver.hold.set()
    system.start("intake")
    asyncio.run(system.ready("intake"))
    time.sleep(1.5)
    assert len(receiver.deliveries) == 1  # the lease of the dead is respected until it runs out
    system.query("update intake.webhook set leased_until = now() where id = %s", made["id"])
    wait(lambda: receiver.taken[-1] == 3)
    assert receiver.taken == [1, 1, 2, 3]
    assert len({one.headers["webhook-id"] for one in receiver.deliveries}) == 3


def test_a_log_that_is_another_suspends_it(system: System, receiver: Receiver, region: str) -> None:
    record(system, region)
    made = make(system, region, receiver.url)["webhook"]
    system.query("update intake.webhook set leaf = %s where id = %s", b"x" * 8, made["id"])
    record(system, region)
    wait(lambda: state(system, region, made["id"])["state"] == "suspended")
    assert state(system, region, made["id"])["last_error"] == "cursor.unknown"
    assert receiver.deliveries == []


def test_what_is_deleted_is_sent_nothing_more(
    system: System, receiver: Receiver, region: str
) -> None:
    made = make(system, region, receiver.url)["webhook"]
    who, path = (region, "region_admin"), f"/v1/regions/{region}/webhooks/{made['id']}"
    for _ in range(2):
        assert system.send(who, "DELETE", path).status_code == 204
    record(system, region)
    time.sleep(1.5)
    assert receiver.deliveries == []
    must_be_problem(system.send(who, "GET", path), 404)


def test_a_region_has_at_most_so_many(system: System, region: str) -> None:
    for _ in range(webhooks.WEBHOOKS_MAX):
        make(system, region, "http://127.0.0.1:9/")
    path, who = f"/v1/regions/{region}/webhooks", (region, "region_admin")
    refused = system.send(who, "POST", path, {"url": "http://127.0.0.1:9/"})
    must_be_problem(refused, 422)
    assert refused.json()["title"] == "webhook.too_many"
    told = system.send(who, "GET", path).json()
    assert len(told) == webhooks.WEBHOOKS_MAX


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ({"types": ["x.1"]}, 422, "webhook.topic_unknown"),
        ({"after": "x"}, 400, "cursor.unknown"),
        ({"url": "http://example.com/"}, 422, "webhook.url_refused"),
        ({"url": "https://jejak.invalid/"}, 422, "webhook.address_refused"),
        ({"secret": "own"}, 400, "body.malformed"),
    ],
)
def test_what_could_never_be_sent_is_not_made(
    system: System, region: str, body: dict[str, Any], status: int, reason: str
) -> None:
    path, who = f"/v1/regions/{region}/webhooks", (region, "region_admin")
    refused = system.send(who, "POST", path, {"url": "http://127.0.0.1:9/", **body})
    must_be_problem(refused, status)
    assert refused.json()["title"] == reason
    assert system.send(who, "GET", path).json() == []


def test_webhooks_are_their_regions_alone(system: System, region: str) -> None:
    made = make(system, region, "http://127.0.0.1:9/")["webhook"]
    path = f"/v1/regions/{region}/webhooks"
    calls = [
        ("GET", path, None),
        ("POST", path, {"url": "http://127.0.0.1:9/"}),
        *(("POST", f"{path}/{made['id']}/{what}", None) for what in ("pause", "resume", "secret")),
        ("POST", f"{path}/{made['id']}/replay?after=", None),
        ("GET", f"{path}/{made['id']}", None),
        ("DELETE", f"{path}/{made['id']}", None),
    ]
    own = f"/v1/regions/63.09/webhooks/{made['id']}"
    for method, address, body in calls:
        must_be_problem(system.send(("63.09", "region_admin"), method, address, body), 404)
        for above in (("00", "ministry"), (region[:2], "verifier")):
            must_be_problem(system.send(above, method, address, body), 403)
    must_be_problem(system.send(("63.09", "region_admin"), "GET", own), 404)
    assert system.send(("63.09", "region_admin"), "DELETE", own).status_code == 204
    assert state(system, region, made["id"])["state"] == "active"


def test_the_loopback_is_refused_where_nobody_allows_it(
    started: Callable[..., AbstractContextManager[System]],
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also of a webhook that stands there from a time when it was allowed."""
    monkeypatch.delenv("WEBHOOK_LOOPBACK")
    with started("intake") as own:
        path, who = "/v1/regions/63.10/webhooks", ("63.10", "region_admin")
        refused = own.send(who, "POST", path, {"url": receiver.url})
        must_be_problem(refused, 422)
        assert refused.json()["title"] == "webhook.url_refused"
        own.query(
            "insert into intake.webhook (tenant, id, url, secret, seq, leaf)"
            " values ('63.10', %s, %s, %s, 0, %s)",
            "a" * 32,
            receiver.url,
            b"s" * 32,
            bytes(8),
        )
        record(own, "63.10")
        wait(lambda: state(own, "63.10", "a" * 32)["failures"] >= 1)
        assert state(own, "63.10", "a" * 32)["last_error"] == "address.refused"
        assert receiver.deliveries == []
