"""Where a provider may be, where somebody may be led back to, and what the settings must say."""

from typing import Any

import pytest

from shared.io import config
from shared.io.oidc import read_document
from shared.kernel import origins
from shared.kernel.errors import Refused, Unavailable

WHOLE = {
    "OIDC_ISSUER": "https://sso.example.go.id/realms/daerah",
    "OIDC_CLIENT_ID": "jejak",
    "OIDC_CLIENT_SECRET": "rahasia",
    "OIDC_AUDIENCE": "urn:jejak:api",
}


def test_without_a_provider_there_is_none() -> None:
    assert config.read_oidc({}) is None
    assert config.read_oidc({"OIDC_LOOPBACK": "true", "DATABASE_URL": "x"}) is None


def test_a_provider_that_is_named_whole_is_read() -> None:
    found = config.read_oidc(WHOLE)
    assert found is not None
    assert (found.oidc_issuer, found.oidc_plain_jwt) == (WHOLE["OIDC_ISSUER"], False)


@pytest.mark.parametrize("name", WHOLE)
def test_a_provider_that_is_named_in_part_is_refused(name: str) -> None:
    with pytest.raises(Refused) as refused:
        config.read_oidc({**WHOLE, name: ""})
    assert (refused.value.reason, refused.value.facts) == ("config.missing", {"names": name})


@pytest.mark.parametrize(
    "issuer",
    [
        "http://sso.example.go.id",
        "http://127.0.0.1:9000",
        "https://user@sso.example.go.id",
        "https://sso.example.go.id?x",
        "https://sso.example.go.id#x",
        "https://sso.example.go.id#",
        "https://",
        "https://sso.example.go.id:port",
        "file:///etc/passwd",
        "sso.example.go.id",
        "https://sso.example.go.id/ x",
    ],
)
def test_an_issuer_is_an_https_address_and_nothing_more(issuer: str) -> None:
    with pytest.raises(Refused) as refused:
        config.read_oidc({**WHOLE, "OIDC_ISSUER": issuer})
    assert refused.value.reason == "config.unusable"


def test_the_loopback_is_a_provider_for_development_alone() -> None:
    here = {**WHOLE, "OIDC_ISSUER": "http://127.0.0.1:9000", "OIDC_LOOPBACK": "true"}
    assert config.read_oidc(here) is not None
    for issuer in ("http://127.0.0.1.evil.example", "http://10.0.0.1", "http://127.0.0.1@evil.id"):
        with pytest.raises(Refused):
            config.read_oidc({**here, "OIDC_ISSUER": issuer})


def test_plain_tokens_need_an_audience_that_no_id_token_has() -> None:
    plain = {**WHOLE, "OIDC_PLAIN_JWT": "true"}
    assert config.read_oidc(plain) is not None
    with pytest.raises(Refused) as refused:
        config.read_oidc({**plain, "OIDC_AUDIENCE": "jejak"})
    assert refused.value.reason == "config.unusable"


@pytest.mark.parametrize("path", ["/", "/akun", "/daerah/63.10?tahun=2026&x=%20", "/a/b-c_d~e"])
def test_a_path_of_ours_is_kept(path: str) -> None:
    assert origins.local_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "akun",
        "https://evil.example",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/.//evil.example",
        " /akun",
        "/akun\r\nSet-Cookie: x=y",
        "/akun\n",
        "javascript:alert(1)",
        "/akun#https://evil.example",
        "/\u2044evil.example",
        "/" + "a" * 1000,
    ],
)
def test_any_other_leads_to_the_first_page(path: str) -> None:
    assert origins.local_path(path) == "/"


TOLD: dict[str, Any] = {
    "issuer": "https://sso.example.go.id",
    "authorization_endpoint": "https://sso.example.go.id/a",
    "token_endpoint": "https://sso.example.go.id/t",
    "jwks_uri": "https://keys.example.go.id/k",
}


def test_a_providers_document_tells_its_addresses() -> None:
    document = read_document(TOLD, TOLD["issuer"], loopback=False)
    assert (document.keys, document.end_session) == ("https://keys.example.go.id/k", "")
    assert not document.names_itself


@pytest.mark.parametrize(
    "changed",
    [
        {"issuer": "https://sso.example.go.id/"},
        {"issuer": None},
        {"jwks_uri": None},
        {"jwks_uri": "http://keys.example.go.id/k"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": ["https://keys.example.go.id/k"]},
        {"token_endpoint": "https://sso.example.go.id/t#x"},
        {"token_endpoint": "http://127.0.0.1/t"},
        {"userinfo_endpoint": "http://sso.example.go.id/u"},
        {"end_session_endpoint": "javascript:alert(1)"},
        {"code_challenge_methods_supported": ["plain"]},
        {"code_challenge_methods_supported": []},
        {"code_challenge_methods_supported": "S256"},
        {"code_challenge_methods_supported": 7},
    ],
    ids=str,
)
def test_a_document_that_would_weaken_us_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(Unavailable) as failed:
        read_document(TOLD | changed, TOLD["issuer"], loopback=False)
    assert failed.value.reason == "oidc.unusable"
