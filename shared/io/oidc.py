"""Signing in at an identity provider: OpenID Connect, code flow with PKCE (RFC 9700).

The door to Authlib, whose client spells the requests; what comes back is judged here and by
`tokens`. The library's own HTTP integration and its JWT module are not used: the former asks for
another HTTP client, the latter is deprecated.
"""

import base64
import hmac
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlencode

from authlib.oauth2.client import OAuth2Client
from authlib.oauth2.rfc6749.parameters import prepare_token_request
from msgspec import Struct

from shared.io import clock, log
from shared.io.config import Oidc
from shared.io.provider_http import Answer, ProviderHttp
from shared.io.sign_in_state import SignInState
from shared.io.tokens import Issued, Revoked, Tokens
from shared.kernel import claims, origins
from shared.kernel.claims import Subject
from shared.kernel.errors import Refused, Unavailable

SCOPE = "openid email profile"
WELL_KNOWN = "/.well-known/openid-configuration"
# The provider's addresses change rarely; they are read again after this.
DOCUMENT_LASTING = timedelta(hours=1)
# What the provider sends along with somebody who comes back.
QUERY_CHARACTERS_MAX = 8192
FIELDS_MAX = 20
OK = 200
BAD = range(400, 500)

_CODE = re.compile(r"[\x20-\x7e]{1,4096}\Z")
# Errors of RFC 6749 and OpenID Connect Core that somebody can do something about.
_DENIED = {"access_denied"}
_BUSY = {"server_error", "temporarily_unavailable"}


class Document(Struct, frozen=True, kw_only=True):
    """The provider's addresses, as far as we use them; empty where it offers none."""

    authorization: str
    token: str
    keys: str
    userinfo: str = ""
    end_session: str = ""
    names_itself: bool = False


class SignedIn(Struct, frozen=True, kw_only=True):
    """Who came back, where to, and the ID token that signing out there asks for."""

    subject: Subject
    return_path: str
    id_token: str


class Provider:
    """One identity provider; nothing is asked of it before somebody needs it."""

    def __init__(self, settings: Oidc, revoked: Revoked, http: ProviderHttp | None = None) -> None:
        self._settings = settings
        self._http = http or ProviderHttp()
        self._known: tuple[float, Document] | None = None
        self.tokens = Tokens(
            Issued(
                issuer=settings.oidc_issuer,
                client_id=settings.oidc_client_id,
                audience=settings.oidc_audience,
                plain=settings.oidc_plain_jwt,
            ),
            self.keys,
            revoked,
        )

    async def keys(self) -> bytes:
        """The provider's key set as it stands now."""
        document = await self._document()
        return _must_be_told(await self._http.get(document.keys))

    async def begin(self, return_path: str, callback: str) -> tuple[str, SignInState]:
        """Where to send somebody who wants to sign in, and what to remember until they return.

        `callback` is our own address, from the settings and never from a request's Host.
        """
        document = await self._document()
        state = SignInState(
            state=clock.new_token(),
            nonce=clock.new_token(),
            verifier=clock.new_token(),
            return_path=origins.local_path(return_path),
            left_at=clock.now(),
        )
        client = OAuth2Client(
            session=None,
            client_id=self._settings.oidc_client_id,
            scope=SCOPE,
            redirect_uri=callback,
            code_challenge_method="S256",
        )
        url, _ = client.create_authorization_url(
            document.authorization,
            state=state.state,
            nonce=state.nonce,
            code_verifier=state.verifier,
        )
        return url, state

    async def finish(self, query: str, left: SignInState, callback: str) -> SignedIn:
        """Who came back with this query; `left` is what the same browser left with."""
        told = _fields(query)
        if not hmac.compare_digest(told.get("state", "").encode(), left.state.encode()):
            raise Refused("oidc.state_differs")
        document = await self._document()
        _must_come_from(told, self._settings.oidc_issuer, must_say=document.names_itself)
        if "error" in told:
            raise _told_error(told["error"])
        if not _CODE.match(told.get("code", "")):
            raise Refused("oidc.code_missing")
        given = await self._exchange(document, told["code"], left, callback)
        id_token, access_token = _token_in(given, "id_token"), _token_in(given, "access_token")
        try:
            subject = await self.tokens.identify(id_token, left.nonce, access_token)
        except Refused as refused:
            raise Refused("oidc.identity_refused") from refused
        if document.userinfo and access_token and not subject.email:
            subject = await self._asked(document, access_token, subject)
        # Sealed by us or not: nobody is led elsewhere.
        path = origins.local_path(left.return_path)
        return SignedIn(subject=subject, return_path=path, id_token=id_token)

    async def end_address(self, id_token: str, back_to: str, state: str) -> str:
        """Where the provider signs somebody out as well; empty where it cannot.

        OpenID Connect RP-Initiated Logout 1.0; `back_to` must be registered at the provider.
        """
        document = await self._document()
        if not document.end_session:
            return ""
        asked = {
            "id_token_hint": id_token,
            "client_id": self._settings.oidc_client_id,
            "post_logout_redirect_uri": back_to,
            "state": state,
        }
        joint = "&" if "?" in document.end_session else "?"
        return f"{document.end_session}{joint}{urlencode(asked)}"

    async def _exchange(
        self, document: Document, code: str, left: SignInState, callback: str
    ) -> Mapping[str, Any]:
        body = prepare_token_request(
            "authorization_code", redirect_uri=callback, code=code, code_verifier=left.verifier
        )
        # RFC 6749, 2.3.1: both are form-encoded before they are joined.
        names = (self._settings.oidc_client_id, self._settings.oidc_client_secret)
        basic = base64.b64encode(":".join(map(quote_plus, names)).encode()).decode()
        headers = {"authorization": f"Basic {basic}"}
        answer = await self._http.post(document.token, headers, body)
        if answer.status in BAD:
            log.logger().warning("oidc.code_refused", status=answer.status)
            raise Refused("oidc.code_refused")
        return _object(_must_be_told(answer))

    async def _asked(self, document: Document, access_token: str, subject: Subject) -> Subject:
        headers = {"authorization": f"Bearer {access_token}"}
        told = _object(_must_be_told(await self._http.get(document.userinfo, headers)))
        try:
            return claims.userinfo(told, subject)
        except Refused as refused:
            raise Refused("oidc.identity_refused") from refused

    async def _document(self) -> Document:
        now = clock.monotonic_seconds()
        if self._known and now - self._known[0] < DOCUMENT_LASTING.total_seconds():
            return self._known[1]
        issuer = self._settings.oidc_issuer
        answer = await self._http.get(issuer.rstrip("/") + WELL_KNOWN)
        document = read_document(
            _object(_must_be_told(answer)), issuer, loopback=self._settings.oidc_loopback
        )
        self._known = (now, document)
        return document


def read_document(told: Mapping[str, Any], issuer: str, *, loopback: bool) -> Document:
    """The provider's addresses from its discovery document, which must speak of the issuer."""
    if told.get("issuer") != issuer:
        raise Unavailable("oidc.unusable")
    # A provider that says how codes are bound, and not so, would leave them unbound.
    methods = told.get("code_challenge_methods_supported", ["S256"])
    if not isinstance(methods, list) or "S256" not in methods:
        raise Unavailable("oidc.unusable")
    needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    offered = ("userinfo_endpoint", "end_session_endpoint")
    given = {name: told[name] for name in (*needed, *offered) if told.get(name)}
    allowed = all(origins.is_address(url, loopback=loopback) for url in given.values())
    if not allowed or not all(name in given for name in needed):
        raise Unavailable("oidc.unusable")
    return Document(
        authorization=given["authorization_endpoint"],
        token=given["token_endpoint"],
        keys=given["jwks_uri"],
        userinfo=given.get("userinfo_endpoint", ""),
        end_session=given.get("end_session_endpoint", ""),
        names_itself=told.get("authorization_response_iss_parameter_supported") is True,
    )


def _fields(query: str) -> Mapping[str, str]:
    """The fields of the answer, each once: said twice, another reader might take the other."""
    try:
        pairs = parse_qsl(query[:QUERY_CHARACTERS_MAX], max_num_fields=FIELDS_MAX)
    except ValueError as error:
        raise Refused("oidc.answer_unreadable") from error
    fields = dict(pairs)
    if len(fields) != len(pairs) or len(query) > QUERY_CHARACTERS_MAX:
        raise Refused("oidc.answer_unreadable")
    return fields


def _must_come_from(told: Mapping[str, str], issuer: str, *, must_say: bool) -> None:
    """RFC 9207: an answer of another provider is not taken to ours."""
    if told.get("iss", None if must_say else issuer) != issuer:
        raise Refused("oidc.other_issuer")


def _told_error(error: str) -> Refused | Unavailable:
    if error in _DENIED:
        return Refused("oidc.denied")
    if error in _BUSY:
        return Unavailable("oidc.unreachable")
    log.logger().warning("oidc.error", error=error[:40])
    return Refused("oidc.not_signed_in")


def _must_be_told(answer: Answer) -> bytes:
    if answer.status != OK:
        raise Unavailable("oidc.unreachable")
    return answer.body


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        return claims.object_of(body)
    except Refused as refused:
        raise Unavailable("oidc.unusable") from refused


def _token_in(given: Mapping[str, Any], name: str) -> str:
    told = given.get(name)
    return told if isinstance(told, str) else ""
