"""Staff sign in at a real identity provider, and their tokens open what their roles do."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from deploy.local import network
from shared.io import sessions
from shared.io.bearers import identity_of
from tests import people
from tests.oidc_provider import AUDIENCE, CLIENT_ID, CLIENT_SECRET, PEOPLE, Running
from tests.system import System, must_be_problem
from tests.waiting import eventually

REGION = "63.10"
STATE = "__Host-jejak-masuk"


@pytest.fixture(scope="module")
def launched() -> Iterator[Running]:
    """The provider's process; how to talk to it is each test's own."""
    provider = Running(network.free_port())

    async def start() -> None:
        await provider.start()
        await provider.http.aclose()

    try:
        asyncio.run(start())
        yield provider
    finally:
        provider.stop()


@pytest.fixture
async def provider(launched: Running) -> AsyncIterator[Running]:
    launched.http = httpx.AsyncClient(trust_env=False, timeout=10)
    yield launched
    await launched.misbehave()
    await launched.http.aclose()


@pytest.fixture(scope="module")
def system(
    launched: Running, started: Callable[..., AbstractContextManager[System]]
) -> Iterator[System]:
    settings = {
        "OIDC_ISSUER": launched.issuer,
        "OIDC_CLIENT_ID": CLIENT_ID,
        "OIDC_CLIENT_SECRET": CLIENT_SECRET,
        "OIDC_AUDIENCE": AUDIENCE,
        "OIDC_LOOPBACK": "true",
        "OIDC_CALLBACK": "{intake}/masuk/oidc/kembali",
    }
    with started("intake", "projection", settings=settings) as system:
        system.open_season(2026, "2026.1")
        yield system


@pytest.fixture
def invited(system: System) -> Iterator[str]:
    """The account of whom the provider knows as `siti`; forgotten again afterwards."""
    told = people.invited(system, REGION, "region_admin", email=PEOPLE["siti"]["email"])
    yield told["person"]
    path = f"/v1/tenants/{REGION}/people/{told['person']}/erasure"
    system.must(("00", "ministry"), "POST", path, {"reason": "Selesai."})


def left(system: System, back: str = "/akun") -> tuple[str, str]:
    """Where the sign-in page leads, and what the browser keeps until it is back."""
    answer = system.http.get(system.url("intake") + "/masuk/oidc", params={"kembali": back})
    assert answer.status_code == 303, answer.text
    name, _, kept = answer.headers["set-cookie"].split(";")[0].partition("=")
    assert name == STATE
    return answer.headers["location"], kept


def came_back(system: System, query: str, kept: str) -> httpx.Response:
    return system.http.get(
        system.url("intake") + f"/masuk/oidc/kembali?{query}", headers={"Cookie": f"{STATE}={kept}"}
    )


async def signed_in(system: System, provider: Running, back: str = "/akun") -> httpx.Response:
    url, kept = left(system, back)
    return came_back(system, await provider.sign_in(url), kept)


def token_of(answer: httpx.Response) -> str:
    given = [one for one in answer.headers.get_list("set-cookie") if sessions.COOKIE + "=" in one]
    assert given, answer.text
    return given[0].split(";")[0].partition("=")[2]


def me(system: System, token: str) -> httpx.Response:
    headers = {"Cookie": f"{sessions.COOKIE}={token}"}
    return system.http.get(system.url("intake") + "/v1/me", headers=headers)


def bearing(token: str, role: str = "") -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} | ({"Jejak-Role": role} if role else {})


async def test_an_invited_person_signs_in_at_the_provider(
    system: System, provider: Running, invited: str
) -> None:
    page = system.http.get(system.url("intake") + "/masuk")
    assert "/masuk/oidc?kembali=%2Fakun" in page.text
    answer = await signed_in(system, provider, "/akun?bahasa=en")
    assert (answer.status_code, answer.headers["location"]) == (303, "/akun?bahasa=en")
    told = me(system, token_of(answer)).json()
    assert (told["person"]["id"], told["role"]) == (invited, "region_admin")
    assert told["sessions"][0]["method"] == "oidc"
    # The second time the address counts no more: the provider's own name for the person is known.
    await provider.misbehave(id_token={"email_verified": False})
    again = await signed_in(system, provider)
    assert me(system, token_of(again)).json()["person"]["id"] == invited


async def test_who_was_not_invited_is_told_so(system: System, provider: Running) -> None:
    answer = await signed_in(system, provider)
    assert answer.status_code == 403
    assert "belum ada akun" in answer.text
    assert sessions.COOKIE + "=" not in str(answer.headers.get_list("set-cookie"))


async def test_an_address_that_the_provider_did_not_verify_opens_no_account(
    system: System, provider: Running, invited: str
) -> None:
    assert invited
    await provider.misbehave(id_token={"email_verified": False})
    assert (await signed_in(system, provider)).status_code == 403


async def test_another_browser_cannot_finish_what_this_one_began(
    system: System, provider: Running, invited: str
) -> None:
    """Nobody is led into an account that is not theirs (login CSRF)."""
    assert invited
    url, kept = left(system)
    query = await provider.sign_in(url)
    _, other = left(system)
    for cookie in ("", "x", other):
        answer = came_back(system, query, cookie)
        assert 400 <= answer.status_code < 500, answer.text
        assert sessions.COOKIE + "=" not in str(answer.headers.get_list("set-cookie"))
    assert came_back(system, query, kept).status_code == 303
    # A code works once.
    assert came_back(system, query, kept).status_code == 422


@pytest.mark.parametrize(
    ("switches", "status"),
    [
        ({"error": "access_denied"}, 422),
        ({"error": "server_error"}, 503),
        ({"named": "https://jahat.example"}, 403),
        ({"id_token": {"nonce": "x"}}, 422),
        ({"id_token": {"aud": "x"}}, 422),
        ({"id_token": {"iss": "https://jahat.example"}}, 422),
        ({"id_token": {"exp": 1}}, 422),
    ],
    ids=str,
)
async def test_what_the_provider_should_not_say_signs_nobody_in(
    system: System, provider: Running, invited: str, switches: dict[str, Any], status: int
) -> None:
    assert invited
    await provider.misbehave(**switches)
    answer = await signed_in(system, provider)
    assert answer.status_code == status, answer.text
    assert sessions.COOKIE + "=" not in str(answer.headers.get_list("set-cookie"))
    assert "<h1>" in answer.text


@pytest.mark.parametrize("back", ["https://jahat.example", "//jahat.example", "/\\jahat"])
async def test_nobody_is_sent_elsewhere_afterwards(
    system: System, provider: Running, invited: str, back: str
) -> None:
    assert invited
    answer = await signed_in(system, provider, back)
    assert answer.headers["location"].startswith("/")
    assert "jahat" not in answer.headers["location"]


async def test_the_request_is_bound_to_code_state_and_nonce(system: System) -> None:
    url, _ = left(system)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == system.url("intake") + "/masuk/oidc/kembali"
    assert all(asked[name] for name in ("state", "nonce", "code_challenge"))


# Tokens on the interface.


async def test_a_token_opens_what_its_holders_role_does(
    system: System, provider: Running, invited: str
) -> None:
    await signed_in(system, provider)
    token = await provider.issue(sub="siti")
    told = system.http.get(system.url("intake") + "/v1/me", headers=bearing(token)).json()
    assert (told["client"], told["role"], told["tenant"]) == (invited, "region_admin", REGION)
    plans = f"/v1/regions/{REGION}/seasons/2026/branches"

    def own() -> bool:
        asked = system.http.get(system.url("projection") + plans, headers=bearing(token))
        return asked.status_code == 200

    await eventually(own)  # projection has heard of the season
    foreign = plans.replace(REGION, "63.11")
    must_be_problem(
        system.http.get(system.url("projection") + foreign, headers=bearing(token)), 404
    )
    # A browser sends no such header by itself, so a token needs no form's proof.
    path = f"{system.url('intake')}/v1/regions/{REGION}/seasons/2026/agencies/dinkes"
    body = {"name": "Dinas Kesehatan", "kind": "dinas"}
    assert system.http.put(path, json=body, headers=bearing(token)).status_code == 201


async def test_a_holder_of_several_roles_names_one(
    system: System, provider: Running, invited: str
) -> None:
    await signed_in(system, provider)
    grants = f"/v1/tenants/{REGION}/people/{invited}/grants"
    body = {"role": "operator", "agency": "dinkes"}
    system.must((REGION, "region_admin"), "POST", grants, body)
    token = await provider.issue(sub="siti")
    url = system.url("intake") + "/v1/me"
    held = system.http.get(url, headers=bearing(token)).json()["person"]["roles"]
    told = system.http.get(url, headers=bearing(token, held[1]["id"])).json()
    assert (told["role"], told["agency"]) == ("operator", "dinkes")
    unknown = system.http.get(url, headers=bearing(token, "g-0000000000000000"))
    assert unknown.json()["title"] == "sign_in.no_role"


async def test_a_token_of_somebody_unknown_opens_nothing(system: System, provider: Running) -> None:
    token = await provider.issue(sub="orang-lain")
    for service in ("intake", "projection"):
        path = "/v1/me" if service == "intake" else "/v1/seasons"
        answer = system.http.get(system.url(service) + path, headers=bearing(token))
        must_be_problem(answer, 403)


@pytest.mark.parametrize("service", ["intake", "projection"])
async def test_a_token_that_is_not_for_us_opens_nothing(
    system: System, provider: Running, invited: str, service: str
) -> None:
    assert invited
    await signed_in(system, provider)
    path = "/v1/me" if service == "intake" else "/v1/seasons"
    sound = await provider.issue(sub="siti")
    assert system.http.get(system.url(service) + path, headers=bearing(sound)).status_code == 200
    for claims in ({"aud": "lain"}, {"exp": 1}, {"iss": "https://jahat.example"}):
        token = await provider.issue(sub="siti", **claims)
        must_be_problem(system.http.get(system.url(service) + path, headers=bearing(token)), 401)
    head, body, _ = sound.split(".")
    for spoilt in (f"{head}.{body}.", f"{head}.{body}.AAAA", sound[:-2], f"{sound}x"):
        answer = system.http.get(system.url(service) + path, headers=bearing(spoilt))
        must_be_problem(answer, 401)


async def test_signing_out_elsewhere_ends_what_was_issued_before(
    system: System, provider: Running, invited: str
) -> None:
    assert invited
    session = token_of(await signed_in(system, provider))
    token = await provider.issue(sub="siti", iat=round(time.time()) - 5)
    url = system.url("intake") + "/v1/me"
    assert system.http.get(url, headers=bearing(token)).status_code == 200
    assert people.sent(system, "/akun/keluar-lain", {}, session).status_code == 303
    must_be_problem(system.http.get(url, headers=bearing(token)), 401)
    assert me(system, session).status_code == 200


async def test_a_withdrawn_role_closes_the_door_to_tokens_too(
    system: System, provider: Running, invited: str
) -> None:
    await signed_in(system, provider)
    token = await provider.issue(sub="siti")
    url = system.url("intake") + "/v1/me"
    (role,) = system.http.get(url, headers=bearing(token)).json()["person"]["roles"]
    path = f"/v1/tenants/{REGION}/people/{invited}/grants/{role['id']}/withdrawal"
    system.must(("00", "ministry"), "POST", path, {"reason": "Pindah."})
    must_be_problem(system.http.get(url, headers=bearing(token)), 403)


# The provider's own sign-out.


async def test_the_provider_ends_its_sessions_and_no_other(
    system: System, provider: Running, invited: str
) -> None:
    assert invited
    session = token_of(await signed_in(system, provider))
    other = people.joined(system, REGION, "operator", "dinkes")
    uri = system.url("intake") + "/v1/oidc/logout"
    forged = system.http.post(uri, data={"logout_token": "a.b.c"})
    must_be_problem(forged, 401)
    access = await provider.issue(sub="siti")
    must_be_problem(system.http.post(uri, data={"logout_token": access}), 401)
    assert me(system, session).status_code == 200
    assert await provider.log_out("siti", uri) == 200
    must_be_problem(me(system, session), 401)
    assert me(system, other.token).status_code == 200


async def test_a_sign_out_names_a_session_or_a_person_and_ends_no_other(
    system: System, provider: Running, invited: str
) -> None:
    await signed_in(system, provider)
    other = people.joined(system, REGION, "operator", "dinkes")
    own = identity_of(provider.issuer, "siti")
    rows = "update intake.person set identity = sha256('lain') where id = %s"
    system.query(rows, other.id)
    begun = (
        "insert into intake.session"
        " (tenant, token_hash, person, role_held, method, provider_session, ends_at)"
        " select tenant, sha256(%s), person, id, %s, %s, now() + interval '1 hour'"
        " from intake.role_held where person = %s and withdrawn_at is null"
    )
    for whose, name, method, session in (
        (invited, "a", "oidc", "s-siti"),
        (invited, "b", "password", ""),
        (other.id, "c", "oidc", "s-siti"),
    ):
        system.query(begun, name.encode(), method, session, whose)
    standing = "select count(*) from intake.session where token_hash = any(%s)"
    tokens = [hashlib.sha256(name).digest() for name in (b"a", b"b", b"c")]
    for identity, session, left_over in (
        (None, "", 3),
        (b"x" * 32, "s-siti", 3),
        (own, "s-lain", 3),
        (own, "s-siti", 2),
        (own, "", 2),
        (None, "s-siti", 1),
    ):
        system.query("select intake.sessions_end(%s, %s)", identity, session)
        assert system.query(standing, tokens) == [(left_over,)]
