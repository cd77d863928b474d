"""Every route, asked by everybody: who is let in is what the services' access tables say."""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any

import httpx
import pytest
from msgspec import Struct, structs

from services.intake import access as intake
from services.projection import access as projection
from shared.io import sessions
from shared.io.gate import Rule
from shared.kernel import names
from tests import people
from tests.system import System, must_be_problem

YEAR = 2026
NAMED = {
    "region": "63.10",
    "province": "63",
    "tenant": "63.10",
    "year": str(YEAR),
    "innovation_id": "tapis",
    "innovation": "tapis",
    "code": "SID-VIDEO",
    "sha256": "a" * 64,
    "number": "TT-1",
    "agency_id": "dinkes",
    "finding_id": "0" * 16,
    "whose": "all",
    "step_id": "satu",
    "branch_id": "rencana",
    "branch": "rencana",
    "upload_id": "0" * 32,
    "key_id": "0" * 16,
    "stage": "mandiri",
    "rule_set": "2026.1",
    "seq": "1",
    "name": "style.css",
    "path": "openapi.json",
    "webhook_id": "0" * 32,
    "topic": "key.issued.1",
    "person_id": "p-0000000000000000",
    "grant_id": "g-0000000000000000",
    "reason": "rate.exceeded",
}
# What only the gate says; any other answer means that somebody was let in.
TURNED_AWAY = {
    "identity.missing",
    "identity.unknown",
    "region.unknown",
    "role.not_allowed",
    "role.not_national",
    "key.reads_only",
    "form.foreign",
    "form.outdated",
    "sign_in.not_a_person",
}
SAFE = {"GET", "HEAD"}
# What takes seconds to answer, or waits for all that was recorded: asked of a year nobody opened.
OF_A_CUT = ("/replay", "/certificate", "/certificate.pdf")
TABLES = {"intake": intake.TABLE, "projection": projection.TABLE}
ROUTES = [(service, route) for service, table in TABLES.items() for route in table]


class Actor(Struct, frozen=True):
    """Somebody with a key, who is signed in, or neither; a `led` one's browser was led here by
    another site.
    """

    tenant: str
    role: str
    reads_only: bool = False
    signed_in: bool = False
    led: bool = False

    def __str__(self) -> str:
        told = {"reading": self.reads_only, "signed in": self.signed_in, "led": self.led}
        return " ".join([f"{self.role}@{self.tenant}", *(word for word in told if told[word])])

    @property
    def agency(self) -> str:
        return "dinkes" if self.role == "operator" else ""


NOBODY = Actor("", "nobody")
IMPOSTOR = Actor("", "impostor")
ACTORS = [
    NOBODY,
    IMPOSTOR,
    *(Actor(tenant, "region_admin") for tenant in ("63.10", "63.11", "63", "62.01")),
    *(
        Actor(tenant, role)
        for role in ("verifier", "coordinator", "ministry", "auditor")
        for tenant in ("63", "62")
    ),
    *(Actor("00", role) for role in ("verifier", "ministry", "auditor")),
    Actor("63.10", "region_admin", reads_only=True),
    Actor("00", "ministry", reads_only=True),
    *(Actor(tenant, "operator") for tenant in ("63.10", "63.11")),
    *(
        Actor(tenant, role, signed_in=True)
        for tenant, role in (
            ("63.10", "operator"),
            ("63.10", "region_admin"),
            ("63.11", "region_admin"),
            ("63", "verifier"),
            ("63", "coordinator"),
            ("00", "ministry"),
            ("00", "auditor"),
        )
    ),
    *(Actor(tenant, "region_admin", signed_in=True, led=True) for tenant in ("63.10", "63.11")),
]


@pytest.fixture(scope="module")
def system(started: Callable[..., AbstractContextManager[System]]) -> Iterator[System]:
    with started("intake", "projection") as system:
        system.open_season(YEAR, "2026.1")
        yield system


def expected(rule: Rule, route: str, actor: Actor) -> str:
    """How the gate turns the actor away; empty where it lets them in."""
    unsafe = route.split(" ", maxsplit=1)[0] not in SAFE
    if actor is NOBODY and rule.roles:
        return "identity.missing"
    if actor is IMPOSTOR and rule.kind != "probe":
        return "identity.unknown"
    # Only what a page of ours sends is taken from people, and for forms that anybody may send.
    if unsafe and (actor.led if actor.signed_in else rule.form):
        return "form.foreign"
    return _of_key(rule, route, actor) if rule.roles else ""


def _of_key(rule: Rule, route: str, actor: Actor) -> str:
    asked = [NAMED[name] for name in ("region", "province", "tenant") if f"{{{name}}}" in route]
    outside = any(not reaches(actor, tenant) for tenant in asked)
    # A route that judges for itself does so only once the role is let in.
    if outside and not (rule.judges and actor.role not in rule.roles):
        return "region.unknown"
    if actor.role not in rule.roles:
        return "role.not_allowed"
    if rule.national and actor.tenant != names.MINISTRY:
        return "role.not_national"
    if rule.person and not actor.signed_in:
        return "sign_in.not_a_person"
    unsafe = route.split(" ", maxsplit=1)[0] not in SAFE
    return "key.reads_only" if actor.reads_only and unsafe else ""


def reaches(actor: Actor, tenant: str) -> bool:
    """Written out anew: one's own, and for those above, what stands below."""
    above = {"verifier", "coordinator", "ministry", "auditor"}
    below = actor.tenant == "00" or tenant.startswith(actor.tenant)
    return tenant == actor.tenant or (actor.role in above and below)


def ask(system: System, service: str, route: str, key: str, **named: str) -> httpx.Response:
    return asked(system, service, route, bearing(key), **named)


def bearing(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"} if key else {}


def asked(
    system: System, service: str, route: str, shown: Mapping[str, str], **named: str
) -> httpx.Response:
    method, template = route.split(" ")
    if template.endswith("/stream"):
        return _opened(system, service, template, shown, named)
    path = template.format_map({**NAMED, **named})
    headers = {"Idempotency-Key": secrets.token_hex(8), **shown}
    body: dict[str, Any] = {} if method in SAFE else {"json": {}}
    return system.http.request(method, system.url(service) + path, headers=headers, **body)


def _opened(
    system: System, service: str, template: str, shown: Mapping[str, str], named: Mapping[str, str]
) -> httpx.Response:
    """A stream that is let in never ends: its beginning is all that is waited for."""
    path = system.url(service) + template.format_map({**NAMED, **named})
    with system.http.stream("GET", path, headers=dict(shown)) as response:
        if response.status_code != 200:
            response.read()
        return response


def shown_by(system: System, service: str, actor: Actor) -> dict[str, str]:
    """What tells the service who is asking."""
    if not actor.signed_in:
        return bearing(key_of(system, actor))
    token = token_of(system, Actor(actor.tenant, actor.role))
    site = "https://jahat.example" if actor.led else system.url(service)
    repeated = {sessions.HEADER: sessions.repeated(token), "Origin": site}
    return {"Cookie": f"{sessions.COOKIE}={token}", **repeated}


def token_of(system: System, actor: Actor) -> str:
    """A session of somebody in this role, begun again where the last request ended it."""
    held: dict[Actor, people.Signed] = system.__dict__.setdefault("signed", {})
    if actor not in held:
        held[actor] = people.joined(system, actor.tenant, actor.role, actor.agency)
    known = held[actor]
    if system.http.get(system.url("intake") + "/v1/me", headers=known.cookies).status_code != 200:
        token = people.token_of(people.signed_in(system, known.email))
        held[actor] = structs.replace(known, token=token)
    return held[actor].token


def key_of(system: System, actor: Actor) -> str:
    if actor is NOBODY:
        return ""
    if actor is IMPOSTOR:
        return "jejak_0123456789ab_" + "x" * 43
    if actor.reads_only or actor.agency:
        return issued_key(system, actor)
    return system.key(actor.tenant, actor.role)


def issued_key(system: System, actor: Actor) -> str:
    """Made by whoever looks after the tenant, as any key is."""
    held: dict[Actor, str] = system.__dict__.setdefault("issued", {})
    if actor not in held:
        held[actor] = system.issue(
            actor.tenant, actor.role, reads_only=actor.reads_only, agency=actor.agency
        )
    return held[actor]


@pytest.mark.parametrize(("service", "route"), ROUTES, ids=str)
def test_who_is_let_in(system: System, service: str, route: str) -> None:
    rule = TABLES[service][route]
    answers, wanted = {}, {}
    named = {"year": "2019"} if route.endswith(OF_A_CUT) else {}
    for actor in ACTORS:
        response = asked(system, service, route, shown_by(system, service, actor), **named)
        assert response.status_code < 500, (route, str(actor), response.text)
        reason = expected(rule, route, actor)
        # An answer to HEAD has no body, a page no reason: their number is all there is to compare.
        kind = response.headers.get("content-type", "")
        blind = route.startswith("HEAD") or "html" in kind or response.status_code == 303
        wanted[str(actor)] = _numbered(reason) if blind else reason
        answers[str(actor)] = _number(response) if blind else _title(response)
    assert answers == wanted


def _title(response: httpx.Response) -> str:
    if not response.headers.get("content-type", "").startswith("application/problem+json"):
        return ""
    title = str(response.json()["title"])
    return title if title in TURNED_AWAY else ""


def _number(response: httpx.Response) -> str:
    if response.headers.get("location", "").startswith("/masuk?"):
        return "401"  # whoever is not signed in is sent to do so
    return str(response.status_code) if response.status_code in (401, 403) else ""


def _numbered(reason: str) -> str:
    kind = reason.partition(".")[0]
    return {"identity": "401", "role": "403", "key": "403", "form": "403", "sign_in": "403"}.get(
        kind, ""
    )


@pytest.mark.parametrize(
    ("service", "route"),
    [(s, r) for s, r in ROUTES if "{region}" in r and TABLES[s][r].roles],
    ids=str,
)
def test_a_foreign_region_is_answered_exactly_like_one_that_does_not_exist(
    system: System, service: str, route: str
) -> None:
    key = system.key("63.11", "region_admin")
    foreign, unknown = (
        ask(system, service, route, key, region=region) for region in ("63.10", "63.99")
    )
    assert foreign.status_code == unknown.status_code == 404
    told = [response.text.replace("63.10", "63.99") for response in (foreign, unknown)]
    assert told[0] == told[1]
    skipped = {"date", "ratelimit", "content-length", "traceresponse"}
    headers: list[Mapping[str, str]] = [
        {name: value for name, value in response.headers.items() if name not in skipped}
        for response in (foreign, unknown)
    ]
    assert headers[0] == headers[1]
    assert headers[0]["cache-control"] == "no-store"


def test_a_bad_key_is_told_also_where_nobody_needs_one(system: System) -> None:
    for service, route in (
        ("projection", "GET /v1/seasons"),
        ("projection", "GET /v1/rule-sets"),
        ("intake", "GET /openapi/openapi.json"),
    ):
        refused = ask(system, service, route, "jejak_a_b")
        must_be_problem(refused, 401)
        assert refused.headers["www-authenticate"] == "Bearer"
        assert ask(system, service, route, "").status_code == 200


@pytest.mark.parametrize(("service", "route"), ROUTES, ids=str)
def test_every_answer_is_safe_in_a_browser(system: System, service: str, route: str) -> None:
    for key in ("", system.key("63.10", "region_admin"), system.key("00", "ministry")):
        headers = ask(system, service, route, key).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert "frame-ancestors 'none'" in policy or "sandbox" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["referrer-policy"] in ("strict-origin-when-cross-origin", "no-referrer")
        assert headers["strict-transport-security"].startswith("max-age=31536000")
        assert "server" not in headers
        # No page of another origin reads an answer.
        assert "access-control-allow-origin" not in headers
