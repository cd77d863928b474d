"""Pages of signing in and of one's own account: forms, complete without a script."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler

from services.intake.accounts.accounts import Accounts
from services.intake.accounts.people import People
from services.intake.accounts.signing_in import Attempt, SigningIn
from services.intake.pages import account, by_provider
from services.intake.pages.words import words_for, words_in
from shared.io import problems, sessions
from shared.io.gate import caller_of
from shared.io.identity import Caller
from shared.io.pages import rendering
from shared.io.pages.rendering import Pages
from shared.io.pages.wording import Words
from shared.io.passwords import CHARACTERS_MIN
from shared.kernel.errors import Refused
from shared.kernel.regions import Register

PAGES = Pages(Path(__file__).parent / "templates")
# Whoever sees these pages is one person, and no cache in between is.
PRIVATE = {"Cache-Control": "no-store"}

Asking = Request[Any, Any, Any]


def routes(accounts: Accounts, regions: Register) -> Sequence[ControllerRouterHandler]:
    """All pages."""
    signing_in = accounts.signing_in
    return [
        *_surrounding(),
        *_signing_in(signing_in, provided=accounts.provider is not None),
        *by_provider.routes(accounts),
        *_inviting(signing_in),
        *_account(signing_in, accounts.people, regions),
        *_leaving(signing_in),
    ]


def _surrounding() -> Sequence[ControllerRouterHandler]:
    @get("/", include_in_schema=False)
    async def show_home(request: Asking) -> Response[bytes]:
        """What this address is."""
        return PAGES.page("home.html", words_for(request), request)

    @get("/static/{name:str}", include_in_schema=False, sync_to_thread=False)
    def style(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
        """The style sheet under the name of its content."""
        return rendering.static(request, name)

    return [show_home, style]


def _signing_in(signing_in: SigningIn, *, provided: bool) -> Sequence[ControllerRouterHandler]:
    def form(
        request: Asking, words: Words, asked: Mapping[str, str], refused: Refused | None = None
    ) -> Response[bytes]:
        return _form(
            "sign_in.html",
            words,
            request,
            refused,
            back=local(asked.get("kembali", "")),
            email=asked.get("surel", ""),
            tenant=asked.get("daerah", ""),
            provided=provided,
        )

    @get("/masuk", include_in_schema=False)
    async def show_sign_in(request: Asking) -> Response[bytes]:
        """Where people sign in."""
        return form(request, words_for(request), request.query_params)

    @post("/masuk", include_in_schema=False)
    async def sign_in(request: Asking) -> Response[Any]:
        """Begin a session, and go where the person was going."""
        asked = await _fields(request)
        words = words_in(asked.get("bahasa", ""))
        attempt = Attempt(
            email=asked.get("surel", ""),
            password=asked.get("sandi", ""),
            address=request.client.host if request.client else "",
            tenant=asked.get("daerah", "").strip(),
        )
        try:
            token = await signing_in.sign_in(attempt)
        except Refused as refused:
            return form(request, words, asked, refused)
        return _on(local(asked.get("kembali", "")), token)

    return [show_sign_in, sign_in]


def _inviting(signing_in: SigningIn) -> Sequence[ControllerRouterHandler]:
    def form(
        request: Asking, words: Words, code: str, refused: Refused | None = None
    ) -> Response[bytes]:
        shown = _form(
            "invitation.html", words, request, refused, code=code, shortest=CHARACTERS_MIN
        )
        shown.headers["Referrer-Policy"] = "no-referrer"  # the address holds the code
        return shown

    @get("/undangan", include_in_schema=False)
    async def show_invitation(request: Asking) -> Response[bytes]:
        """Where an invited person chooses a password."""
        return form(request, words_for(request), request.query_params.get("kode", ""))

    @post("/undangan", include_in_schema=False)
    async def accept_invitation(request: Asking) -> Response[Any]:
        """Keep the password and begin a session."""
        asked = await _fields(request)
        words = words_in(asked.get("bahasa", ""))
        code = asked.get("kode", "").strip()
        address = request.client.host if request.client else ""
        try:
            token = await signing_in.accept(code, asked.get("sandi", ""), address)
        except Refused as refused:
            return form(request, words, code, refused)
        return _on("/akun", token)

    return [show_invitation, accept_invitation]


def _account(
    signing_in: SigningIn, people: People, regions: Register
) -> Sequence[ControllerRouterHandler]:
    async def page(
        request: Asking, caller: Caller, refused: Refused | None = None
    ) -> Response[bytes]:
        words = words_for(request)
        return _form(
            "account.html",
            words,
            request,
            refused,
            saved=words("account.changed") if "diganti" in request.query_params else "",
            csrf=sessions.repeated(request.cookies[sessions.COOKIE]),
            shortest=CHARACTERS_MIN,
            **await account.shown(people, caller, regions, words),
        )

    @get("/akun", include_in_schema=False)
    async def show_account(request: Asking) -> Response[bytes]:
        """One's own account."""
        return await page(request, caller_of(request))

    @post("/akun/sandi", include_in_schema=False)
    async def change_password(request: Asking) -> Response[Any]:
        """Keep another password; everybody who knew the former is signed out."""
        caller, asked = caller_of(request), await _fields(request)
        try:
            token = await signing_in.change_password(
                caller, asked.get("lama", ""), asked.get("sandi", "")
            )
        except Refused as refused:
            return await page(request, caller, refused)
        return _on("/akun?diganti", token)

    @post("/akun/peran", include_in_schema=False)
    async def change_role(request: Asking) -> Response[Any]:
        """Go on in another of one's roles."""
        caller, asked = caller_of(request), await _fields(request)
        return _on("/akun", await signing_in.change_role(caller, asked.get("peran", "")))

    return [show_account, change_password, change_role]


def _leaving(signing_in: SigningIn) -> Sequence[ControllerRouterHandler]:
    @post("/akun/keluar-lain", include_in_schema=False)
    async def sign_out_elsewhere(request: Asking) -> Redirect:
        """End every other session."""
        await signing_in.sign_out_elsewhere(caller_of(request))
        return Redirect("/akun", status_code=303)

    @post("/keluar", include_in_schema=False)
    async def sign_out(request: Asking) -> Redirect:
        """End this session; the browser forgets what it kept of us."""
        await signing_in.sign_out(caller_of(request))
        headers = {"Clear-Site-Data": '"cache", "cookies", "storage"'}
        return Redirect("/masuk", status_code=303, cookies=[sessions.no_cookie()], headers=headers)

    return [sign_out_elsewhere, sign_out]


def local(path: str) -> str:
    """A place of ours to go to; anything that could lead elsewhere is the account instead."""
    safe = path.startswith("/") and path[1:2] not in ("/", "\\") and path.isprintable()
    return path if safe and "\\" not in path else "/akun"


def to_sign_in(request: Asking) -> Redirect:
    """Where somebody goes who is not signed in; afterwards back here."""
    asked = {"kembali": local(str(request.scope["path"]))}
    if request.query_params.get("bahasa"):
        asked["bahasa"] = request.query_params["bahasa"]
    return Redirect(f"/masuk?{urlencode(asked)}", status_code=303)


def _on(path: str, token: str) -> Redirect:
    return Redirect(path, status_code=303, cookies=[sessions.cookie(token)], headers=PRIVATE)


def _form(
    template: str, words: Words, request: Asking, refused: Refused | None, **shown: Any
) -> Response[bytes]:
    """A page with a form; with the sentence that says why it was not taken, where it was not."""
    told, status, headers = "", 200, dict(PRIVATE)
    if refused is not None:
        problem = problems.problem_of(refused, words.language, "")
        told, status = problem.detail, problem.status
        if "seconds" in refused.facts:
            headers["Retry-After"] = str(refused.facts["seconds"])
    return PAGES.page(template, words, request, status=status, headers=headers, told=told, **shown)


async def _fields(request: Asking) -> Mapping[str, str]:
    form = await request.form()
    return {name: value for name, value in form.items() if isinstance(value, str)}
