"""Routes of people: invited, given roles, and forgotten by who looks after a tenant."""

import hashlib
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler
from msgspec.structs import asdict

from services.intake.accounts.people import INVITED, People, Person, Who
from services.intake.bodies import receipts
from services.intake.bodies.people import (
    NOTHING_STATED,
    GrantBody,
    InvitationView,
    InvitedView,
    MeView,
    PeopleView,
    PersonBody,
    PersonView,
    ReasonBody,
    RoleView,
    SessionView,
)
from services.intake.bodies.receipts import ReceiptView
from services.intake.commands import Command, written_by
from services.intake.core import person
from services.intake.door import ERRORS, Asked, Door
from services.intake.orders import Order
from services.intake.web.keys import given
from shared.io.gate import caller_of
from shared.io.identity import must_stand
from shared.io.paging import ROWS_DEFAULT, Cursor, Limit, onward
from shared.kernel import paging
from shared.kernel.appending import Receipt
from shared.kernel.errors import Refused

PEOPLE = "/v1/tenants/{tenant:str}/people"
PERSON = PEOPLE + "/{person_id:str}"
ID_CHARACTERS = 16
# Personal data is for who asked, and for nobody's cache.
PRIVATE = {"Cache-Control": "no-store"}


def routes(door: Door, people: People) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""
    return [*_granting(door, people), *_ending(door, people), *_telling(people)]


def _granting(door: Door, people: People) -> Sequence[ControllerRouterHandler]:
    @post(PEOPLE, **door.options())
    async def invite_person(
        tenant: FromPath[str], data: JSONBody[PersonBody], asked: NamedDependency[Asked]
    ) -> Response[InvitedView]:
        """Invite somebody to a role; the invitation is passed on by whoever asked for it."""
        role = given(door, asked.caller, tenant, data.role)
        must_stand(tenant, role, data.agency)

        def order_of(person_id: str) -> Order:
            command = person.Grant(
                person=person_id, grant=_id("g", tenant, asked.key), role=role, agency=data.agency
            )
            return door.order(asked, tenant, NOTHING_STATED, command)

        who = Who(name=data.name.strip(), email=data.email.strip())
        invited = await people.invite(tenant, who, _id("p", tenant, asked.key), order_of)
        command = order_of(invited.person).command
        view = InvitedView(
            person=invited.person,
            invitation=_invitation(invited.code) if invited.code else None,
            receipt=receipts.receipt_view(invited.receipt, written_by(command)),
        )
        return Response(view, status_code=201 if view.receipt.recorded else 200, headers=PRIVATE)

    @post(PERSON + "/grants", **door.options())
    async def grant_role(
        tenant: FromPath[str],
        person_id: FromPath[str],
        data: JSONBody[GrantBody],
        asked: NamedDependency[Asked],
    ) -> Response[ReceiptView]:
        """Grant a further role to somebody the tenant knows."""
        role = given(door, asked.caller, tenant, data.role)
        must_stand(tenant, role, data.agency)
        command = person.Grant(
            person=person_id, grant=_id("g", tenant, asked.key), role=role, agency=data.agency
        )
        receipt = await people.grant(door.order(asked, tenant, NOTHING_STATED, command))
        return _receipt(receipt, command)

    @post(PERSON + "/invitation", **door.options())
    async def renew_invitation(
        tenant: FromPath[str], person_id: FromPath[str], asked: NamedDependency[Asked]
    ) -> Response[InvitationView]:
        """A new invitation, for a lost one or a forgotten password; the one before it is over."""
        command = person.Invite(person=person_id)
        code = await people.renew(door.order(asked, tenant, NOTHING_STATED, command))
        return Response(_invitation(code), headers=PRIVATE)

    return [invite_person, grant_role, renew_invitation]


def _ending(door: Door, people: People) -> Sequence[ControllerRouterHandler]:
    @post(PERSON + "/grants/{grant_id:str}/withdrawal", **door.options())
    async def withdraw_role(
        tenant: FromPath[str],
        person_id: FromPath[str],
        grant_id: FromPath[str],
        data: JSONBody[ReasonBody],
        asked: NamedDependency[Asked],
    ) -> Response[ReceiptView]:
        """Withdraw a role at once; whoever is signed in with it no longer is."""
        if grant_id == asked.caller.grant:
            raise Refused("grant.own")
        command = person.Withdraw(person=person_id, grant=grant_id, reason=data.reason)
        receipt = await people.withdraw(door.order(asked, tenant, NOTHING_STATED, command))
        return _receipt(receipt, command)

    @post(PERSON + "/erasure", **door.options())
    async def erase_person(
        tenant: FromPath[str],
        person_id: FromPath[str],
        data: JSONBody[ReasonBody],
        asked: NamedDependency[Asked],
    ) -> Response[ReceiptView]:
        """Forget who somebody is, for good; what was done under the id stays, and proves so."""
        if person_id == asked.caller.client:
            raise Refused("grant.own")
        command = person.Erase(person=person_id, reason=data.reason)
        receipt = await people.erase(door.order(asked, tenant, NOTHING_STATED, command))
        return _receipt(receipt, command)

    return [withdraw_role, erase_person]


def _telling(people: People) -> Sequence[ControllerRouterHandler]:
    @get(PEOPLE, responses=ERRORS, security=[{"key": []}])
    async def list_people(
        request: Request[Any, Any, Any],
        tenant: FromPath[str],
        cursor: Cursor = "",
        limit: Limit = ROWS_DEFAULT,
    ) -> Response[PeopleView]:
        """Everybody who holds or held a role, and when each was used last."""
        found = [person_view(one) for one in await people.all(tenant)]
        shown, following = paging.page(found, _arrival, limit, cursor)
        view = PeopleView(tenant=tenant, people=shown, next=following)
        headers = PRIVATE | onward(request.scope["path"], following, limit)
        return Response(view, headers=headers)

    @get("/v1/me", responses=ERRORS, security=[{"key": []}])
    async def read_me(request: Request[Any, Any, Any]) -> Response[MeView]:
        """Who is asking, in which role, and all that is kept about them as a person."""
        caller = caller_of(request)
        own = await people.all(caller.tenant, caller.client) if caller.grant else []
        open_now = (
            await people.sessions(caller.tenant, caller.client, caller.session)
            if caller.grant
            else []
        )
        view = MeView(
            tenant=caller.tenant,
            role=caller.role,
            agency=caller.agency,
            client=caller.client,
            person=person_view(own[0]) if own else None,
            sessions=[SessionView(**asdict(one)) for one in open_now],
        )
        return Response(view, headers=PRIVATE)

    return [list_people, read_me]


def _arrival(one: PersonView) -> tuple[str, ...]:
    return one.created_at.isoformat(), one.id


def person_view(one: Person) -> PersonView:
    """A person as told."""
    return PersonView(
        id=one.id,
        name=one.who.name if one.who else None,
        email=one.who.email if one.who else None,
        state=one.state,
        created_at=one.created_at,
        roles=[
            RoleView(
                id=role.id,
                role=role.role,
                agency=role.agency,
                granted_at=role.granted_at,
                last_used_at=role.last_used_at,
                withdrawn_at=role.withdrawn_at,
            )
            for role in one.roles
        ],
    )


def _invitation(code: str) -> InvitationView:
    hours = round(INVITED.total_seconds() / 3600)
    return InvitationView(path=f"/undangan?{urlencode({'kode': code})}", valid_hours=hours)


def _receipt(receipt: Receipt, command: Command) -> Response[ReceiptView]:
    view = receipts.receipt_view(receipt, written_by(command))
    return Response(view, status_code=201 if view.recorded else 200)


def _id(kind: str, tenant: str, key: str) -> str:
    """The same request names the same person and grant, however often it is sent."""
    digest = hashlib.sha256(f"{kind} {tenant} {key}".encode()).hexdigest()
    return f"{kind}-{digest[:ID_CHARACTERS]}"
