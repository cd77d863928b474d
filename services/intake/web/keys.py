"""Routes of API keys: who looks after a tenant gives keys to programs, and takes them back."""

import hashlib
from collections.abc import Sequence
from typing import Any, cast, get_args

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler
from msgspec.structs import asdict

from services.intake.accounts.credentials import Credentials
from services.intake.accounts.giving import GIVES
from services.intake.bodies import receipts
from services.intake.bodies.keys import (
    NOTHING_STATED,
    IssuedView,
    KeyBody,
    KeysView,
    KeyView,
    RevocationBody,
)
from services.intake.bodies.receipts import ReceiptView
from services.intake.commands import written_by
from services.intake.core import credential
from services.intake.door import ERRORS, Asked, Door
from shared.io.identity import Caller, Role, must_fit
from shared.io.paging import ROWS_DEFAULT, Cursor, Limit, onward
from shared.kernel import names, paging
from shared.kernel.errors import Missing, Refused
from shared.kernel.merkle import microseconds

KEYS = "/v1/tenants/{tenant:str}/keys"
ID_CHARACTERS = 16
# No key is made later, in microseconds since 1970: the year 5138.
LATEST = 10**17


def routes(door: Door, credentials: Credentials) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""

    @post(KEYS, **door.options())
    async def issue_key(
        tenant: FromPath[str], data: JSONBody[KeyBody], asked: NamedDependency[Asked]
    ) -> Response[IssuedView]:
        """Give a program a key, shown this once; one older key of it works on beside it."""
        key_id = _id(tenant, asked.key)
        role = given(door, asked.caller, tenant, data.role)
        must_fit(tenant, role, data.client, data.agency, taken=False)
        command = credential.Issue(
            key=key_id,
            client=data.client,
            role=role,
            agency=data.agency,
            reads_only=data.reads_only,
            expires_at=data.expires_at,
            asked_at=asked.received_at,
        )
        order = door.order(asked, tenant, NOTHING_STATED, command)
        issued = await credentials.issue(order)
        receipt = receipts.receipt_view(issued.receipt, written_by(command))
        view = IssuedView(id=key_id, key=issued.shown or None, receipt=receipt)
        headers = {"Cache-Control": "no-store"}
        return Response(view, status_code=201 if issued.shown else 200, headers=headers)

    @post(KEYS + "/{key_id:str}/revocation", **door.options())
    async def revoke_key(
        tenant: FromPath[str],
        key_id: FromPath[str],
        data: JSONBody[RevocationBody],
        asked: NamedDependency[Asked],
    ) -> Response[ReceiptView]:
        """Refuse a key from now on; where it is still believed, for five seconds more."""
        command = credential.Revoke(key=key_id, reason=data.reason)
        receipt = await credentials.revoke(door.order(asked, tenant, NOTHING_STATED, command))
        view = receipts.receipt_view(receipt, written_by(command))
        return Response(view, status_code=201 if view.recorded else 200)

    @get(KEYS, responses=ERRORS, security=[{"key": []}])
    async def list_keys(
        request: Request[Any, Any, Any],
        tenant: FromPath[str],
        cursor: Cursor = "",
        limit: Limit = ROWS_DEFAULT,
    ) -> Response[KeysView]:
        """Every key the tenant ever had: who holds it, until when, and when it was used last."""
        keys = [KeyView(**asdict(key)) for key in await credentials.all(tenant)]
        shown, following = paging.page(keys, _newest_first, limit, cursor)
        view = KeysView(tenant=tenant, keys=shown, next=following)
        headers = {"Cache-Control": "private, no-cache"}
        return Response(view, headers=headers | onward(request.scope["path"], following, limit))

    return [issue_key, revoke_key, list_keys]


def _newest_first(key: KeyView) -> tuple[str, ...]:
    return f"{LATEST - microseconds(key.created_at):018}", key.id


def given(door: Door, caller: Caller, tenant: str, named: str) -> Role:
    """The role that is given, if the caller may give it there."""
    if tenant != names.MINISTRY and tenant not in door.regions.by_code:
        raise Missing("tenant.unknown", tenant=tenant)
    if named not in get_args(Role):
        raise Refused("key.role_unknown", roles=", ".join(get_args(Role)))
    role = cast("Role", named)
    if role not in GIVES[caller.role]:
        raise Refused("key.role_not_yours", role=role)
    return role


def _id(tenant: str, key: str) -> str:
    """The same request names the same key, however often it is sent."""
    return hashlib.sha256(f"{tenant} {key}".encode()).hexdigest()[:ID_CHARACTERS]
