"""What a region sends of its agencies, its head's decree, trials and coaching."""

from datetime import date
from typing import Annotated

from msgspec import Meta

from services.intake.bodies.stated import Level, Sha256, Spelt, Stated
from services.intake.core.decree import INNOVATIONS_MAX

Name = Annotated[str, Meta(description="Nama program (client) pemegang kunci; kosong: tidak ada")]


class AgencyBody(Stated, frozen=True, kw_only=True):
    """An agency (perangkat daerah), or with `parent` a unit of one."""

    name: str
    kind: str
    parent: str = ""


class AgencyClosingBody(Stated, frozen=True, kw_only=True):
    """The agency is no more."""

    reason: str = ""


class DecreeBody(Stated, frozen=True, kw_only=True):
    """The regional head's decree on innovations; `sha256` names its file, uploaded before."""

    number: str
    dated: date
    innovations: Annotated[tuple[str, ...], Meta(max_length=INNOVATIONS_MAX)]
    sha256: str = ""


class TrialBody(Stated, frozen=True, kw_only=True):
    """Make an agency the innovation's laboratory (PP 38/2017 art. 16)."""

    agency: str
    begins_on: date
    instrument: str
    ends_on: date | None = None


class TrialReportBody(Stated, frozen=True, kw_only=True):
    """What the trial found, with files that were uploaded before."""

    reported_on: date
    finding: str
    files: tuple[Sha256, ...] = ()


class TrialDecisionBody(Stated, frozen=True, kw_only=True):
    """`diterapkan`, `diperpanjang` or `dihentikan`, by an instrument."""

    decision: str
    decided_on: date
    instrument: str
    note: str = ""


class ReplicationBody(Stated, frozen=True, kw_only=True):
    """Another region repeated the innovation, as a document says."""

    by: Annotated[str, Meta(description="Kode daerah yang mereplikasi, misalnya 63.01")]
    replicated_on: date
    document_number: str


class CoachBody(Stated, frozen=True, kw_only=True):
    """Who coaches the agency."""

    coach: Name


class StepBody(Stated, frozen=True, kw_only=True):
    """A step agreed on: an indicator's level by a day; `gain` as next best evidence promised it."""

    indicator: str
    level: Level
    due: date
    innovation: str = ""
    gain: Spelt | None = None
    note: str = ""


class StepClosingBody(Stated, frozen=True, kw_only=True):
    """The step is done (`selesai`) or dropped (`dibatalkan`)."""

    outcome: str
    note: str = ""
