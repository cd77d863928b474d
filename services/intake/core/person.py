"""People as facts: which roles somebody holds, under an id that names nobody."""

from collections.abc import Mapping
from typing import ClassVar

from msgspec import Struct

from shared.kernel import text
from shared.kernel.errors import Missing, Refused
from shared.kernel.events.access import PersonErased, PersonInvited, RoleGranted, RoleWithdrawn
from shared.kernel.recorded import Event

REASON_CHARACTERS_MAX = 500
# Nobody speaks for more places than this at once.
ROLES_MAX = 20


class Grant(Struct, frozen=True, kw_only=True):
    """Let a person hold a role; an operator holds it for one agency."""

    person: str
    grant: str
    role: str
    agency: str = ""
    year: ClassVar[int] = 0


class Invite(Struct, frozen=True, kw_only=True):
    """Let a person choose a password anew."""

    person: str
    year: ClassVar[int] = 0


class Withdraw(Struct, frozen=True, kw_only=True):
    """Let a person hold a role no more."""

    person: str
    grant: str
    reason: str
    year: ClassVar[int] = 0


class Erase(Struct, frozen=True, kw_only=True):
    """Forget who a person is; the roles end with it."""

    person: str
    reason: str
    year: ClassVar[int] = 0


Command = Grant | Invite | Withdraw | Erase


class Person(Struct, frozen=True, kw_only=True):
    """A person as their stream says: the roles held now, by id."""

    held: Mapping[str, RoleGranted] = {}
    known: bool = False
    erased: bool = False


EMPTY = Person()


def evolve(person: Person, event: Event) -> Person:
    """The person after one of their events."""
    match event:
        case RoleGranted():
            return Person(held={**person.held, event.grant: event}, known=True)
        case RoleWithdrawn():
            kept = {name: held for name, held in person.held.items() if name != event.grant}
            return Person(held=kept, known=True, erased=person.erased)
        case PersonErased():
            return Person(known=True, erased=True)
        case _:
            return person


def decide(command: Command, person: Person) -> tuple[Event, ...]:
    """A role is held once; what is withdrawn or erased already stays so."""
    if isinstance(command, Grant):
        return _granted(command, person)
    if isinstance(command, Invite):
        return _invited(command, person)
    if not command.reason.strip():
        raise Refused("person.reason_missing")
    text.check("reason", command.reason, REASON_CHARACTERS_MAX)
    if not person.known:
        raise Missing("person.unknown")
    if isinstance(command, Erase):
        return _erased(command, person)
    if command.grant not in person.held:
        raise Missing("grant.unknown")
    return (RoleWithdrawn(grant=command.grant, person=command.person, reason=command.reason),)


def _granted(command: Grant, person: Person) -> tuple[Event, ...]:
    if person.erased:
        raise Refused("person.erased")
    if any((held.role, held.agency) == (command.role, command.agency) for held in _all(person)):
        return ()
    if len(person.held) >= ROLES_MAX:
        raise Refused("person.too_many_roles", roles_max=ROLES_MAX)
    granted = RoleGranted(
        grant=command.grant, person=command.person, role=command.role, agency=command.agency
    )
    return (granted,)


def _invited(command: Invite, person: Person) -> tuple[Event, ...]:
    if not person.known or person.erased:
        raise Missing("person.unknown")
    return (PersonInvited(person=command.person),)


def _erased(command: Erase, person: Person) -> tuple[Event, ...]:
    if person.erased:
        return ()
    ended = (
        RoleWithdrawn(grant=name, person=command.person, reason=command.reason)
        for name in person.held
    )
    return (*ended, PersonErased(person=command.person, reason=command.reason))


def _all(person: Person) -> tuple[RoleGranted, ...]:
    return tuple(person.held.values())
