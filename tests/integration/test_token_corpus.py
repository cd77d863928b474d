"""Tokens that somebody may try: each is refused for its own reason, and only the good ones pass."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwe, jws
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey
from structlog.testing import capture_logs

from shared.io.problems import problem_of
from shared.io.tokens import Issued, Tokens
from shared.kernel.claims import Subject
from shared.kernel.errors import Refused

ISSUER = "https://sso.example.go.id/realms/daerah"
CLIENT, AUDIENCE = "jejak", "urn:jejak:api"
NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
SECOND = int(NOW.timestamp())
ASYMMETRIC = ("RS256", "RS384", "PS256", "ES256", "Ed25519")


@cache
def keys() -> Mapping[str, Any]:
    made: dict[str, Any] = {
        "rsa": RSAKey.generate_key(2048, {"kid": "rsa"}),
        "pss": RSAKey.generate_key(2048, {"kid": "pss", "alg": "PS256"}),
        "ec": ECKey.generate_key("P-256", {"kid": "ec"}),
        "ed": OKPKey.generate_key("Ed25519", {"kid": "ed"}),
        "foreign": ECKey.generate_key("P-256", {"kid": "ec"}),
        "p384": ECKey.generate_key("P-384", {"kid": "p384"}),
    }
    return made


def published() -> bytes:
    shown = [keys()[name].as_dict(private=False) for name in ("rsa", "pss", "ec", "ed", "p384")]
    return json.dumps({"keys": shown}).encode()


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def claims(**changed: Any) -> dict[str, Any]:
    """An honest access token's; a claim set to None is left out."""
    honest = {
        "iss": ISSUER,
        "aud": [AUDIENCE],
        "sub": "siti",
        "jti": "t-1",
        "iat": SECOND - 10,
        "exp": SECOND + 300,
    } | changed
    return {name: value for name, value in honest.items() if value is not None}


def signed(
    payload: bytes | Mapping[str, Any],
    header: Mapping[str, Any] | None = None,
    key: Key | None = None,
) -> str:
    """A token with exactly this header and payload, signed by the key whatever it says."""
    told = {"alg": "ES256", "kid": "ec", "typ": "at+jwt"} | dict(header or {})
    told = {name: value for name, value in told.items() if value is not None}
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return raw_signed(json.dumps(told).encode(), raw, key or keys()["ec"], told.get("alg"))


def raw_signed(header: bytes, payload: bytes, key: Any, algorithm: object) -> str:
    """Signed as the algorithm has it; as ES256 where it has no signature of this key."""
    known = jws.JWSRegistry.algorithms
    named = {"EdDSA": "Ed25519"}.get(str(algorithm), str(algorithm))
    model = known[named] if named in ASYMMETRIC else known["ES256"]
    start = f"{b64(header)}.{b64(payload)}"
    return f"{start}.{b64(model.sign(start.encode(), key))}"


def hmac_with(secret: bytes, kid: str) -> str:
    header = json.dumps({"alg": "HS256", "kid": kid, "typ": "at+jwt"}).encode()
    start = f"{b64(header)}.{b64(json.dumps(claims()).encode())}"
    return f"{start}.{b64(hmac.new(secret, start.encode(), hashlib.sha256).digest())}"


def public(encoding: Encoding) -> bytes:
    raw: bytes = keys()["rsa"].public_key.public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)
    return raw


def with_signature(signature: bytes) -> str:
    return signed(claims()).rpartition(".")[0] + "." + b64(signature)


def der() -> bytes:
    raw = base64.urlsafe_b64decode(signed(claims()).rpartition(".")[2] + "==")
    numbers = (int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    return encode_dss_signature(*numbers)


def other_payload() -> str:
    header, _, signature = signed(claims()).split(".")
    return f"{header}.{b64(json.dumps(claims(sub='budi')).encode())}.{signature}"


def encrypted() -> str:
    header = {"alg": "RSA-OAEP", "enc": "A256GCM", "kid": "rsa", "typ": "at+jwt"}
    return jwe.encrypt_compact(header, json.dumps(claims()), keys()["rsa"])


def twice(name: str) -> bytes:
    return f'{{"{name}": "other", {json.dumps(claims())[1:]}'.encode()


def unsigned() -> str:
    header = json.dumps({"alg": "none", "kid": "ec", "typ": "at+jwt"}).encode()
    return f"{b64(header)}.{b64(json.dumps(claims()).encode())}."


def shown(name: str) -> bytes:
    return json.dumps(keys()[name].as_dict(private=False)).encode()


def spelt(honest: str, otherwise: str) -> bytes:
    return json.dumps(claims()).replace(honest, otherwise).encode()


def by(name: str, algorithm: str, kid: str) -> str:
    return signed(claims(), {"alg": algorithm, "kid": kid}, keys()[name])


def own_key() -> dict[str, Any]:
    shown: dict[str, Any] = keys()["foreign"].as_dict(private=False)
    return shown


class Memory:
    """Takes back what the test says."""

    def __init__(self, is_revoked: Callable[[Subject], bool] = lambda _: False) -> None:
        self._is_revoked = is_revoked

    async def is_revoked(self, subject: Subject) -> bool:
        return self._is_revoked(subject)


def tokens(
    fetched: Callable[[], bytes] = published,
    *,
    plain: bool = False,
    revoked: Memory | None = None,
) -> Tokens:
    async def fetch() -> bytes:
        return fetched()

    issued = Issued(issuer=ISSUER, client_id=CLIENT, audience=AUDIENCE, plain=plain)
    return Tokens(issued, fetch, revoked or Memory(), now=lambda: NOW)


async def reason(token: str, reader: Tokens | None = None) -> str:
    with pytest.raises(Refused) as refused:
        await (reader or tokens()).verify(token)
    return refused.value.reason.removeprefix("token.")


KID_TWICE = b'{"kid":"x","alg":"ES256","kid":"ec","typ":"at+jwt"}'

CORPUS: dict[str, tuple[Callable[[], str], str]] = {
    "alg none": (unsigned, "malformed"),
    "alg none with a signature": (lambda: signed(claims(), {"alg": "none"}), "algorithm"),
    "alg nOnE": (lambda: signed(claims(), {"alg": "nOnE"}), "algorithm"),
    "no alg": (lambda: signed(claims(), {"alg": None}), "algorithm"),
    "alg a list": (lambda: signed(claims(), {"alg": ["ES256"]}), "algorithm"),
    "HS256 by the PEM": (lambda: hmac_with(public(Encoding.PEM), "rsa"), "algorithm"),
    "HS256 by the DER": (lambda: hmac_with(public(Encoding.DER), "rsa"), "algorithm"),
    "HS256 by the JWK": (lambda: hmac_with(shown("rsa"), "rsa"), "algorithm"),
    "HS256 by the empty key": (lambda: hmac_with(b"", "ec"), "algorithm"),
    "RS384": (lambda: signed(claims(), {"alg": "RS384", "kid": "rsa"}, keys()["rsa"]), "algorithm"),
    "wrong iss": (lambda: signed(claims(iss="https://evil.example")), "issuer"),
    "iss with a slash": (lambda: signed(claims(iss=ISSUER + "/")), "issuer"),
    "iss in capitals": (lambda: signed(claims(iss=ISSUER.upper())), "issuer"),
    "iss a list": (lambda: signed(claims(iss=[ISSUER])), "issuer"),
    "no iss": (lambda: signed(claims(iss=None)), "issuer"),
    "wrong aud": (lambda: signed(claims(aud="urn:other")), "audience"),
    "aud without ours": (lambda: signed(claims(aud=["urn:other", CLIENT])), "audience"),
    "aud that contains ours": (lambda: signed(claims(aud=AUDIENCE + ":x")), "audience"),
    "aud a number beside ours": (lambda: signed(claims(aud=[AUDIENCE, 7])), "audience"),
    "no aud": (lambda: signed(claims(aud=None)), "audience"),
    "empty aud": (lambda: signed(claims(aud=[])), "audience"),
    "expired": (lambda: signed(claims(exp=SECOND - 60)), "expired"),
    "nbf in the future": (lambda: signed(claims(nbf=SECOND + 61)), "not_yet"),
    "iat in the future": (lambda: signed(claims(iat=SECOND + 61)), "issued_later"),
    "no exp": (lambda: signed(claims(exp=None)), "times"),
    "no iat": (lambda: signed(claims(iat=None)), "times"),
    "exp a text": (lambda: signed(claims(exp=str(SECOND + 300))), "times"),
    "exp true": (lambda: signed(claims(exp=True)), "times"),
    "exp infinite": (lambda: signed(claims(exp=float("inf"))), "malformed"),
    "exp beyond floats": (lambda: signed(spelt(str(SECOND + 300), "1e999")), "times"),
    "exp after all moments": (lambda: signed(claims(exp=10**15)), "times"),
    "nbf null": (lambda: signed(spelt("}", ', "nbf": null}')), "times"),
    "lives too long": (lambda: signed(claims(exp=SECOND + 3600)), "lifetime"),
    "no sub": (lambda: signed(claims(sub=None)), "subject"),
    "empty sub": (lambda: signed(claims(sub="")), "subject"),
    "sub too long": (lambda: signed(claims(sub="s" * 256)), "subject"),
    "sub beyond ASCII": (lambda: signed(claims(sub="siti\u200b")), "subject"),
    "no jti": (lambda: signed(claims(jti=None)), "subject"),
    "unknown kid": (lambda: signed(claims(), {"kid": "other"}), "key_unknown"),
    "no kid": (lambda: signed(claims(), {"kid": None}), "key_missing"),
    "kid a path": (lambda: signed(claims(), {"kid": "../../../dev/null"}), "key_unknown"),
    "kid SQL": (lambda: signed(claims(), {"kid": "x' union select 'k"}), "key_unknown"),
    "kid too long": (lambda: signed(claims(), {"kid": "k" * 256}), "key_missing"),
    "empty kid": (lambda: signed(claims(), {"kid": ""}), "key_missing"),
    "kid a list": (lambda: signed(claims(), {"kid": ["ec"]}), "key_missing"),
    "embedded jwk": (lambda: signed(claims(), {"jwk": own_key()}, keys()["foreign"]), "header"),
    "jku": (lambda: signed(claims(), {"jku": "https://evil.example/jwks"}), "header"),
    "x5u": (lambda: signed(claims(), {"x5u": "https://evil.example/x5"}), "header"),
    "x5c": (lambda: signed(claims(), {"x5c": ["MII"]}), "header"),
    "crit": (lambda: signed(claims(), {"crit": ["exp"], "exp": 1}), "header"),
    "empty crit": (lambda: signed(claims(), {"crit": []}), "header"),
    "b64 false": (lambda: signed(claims(), {"b64": False, "crit": ["b64"]}), "header"),
    "b64 true": (lambda: signed(claims(), {"b64": True}), "header"),
    "zip": (lambda: signed(claims(), {"zip": "DEF"}), "header"),
    "enc": (lambda: signed(claims(), {"enc": "A256GCM"}), "header"),
    "nested": (lambda: signed(signed(claims()).encode(), {"cty": "JWT"}), "header"),
    "nested without saying so": (lambda: signed(signed(claims()).encode()), "malformed"),
    "EC token with the kid of an RSA key": (lambda: signed(claims(), {"kid": "rsa"}), "key_unfit"),
    "RSA token with the kid of an EC key": (lambda: by("rsa", "RS256", kid="ec"), "key_unfit"),
    "RS256 by a key for PS256": (lambda: by("pss", "RS256", kid="pss"), "key_unfit"),
    "ES256 with the kid of a P-384 key": (lambda: signed(claims(), {"kid": "p384"}), "key_unknown"),
    "signed by another key": (lambda: signed(claims(), key=keys()["foreign"]), "signature"),
    "signature stripped": (lambda: signed(claims()).rpartition(".")[0] + ".", "malformed"),
    "signature left out": (lambda: signed(claims()).rpartition(".")[0], "malformed"),
    "signature of another payload": (other_payload, "signature"),
    "psychic signature": (lambda: with_signature(bytes(64)), "signature"),
    "signature in DER": (lambda: with_signature(der()), "signature"),
    "truncated": (lambda: signed(claims())[:-4], "signature"),
    "one segment more": (lambda: signed(claims()) + ".x", "malformed"),
    "encrypted": (encrypted, "malformed"),
    "padded": (lambda: signed(claims()) + "==", "malformed"),
    "iss twice": (lambda: signed(twice("iss")), "malformed"),
    "kid twice": (lambda: raw_signed(KID_TWICE, b"{}", keys()["ec"], "ES256"), "malformed"),
    "payload a list": (lambda: signed(b"[]"), "malformed"),
    "payload a text": (lambda: signed(b'"siti"'), "malformed"),
    "payload not JSON": (lambda: signed(b"siti"), "malformed"),
    "payload in UTF-16": (lambda: signed(json.dumps(claims()).encode("utf-16")), "malformed"),
    "payload too deep": (lambda: signed(b"[" * 3000 + b"]" * 3000), "malformed"),
    "header a list": (lambda: raw_signed(b"[]", b"{}", keys()["ec"], "ES256"), "malformed"),
    "huge": (lambda: signed(claims(padding="x" * 8192)), "too_long"),
    "not ASCII": (lambda: signed(claims()) + "é", "malformed"),
    "space behind": (lambda: signed(claims()) + " ", "malformed"),
    "line end behind": (lambda: signed(claims()) + "\n", "malformed"),
    "space within": (lambda: signed(claims()).replace(".", ". ", 1), "malformed"),
    "empty": (lambda: "", "malformed"),
    "ID token": (lambda: signed(claims(aud=CLIENT, nonce="n"), {"typ": "JWT"}), "kind"),
    "ID token by type alone": (lambda: signed(claims(), {"typ": "JWT"}), "kind"),
    "no type": (lambda: signed(claims(), {"typ": None}), "kind"),
    "type a list": (lambda: signed(claims(), {"typ": ["at+jwt"]}), "kind"),
    "logout token": (lambda: signed(claims(events={}), {"typ": "logout+jwt"}), "kind"),
    "refresh token": (lambda: signed(claims(typ="Refresh")), "kind"),
    "with a nonce": (lambda: signed(claims(nonce="n")), "kind"),
}  # fmt: skip


@pytest.mark.parametrize("name", CORPUS)
async def test_what_somebody_may_try_is_refused_for_its_own_reason(name: str) -> None:
    make, why = CORPUS[name]
    assert await reason(make()) == why


@pytest.mark.parametrize(
    ("algorithm", "kid"), [("RS256", "rsa"), ("PS256", "pss"), ("ES256", "ec"), ("EdDSA", "ed")]
)
async def test_every_algorithm_of_the_list_is_taken_with_its_key(algorithm: str, kid: str) -> None:
    token = signed(claims(), {"alg": algorithm, "kid": kid}, keys()[kid])
    subject = await tokens().verify(token)
    assert (subject.subject, subject.token_id, subject.issuer) == ("siti", "t-1", ISSUER)
    assert subject.expires_at - subject.issued_at == timedelta(seconds=310)
    flipped = token[:-8] + ("A" if token[-8] != "A" else "B") + token[-7:]
    assert await reason(flipped) == "signature"


async def test_the_providers_clock_may_be_a_minute_off() -> None:
    for told in ({"exp": SECOND - 59}, {"nbf": SECOND + 60}, {"iat": SECOND + 60}):
        assert (await tokens().verify(signed(claims(**told)))).subject == "siti"


async def test_a_type_may_be_spelt_as_the_standard_allows() -> None:
    for typ in ("AT+JWT", "application/at+jwt"):
        assert (await tokens().verify(signed(claims(), {"typ": typ}))).subject == "siti"


async def test_an_address_counts_as_verified_only_where_it_is_said_so_exactly() -> None:
    told: list[tuple[Any, bool]] = [(True, True), ("true", False), (1, False), (None, False)]
    for said, counted in told:
        mail = claims(email="siti@daerah.go.id", email_verified=said)
        assert (await tokens().verify(signed(mail))).email_verified is counted
    assert not (await tokens().verify(signed(claims(email_verified=True)))).email_verified


async def test_a_name_that_could_not_be_shown_counts_as_not_told() -> None:
    for name in ("Siti\x00", "Siti\ud800", "Siti\u202e", "s" * 256, ["Siti"], None):
        assert (await tokens().verify(signed(claims(name=name)))).name == ""
    assert (await tokens().verify(signed(claims(name="Siti Amínah")))).name == "Siti Amínah"


async def test_the_log_says_why_and_nothing_of_the_token() -> None:
    token = signed(claims(exp=SECOND - 60))
    with capture_logs() as lines:
        assert await reason(token) == "expired"
    told = [line for line in lines if line["event"] == "token.refused"]
    assert [line["reason"] for line in told] == ["token.expired"]
    assert "siti" not in str(lines)
    assert token not in str(lines)


async def test_plain_tokens_are_taken_where_that_is_configured_but_no_id_token() -> None:
    plain = tokens(plain=True)
    assert (await plain.verify(signed(claims(), {"typ": "JWT"}))).subject == "siti"
    for told in ({"nonce": "n"}, {"at_hash": "x"}, {"typ": "ID"}, {"typ": "Refresh"}):
        assert await reason(signed(claims(**told), {"typ": "JWT"}), plain) == "kind"
    assert await reason(signed(claims(aud=CLIENT), {"typ": "JWT"}), plain) == "audience"


async def test_what_was_taken_back_is_refused() -> None:
    one = tokens(revoked=Memory(lambda subject: subject.token_id == "t-1"))
    assert await reason(signed(claims()), one) == "revoked"
    assert (await one.verify(signed(claims(jti="t-2")))).token_id == "t-2"


async def test_what_was_issued_before_the_password_changed_is_refused() -> None:
    changed = NOW - timedelta(seconds=5)
    reader = tokens(revoked=Memory(lambda subject: subject.issued_at < changed))
    assert await reason(signed(claims()), reader) == "revoked"
    assert (await reader.verify(signed(claims(iat=SECOND - 4)))).subject == "siti"


def told_publicly(why: str, language: str) -> tuple[str, str, int]:
    problem = problem_of(Refused(f"token.{why}"), language, "/")
    return problem.title, problem.detail, problem.status


def test_all_are_told_alike_except_that_it_ended() -> None:
    told = {told_publicly(why, "en") for _, why in CORPUS.values() if why != "expired"}
    assert told == {told_publicly("refused", "en")}
    assert told_publicly("expired", "en")[0] == "token.expired"
    assert {status for _, _, status in told} == {401}
