"""How a region is organised, what its head decreed, and how its agencies are coached."""

from datetime import date
from decimal import Decimal

from msgspec import Struct


class AgencyRegistered(Struct, frozen=True, kw_only=True, tag="agency.registered.1"):
    """An agency (perangkat daerah) or one of its units, as the region is organised in a year.

    `parent` is the agency a unit belongs to, empty for an agency itself.
    """

    year: int
    agency: str
    name: str
    kind: str
    parent: str = ""


class AgencyRevised(Struct, frozen=True, kw_only=True, tag="agency.revised.1"):
    """The agency is called or placed otherwise."""

    year: int
    agency: str
    name: str
    kind: str
    parent: str = ""


class AgencyClosed(Struct, frozen=True, kw_only=True, tag="agency.closed.1"):
    """The agency is no more; its innovations keep its name."""

    year: int
    agency: str
    reason: str = ""


class InnovationsDecreed(Struct, frozen=True, kw_only=True, tag="innovations.decreed.1"):
    """The regional head's decree that names the region's innovations; a later one replaces it."""

    year: int
    number: str
    dated: date
    innovations: tuple[str, ...]
    sha256: str = ""


class CoachAssigned(Struct, frozen=True, kw_only=True, tag="coach.assigned.1"):
    """Who coaches an agency (pendamping): a client's name; empty takes the assignment back."""

    year: int
    agency: str
    coach: str


class StepAgreed(Struct, frozen=True, kw_only=True, tag="step.agreed.1"):
    """Coach and agency agreed on a step: an indicator's level by a day.

    `gain` is the index gain promised when it was agreed, as next best evidence said.
    """

    year: int
    agency: str
    step: str
    indicator: str
    level: int
    due: date
    innovation: str = ""
    gain: Decimal | None = None
    note: str = ""


class StepClosed(Struct, frozen=True, kw_only=True, tag="step.closed.1"):
    """The step was dropped or is done; what it brought is read from the scores."""

    year: int
    agency: str
    step: str
    outcome: str
    note: str = ""
