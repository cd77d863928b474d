"""Innovations from registration to withdrawal, their list, and what is carried into a season."""

from typing import Annotated

from msgspec import Meta, Struct

from services.intake.bodies.receipts import OutcomeView
from services.intake.bodies.stated import Stated
from shared.kernel.events.innovation import Profile
from shared.kernel.hypotheses import ProfileBody

# One bulk request; larger loads are sent in several, each with its own key.


class RegisterBody(Stated, frozen=True, kw_only=True):
    """Register an innovation; without an id of your own, one is given."""

    profile: ProfileBody
    innovation: str = ""


class ReviseBody(Stated, frozen=True, kw_only=True):
    """Replace an innovation's profile."""

    profile: ProfileBody


class WithdrawalBody(Stated, frozen=True, kw_only=True):
    """Take an innovation out of the season; registering it again brings it back."""

    reason: str = ""


class RejectionBody(Stated, frozen=True, kw_only=True):
    """Find that an innovation may not be assessed, with the reason."""

    reason: str
    note: str = ""


class ReinstatementBody(Stated, frozen=True, kw_only=True):
    """Take a rejection back, with what the verifier has to say."""

    note: str = ""


class InnovationView(Struct, frozen=True, kw_only=True):
    """An innovation as it stands; its version is the ETag."""

    region: str
    year: int
    innovation: str
    status: str
    version: int
    profile: Profile


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
    """A region's innovations of a season by id, those that were withdrawn among them.

    `next` is the cursor behind which it goes on; empty at the end.
    """

    region: str
    year: int
    innovations: tuple[InnovationRow, ...]
    next: str
