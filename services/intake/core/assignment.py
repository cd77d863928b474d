"""Who verifies an innovation, or a region's own rows."""

from msgspec import Struct

from shared.kernel import names
from shared.kernel.errors import Refused
from shared.kernel.events.verification import VerifierAssigned
from shared.kernel.recorded import Event


class Assign(Struct, frozen=True, kw_only=True):
    """Give it to a verifier by the name of their client; an empty name takes it back."""

    year: int
    innovation: str
    verifier: str


class Assigned(Struct, frozen=True, kw_only=True):
    """Who verifies; empty where anybody may."""

    verifier: str = ""


EMPTY = Assigned()


def evolve(assigned: Assigned, event: Event) -> Assigned:
    """The later assignment holds."""
    return Assigned(verifier=event.verifier) if isinstance(event, VerifierAssigned) else assigned


def decide(command: Assign, assigned: Assigned) -> tuple[Event, ...]:
    """What follows; nothing where it is already so."""
    if command.verifier and not names.is_client(command.verifier):
        raise Refused("client.malformed", characters_max=names.CLIENT_CHARACTERS_MAX)
    if command.verifier == assigned.verifier:
        return ()
    return (
        VerifierAssigned(
            year=command.year, innovation=command.innovation, verifier=command.verifier
        ),
    )


def must_be_free_for(assigned: Assigned, client: str) -> None:
    """A verdict is given by whoever the subject was given to, or by anybody where nobody was."""
    if assigned.verifier not in ("", client):
        raise Refused("verification.of_another", verifier=assigned.verifier)
