"""Attacks by name, on keys, headers, paths and bodies: none gets in, fails us, or records."""

import json
import re
import secrets
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from typing import Any

import pytest

from services.intake import access as intake
from services.projection import access as projection
from tests.integration.test_access import NAMED, SAFE
from tests.system import PROFILE, System, must_be_problem

YEAR = 2026
REGION, FOREIGN = "63.10", "63.11"
ADMIN = (REGION, "region_admin")
ME = "/v1/me"
ANSWER_SECONDS_MAX = 20


@pytest.fixture(scope="module")
def system(started: Callable[..., AbstractContextManager[System]]) -> Iterator[System]:
    with started("intake", "projection") as system:
        system.open_season(YEAR, "2026.1")
        system.register(REGION, YEAR, "tapis")
        yield system


@pytest.fixture(autouse=True)
def nothing_is_recorded(system: System) -> Iterator[None]:
    before = system.heads()
    yield
    assert system.heads() == before


LAST = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def answered(system: System, request: bytes) -> list[int]:
    """Whatever bytes are sent, the statuses of all answers; a sound request behind them ends it."""
    with socket.create_connection(
        ("127.0.0.1", system.ports["intake"]), ANSWER_SECONDS_MAX
    ) as line:
        line.sendall(request + LAST)
        told = b""
        with suppress(ConnectionResetError):
            while piece := line.recv(65536):
                told += piece
    # A body ends without a line of its own.
    return [int(status) for status in re.findall(rb"HTTP/1\.1 ([0-9]{3}) ", told)]


# API keys.


def spoilt(key: str, other: str) -> Mapping[str, str]:
    prefix, identity, secret = key.split("_", 2)
    return {
        "no scheme": key,
        "another scheme": f"Basic {key}",
        "scheme alone": "Bearer",
        "another prefix": f"Bearer xxxxx_{identity}_{secret}",
        "prefix in capitals": f"Bearer {prefix.upper()}_{identity}_{secret}",
        "no secret": f"Bearer {prefix}_{identity}_",
        "no id": f"Bearer {prefix}__{secret}",
        "an id alone": f"Bearer {prefix}_{identity}",
        "the secret of another": f"Bearer {prefix}_{identity}_{other.split('_', 2)[2]}",
        "cut short": f"Bearer {key[:-1]}",
        "longer": f"Bearer {key}x",
        "in capitals": f"Bearer {prefix}_{identity}_{secret.upper()}",
        "a space inside": f"Bearer {prefix}_{identity}_ {secret}",
        "twice": f"Bearer {key} {key}",
        "two in one": f"Bearer {key}, Bearer {other}",
        "any id": f"Bearer {prefix}_%_{secret}",
        "a quote": f"Bearer {prefix}_{identity}'--_{secret}",
        "its own hash": f"Bearer {prefix}_{identity}_{'0' * 64}",
        "very long": f"Bearer {prefix}_{identity}_{'x' * 20_000}",
        "a byte above": f"Bearer {prefix}_{identity}_{secret}\xff",
        "a token without signature": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.",
    }


KINDS = tuple(spoilt("jejak_a_b", "jejak_c_d"))


@pytest.mark.parametrize("kind", KINDS)
def test_key_that_is_nearly_one(system: System, kind: str) -> None:
    shown = spoilt(system.key(*ADMIN), system.key(FOREIGN, "region_admin"))[kind]
    for service in ("intake", "projection"):
        path = ME if service == "intake" else f"/v1/regions/{REGION}/seasons/{YEAR}/branches"
        answer = system.http.get(
            system.url(service) + path, headers=[(b"Authorization", shown.encode("latin-1"))]
        )
        must_be_problem(answer, 401)


@pytest.mark.parametrize("where", ["query", "cookie", "body", "another header"])
def test_key_in_another_place_opens_nothing(system: System, where: str) -> None:
    key, url = system.key(*ADMIN), system.url("intake") + ME
    places: dict[str, dict[str, Any]] = {
        "query": {"params": {"access_token": key, "authorization": f"Bearer {key}"}},
        "cookie": {"headers": {"Cookie": f"authorization=Bearer {key}; __Host-jejak={key}"}},
        "body": {"content": json.dumps({"authorization": f"Bearer {key}"})},
        "another header": {"headers": {"X-Api-Key": key, "Proxy-Authorization": f"Bearer {key}"}},
    }
    must_be_problem(system.http.request("GET", url, **places[where]), 401)


def test_two_keys_at_once_are_one_or_nobody(system: System) -> None:
    """The first is believed, as with any header; no second one adds to it."""
    own, other = system.key(*ADMIN), system.key("00", "ministry")
    lines = "".join(f"Authorization: Bearer {key}\r\n" for key in (own, other))
    path = f"/v1/tenants/{FOREIGN}/people"
    request = f"GET {path} HTTP/1.1\r\nHost: x\r\n{lines}\r\n".encode()
    assert answered(system, request) == [404, 200]


# Header smuggling: what a proxy in front might read otherwise than we do.

SMUGGLED = "GET /v1/me HTTP/1.1\r\nHost: x\r\n\r\n"
BODY = f"0\r\n\r\n{SMUGGLED}"
HEADS: Mapping[str, str] = {
    "length twice": f"Content-Length: 0\r\nContent-Length: {len(BODY)}\r\n",
    "length and chunks": f"Content-Length: {len(BODY)}\r\nTransfer-Encoding: chunked\r\n",
    "chunks and length": f"Transfer-Encoding: chunked\r\nContent-Length: {len(BODY)}\r\n",
    "chunks spelt oddly": f"Transfer-Encoding: xchunked\r\nContent-Length: {len(BODY)}\r\n",
    "space before the colon": f"Content-Length : {len(BODY)}\r\n",
    "folded": f"X-A: b\r\n Content-Length: {len(BODY)}\r\nContent-Length: 0\r\n",
    "negative": "Content-Length: -1\r\n",
    "signed": f"Content-Length: +{len(BODY)}\r\n",
    "no number": "Content-Length: 1e1\r\n",
    "too many digits": f"Content-Length: {'9' * 40}\r\n",
}


AMBIGUOUS = set(HEADS) - {"chunks spelt oddly", "folded"}


@pytest.mark.parametrize("kind", HEADS)
def test_smuggled_request_is_never_answered_as_a_second(system: System, kind: str) -> None:
    request = f"POST /v1/nowhere HTTP/1.1\r\nHost: x\r\n{HEADS[kind]}\r\n{BODY}"
    told = answered(system, request.encode())
    assert told
    # Whoever cannot tell where a request ends is refused, and the connection with it.
    if kind in AMBIGUOUS:
        assert told == [400]
    refused = told[:-1] if told[-1] == 200 else told
    assert set(refused) <= {400, 401, 404, 405}, told


@pytest.mark.parametrize(
    "line",
    [
        "GET /v1/me HTTP/1.1\nHost: x\n\n",
        "GET  /v1/me HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /v1/me HTTP/9.9\r\nHost: x\r\n\r\n",
        "GET /v1/me\r\n\r\n",
        "G\x00T /v1/me HTTP/1.1\r\nHost: x\r\n\r\n",
        "TRACE /v1/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "GET http://evil.example/v1/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "GET /v1/me HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
        "GET /v1/me HTTP/1.1\r\nHost: \xff\r\nConnection: close\r\n\r\n",
        "GET /v1/me HTTP/1.1\r\nX: " + "y" * 100_000 + "\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
    ids=lambda line: line[:40].encode("unicode_escape").decode(),
)
def test_odd_request_line_is_refused(system: System, line: str) -> None:
    told = answered(system, line.encode("latin-1"))
    refused = told[:-1] if told and told[-1] == 200 else told
    assert all(400 <= status < 500 for status in refused), told
    # Not one of them is taken for a request with an answer of its own.
    assert refused or not told


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Original-URL": "/v1/tenants/00/people"},
        {"X-Rewrite-URL": "/v1/tenants/00/people"},
        {"X-HTTP-Method-Override": "DELETE"},
        {"X-Forwarded-User": "ministry", "X-Forwarded-For": "127.0.0.1", "X-Real-IP": "::1"},
        {"Forwarded": 'for=127.0.0.1;host="admin.internal";proto=https'},
        {"X-Forwarded-Host": "evil.example", "X-Forwarded-Prefix": "/evil"},
        {"X-Tenant": "00", "X-Role": "ministry", "Jejak-Tenant": "00"},
    ],
    ids=str,
)
def test_header_that_claims_something_changes_nothing(
    system: System, headers: dict[str, str]
) -> None:
    url = system.url("intake")
    must_be_problem(system.http.get(url + ME, headers=headers), 401)
    key = {"Authorization": f"Bearer {system.key(*ADMIN)}"}
    plain = system.http.get(url + ME, headers=key)
    claimed = system.http.get(url + ME, headers={**key, **headers})
    assert claimed.json() == plain.json()
    page = system.http.get(url + "/masuk", headers=headers)
    assert "evil" not in page.text + str(page.headers)


# CORS: no page of another origin reads anything.


@pytest.mark.parametrize("method", ["OPTIONS", "GET", "POST"])
@pytest.mark.parametrize("origin", ["https://jahat.example", "null", "http://127.0.0.1"])
def test_another_origin_reads_nothing(system: System, method: str, origin: str) -> None:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "authorization",
        "Authorization": f"Bearer {system.key(*ADMIN)}",
    }
    for service, path in (("intake", ME), ("projection", "/v1/seasons"), ("intake", "/akun")):
        answer = system.http.request(method, system.url(service) + path, headers=asked)
        assert answer.status_code < 500
        assert not [name for name in answer.headers if name.startswith("access-control-")]


# Path traversal.

PIECES = (
    "..",
    "../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "..%252f..%252fetc%252fpasswd",
    "..%5c..%5cwindows",
    "%c0%ae%c0%ae%c0%af",
    "....//....//etc/passwd",
    "/etc/passwd",
    "%00",
    "a%00.css",
    "%ff%fe",
    "~root",
    "file:%2f%2f%2fetc%2fpasswd",
    ".git%2fconfig",
    "style.css%2f..%2f..%2fwords.toml",
)
PLACES: tuple[tuple[str, str], ...] = (
    ("intake", "/static/{}"),
    ("projection", "/static/{}"),
    ("intake", "/openapi/{}"),
    ("projection", "/openapi/{}"),
    ("intake", f"/v1/regions/{REGION}/evidence/{{}}"),
    ("intake", f"/v1/regions/{REGION}/uploads/{{}}"),
    ("intake", f"/v1/regions/{REGION}/receipts/{{}}"),
    ("intake", f"/v1/regions/{REGION}/webhooks/{{}}"),
    ("intake", f"/v1/regions/{REGION}/seasons/{YEAR}/innovations/{{}}"),
    ("intake", "/v1/regions/{}/seasons/2026/innovations"),
    ("intake", "/v1/events/schemas/{}"),
    ("projection", "/v1/rule-sets/{}"),
    ("projection", "/peringkat/{}/2026"),
)


@pytest.mark.parametrize("piece", PIECES)
def test_path_leads_nowhere_else(system: System, piece: str) -> None:
    key = system.key(*ADMIN)
    for service, place in PLACES:
        line = f"GET {place.format(piece)} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n"
        request = (line + "Connection: close\r\n\r\n").encode()
        address = ("127.0.0.1", system.ports[service])
        with socket.create_connection(address, ANSWER_SECONDS_MAX) as opened:
            opened.sendall(request)
            told = b""
            while part := opened.recv(65536):
                told += part
        status = int(told.split(b" ", 2)[1])
        assert 400 <= status < 500, (place, piece, told[:300])
        assert b"root:" not in told
        assert b"[site]" not in told


# Mass assignment: what is not asked for is refused, and never taken over.

EXTRA: Mapping[str, Any] = {
    "tenant": FOREIGN,
    "region": FOREIGN,
    "actor": "p-0123456789abcdef",
    "role_of_actor": "ministry",
    "recorded_at": "2020-01-01T00:00:00Z",
    "seq": 1,
    "version": 9,
    "status": "accepted",
    "accepted_level": 3,
    "verified": True,
    "history": True,
    "__proto__": {"admin": True},
    "is_admin": True,
    "password": "x",
}
WRITES = sorted(
    (service, route)
    for service, table in (("intake", intake.TABLE), ("projection", projection.TABLE))
    for route, rule in table.items()
    if route.split(" ", maxsplit=1)[0] not in SAFE and rule.roles and "/v1/" in route
)


@pytest.mark.parametrize("extra", EXTRA)
def test_field_nobody_asked_for_is_refused(system: System, extra: str) -> None:
    """In bodies that would be taken without it."""
    profile = {**PROFILE, "implementation_date": f"{YEAR - 1}-03-01"}
    innovations = f"/v1/regions/{REGION}/seasons/{YEAR}/innovations"
    people, keys = f"/v1/tenants/{REGION}/people", f"/v1/tenants/{REGION}/keys"
    person = {"name": "Siti", "email": "a@b.go.id", "role": "operator", "agency": "dinkes"}
    key = {"client": "x", "role": "region_admin", "expires_at": "2027-01-01T00:00:00Z"}
    value = {extra: EXTRA[extra]}
    for path, body in (
        (innovations, {"innovation": "baru", "profile": profile, **value}),
        (innovations, {"innovation": "baru", "profile": {**profile, **value}}),
        (people, {**person, **value}),
        (keys, {**key, **value}),
    ):
        must_be_problem(system.send(ADMIN, "POST", path, body), 400)


@pytest.mark.parametrize(("service", "route"), WRITES, ids=str)
def test_every_write_refuses_a_body_of_strange_fields(
    system: System, service: str, route: str
) -> None:
    method, template = route.split(" ")
    path = template.format_map({**NAMED, "province": "63"})
    for role in ("region_admin", "verifier", "ministry", "coordinator"):
        tenant = {"verifier": "63", "coordinator": "63", "ministry": "00"}.get(role, REGION)
        headers = {
            "Authorization": f"Bearer {system.key(tenant, role)}",
            "Idempotency-Key": secrets.token_hex(8),
        }
        answer = system.http.request(
            method, system.url(service) + path, json=dict(EXTRA), headers=headers
        )
        # Only what is given up may be gone already; everything else is refused.
        assert 400 <= answer.status_code < 500 or method == "DELETE", (role, answer.text)
