"""A small OpenID provider as a process of its own; tests may have it misbehave.

`python -m tests.oidc_provider PORT` serves at http://127.0.0.1:PORT. Besides what a provider has,
`/test/…` sets switches, rotates the signing key, issues any token, and sends a logout token.
"""

import asyncio
import base64
import hashlib
import html
import json
import secrets
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode

import httpx
import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey

from deploy.local import network
from tests.waiting import eventually

ROOT = Path(__file__).parent.parent
CLIENT_ID, CLIENT_SECRET, AUDIENCE = "jejak inovasi", "rahasia: +/&=%", "urn:jejak:api"
PEOPLE = {
    "siti": {"password": "kerbau sungai", "email": "siti@tanahbumbu.go.id", "name": "Siti Aminah"},
    "budi": {"password": "layang tembaga", "email": "budi@tanahbumbu.go.id", "name": "Budi"},
}
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LIFE_SECONDS = 300

Given = Mapping[str, str]
# Status, headers and body.
Said = tuple[int, Mapping[str, str], bytes]


class OpenIdProvider:
    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.switches: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.access: dict[str, str] = {}
        self.asked: dict[str, int] = {}
        self.keys = [_new_key()]
        self.shown = self._public()

    def _public(self) -> dict[str, Any]:
        return {"keys": [{**key.as_dict(private=False), "use": "sig"} for key in self.keys]}

    def sign(self, claims: Mapping[str, Any], typ: str) -> str:
        key = self.keys[0]
        return jwt.encode({"alg": "ES256", "kid": key.kid, "typ": typ}, dict(claims), key)

    def _claims(self, subject: str, audience: Any) -> dict[str, Any]:
        now = int(time.time())
        own = {"iss": self.issuer, "sub": subject, "aud": audience, "sid": f"s-{subject}"}
        return own | {"iat": now, "exp": now + LIFE_SECONDS, "jti": secrets.token_hex(8)}

    async def configuration(self, _: Given) -> Said:
        told = {
            "issuer": self.switches.get("issuer", self.issuer),
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "end_session_endpoint": f"{self.issuer}/end_session",
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }
        return _json(told | self.switches.get("configuration", {}))

    async def jwks(self, _: Given) -> Said:
        return _json(self.shown if self.switches.get("stale_jwks") else self._public())

    async def form(self, given: Given) -> Said:
        """The page at which somebody signs in: what was asked goes along unseen."""
        hidden = "".join(
            f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
            for name, value in given.items()
        )
        page = (
            f'<!doctype html><html lang="id"><title>Masuk</title><form method="post">{hidden}'
            '<label>Nama <input name="user"></label><label>Sandi <input name="password" '
            'type="password"></label><button>Masuk</button></form></html>'
        )
        return 200, {"content-type": "text/html; charset=utf-8"}, page.encode()

    async def authorize(self, given: Given) -> Said:
        person = PEOPLE.get(given.get("user", ""))
        back = {"state": given.get("state", ""), "iss": self.switches.get("named", self.issuer)}
        if given.get("client_id") != CLIENT_ID or given.get("response_type") != "code":
            return _json({"error": "invalid_request"}, 400)
        if "error" in self.switches:
            back["error"] = self.switches["error"]
        elif person is None or person["password"] != given.get("password"):
            back["error"] = "access_denied"
        else:
            back["code"] = secrets.token_urlsafe(16)
            self.codes[back["code"]] = dict(given)
        return 302, {"location": f"{given['redirect_uri']}?{urlencode(back)}"}, b""

    async def token(self, given: Given) -> Said:
        begun = self.codes.pop(given.get("code", ""), None)
        scheme, _, shown = given["header:authorization"].partition(" ")
        names = base64.b64decode(shown).decode().split(":")
        if scheme != "Basic" or [unquote_plus(one) for one in names] != [CLIENT_ID, CLIENT_SECRET]:
            return _json({"error": "invalid_client"}, 401)
        if begun is None or given.get("redirect_uri") != begun["redirect_uri"]:
            return _json({"error": "invalid_grant"}, 400)
        digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        # A verifier where nothing was bound is a downgrade (RFC 9700, 2.1.1) and refused alike.
        if begun.get("code_challenge_method") != "S256" or begun["code_challenge"] != challenge:
            return _json({"error": "invalid_grant"}, 400)
        return _json(self._issued(begun))

    def _issued(self, begun: Given) -> dict[str, Any]:
        person = PEOPLE[begun["user"]]
        access = self.sign(self._claims(begun["user"], [AUDIENCE]), "at+jwt")
        self.access[access] = begun["user"]
        half = hashlib.sha256(access.encode()).digest()[:16]
        told = self._claims(begun["user"], CLIENT_ID) | {
            "nonce": begun["nonce"],
            "email": person["email"],
            "email_verified": True,
            "name": person["name"],
            "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
        }
        told |= self.switches.get("id_token", {})
        if self.switches.get("no_email"):
            del told["email"], told["email_verified"]
        id_token = self.sign(told, "JWT")
        return {"access_token": access, "token_type": "Bearer", "id_token": id_token}

    async def userinfo(self, given: Given) -> Said:
        user = self.access.get(given["header:authorization"].removeprefix("Bearer "))
        if user is None:
            return _json({"error": "invalid_token"}, 401)
        told = {"sub": user, "email": PEOPLE[user]["email"], "email_verified": True}
        return _json(told | self.switches.get("userinfo", {}))

    async def end_session(self, given: Given) -> Said:
        back = f"{given['post_logout_redirect_uri']}?{urlencode({'state': given['state']})}"
        return 302, {"location": back}, b""

    async def misbehave(self, given: Given) -> Said:
        self.switches = json.loads(given["body"])
        return _json({})

    async def rotate(self, given: Given) -> Said:
        """A new key; those before are dropped."""
        self.shown = self._public()
        self.keys = [_new_key()]
        return _json({})

    async def issue(self, given: Given) -> Said:
        """An access token of somebody, with claims that the test chose."""
        chosen = json.loads(given["body"])
        claims = self._claims("siti", AUDIENCE) | chosen.get("claims", {})
        return _json({"token": self.sign(claims, chosen.get("typ", "at+jwt"))})

    async def log_out(self, given: Given) -> Said:
        """Tell a client by the back channel that somebody's sessions are over."""
        chosen = json.loads(given["body"])
        claims = self._claims(chosen["sub"], CLIENT_ID) | {"events": {LOGOUT_EVENT: {}}}
        form = {"logout_token": self.sign(claims, "logout+jwt")}
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.post(chosen["uri"], data=form)
        return _json({"status": answer.status_code})

    async def counted(self, _: Given) -> Said:
        """How often each address was asked for."""
        return _json(self.asked)

    def routes(self) -> Mapping[str, Callable[[Given], Awaitable[Said]]]:
        return {
            "GET /.well-known/openid-configuration": self.configuration,
            "GET /jwks": self.jwks,
            "GET /authorize": self.form,
            "POST /authorize": self.authorize,
            "POST /token": self.token,
            "GET /userinfo": self.userinfo,
            "GET /end_session": self.end_session,
            "POST /test/misbehave": self.misbehave,
            "POST /test/rotate": self.rotate,
            "POST /test/issue": self.issue,
            "POST /test/logout": self.log_out,
            "GET /test/asked": self.counted,
        }

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        path = scope["path"]
        self.asked[path] = self.asked.get(path, 0) + 1
        body = await _body(receive)
        route = self.routes().get(f"{scope['method']} {path}")
        switch = self.switches.get("at", {}).get(path, "")
        if switch in ("slow", "drip"):
            await _keep_waiting(receive, send if switch == "drip" else None)
            return
        said = _wrong(switch) if switch else _json({}, 404)
        if route is not None and not switch:
            said = await route(_given(scope, body))
        status, headers, content = said
        encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
        start = {"type": "http.response.start", "status": status, "headers": encoded}
        await send(start)
        await send({"type": "http.response.body", "body": content})


def _new_key() -> ECKey:
    return ECKey.generate_key("P-256", auto_kid=True)


def _json(told: Any, status: int = 200) -> Said:
    return status, {"content-type": "application/json"}, json.dumps(told).encode()


def _wrong(switch: str) -> Said:
    return {
        "500": (500, {}, b"down"),
        "oversize": (200, {}, b'{"keys": [' + b" " * 2_000_000 + b"]}"),
        "redirect": (302, {"location": "/elsewhere"}, b""),
        "no_json": (200, {}, b"<html>Maintenance</html>"),
    }[switch]


async def _keep_waiting(receive: Any, send: Any) -> None:
    """Never answers, or drop by drop without an end, until whoever asked has gone."""
    if send is not None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
    gone = asyncio.create_task(receive())
    while not gone.done():
        await asyncio.wait([gone], timeout=0.1 if send is not None else None)
        if send is not None and not gone.done():
            await send({"type": "http.response.body", "body": b" ", "more_body": True})


async def _body(receive: Any) -> bytes:
    read, more = b"", True
    while more:
        message = await receive()
        read += message.get("body", b"")
        more = message.get("more_body", False)
    return read


def _given(scope: Any, body: bytes) -> Given:
    """Query and form as one, the body as it came, and headers by `header:…`."""
    text = body.decode()
    fields = parse_qs(scope["query_string"].decode()) | parse_qs(text)
    headers = {f"header:{name.decode()}": value.decode() for name, value in scope["headers"]}
    return {name: values[0] for name, values in fields.items()} | headers | {"body": text}


class Running:
    """The process, and how a test and a browser talk to it."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.port = port
        self.process: subprocess.Popen[bytes] | None = None
        self.http = httpx.AsyncClient(trust_env=False, timeout=10)

    async def start(self) -> None:
        self.launch()
        await eventually(self._answers)

    def launch(self) -> None:
        command = [sys.executable, "-m", "tests.oidc_provider", str(self.port)]
        self.process = subprocess.Popen(command, cwd=ROOT)

    def stop(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)

    async def _answers(self) -> bool:
        try:
            return (await self.http.get(f"{self.issuer}/jwks")).status_code == 200
        except httpx.HTTPError:
            return False

    async def misbehave(self, **switches: Any) -> None:
        await self._told("misbehave", switches)

    async def rotate(self) -> None:
        await self._told("rotate", {})

    async def issue(self, typ: str = "at+jwt", **claims: Any) -> str:
        return str((await self._told("issue", {"claims": claims, "typ": typ}))["token"])

    async def log_out(self, sub: str, uri: str) -> int:
        return int((await self._told("logout", {"sub": sub, "uri": uri}))["status"])

    async def asked(self, path: str) -> int:
        told = (await self.http.get(f"{self.issuer}/test/asked")).json()
        return int(told.get(path, 0))

    async def sign_in(self, url: str, user: str = "siti", password: str = "") -> str:
        """Fill in the form as a browser would; the query with which it comes back."""
        page = await self.http.get(url)
        assert "<form" in page.text
        query = {name: values[0] for name, values in parse_qs(page.url.query.decode()).items()}
        shown = {"user": user, "password": password or PEOPLE[user]["password"]}
        answer = await self.http.post(f"{self.issuer}/authorize", data=query | shown)
        assert answer.status_code == 302, answer.text
        return answer.headers["location"].partition("?")[2]

    async def _told(self, path: str, chosen: Mapping[str, Any]) -> Any:
        answer = await self.http.post(f"{self.issuer}/test/{path}", content=json.dumps(chosen))
        answer.raise_for_status()
        return answer.json()


@asynccontextmanager
async def running() -> AsyncIterator[Running]:
    """A provider on a free port of the loopback, gone afterwards."""
    provider = Running(network.free_port())
    try:
        await provider.start()
        yield provider
    finally:
        provider.stop()
        await provider.http.aclose()


def main(port: int) -> None:
    app = OpenIdProvider(f"http://127.0.0.1:{port}")
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", lifespan="off")
    asyncio.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main(int(sys.argv[1]))
