"""No secret and no address of a person gets through to the log, whatever it stands in."""

import json
import subprocess
import sys
from typing import Any

import pytest

from shared.kernel.redaction import masked

KEY = "jejak_0192abcd_vT5wq-VERY_secret-4711"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"
SEED = "SUA" + "B2" * 27 + "C"
SECRETS = {
    "an API key": (f"who sent {KEY}?", "secret-4711"),
    "a bearer token": ("Authorization: Bearer abcdefgh12345678", "abcdefgh12345678"),
    "basic credentials": ("authorization: basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
    "a session": ("cookie __Host-jejak=f00dcafe; x=1", "f00dcafe"),
    "a JWT": (f"token {JWT} refused", "c2lnbmF0dXJl"),
    "a seed of the bus": (f"seed {SEED}", SEED[3:]),
    "a password in an address": ("postgresql://jejak:rahasia@127.0.0.1:5432/x", "rahasia"),
    "an e-mail address": ("siti.aminah@tapinkab.go.id signed in", "siti.aminah"),
}


@pytest.mark.parametrize(("text", "secret"), SECRETS.values(), ids=SECRETS)
def test_what_looks_like_a_secret_is_masked_wherever_it_stands(text: str, secret: str) -> None:
    wrapped: list[Any] = [text, {"why": text}, [text], (text, 1), {"a": [{"b": text}]}]
    for fact in (*wrapped, ValueError(text)):
        assert secret not in repr(masked(fact)), fact


@pytest.mark.parametrize(
    "name", ["password", "kata_sandi", "secret", "client_secret", "token", "csrf_token", "email"]
)
def test_what_a_field_calls_a_secret_is_masked_whole(name: str) -> None:
    for fact in ("anything", 4711, ["a"], {"a": 1}, b"a"):
        assert masked({name: fact}) == {name: "…"}


def test_what_operators_need_stays() -> None:
    line = {
        "event": "relay.not_acknowledged",
        "id": "evt/63.10/7",
        "key": "laporan-2026-0001",
        "path": "/v1/regions/63.10/seasons/2026/innovations/si-tapis",
        "leaf": "a" * 64,
        "why": "postgresql://jejak@127.0.0.1:5432/x: connection refused",
        "status": 503,
        "ready": False,
        "took": 1.5,
        "nothing": None,
    }
    assert masked(line) == line
    assert masked(KEY).startswith("jejak_0192abcd_")


def test_the_log_masks_what_it_writes_tracebacks_and_libraries_too() -> None:
    program = f"""
import logging
from shared.io import log
told = log.open_log("test", "json")
told.warning("here", why={KEY!r}, password="rahasia-a")
try:
    raise ValueError("postgresql://jejak:rahasia-b@127.0.0.1/x")
except ValueError:
    told.exception("crashed")
logging.getLogger("library").warning("Bearer %s", "rahasia-c-0123456789")
"""
    written = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30
    ).stderr
    lines = [json.loads(line) for line in written.splitlines()]
    assert [line["event"] for line in lines] == ["here", "crashed", "library"]
    assert "rahasia" not in written
    assert "secret-4711" not in written
    assert "ValueError" in lines[1]["exception"]
