"""One agency (perangkat daerah) or unit of a region in a year: registered, revised, closed."""

from typing import Literal

from msgspec import Struct

from shared.kernel import text
from shared.kernel.errors import Missing, Refused
from shared.kernel.events.agency import AgencyClosed, AgencyRegistered, AgencyRevised
from shared.kernel.recorded import Event

NAME_CHARACTERS_MAX = 200
REASON_CHARACTERS_MAX = 2_000
KINDS = (
    "sekretariat",
    "inspektorat",
    "dinas",
    "badan",
    "rumah_sakit",
    "kecamatan",
    "kelurahan",
    "desa",
    "puskesmas",
    "sekolah",
    "uptd",
    "lainnya",
)


class Describe(Struct, frozen=True, kw_only=True):
    """Say what an agency is called and where it belongs; said again, it replaces what was said,
    unless it is meant for an agency of which nothing was said (`only_if_new`).
    """

    year: int
    agency: str
    name: str
    kind: str
    parent: str = ""
    only_if_new: bool = False


class Close(Struct, frozen=True, kw_only=True):
    """Say that the agency is no more."""

    year: int
    agency: str
    reason: str = ""


Command = Describe | Close


class Agency(Struct, frozen=True, kw_only=True):
    """An agency as its stream says; closed, it can be registered again."""

    status: Literal["unknown", "open", "closed"] = "unknown"
    name: str = ""
    kind: str = ""
    parent: str = ""


EMPTY = Agency()


def evolve(agency: Agency, event: Event) -> Agency:
    """The agency after one of its events."""
    match event:
        case AgencyRegistered() | AgencyRevised():
            return Agency(status="open", name=event.name, kind=event.kind, parent=event.parent)
        case AgencyClosed():
            return Agency(status="closed", name=agency.name, kind=agency.kind, parent=agency.parent)
        case _:
            return agency


def decide(command: Command, agency: Agency, parent: Agency) -> tuple[Event, ...]:
    """What follows from the command; nothing where it is already true.

    `parent` is the agency that the command names as the one above, else `EMPTY`.
    """
    if isinstance(command, Close):
        text.check("reason", command.reason, REASON_CHARACTERS_MAX)
        must_be_open(agency, command.agency, also_closed=True)
        if agency.status == "closed":
            return ()
        return (AgencyClosed(year=command.year, agency=command.agency, reason=command.reason),)
    if command.only_if_new and agency != EMPTY:
        return ()
    text.check("name", command.name, NAME_CHARACTERS_MAX)
    if not command.name.strip():
        raise Refused("agency.name_missing")
    if command.kind not in KINDS:
        raise Refused("agency.unknown_kind", kind=command.kind[:40], allowed=", ".join(KINDS))
    if command.parent:
        must_be_open(parent, command.parent)
        if command.parent == command.agency or parent.parent:
            raise Refused("agency.parent_is_a_unit", parent=command.parent)
    if agency == Agency(status="open", name=command.name, kind=command.kind, parent=command.parent):
        return ()
    said = AgencyRevised if agency.status == "open" else AgencyRegistered
    return (
        said(
            year=command.year,
            agency=command.agency,
            name=command.name,
            kind=command.kind,
            parent=command.parent,
        ),
    )


def must_be_open(agency: Agency, name: str, *, also_closed: bool = False) -> None:
    """The agency is one of the region's own, and not closed."""
    if agency.status == "unknown":
        raise Missing("agency.unknown", agency=name)
    if agency.status == "closed" and not also_closed:
        raise Refused("agency.closed", agency=name)
