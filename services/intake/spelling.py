"""What is named in addresses and bodies, before the log is asked for it."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from services.intake.bodies.indicator import FileBody
from shared.kernel import names
from shared.kernel.errors import Refused
from shared.kernel.events.indicator import EvidenceReference

# The longest code of any year has 18.
INDICATOR_CHARACTERS_MAX = 60


def innovation_name(given: str) -> str:
    if not names.is_innovation(given):
        raise Refused("innovation.name_malformed")
    return given


def agency_name(given: str) -> str:
    """Spelt like an innovation's id."""
    if not names.is_innovation(given):
        raise Refused("agency.name_malformed")
    return given


def step_name(given: str) -> str:
    """Spelt like an innovation's id."""
    if not names.is_innovation(given):
        raise Refused("step.name_malformed")
    return given


def branch_name(given: str) -> str:
    """Spelt like an innovation's id."""
    if not names.is_innovation(given):
        raise Refused("branch.name_malformed")
    return given


def referenced(
    files: Sequence[FileBody], known: Mapping[str, EvidenceReference]
) -> tuple[EvidenceReference, ...]:
    """The files as a claim holds them; `known` are those that were uploaded."""
    for file in files:
        if file.sha256 not in known:
            raise Refused("evidence.not_uploaded", sha256=file.sha256)
    return tuple(
        replace(
            known[file.sha256],
            document_number=file.document_number,
            document_date=file.document_date,
            subject=file.subject,
            signer_office=file.signer_office,
        )
        for file in files
    )


def subject(innovation_id: str) -> str:
    return innovation_name(innovation_id) if innovation_id else ""


def indicator_code(given: str) -> str:
    """As given, unless the database would refuse to look it up and its neighbours with it."""
    if "\x00" in given or len(given) > INDICATOR_CHARACTERS_MAX:
        raise Refused("stream.unnameable")
    return given
