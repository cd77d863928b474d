"""Signing in at a real provider over HTTP, and what somebody may try between leaving and coming."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from msgspec.structs import replace

from shared.io import clock
from shared.io.config import Oidc
from shared.io.oidc import Provider, SignedIn
from shared.io.provider_http import ProviderHttp
from shared.io.sign_in_state import SignInState, StateSeal
from shared.kernel.claims import Subject
from shared.kernel.errors import Failure, Refused, Unavailable
from tests.oidc_provider import AUDIENCE, CLIENT_ID, CLIENT_SECRET, Running, running
from tests.receiver import receiving

CALLBACK = "http://127.0.0.1:8401/masuk/oidc"


class Nobody:
    async def is_revoked(self, subject: Subject) -> bool:
        return False


def provider_at(issuer: str, seconds_max: float = 5.0) -> Provider:
    settings = Oidc(
        oidc_issuer=issuer,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=CLIENT_SECRET,
        oidc_audience=AUDIENCE,
        oidc_loopback=True,
    )
    return Provider(settings, Nobody(), ProviderHttp(seconds_max))


@pytest.fixture
async def there() -> AsyncIterator[Running]:
    async with running() as provider:
        yield provider


async def signed_in(there: Running, ours: Provider, path: str = "/") -> SignedIn:
    url, left = await ours.begin(path, CALLBACK)
    return await ours.finish(await there.sign_in(url), left, CALLBACK)


async def refused(ours: Provider, query: str, left: SignInState) -> str:
    with pytest.raises(Failure) as failed:
        await ours.finish(query, left, CALLBACK)
    return failed.value.reason


async def arrived(there: Running, ours: Provider) -> tuple[dict[str, str], SignInState]:
    """The fields of an honest answer, and what was left with."""
    url, left = await ours.begin("/", CALLBACK)
    query = await there.sign_in(url)
    return {name: values[0] for name, values in parse_qs(query).items()}, left


async def test_somebody_signs_in_and_comes_back_to_where_they_were(there: Running) -> None:
    ours = provider_at(there.issuer)
    came = await signed_in(there, ours, "/daerah/63.10?tahun=2026")
    assert came.return_path == "/daerah/63.10?tahun=2026"
    assert came.subject.issuer == there.issuer
    assert (came.subject.subject, came.subject.session_id) == ("siti", "s-siti")
    assert (came.subject.email, came.subject.email_verified) == ("siti@tanahbumbu.go.id", True)
    assert came.subject.name == "Siti Aminah"


async def test_the_request_binds_code_and_answer_to_this_departure(there: Running) -> None:
    ours = provider_at(there.issuer)
    url, left = await ours.begin("/", CALLBACK)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert (asked["state"], asked["nonce"]) == (left.state, left.nonce)
    assert left.verifier not in url
    assert asked["redirect_uri"] == CALLBACK
    _, again = await ours.begin("/", CALLBACK)
    one, other = ({each.state, each.nonce, each.verifier} for each in (left, again))
    assert len(one | other) == 6


async def test_an_answer_without_or_with_another_state_is_refused(there: Running) -> None:
    ours = provider_at(there.issuer)
    fields, left = await arrived(there, ours)
    others: list[dict[str, str]] = [{"state": left.state[:-1]}, {"state": ""}, {"state": "é"}]
    for changed in others:
        assert await refused(ours, urlencode(fields | changed), left) == "oidc.state_differs"
    del fields["state"]
    assert await refused(ours, urlencode(fields), left) == "oidc.state_differs"
    assert await there.asked("/token") == 0


async def test_a_code_works_once(there: Running) -> None:
    ours = provider_at(there.issuer)
    fields, left = await arrived(there, ours)
    await ours.finish(urlencode(fields), left, CALLBACK)
    assert await refused(ours, urlencode(fields), left) == "oidc.code_refused"


async def test_a_code_of_another_departure_works_for_nobody(there: Running) -> None:
    ours = provider_at(there.issuer)
    stolen, _ = await arrived(there, ours)
    fields, left = await arrived(there, ours)
    injected = urlencode(fields | {"code": stolen["code"]})
    assert await refused(ours, injected, left) == "oidc.code_refused"


async def test_without_its_challenge_a_code_is_worth_nothing(there: Running) -> None:
    ours = provider_at(there.issuer)
    url, left = await ours.begin("/", CALLBACK)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    del asked["code_challenge"], asked["code_challenge_method"]
    query = await there.sign_in(f"{there.issuer}/authorize?{urlencode(asked)}")
    assert await refused(ours, query, left) == "oidc.code_refused"


async def test_an_answer_of_another_provider_is_refused(there: Running) -> None:
    ours = provider_at(there.issuer)
    fields, left = await arrived(there, ours)
    elsewhere = urlencode(fields | {"iss": "https://evil.example"})
    assert await refused(ours, elsewhere, left) == "oidc.other_issuer"
    del fields["iss"]
    assert await refused(ours, urlencode(fields), left) == "oidc.other_issuer"
    assert await there.asked("/token") == 0


async def test_who_never_says_its_name_is_taken_where_it_does_not_claim_to(there: Running) -> None:
    silent = {"authorization_response_iss_parameter_supported": False}
    await there.misbehave(configuration=silent)
    ours = provider_at(there.issuer)
    fields, left = await arrived(there, ours)
    elsewhere = urlencode(fields | {"iss": there.issuer + "/"})
    assert await refused(ours, elsewhere, left) == "oidc.other_issuer"
    del fields["iss"]
    assert (await ours.finish(urlencode(fields), left, CALLBACK)).subject.subject == "siti"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("access_denied", "oidc.denied"),
        ("server_error", "oidc.unreachable"),
        ("temporarily_unavailable", "oidc.unreachable"),
        ("login_required", "oidc.not_signed_in"),
        ("<script>alert(1)</script>", "oidc.not_signed_in"),
    ],
)
async def test_what_the_provider_declines_is_told(there: Running, error: str, reason: str) -> None:
    ours = provider_at(there.issuer)
    await there.misbehave(error=error)
    fields, left = await arrived(there, ours)
    assert await refused(ours, urlencode(fields), left) == reason


async def test_answers_that_two_readers_could_take_differently_are_refused(there: Running) -> None:
    ours = provider_at(there.issuer)
    fields, left = await arrived(there, ours)
    honest = urlencode(fields)
    many = "".join(f"&x{number}=1" for number in range(30))
    for query in (f"{honest}&code=other", f"{honest}&state={left.state}", honest + many):
        assert await refused(ours, query, left) == "oidc.answer_unreadable"
    assert await refused(ours, honest + "&x=" + "y" * 9000, left) == "oidc.answer_unreadable"
    del fields["code"]
    assert await refused(ours, urlencode(fields), left) == "oidc.code_missing"


@pytest.mark.parametrize(
    "told",
    [
        {"nonce": "other"},
        {"nonce": None},
        {"aud": "other"},
        {"aud": [CLIENT_ID, "other"]},
        {"azp": "other"},
        {"at_hash": "other"},
        {"iss": "https://evil.example"},
        {"exp": 1_000_000},
        {"sub": ""},
    ],
    ids=lambda told: ",".join(f"{name}={value}" for name, value in told.items()),
)
async def test_an_id_token_that_is_not_for_this_sign_in_is_refused(
    there: Running, told: dict[str, Any]
) -> None:
    ours = provider_at(there.issuer)
    await there.misbehave(id_token=told)
    fields, left = await arrived(there, ours)
    assert await refused(ours, urlencode(fields), left) == "oidc.identity_refused"


async def test_an_id_token_for_several_must_say_that_it_was_issued_to_us(there: Running) -> None:
    await there.misbehave(id_token={"aud": [CLIENT_ID, "other"], "azp": CLIENT_ID})
    assert (await signed_in(there, provider_at(there.issuer))).subject.subject == "siti"


async def test_an_access_token_is_no_id_token_nor_the_reverse(there: Running) -> None:
    ours = provider_at(there.issuer)
    came = await signed_in(there, ours)
    with pytest.raises(Refused) as failed:
        await ours.tokens.verify(came.id_token)
    assert failed.value.reason == "token.kind"
    access = await there.issue(aud=CLIENT_ID, nonce="n")
    with pytest.raises(Refused) as failed:
        await ours.tokens.identify(access, "n", "")
    assert failed.value.reason == "token.kind"
    assert (await ours.tokens.verify(await there.issue())).subject == "siti"


async def test_what_the_id_token_leaves_out_is_asked_for(there: Running) -> None:
    await there.misbehave(no_email=True)
    ours = provider_at(there.issuer)
    assert (await signed_in(there, ours)).subject.email == "siti@tanahbumbu.go.id"
    await there.misbehave(no_email=True, userinfo={"sub": "budi"})
    fields, left = await arrived(there, ours)
    assert await refused(ours, urlencode(fields), left) == "oidc.identity_refused"


TROUBLE = {
    "slow": "oidc.unreachable",
    "drip": "oidc.unreachable",
    "500": "oidc.unreachable",
    "redirect": "oidc.unreachable",
    "oversize": "oidc.unusable",
    "no_json": "oidc.unusable",
}


@pytest.mark.parametrize("switch", TROUBLE)
@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/jwks"])
async def test_a_provider_in_trouble_is_told_as_such(
    there: Running, path: str, switch: str
) -> None:
    ours = provider_at(there.issuer, seconds_max=0.7)
    if path.startswith("/."):
        await there.misbehave(at={path: switch})
        with pytest.raises(Unavailable) as failed:
            await ours.begin("/", CALLBACK)
        assert failed.value.reason == TROUBLE[switch]
        assert await there.asked("/elsewhere") == 0
        await there.misbehave()
        assert (await ours.begin("/", CALLBACK))[0]
        return
    fields, left = await arrived(there, ours)
    await there.misbehave(at={path: switch})
    with pytest.raises(Unavailable) as failed:
        await ours.finish(urlencode(fields), left, CALLBACK)
    assert failed.value.reason == ("oidc.unreachable" if path == "/jwks" else TROUBLE[switch])
    assert await there.asked("/elsewhere") == 0


async def test_a_provider_that_is_gone_is_told_as_such(there: Running) -> None:
    there.stop()
    with pytest.raises(Unavailable) as failed:
        await provider_at(there.issuer).begin("/", CALLBACK)
    assert failed.value.reason == "oidc.unreachable"


async def test_a_document_of_another_issuer_is_not_believed(there: Running) -> None:
    for told in (there.issuer + "/", "https://evil.example"):
        await there.misbehave(issuer=told)
        with pytest.raises(Unavailable) as failed:
            await provider_at(there.issuer).begin("/", CALLBACK)
        assert failed.value.reason == "oidc.unusable"


async def test_keys_change_while_running_and_the_old_ones_open_nothing(there: Running) -> None:
    ours = provider_at(there.issuer)
    old = await there.issue()
    assert (await ours.tokens.verify(old)).subject == "siti"
    later = clock.monotonic_seconds()
    ours.tokens._keys._seconds = lambda: later + 61  # a minute on, unknown keys are asked for
    await there.rotate()
    assert (await ours.tokens.verify(await there.issue())).subject == "siti"
    with pytest.raises(Refused) as failed:
        await ours.tokens.verify(old)
    assert failed.value.reason == "token.key_unknown"


async def test_a_provider_that_signs_before_it_publishes_is_not_believed(there: Running) -> None:
    await there.rotate()
    await there.misbehave(stale_jwks=True)
    with pytest.raises(Refused) as failed:
        await provider_at(there.issuer).tokens.verify(await there.issue())
    assert failed.value.reason == "token.key_unknown"


async def test_sessions_end_when_the_provider_says_so(there: Running) -> None:
    ours = provider_at(there.issuer)
    with receiving() as receiver:
        answered = await asyncio.wait_for(there.log_out("siti", receiver.url), 10)
    assert answered == 204
    (delivery,) = receiver.deliveries
    token = parse_qs(delivery.body.decode())["logout_token"][0]
    ended = await ours.tokens.logged_out(token)
    assert (ended.subject, ended.session_id, ended.issuer) == ("siti", "s-siti", there.issuer)
    assert ended.token_id


async def test_only_a_logout_token_ends_sessions(there: Running) -> None:
    ours = provider_at(there.issuer)
    event: dict[str, Any] = {"http://schemas.openid.net/event/backchannel-logout": {}}
    honest: dict[str, Any] = {"aud": CLIENT_ID, "events": event}
    assert await ours.tokens.logged_out(await there.issue("logout+jwt", **honest))
    for typ, changed, why in (
        ("at+jwt", {}, "kind"),
        ("logout+jwt", {"nonce": "n"}, "kind"),
        ("logout+jwt", {"events": {}}, "kind"),
        ("logout+jwt", {"events": []}, "kind"),
        ("logout+jwt", {"aud": AUDIENCE}, "audience"),
        ("logout+jwt", {"sub": "", "sid": ""}, "subject"),
        ("logout+jwt", {"exp": 1_000_000}, "expired"),
        ("logout+jwt", {"jti": ""}, "subject"),
    ):
        with pytest.raises(Refused) as failed:
            await ours.tokens.logged_out(await there.issue(typ, **(honest | changed)))
        assert failed.value.reason == f"token.{why}", changed


async def test_signing_out_leads_to_the_provider_and_back(there: Running) -> None:
    ours = provider_at(there.issuer)
    came = await signed_in(there, ours)
    url = await ours.end_address(came.id_token, "http://127.0.0.1:8401/keluar", "s-1")
    answer = await there.http.get(url)
    assert answer.headers["location"] == "http://127.0.0.1:8401/keluar?state=s-1"
    await there.misbehave(configuration={"end_session_endpoint": None})
    assert await provider_at(there.issuer).end_address(came.id_token, "/", "") == ""


async def test_a_return_path_leads_nowhere_else_even_if_it_was_sealed(there: Running) -> None:
    ours = provider_at(there.issuer)
    _, left = await ours.begin("//evil.example", CALLBACK)
    assert left.return_path == "/"
    fields, left = await arrived(there, ours)
    forced = replace(left, return_path="https://evil.example")
    assert (await ours.finish(urlencode(fields), forced, CALLBACK)).return_path == "/"


async def test_a_departure_is_sealed_and_ends(there: Running) -> None:
    _, left = await provider_at(there.issuer).begin("/", CALLBACK)
    seal = StateSeal("rahasia")
    sealed = seal.seal(left)
    assert seal.open(sealed, left.left_at + timedelta(minutes=10)) == left
    assert left.verifier not in sealed
    tampered = sealed[:-3] + ("A" if sealed[-3] != "A" else "B") + sealed[-2:]
    for shown in ("", "x", tampered, sealed + "A" * 4000, StateSeal("lain").seal(left)):
        with pytest.raises(Refused) as failed:
            seal.open(shown, left.left_at)
        assert failed.value.reason == "oidc.state_missing"
    for moment in (timedelta(minutes=10, seconds=1), timedelta(seconds=-1)):
        with pytest.raises(Refused) as failed:
            seal.open(sealed, left.left_at + moment)
        assert failed.value.reason == "oidc.state_expired"
