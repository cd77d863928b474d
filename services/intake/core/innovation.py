"""One innovation in one season: registered, revised, submitted, rejected, withdrawn."""

from datetime import date
from typing import Literal

from msgspec import Struct

from services.intake.core import text
from shared.kernel.errors import Missing, Refused
from shared.kernel.events.intake import (
    InnovationRegistered,
    InnovationRejected,
    InnovationRevised,
    InnovationSubmitted,
    InnovationWithdrawn,
    Profile,
)
from shared.kernel.recorded import Event

NAME_CHARACTERS_MAX = 300
TEXT_CHARACTERS_MAX = 20_000
SHORT_TEXT_CHARACTERS_MAX = 200

TAHAPAN = ("inisiatif", "uji_coba", "penerapan")
BENTUK = ("", "tata_kelola", "pelayanan_publik", "lainnya")
JENIS = ("", "digital", "nondigital")
REASON_CHARACTERS_MAX = 2_000
REJECTIONS = (
    "di_luar_jangka_waktu",
    "bukan_kewenangan_daerah",
    "bukan_pembaruan",
    "dilaporkan_ganda",
    "rancang_bangun_tidak_sesuai",
    "lainnya",
)
INISIATOR = ("", "kepala_daerah", "anggota_dprd", "perangkat_daerah", "asn", "masyarakat")
URUSAN = range(1, 39)


class Register(Struct, frozen=True, kw_only=True):
    """Report an innovation."""

    year: int
    innovation: str
    profile: Profile


class Revise(Struct, frozen=True, kw_only=True):
    """Replace the whole profile."""

    year: int
    innovation: str
    profile: Profile


class Submit(Struct, frozen=True, kw_only=True):
    """Send the innovation for verification."""

    year: int
    innovation: str


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


Command = Register | Revise | Submit | Withdraw | Reject

Status = Literal["unknown", "draft", "submitted", "rejected", "withdrawn"]


class Innovation(Struct, frozen=True, kw_only=True):
    """An innovation as its stream says; one that was rejected is a draft again once revised."""

    status: Status = "unknown"
    profile: Profile | None = None


EMPTY = Innovation()


def evolve(innovation: Innovation, event: Event) -> Innovation:
    """The innovation after one of its events."""
    match event:
        case InnovationRegistered():
            return Innovation(status="draft", profile=event.profile)
        case InnovationRevised():
            status: Status = "draft" if innovation.status == "rejected" else innovation.status
            return Innovation(status=status, profile=event.profile)
        case InnovationSubmitted():
            return Innovation(status="submitted", profile=innovation.profile)
        case InnovationRejected():
            return Innovation(status="rejected", profile=innovation.profile)
        case InnovationWithdrawn():
            return Innovation(status="withdrawn", profile=innovation.profile)
        case _:
            return innovation


def decide(command: Command, innovation: Innovation) -> tuple[Event, ...]:
    """What follows from the command; nothing where it is already true."""
    match command:
        case Register():
            return _register(command, innovation)
        case Revise():
            return _revise(command, innovation)
        case Submit():
            return _submit(command, innovation)
        case Withdraw():
            return _withdraw(command, innovation)
        case Reject():
            return _reject(command, innovation)


def must_be_known(innovation: Innovation, name: str) -> None:
    """Claims are made of innovations that are registered, and not withdrawn since."""
    if innovation.status == "unknown":
        raise Missing("innovation.unknown", innovation=name)
    if innovation.status == "withdrawn":
        raise Refused("innovation.withdrawn", innovation=name)


def must_be_submitted(innovation: Innovation, name: str) -> None:
    """Verdicts are given on innovations that were sent for verification."""
    must_be_known(innovation, name)
    if innovation.status != "submitted":
        raise Refused("verification.not_submitted", innovation=name)


def _register(command: Register, innovation: Innovation) -> tuple[Event, ...]:
    if innovation.status not in ("unknown", "withdrawn"):
        if innovation.profile == command.profile:
            return ()
        raise Refused("innovation.already_registered", innovation=command.innovation)
    check_profile(command.profile)
    return (
        InnovationRegistered(
            year=command.year, innovation=command.innovation, profile=command.profile
        ),
    )


def _revise(command: Revise, innovation: Innovation) -> tuple[Event, ...]:
    must_be_known(innovation, command.innovation)
    if innovation.profile == command.profile:
        return ()
    check_profile(command.profile)
    return (
        InnovationRevised(
            year=command.year, innovation=command.innovation, profile=command.profile
        ),
    )


def _submit(command: Submit, innovation: Innovation) -> tuple[Event, ...]:
    must_be_known(innovation, command.innovation)
    if innovation.status == "submitted":
        return ()
    if innovation.status == "rejected":
        raise Refused("innovation.rejected", innovation=command.innovation)
    return (InnovationSubmitted(year=command.year, innovation=command.innovation),)


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
        raise Refused("verification.unknown_reason", allowed=", ".join(REJECTIONS))
    if innovation.status == "rejected":
        return ()
    must_be_submitted(innovation, command.innovation)
    return (
        InnovationRejected(
            year=command.year,
            innovation=command.innovation,
            reason=command.reason,
            note=command.note,
        ),
    )


def check_profile(profile: Profile) -> None:
    """What no profile may be, whatever else it says."""
    if not profile.name.strip():
        raise Refused("innovation.name_missing")
    for field, characters_max in _LIMITS.items():
        text.check(field, getattr(profile, field), characters_max)
    for field, allowed in _CHOICES.items():
        chosen = getattr(profile, field)
        if chosen not in allowed:
            told = ", ".join(choice for choice in allowed if choice)
            raise Refused("innovation.unknown_choice", field=field, chosen=chosen, allowed=told)
    others = profile.other_urusan
    if len(others) > len(URUSAN) or len(set(others)) < len(others):
        raise Refused("innovation.urusan_named_twice")
    for urusan in (profile.main_urusan, *others):
        if urusan not in URUSAN:
            raise Refused("innovation.unknown_urusan", urusan=urusan)
    _check_dates(profile.trial_date, profile.implementation_date, profile.development_date)


def _check_dates(trial: date | None, implementation: date | None, development: date | None) -> None:
    known = [moment for moment in (trial, implementation, development) if moment is not None]
    if known != sorted(known):
        raise Refused("innovation.dates_out_of_order")


_LIMITS = {
    "name": NAME_CHARACTERS_MAX,
    "perangkat_daerah": SHORT_TEXT_CHARACTERS_MAX,
    "design": TEXT_CHARACTERS_MAX,
    "purpose": TEXT_CHARACTERS_MAX,
    "benefit": TEXT_CHARACTERS_MAX,
    "outcome": TEXT_CHARACTERS_MAX,
}
_CHOICES = {"tahapan": TAHAPAN, "bentuk": BENTUK, "jenis": JENIS, "inisiator": INISIATOR}
