"""The sample's people, who sign in on pages: invited and welcomed as anybody is.

Their passwords are made here and kept beside the sample's keys, for whoever tries it out.
"""

import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
from msgspec import Struct

from deploy.local import credentials
from deploy.sample import keyring
from deploy.sample.traits import PROVINCE
from services.intake.bodies.people import (
    InvitationView,
    InvitedView,
    PeopleView,
    PersonBody,
)
from shared.kernel import names

PASSWORD_BYTES = 15


class Login(Struct, frozen=True, kw_only=True):
    """Somebody of the sample, in one role."""

    tenant: str
    role: str
    name: str
    email: str
    agency: str = ""


LOGINS = (
    Login(
        tenant="63.10",
        role="region_admin",
        name="Admin Contoh",
        email="admin@tanahbumbu.example",
    ),
    Login(
        tenant="63.10",
        role="operator",
        name="Operator Contoh",
        email="dinkes@tanahbumbu.example",
        agency="dinkes",
    ),
    Login(
        tenant=PROVINCE,
        role="coordinator",
        name="Koordinator Contoh",
        email="koordinator@kalsel.example",
    ),
    Login(
        tenant=PROVINCE,
        role="verifier",
        name="Verifikator Contoh",
        email="verifikator@kalsel.example",
    ),
    Login(
        tenant=names.MINISTRY, role="auditor", name="Auditor Contoh", email="auditor@bpk.example"
    ),
)


def held(file: Path) -> dict[str, str]:
    """The passwords of the sample's people by e-mail address, as far as they are known."""
    return msgspec.json.decode(file.read_bytes(), type=dict[str, str]) if file.exists() else {}


async def ensure(http: httpx.AsyncClient, keys: Mapping[str, str], file: Path) -> None:
    """See that the file holds a password that works for each; a second time changes nothing."""
    known, key = held(file), keys[keyring.MINISTRY.name]
    for login in LOGINS:
        if login.email not in known or not await _is_active(http, key, login):
            known[login.email] = await _welcomed(http, key, login)
            credentials.write_private(file, msgspec.json.format(msgspec.json.encode(known)))


async def _is_active(http: httpx.AsyncClient, key: str, login: Login) -> bool:
    """Whether the database knows the person too: it may be newer than the file."""
    path = f"/v1/tenants/{login.tenant}/people"
    response = await http.get(path, headers={"Authorization": f"Bearer {key}"})
    response.raise_for_status()
    told = msgspec.json.decode(response.content, type=PeopleView)
    return any(one.email == login.email and one.state == "active" for one in told.people)


async def _welcomed(http: httpx.AsyncClient, key: str, login: Login) -> str:
    """The password with which somebody new, or whose password was lost, signs in from now on."""
    body = PersonBody(name=login.name, email=login.email, role=login.role, agency=login.agency)
    people = f"/v1/tenants/{login.tenant}/people"
    answer = await _asked(http, key, people, msgspec.json.encode(body), f"contoh-{login.email}")
    told = msgspec.json.decode(answer, type=InvitedView)
    invitation = told.invitation
    if invitation is None:
        renewal = f"{people}/{told.person}/invitation"
        again = await _asked(http, key, renewal, b"{}", secrets.token_hex(8))
        invitation = msgspec.json.decode(again, type=InvitationView)
    (code,) = parse_qs(urlsplit(invitation.path).query)["kode"]
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    form = {"kode": code, "sandi": password}
    origin = str(http.base_url).rstrip("/")
    response = await http.post("/undangan", data=form, headers={"Origin": origin})
    if response.is_error:
        response.raise_for_status()
    return password


async def _asked(http: httpx.AsyncClient, key: str, path: str, body: bytes, name: str) -> bytes:
    headers = {
        "Authorization": f"Bearer {key}",
        "Idempotency-Key": name,
        "Content-Type": "application/json",
    }
    response = await http.post(path, content=body, headers=headers)
    response.raise_for_status()
    return response.content
