"""Innovations of a season as a list, and what a region takes along into another season."""

from typing import Annotated

from msgspec import Meta, Struct

from services.intake.bodies import OutcomeView, Stated


class CarryBody(Stated, frozen=True, kw_only=True):
    """Take innovations along from an earlier season; without `innovations`, all that stand.

    `claims` takes their levels along too, and the region's own; `only_eligible` leaves out what
    the new season would not assess.
    """

    from_year: int
    innovations: Annotated[tuple[str, ...], Meta(min_length=1)] | None = None
    claims: bool = False
    only_eligible: bool = False


class CarriedView(Struct, frozen=True, kw_only=True):
    """What was taken along, each by its name: `agency/…`, `innovation/…`, `claim/…/…`."""

    recorded: int
    unchanged: int
    refused: int
    outcomes: dict[str, OutcomeView]


class InnovationRow(Struct, frozen=True, kw_only=True):
    """One innovation of a season in a list."""

    innovation: str
    status: str
    name: str
    tahapan: str
    agency: str
    perangkat_daerah: str


class InnovationsView(Struct, frozen=True, kw_only=True):
    """A region's innovations of a season by id, those that were withdrawn among them."""

    region: str
    year: int
    innovations: tuple[InnovationRow, ...]
