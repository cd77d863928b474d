"""Who may call what: one table per service, and the guard that reads it before a body is read.

A route that is not in the table is no route: the service does not start. Rules name roles only;
which regions a key reaches follows from its tenant (`identity.Caller.must_reach`), and what lies
outside is answered like something that does not exist.
"""

from collections.abc import Mapping
from typing import Any, Literal

from litestar import Litestar, Request
from litestar.connection import ASGIConnection
from litestar.datastructures import MutableScopeHeaders
from litestar.handlers import BaseRouteHandler
from litestar.types import Message, Scope
from msgspec import Struct

from shared.io import sessions
from shared.io.allowances import Allowances, Limit
from shared.io.bearers import Bearers
from shared.io.identity import Caller, Role
from shared.io.sessions import Sessions
from shared.kernel.errors import Corrupt, Missing, Refused

# What a request costs: `read` and `write` are quick, `heavy` computes or reads much; a `probe` is
# asked by machines that watch over the service, and is never refused.
Kind = Literal["read", "write", "heavy", "probe"]

_LIMITS: Mapping[str, Limit] = {
    "read": Limit(rate=100, burst=400),
    # A machine of two cores takes some 200 single reports a second, and one tenant is not to have
    # them all; a list of reports is one request.
    "write": Limit(rate=20, burst=60),
    "heavy": Limit(rate=10, burst=40),
    # Tries to sign in: to one account, and from one address, where a whole office may stand behind.
    # Tries with a key that nobody holds, from one address.
    "stranger": Limit(rate=1, burst=60),
    "sign_in": Limit(rate=1 / 30, burst=10),
    "sign_in_from": Limit(rate=1, burst=60),
}
# The framework answers these by itself, from the routes alone.
ANSWERED_BY_ITSELF = {"OPTIONS"}
# What a key that only reads may do.
SAFE = {"GET", "HEAD"}
# Where an address names whose rows are asked for.
NAMING_TENANTS = ("region", "province", "tenant")


class Rule(Struct, frozen=True, kw_only=True):
    """Which roles may call a route, and what a call costs; without roles, everybody may.

    `national` routes are for keys of the ministry itself, not of a province's. A route that
    `judges` says itself what of a tenant's it shows to whom. A `form` is sent by a page of ours, by
    somebody who need not be signed in; a `person` must be, no program is let in.
    """

    kind: Kind
    roles: tuple[Role, ...] = ()
    national: bool = False
    judges: bool = False
    form: bool = False
    person: bool = False


def limits(factor: float) -> Mapping[str, Limit]:
    """How often one caller may ask, by kind; `factor` is the operator's, for bigger machines."""
    return {
        kind: Limit(rate=each.rate * factor, burst=max(1, round(each.burst * factor)))
        for kind, each in _LIMITS.items()
    }


class Gate:
    """The guard of one service."""

    def __init__(
        self,
        bearers: Bearers,
        sessions: Sessions,
        allowances: Allowances,
        table: Mapping[str, Rule],
    ) -> None:
        self._bearers = bearers
        self._sessions = sessions
        self._allowances = allowances
        self._table = table

    def must_cover(self, app: Litestar) -> None:
        """Refuse to serve a route without a rule, or a rule without a route."""
        routes = {
            f"{method} {route.path_format}"
            for route in app.routes
            for method in getattr(route, "methods", ())
            if method not in ANSWERED_BY_ITSELF
        }
        if routes != set(self._table):
            differing = ", ".join(sorted(routes ^ set(self._table)))
            raise Corrupt("access.undeclared", routes=differing)

    async def guard(
        self, connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler
    ) -> None:
        """Let a request in: known, within reach, in a role, and not too often."""
        scope: dict[str, Any] = connection.scope  # type: ignore[assignment]
        rule = self._table.get(f"{scope['method']} {scope['path_template']}")
        if rule is None or rule.kind == "probe":
            return
        caller = await self._known(connection)
        if caller is None and rule.roles:
            raise Refused("identity.missing")
        whose = caller.tenant if caller else f"address/{_address(connection)}"
        scope["state"]["left"] = (rule.kind, self._allowances.nothing(rule.kind))
        scope["state"]["left"] = (rule.kind, await self._allowances.take(whose, rule.kind))
        if rule.form and scope["method"] not in SAFE:
            sessions.must_be_own(connection)
        if caller is None:
            return
        if caller.session and scope["method"] not in SAFE:
            await sessions.must_be_meant(connection, await _form(connection))
        scope["state"]["caller"] = caller
        if rule.roles:
            _must_be_let_in(caller, rule, connection)

    async def caller(self, connection: ASGIConnection[Any, Any, Any, Any]) -> Caller:
        """Who is asking, looked at anew: for answers that go on for long."""
        caller = await self._known(connection)
        if caller is None:
            raise Refused("identity.missing")
        return caller

    async def _known(self, connection: ASGIConnection[Any, Any, Any, Any]) -> Caller | None:
        """Who shows a key, or is signed in; a bad key is told also where nobody needs one."""
        shown = connection.headers.get("authorization", "")
        if not shown:
            return await self._sessions.caller(connection)
        whose = f"address/{_address(connection)}"
        if not self._bearers.remembers(shown):
            self._allowances.must_not_be_out(whose, "stranger")
        try:
            return await self._bearers.caller(connection, shown)
        except Refused as refused:
            if refused.reason == "identity.unknown":
                await self._allowances.take(whose, "stranger")
            raise

    async def tell(self, message: Message, scope: Scope) -> None:
        """Say beside every answer what is left, as the drafted RateLimit headers have it."""
        told = scope["state"].get("left")
        if message["type"] != "http.response.start" or told is None:
            return
        kind, left = told
        limit = self._allowances.kinds[kind]
        headers = MutableScopeHeaders.from_message(message)
        window = round(limit.burst / limit.rate)
        headers["RateLimit-Policy"] = f'"{kind}";q={limit.burst};w={window}'
        headers["RateLimit"] = f'"{kind}";r={left.tokens};t={left.full_in_seconds}'


def caller_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Caller:
    """Who was let in; only where the route's rule names roles."""
    caller = connection.scope["state"].get("caller")
    if not isinstance(caller, Caller):
        raise Missing("route.unknown")
    return caller


def may_see(connection: ASGIConnection[Any, Any, Any, Any], tenant: str, *roles: Role) -> bool:
    """Whether a key was shown that reaches the tenant in one of these roles; nobody has to."""
    caller = connection.scope["state"].get("caller")
    return isinstance(caller, Caller) and caller.role in roles and caller.reaches(tenant)


def _must_be_let_in(
    caller: Caller, rule: Rule, connection: ASGIConnection[Any, Any, Any, Any]
) -> None:
    for name in NAMING_TENANTS:
        if name in connection.path_params and not rule.judges:
            caller.must_reach(str(connection.path_params[name]))
    caller.must_be(*rule.roles)
    if rule.national:
        caller.must_be_national()
    if rule.person and not caller.session:
        raise Refused("sign_in.not_a_person")
    if caller.reads_only and connection.scope["method"] not in SAFE:  # type: ignore[typeddict-item]
        raise Refused("key.reads_only")


async def _form(connection: ASGIConnection[Any, Any, Any, Any]) -> Mapping[str, Any]:
    """The fields of a page's form; what programs send has none."""
    given = connection.headers.get("content-type", "").split(";")[0].strip().lower()
    if given != sessions.FORM or not isinstance(connection, Request):
        return {}
    return await connection.form()


def _address(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    return connection.client.host if connection.client else ""
