"""One innovation in one season: registered, revised, submitted, rejected, withdrawn."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from services.intake.core import trial
from services.intake.core.checking import Beside
from services.intake.core.trial import Trial
from shared.kernel import profiles, text
from shared.kernel.errors import Missing, Refused
from shared.kernel.events.innovation import (
    InnovationRegistered,
    InnovationReinstated,
    InnovationRejected,
    InnovationRevised,
    InnovationSubmitted,
    InnovationWithdrawn,
    Profile,
)
from shared.kernel.recorded import Event

REASON_CHARACTERS_MAX = 2_000
SIGNATURE_CHARACTERS_MAX = 200
# The integrity statement (pakta integritas); its words are told with the check before sending.
STATEMENT = "pakta-integritas-1"
REJECTIONS = (
    "di_luar_jangka_waktu",
    "bukan_kewenangan_daerah",
    "bukan_pembaruan",
    "dilaporkan_ganda",
    "rancang_bangun_tidak_sesuai",
    "lainnya",
)


class Register(Struct, frozen=True, kw_only=True):
    """Report an innovation."""

    year: int
    innovation: str
    profile: Profile
    carried_from: int | None = None


class Revise(Struct, frozen=True, kw_only=True):
    """Replace the whole profile."""

    year: int
    innovation: str
    profile: Profile


class Submit(Struct, frozen=True, kw_only=True):
    """Send the innovation for verification, with the integrity statement of who answers for it.

    `indicators` are the rows whose claims are looked at: the fingerprints behind them are recorded
    with it (`files` where they are known, as of a late one). It is checked against `beside`;
    without, as where a stated moment tells of one that took place elsewhere, it is recorded as was.
    """

    year: int
    innovation: str
    statement: str = ""
    signer_office: str = ""
    signature: str = ""
    explained: dict[str, str] = {}
    indicators: tuple[str, ...] = ()
    beside: Beside | None = None
    files: tuple[str, ...] | None = None


class Withdraw(Struct, frozen=True, kw_only=True):
    """Take the innovation out of the season; nothing of it is deleted."""

    year: int
    innovation: str
    reason: str = ""


class Reject(Struct, frozen=True, kw_only=True):
    """Find that the innovation may not be assessed at all."""

    year: int
    innovation: str
    reason: str
    note: str = ""


class Reinstate(Struct, frozen=True, kw_only=True):
    """Take a rejection back."""

    year: int
    innovation: str
    note: str = ""


Command = Register | Revise | Submit | Withdraw | Reject | Reinstate

Status = Literal["unknown", "draft", "submitted", "rejected", "withdrawn"]


class Innovation(Struct, frozen=True, kw_only=True):
    """An innovation as its stream says; one that was rejected is a draft again once revised.

    `refused` is the profile with which it was rejected last, also after it was withdrawn: handed
    in unchanged, it is still rejected. `sent` is the last submission, with what was sent then.
    `trial` is its way through the laboratory.
    """

    status: Status = "unknown"
    profile: Profile | None = None
    refused: Profile | None = None
    rejection: InnovationRejected | None = None
    sent: InnovationSubmitted | None = None
    sent_profile: Profile | None = None
    trial: Trial = Trial()


EMPTY = Innovation()


def evolve(innovation: Innovation, event: Event) -> Innovation:
    """The innovation after one of its events."""
    match event:
        case InnovationRegistered() | InnovationRevised():
            standing = innovation.status in ("submitted", "draft")
            kept = standing and isinstance(event, InnovationRevised)
            status: Status = innovation.status if kept else "draft"
            return replace(innovation, status=status, profile=event.profile)
        case InnovationSubmitted():
            return replace(
                innovation,
                status="submitted",
                refused=None,
                rejection=None,
                sent=event,
                sent_profile=innovation.profile,
            )
        case InnovationReinstated():
            return replace(innovation, status="submitted", refused=None, rejection=None)
        case InnovationRejected():
            return replace(
                innovation, status="rejected", refused=innovation.profile, rejection=event
            )
        case InnovationWithdrawn():
            return replace(innovation, status="withdrawn")
        case _:
            return replace(innovation, trial=trial.evolve(innovation.trial, event))


def decide(
    command: Command, innovation: Innovation, files: Sequence[str] = ()
) -> tuple[Event, ...]:
    """What follows from the command; nothing where it is already true.

    `files` are the fingerprints behind the claims, for a submission.
    """
    match command:
        case Register():
            return _register(command, innovation)
        case Revise():
            return _revise(command, innovation)
        case Submit():
            return _submit(command, innovation, files)
        case Withdraw():
            return _withdraw(command, innovation)
        case Reject():
            return _reject(command, innovation)
        case Reinstate():
            return _reinstate(command, innovation)


def answers_a_verdict(command: Command, innovation: Innovation) -> bool:
    """Whether the region takes up a rejection: changes the innovation, sends or withdraws it."""
    return innovation.refused is not None and isinstance(command, Revise | Submit | Withdraw)


def must_be_known(innovation: Innovation, name: str) -> None:
    """Claims are made of innovations that are registered, and not withdrawn since."""
    if innovation.status == "unknown":
        raise Missing("innovation.unknown", innovation=name)
    if innovation.status == "withdrawn":
        raise Refused("innovation.withdrawn", innovation=name)


def must_be_submitted(innovation: Innovation, name: str) -> None:
    """Verdicts are given on innovations that were sent for verification."""
    must_be_known(innovation, name)
    if innovation.status == "rejected":
        raise Refused("verification.rejected", innovation=name)
    if innovation.status != "submitted":
        raise Refused("verification.not_submitted", innovation=name)


def _register(command: Register, innovation: Innovation) -> tuple[Event, ...]:
    if innovation.status not in ("unknown", "withdrawn"):
        if innovation.profile == command.profile:
            return ()
        raise Refused("innovation.already_registered", innovation=command.innovation)
    profiles.check(command.profile)
    return (
        InnovationRegistered(
            year=command.year,
            innovation=command.innovation,
            profile=command.profile,
            carried_from=command.carried_from,
        ),
    )


def _revise(command: Revise, innovation: Innovation) -> tuple[Event, ...]:
    must_be_known(innovation, command.innovation)
    if innovation.profile == command.profile:
        return ()
    profiles.check(command.profile)
    return (
        InnovationRevised(
            year=command.year, innovation=command.innovation, profile=command.profile
        ),
    )


def _submit(command: Submit, innovation: Innovation, files: Sequence[str]) -> tuple[Event, ...]:
    must_be_known(innovation, command.innovation)
    if innovation.status == "submitted" and not _has_changed(innovation, files):
        return ()
    if innovation.refused is not None and innovation.refused == innovation.profile:
        raise Refused("innovation.rejected", innovation=command.innovation)
    for field in ("statement", "signer_office", "signature"):
        text.check(field, getattr(command, field), SIGNATURE_CHARACTERS_MAX)
    if command.beside is not None:
        _must_be_signed(command)
    return (
        InnovationSubmitted(
            year=command.year,
            innovation=command.innovation,
            statement=command.statement,
            signer_office=command.signer_office,
            signature=command.signature,
            files=tuple(files),
            explained=command.explained,
        ),
    )


def _has_changed(innovation: Innovation, files: Sequence[str]) -> bool:
    """Whether what stands is no longer what was sent; sent again, it has a receipt of its own."""
    sent = () if innovation.sent is None else innovation.sent.files
    return sent != tuple(files) or innovation.sent_profile != innovation.profile


def _must_be_signed(command: Submit) -> None:
    """The integrity statement of the day, and who answers for it."""
    if command.statement != STATEMENT:
        raise Refused("submission.statement_missing", statement=STATEMENT)
    if not command.signer_office.strip():
        raise Refused("submission.signer_missing")


def _withdraw(command: Withdraw, innovation: Innovation) -> tuple[Event, ...]:
    text.check("reason", command.reason, REASON_CHARACTERS_MAX)
    if innovation.status == "withdrawn":
        return ()
    must_be_known(innovation, command.innovation)
    return (
        InnovationWithdrawn(
            year=command.year, innovation=command.innovation, reason=command.reason
        ),
    )


def _reject(command: Reject, innovation: Innovation) -> tuple[Event, ...]:
    text.check("note", command.note, REASON_CHARACTERS_MAX)
    if command.reason not in REJECTIONS:
        raise Refused("verification.unknown_rejection", allowed=", ".join(REJECTIONS))
    rejection = InnovationRejected(
        year=command.year,
        innovation=command.innovation,
        reason=command.reason,
        note=command.note,
    )
    if innovation.status == "rejected":
        return () if rejection == innovation.rejection else (rejection,)
    must_be_submitted(innovation, command.innovation)
    return (rejection,)


def _reinstate(command: Reinstate, innovation: Innovation) -> tuple[Event, ...]:
    text.check("note", command.note, REASON_CHARACTERS_MAX)
    must_be_known(innovation, command.innovation)
    if innovation.status == "submitted":
        return ()
    if innovation.status != "rejected":
        raise Refused("verification.not_submitted", innovation=command.innovation)
    return (
        InnovationReinstated(year=command.year, innovation=command.innovation, note=command.note),
    )
