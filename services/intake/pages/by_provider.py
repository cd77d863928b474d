"""Leaving for the identity provider, coming back, and its own sign-out."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from services.intake.accounts.accounts import Accounts
from services.intake.accounts.by_provider import ByProvider
from shared.io import sessions
from shared.io.sign_in_state import LASTING
from shared.kernel.errors import Missing

COOKIE = "__Host-jejak-masuk"
HOME = "/akun"
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}

Asking = Request[Any, Any, Any]


def routes(accounts: Accounts) -> Sequence[ControllerRouterHandler]:
    """All of them; where there is no provider they are not there either."""

    def provider() -> ByProvider:
        if accounts.provider is None:
            raise Missing("route.unknown")
        return accounts.provider

    @get("/masuk/oidc", include_in_schema=False)
    async def leave(request: Asking) -> Redirect:
        """Off to the provider."""
        left = await provider().leave(request.query_params.get("kembali", HOME) or HOME)
        kept = _kept(left.sealed, round(LASTING.total_seconds()))
        return Redirect(left.address, status_code=303, cookies=[kept], headers=PRIVATE)

    @get("/masuk/oidc/kembali", include_in_schema=False)
    async def come_back(request: Asking) -> Redirect:
        """Back from the provider: signed in, and on to where the person was going."""
        query = request.scope["query_string"].decode("latin-1")
        back = await provider().come_back(query, request.cookies.get(COOKIE, ""))
        token = await accounts.signing_in.provided(back.provided)
        cookies = [sessions.cookie(token), _kept("", 0)]
        return Redirect(back.path, status_code=303, cookies=cookies, headers=PRIVATE)

    @post("/v1/oidc/logout", include_in_schema=False, status_code=200)
    async def log_out(request: Asking) -> Response[None]:
        """The provider says whose sessions are over, by a token that it signed."""
        known = provider()
        form = await request.form()
        await known.log_out(str(form.get("logout_token", "")))
        return Response(None, headers={"Cache-Control": "no-store"})

    return [leave, come_back, log_out]


def _kept(sealed: str, seconds: int) -> Cookie:
    return Cookie(
        key=COOKIE,
        value=sealed,
        path="/",
        max_age=seconds,
        secure=True,
        httponly=True,
        samesite="lax",
    )
