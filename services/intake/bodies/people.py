"""What is sent and told of people and their roles."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from services.intake.bodies.receipts import ReceiptView
from services.intake.bodies.stated import Stated


class PersonBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Invite a person to a role, or grant a further one to whoever has this address already.

    `agency` is the one (perangkat daerah) that an operator speaks for. Name and address are kept
    outside the log, sealed, and can be erased.
    """

    name: str
    email: str
    role: str
    agency: str = ""


class GrantBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Grant a further role to a person."""

    role: str
    agency: str = ""


class ReasonBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a role is withdrawn, or a person erased; it stands in the log, so it names nobody."""

    reason: str


class InvitationView(Struct, frozen=True, kw_only=True):
    """Where the person chooses a password, within `valid_hours`; told this once."""

    path: str
    valid_hours: int


class InvitedView(Struct, frozen=True, kw_only=True):
    """A role that was granted. `invitation` is null where the person has signed in already, and
    where the same request was answered before.
    """

    person: str
    invitation: InvitationView | None
    receipt: ReceiptView


class RoleView(Struct, frozen=True, kw_only=True):
    """A role that is or was held; `last_used_at` is to the minute, null where it never was."""

    id: str
    role: str
    agency: str
    granted_at: datetime
    last_used_at: datetime | None
    withdrawn_at: datetime | None


class PersonView(Struct, frozen=True, kw_only=True):
    """A person; name and address are null once they are erased.

    `state` is `invited`, `lapsed` (the invitation ran out), `active` or `erased`.
    """

    id: str
    name: str | None
    email: str | None
    state: str
    created_at: datetime
    roles: Sequence[RoleView]


class PeopleView(Struct, frozen=True, kw_only=True):
    """The people of a tenant, in the order in which they came; behind `next`, later ones."""

    tenant: str
    people: Sequence[PersonView]
    next: str


class SessionView(Struct, frozen=True, kw_only=True):
    """Where somebody is signed in."""

    id: str
    method: str
    begun_at: datetime
    used_at: datetime
    ends_at: datetime
    current: bool


class MeView(Struct, frozen=True, kw_only=True):
    """Who is asking, and all that is kept about them; a program has no person."""

    tenant: str
    role: str
    agency: str
    client: str
    person: PersonView | None
    sessions: Sequence[SessionView]


NOTHING_STATED = Stated()
