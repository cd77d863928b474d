"""Cursors, signatures and waits of those who follow a log."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.intake.core.following import cursor, retry, shown, signature
from services.intake.core.following.cursor import Cursor
from services.intake.following import courier
from services.intake.following.webhooks import Webhook
from shared.io import outgoing
from shared.kernel.errors import Refused

LEAF = bytes(range(32))


@pytest.mark.parametrize("seq", [1, 2, 10**17])
def test_a_cursor_is_read_as_it_was_spelt(seq: int) -> None:
    place = cursor.at("63.10", seq, LEAF)
    assert cursor.parse(cursor.spelt(place), "63.10") == place


def test_the_beginning_is_a_cursor_too() -> None:
    assert cursor.parse(cursor.spelt(cursor.start("63")), "63") == cursor.start("63")


@pytest.mark.parametrize(
    "text", ["", "x", "====", "\u0661", "MSA2My4xMCAx", cursor.spelt(cursor.at("63.11", 1, LEAF))]
)
def test_what_is_no_cursor_of_this_tenant_is_refused(text: str) -> None:
    with pytest.raises(Refused, match=r"cursor\.unknown"):
        cursor.parse(text, "63.10")


def test_only_one_spelling_is_a_cursor() -> None:
    spelt = cursor.spelt(cursor.at("63.10", 12, LEAF))
    for other in (spelt + "=", spelt + "==", spelt + "\n", spelt.swapcase(), spelt[:-1]):
        with pytest.raises(Refused):
            cursor.parse(other, "63.10")
    wrong = Cursor(tenant="63.10", seq=0, leaf=LEAF[:8])
    with pytest.raises(Refused):
        cursor.parse(cursor.spelt(wrong), "63.10")


def test_a_signature_is_that_of_the_convention() -> None:
    """The example of the convention's own document."""
    secret = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    told = signature.headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body, [base64.b64decode(secret)]
    )
    assert told["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert signature.spelt(base64.b64decode(secret)) == "whsec_" + secret


def test_waits_double_and_are_scattered_and_bounded() -> None:
    assert [retry.wait_seconds(failures, 1) for failures in (1, 2, 3, 4)] == [1, 2, 4, 8]
    assert retry.wait_seconds(4, 0) == 4
    assert retry.wait_seconds(10_000, 1) == retry.SECONDS_MAX
    hours = [sum(retry.wait_seconds(n, 1) for n in range(1, end)) / 3600 for end in (11, 25)]
    assert hours[0] < 1
    assert hours[1] < retry.GIVEN_UP_HOURS


def test_an_attempt_ends_before_its_lease_does() -> None:
    assert outgoing.SECONDS_MAX < courier.LEASE_SECONDS / 2


def webhook(**changed: Any) -> Webhook:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    fields: dict[str, Any] = {
        "tenant": "63.10",
        "id": "a" * 32,
        "url": "https://a.id/",
        "topics": [],
        "state": "active",
        "secret": b"new-secret",
        "former_secret": b"old-secret",
        "former_until": now + timedelta(hours=1),
        "seq": 0,
        "leaf": bytes(8),
        "delivered_at": None,
        "failures": 0,
        "failing_since": None,
        "last_error": "",
        "next_attempt_at": now,
        "lease": None,
        "leased_until": None,
        "created_at": now,
    }
    return Webhook(**{**fields, **changed})


def test_the_former_secret_signs_until_its_time_is_over() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert webhook().secrets(now) == [b"new-secret", b"old-secret"]
    assert webhook().secrets(now + timedelta(hours=1)) == [b"new-secret"]
    assert webhook(former_secret=None, former_until=None).secrets(now) == [b"new-secret"]


def test_no_secret_is_printed_with_a_webhook() -> None:
    told = f"{webhook()} {webhook()!r} {[webhook()]}"
    assert "secret" not in told


PLANS = {"branch.saved.1", "branch.discarded.1"}
COACHING = {"coach.assigned.1", "step.agreed.1", "step.closed.1"}
KEYS = {
    "key.issued.1",
    "key.revoked.1",
    "role.granted.1",
    "role.withdrawn.1",
    "person.erased.1",
    "person.invited.1",
}


@pytest.mark.parametrize(
    ("role", "kept_back"),
    [
        ("region_admin", set()),
        ("verifier", PLANS | COACHING | KEYS),
        ("coordinator", PLANS | KEYS),
        ("ministry", PLANS),
        ("auditor", PLANS),
    ],
)
def test_what_each_role_is_shown(role: str, kept_back: set[str]) -> None:
    assert shown.ALL - shown.shown_to(role) == kept_back
