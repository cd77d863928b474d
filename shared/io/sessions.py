"""Who is signed in: told by a cookie that no script reads and no other site can use.

The token in it has 256 random bits; the database keeps its SHA-256. A session is asked for on every
request, so that signing out, or losing a role, works at once.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

from shared.io import clock, postgres
from shared.io.bearers import holder
from shared.io.identity import Caller
from shared.kernel.errors import Refused

# The name's prefix has browsers refuse it from other hosts, without encryption, or for part of a
# site; a loopback address counts as encrypted.
COOKIE = "__Host-jejak"
# A working day; half an hour without use ends it sooner (see `session_shown`).
SECONDS_MAX = 12 * 3600
# Where a page's form, or a program in a page, repeats what only that page was told.
FIELD = "csrf"
HEADER = "X-CSRF-Token"
FORM = "application/x-www-form-urlencoded"

_SHOWN = """
select shown.*, intake.session_used(%(token)s)::text as used
from intake.session_shown(%(token)s) shown
"""

Connection = ASGIConnection[Any, Any, Any, Any]


def hashed(token: str) -> bytes:
    """What the database knows a token by."""
    return hashlib.sha256(token.encode()).digest()


def repeated(token: str) -> str:
    """What the session's own forms carry: follows from the token, and does not tell it."""
    return hashlib.sha256(b"csrf " + token.encode()).hexdigest()


def cookie(token: str) -> Cookie:
    """The cookie that keeps somebody signed in; gone with the browser."""
    return Cookie(key=COOKIE, value=token, path="/", secure=True, httponly=True, samesite="lax")


def no_cookie() -> Cookie:
    """The cookie taken back."""
    return Cookie(
        key=COOKIE, value="", path="/", max_age=0, secure=True, httponly=True, samesite="lax"
    )


def must_be_own(connection: Connection) -> None:
    """Refuse a form that another site sends: browsers say where it stood."""
    site = connection.headers.get("sec-fetch-site")
    origin = connection.headers.get("origin", "")
    host = connection.headers.get("host", "")
    # Older browsers, and those on an unencrypted network, say it by the origin alone.
    named = bool(host) and _host_of(origin) == host
    if not (site == "same-origin" or (site is None and named)):
        raise Refused("form.foreign")


def _host_of(origin: str) -> str:
    """The host and port that an origin names; empty where it is none."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


async def must_be_meant(connection: Connection, form: Mapping[str, Any]) -> None:
    """Refuse what a signed-in person's browser was led to send: it must repeat the page's token."""
    must_be_own(connection)
    told = str(form.get(FIELD) or connection.headers.get(HEADER, ""))
    expected = repeated(connection.cookies.get(COOKIE, ""))
    if not hmac.compare_digest(told.encode(), expected.encode()):
        raise Refused("form.outdated")


class Sessions:
    """The gate's view of who is signed in."""

    def __init__(self, pool: postgres.Pool) -> None:
        self._pool = pool

    async def caller(self, connection: Connection) -> Caller | None:
        """Whom the cookie stands for; None without one, or where the session is over."""
        token = connection.cookies.get(COOKIE, "")
        if not token:
            return None
        shown = hashed(token)
        async with postgres.borrowed(self._pool) as opened:
            rows = await postgres.fetch(opened, _SHOWN, {"token": shown})
            if not rows:
                return None
        return holder(rows[0], shown)


def new_token() -> str:
    """A session's token, new with each sign-in and each change of role."""
    return clock.new_token()
