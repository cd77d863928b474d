"""Signing in: what the browser holds, what another site can do with it, and when it ends."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import httpx
import pytest

from shared.io import sessions
from tests import people
from tests.people import PASSWORD, Signed
from tests.system import System, must_be_problem

REGION = "63.10"
ME = "/v1/me"


@pytest.fixture(scope="module")
def system(started: Callable[..., AbstractContextManager[System]]) -> Iterator[System]:
    with started("intake", "projection") as system:
        system.open_season(2026, "2026.1")
        yield system


@pytest.fixture
def person(system: System) -> Signed:
    return people.joined(system, REGION, "region_admin")


def shown(system: System, token: str, service: str = "intake", path: str = ME) -> httpx.Response:
    headers = {"Cookie": f"{sessions.COOKIE}={token}"}
    return system.http.get(system.url(service) + path, headers=headers)


def test_the_cookie_is_for_this_host_alone_and_for_no_script(
    system: System, person: Signed
) -> None:
    given = people.signed_in(system, person.email).headers["set-cookie"]
    assert given.startswith("__Host-jejak=")
    flags = {part.strip().lower() for part in given.split(";")[1:]}
    assert {"path=/", "secure", "httponly", "samesite=lax"} <= flags
    # It goes with the browser, and names no other host.
    assert not {flag for flag in flags if flag.startswith(("domain", "max-age", "expires"))}


def test_a_token_that_was_planted_before_is_not_taken_over(system: System, person: Signed) -> None:
    """Session fixation: what the browser held before signing in stands for nobody after."""
    planted = secrets.token_urlsafe(32)
    form = {"surel": person.email, "sandi": PASSWORD}
    answer = people.sent(system, "/masuk", form, planted)
    assert people.token_of(answer) != planted
    must_be_problem(shown(system, planted), 401)


def test_every_signing_in_begins_anew(system: System, person: Signed) -> None:
    tokens = {people.token_of(people.signed_in(system, person.email)) for _ in range(3)}
    assert len(tokens | {person.token}) == 4
    assert all(shown(system, token).status_code == 200 for token in tokens)


def test_the_token_is_not_in_the_database_nor_in_a_log(system: System, person: Signed) -> None:
    told = str(system.query("select t::text, encode(token_hash, 'hex') from intake.session t"))
    repeated = sessions.repeated(person.token)
    for secret in (person.token, person.token.encode().hex(), repeated):
        assert secret not in told
        assert secret not in system.log("intake")


def test_signing_out_works_at_once_and_empties_the_browser(system: System, person: Signed) -> None:
    answer = people.sent(system, "/keluar", {}, person.token)
    assert (answer.status_code, answer.headers["location"]) == (303, "/masuk")
    assert "max-age=0" in answer.headers["set-cookie"].lower()
    assert "cookies" in answer.headers["clear-site-data"]
    must_be_problem(shown(system, person.token), 401)
    must_be_problem(
        shown(system, person.token, "projection", "/v1/provinces/63/seasons/2026/coaching"), 401
    )


def test_signing_out_elsewhere_leaves_this_place(system: System, person: Signed) -> None:
    other = people.token_of(people.signed_in(system, person.email))
    assert people.sent(system, "/akun/keluar-lain", {}, person.token).status_code == 303
    assert shown(system, person.token).status_code == 200
    must_be_problem(shown(system, other), 401)


def test_another_password_signs_out_everybody_who_knew_the_former(
    system: System, person: Signed
) -> None:
    other = people.token_of(people.signed_in(system, person.email))
    form = {"lama": PASSWORD, "sandi": "gergaji pelangi mentimun kapal"}
    answer = people.sent(system, "/akun/sandi", form, person.token)
    assert answer.status_code == 303
    fresh = people.token_of(answer)
    assert shown(system, fresh).status_code == 200
    for token in (person.token, other):
        must_be_problem(shown(system, token), 401)
    assert people.signed_in(system, person.email).status_code == 422
    assert people.signed_in(system, person.email, form["sandi"]).status_code == 303


def test_the_former_password_must_be_known(system: System, person: Signed) -> None:
    form = {"lama": "bukan yang lama itu", "sandi": "gergaji pelangi mentimun kapal"}
    answer = people.sent(system, "/akun/sandi", form, person.token)
    assert answer.status_code == 422
    assert "Kata sandi lama tidak cocok." in answer.text
    assert people.signed_in(system, person.email).status_code == 303


@pytest.mark.parametrize(
    "password",
    ["pendek", "x" * 129, "123456789012", "passwordpassword", "budi santoso", "jejakinovasi"],
)
def test_a_password_that_is_guessed_is_refused(
    system: System, person: Signed, password: str
) -> None:
    form = {"lama": PASSWORD, "sandi": password}
    assert people.sent(system, "/akun/sandi", form, person.token).status_code == 422
    assert people.signed_in(system, person.email).status_code == 303


@pytest.mark.parametrize(
    ("column", "past"),
    [("used_at", "31 minutes"), ("ends_at", "1 second")],
)
def test_a_session_ends_by_itself(system: System, person: Signed, column: str, past: str) -> None:
    """Half an hour without use, or a working day."""
    assert shown(system, person.token).status_code == 200
    system.query(
        f"update intake.session set {column} = now() - interval '{past}' where person = %s",
        person.id,
    )
    must_be_problem(shown(system, person.token), 401)


def test_a_session_ends_with_its_role_however_that_ended(system: System, person: Signed) -> None:
    system.query("update intake.role_held set withdrawn_at = now() where id = %s", person.grant)
    must_be_problem(shown(system, person.token), 401)


def test_use_keeps_a_session_alive_and_is_noted(system: System, person: Signed) -> None:
    system.query(
        "update intake.session set used_at = now() - interval '29 minutes' where person = %s",
        person.id,
    )
    assert shown(system, person.token, "projection", "/v1/seasons").status_code == 200
    told = system.query(
        "select used_at > now() - interval '1 minute' from intake.session where person = %s",
        person.id,
    )
    assert told == [(True,)]
    role = system.http.get(system.url("intake") + ME, headers=person.cookies).json()
    assert role["person"]["roles"][0]["last_used_at"] is not None


def test_the_eleventh_place_signs_out_the_one_longest_unused(
    system: System, person: Signed
) -> None:
    system.query(
        "update intake.session set used_at = now() - interval '5 minutes' where person = %s",
        person.id,
    )
    tokens = [people.token_of(people.signed_in(system, person.email)) for _ in range(10)]
    must_be_problem(shown(system, person.token), 401)
    assert shown(system, tokens[0]).status_code == 200


# What another site can have a browser send.


FOREIGN: tuple[dict[str, str], ...] = (
    {},
    {"Origin": "https://jahat.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://[bukan"},
    {"Origin": "OWN.jahat.example"},
    {"Origin": "OWN", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "OWN", "Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Referer": "OWN/akun"},
)


@pytest.mark.parametrize("said", FOREIGN, ids=str)
@pytest.mark.parametrize("path", ["/masuk", "/undangan", "/keluar", "/akun/sandi"])
def test_a_form_of_another_site_is_refused(
    system: System, person: Signed, said: dict[str, str], path: str
) -> None:
    """Also that of signing in: nobody is led into an account that is not theirs."""
    headers = {name: value.replace("OWN", system.url("intake")) for name, value in said.items()}
    form = {
        "surel": person.email,
        "sandi": PASSWORD,
        sessions.FIELD: sessions.repeated(person.token),
    }
    answer = system.http.post(
        system.url("intake") + path, data=form, headers={**headers, **person.cookies}
    )
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert shown(system, person.token).status_code == 200


def test_nobody_is_signed_in_by_another_site(system: System, person: Signed) -> None:
    """Whoever is not signed in yet is not led into an account that is not theirs."""
    form = {"surel": person.email, "sandi": PASSWORD}
    answer = system.http.post(system.url("intake") + "/masuk", data=form)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert people.signed_in(system, person.email).status_code == 303


@pytest.mark.parametrize("told", ["", "0" * 64, "other", "token"])
@pytest.mark.parametrize("path", ["/keluar", "/akun/keluar-lain", "/akun/sandi", "/akun/peran"])
def test_a_form_must_repeat_what_only_its_own_page_was_told(
    system: System, person: Signed, path: str, told: str
) -> None:
    other = people.joined(system, REGION, "operator", "dinkes")
    field = {"other": sessions.repeated(other.token), "token": person.token}.get(told, told)
    answer = people.sent(system, path, {sessions.FIELD: field}, person.token)
    assert answer.status_code == 403
    assert shown(system, person.token).status_code == 200


def test_a_program_in_a_page_must_repeat_it_too(system: System, person: Signed) -> None:
    """The interface takes a signed-in person's requests only with the token in a header."""
    url = f"{system.url('intake')}/v1/tenants/{REGION}/people"
    body = {
        "name": "Siti",
        "email": f"{secrets.token_hex(4)}@a.go.id",
        "role": "operator",
        "agency": "dinkes",
    }
    headers = {
        **person.cookies,
        **people.own(system),
        "Idempotency-Key": secrets.token_hex(8),
    }
    before = system.heads()
    must_be_problem(system.http.post(url, json=body, headers=headers), 403)
    # A form cannot be JSON without the browser asking first.
    disguised = {**headers, "Content-Type": "text/plain"}
    told = sessions.repeated(person.token)
    answer = system.http.post(url, content=b"{}", headers={**disguised, sessions.HEADER: told})
    must_be_problem(answer, 415)
    assert system.heads() == before
    answer = system.http.post(url, json=body, headers={**headers, sessions.HEADER: told})
    assert answer.status_code == 201, answer.text


def test_a_key_beside_a_cookie_speaks_alone(system: System, person: Signed) -> None:
    """Whoever shows a key is the key: no cookie adds to what it may do."""
    key = system.key("63.11", "region_admin")
    headers = {**person.cookies, "Authorization": f"Bearer {key}"}
    told = system.http.get(system.url("intake") + ME, headers=headers).json()
    assert (told["tenant"], told["person"]) == ("63.11", None)
    bad = {**person.cookies, "Authorization": "Bearer jejak_a_b"}
    must_be_problem(system.http.get(system.url("intake") + ME, headers=bad), 401)


@pytest.mark.parametrize("token", ["", "x", "a" * 5000, "%00", "' or 1=1 --", '"quoted"'])
def test_a_cookie_that_is_no_token_is_nobody(system: System, token: str) -> None:
    assert shown(system, token).status_code == 401
    assert shown(system, token, "projection", "/v1/seasons").status_code == 200


# Where people are sent.


@pytest.mark.parametrize(
    "back",
    [
        "https://jahat.example/",
        "//jahat.example/",
        "/\\jahat.example",
        "\\\\jahat.example",
        "/\t/jahat.example",
        "javascript:alert(1)",
        "jahat",
        "",
        "/akun\r\nSet-Cookie: a=b",
    ],
)
def test_after_signing_in_nobody_is_sent_elsewhere(
    system: System, person: Signed, back: str
) -> None:
    answer = people.signed_in(system, person.email, kembali=back)
    assert (answer.status_code, answer.headers["location"]) == (303, "/akun")
    assert "a=b" not in str(answer.headers)


def test_who_asks_for_a_page_signs_in_and_comes_back(system: System, person: Signed) -> None:
    answer = system.http.get(system.url("intake") + "/akun")
    assert (answer.status_code, answer.headers["location"]) == (303, "/masuk?kembali=%2Fakun")
    page = system.http.get(system.url("intake") + answer.headers["location"])
    assert 'name="kembali" value="/akun"' in page.text
    assert page.headers["cache-control"] == "no-store"
    account = shown(system, person.token, path="/akun")
    assert account.status_code == 200
    assert person.email in account.text
    assert account.headers["cache-control"] == "no-store"


def test_a_page_with_a_code_in_its_address_tells_it_to_nobody(system: System) -> None:
    page = system.http.get(system.url("intake") + "/undangan?kode=rahasia-sekali")
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "rahasia-sekali" not in system.log("intake")


def test_what_people_type_is_shown_and_never_run(system: System) -> None:
    tried = people.signed_in(system, '"><script>alert(1)</script>', daerah="<b>")
    assert tried.status_code == 422
    assert "<script" not in tried.text
    assert "<b>" not in tried.text
