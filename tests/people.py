"""People as they come to be: invited by who looks after a tenant, with a password of their own."""

import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from msgspec import Struct

from shared.io import sessions
from tests.system import System

PASSWORD = "kerbau sungai layang tembaga"


class Signed(Struct, frozen=True, kw_only=True):
    """Somebody who has signed in; `token` is what their browser holds."""

    id: str
    grant: str
    tenant: str
    email: str
    password: str
    token: str

    @property
    def cookies(self) -> dict[str, str]:
        return {"Cookie": f"{sessions.COOKIE}={self.token}"}


def invited(
    system: System, tenant: str, role: str, agency: str = "", email: str = ""
) -> dict[str, Any]:
    """What is answered to an invitation by the ministry."""
    body = {
        "name": "Budi Santoso",
        "email": email or f"{secrets.token_hex(6)}@daerah.go.id",
        "role": role,
        "agency": agency,
    }
    return system.must(("00", "ministry"), "POST", f"/v1/tenants/{tenant}/people", body)


def code_of(invitation: Mapping[str, Any]) -> str:
    """The code in an invitation's address."""
    asked = parse_qs(urlsplit(str(invitation["path"])).query)
    return asked["kode"][0]


def joined(
    system: System, tenant: str, role: str, agency: str = "", password: str = PASSWORD
) -> Signed:
    """Somebody invited who has chosen a password, and so has signed in."""
    email = f"{secrets.token_hex(6)}@daerah.go.id"
    told = invited(system, tenant, role, agency, email)
    form = {"kode": code_of(told["invitation"]), "sandi": password}
    answer = sent(system, "/undangan", form)
    assert answer.status_code == 303, answer.text
    token = token_of(answer)
    held = {"Cookie": f"{sessions.COOKIE}={token}"}
    me = system.http.get(system.url("intake") + "/v1/me", headers=held).json()
    return Signed(
        id=told["person"],
        grant=me["person"]["roles"][0]["id"],
        tenant=tenant,
        email=email,
        password=password,
        token=token,
    )


def own(system: System, service: str = "intake") -> dict[str, str]:
    """What a browser says of a form that stands on a page of ours."""
    return {"Origin": system.url(service)}


def sent(
    system: System, path: str, form: Mapping[str, str], token: str = "", **headers: str
) -> httpx.Response:
    """A form sent from a page of ours, as a browser does."""
    held = {"Cookie": f"{sessions.COOKIE}={token}"} if token else {}
    field = {sessions.FIELD: sessions.repeated(token)} if token else {}
    return system.http.post(
        system.url("intake") + path,
        data={**field, **form},
        headers={**own(system), **held, **headers},
    )


def token_of(answer: httpx.Response) -> str:
    """The session's token that an answer hands out."""
    given = str(answer.headers["set-cookie"]).split(";")[0]
    name, _, value = given.partition("=")
    assert name == sessions.COOKIE
    return value


def signed_in(system: System, email: str, password: str = PASSWORD, **form: str) -> httpx.Response:
    """The answer to the form of signing in."""
    return sent(system, "/masuk", {"surel": email, "sandi": password, **form})
