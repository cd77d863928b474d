"""The innovation laboratory (PP 38/2017 art. 16): assigned to an agency, reported, decided.

An innovation moves from *inisiatif* to *uji coba* when a laboratory is assigned, and to *penerapan*
when the trial's decision says so; its profile follows by itself, so no date is typed twice.
"""

from datetime import date
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from shared.kernel import names, profiles, text
from shared.kernel.errors import Refused
from shared.kernel.events.innovation import (
    InnovationReplicated,
    InnovationRevised,
    Profile,
    TrialAssigned,
    TrialDecided,
    TrialReported,
)
from shared.kernel.recorded import Event

DECISIONS = ("diterapkan", "diperpanjang", "dihentikan")
FINDING_CHARACTERS_MAX = 5_000
SHORT_TEXT_CHARACTERS_MAX = 200
FILES_MAX = 20


class Assign(Struct, frozen=True, kw_only=True):
    """Make an agency the innovation's laboratory, by an instrument."""

    year: int
    innovation: str
    agency: str
    begins_on: date
    instrument: str
    ends_on: date | None = None


class Report(Struct, frozen=True, kw_only=True):
    """Say what the trial found, with its files by fingerprint."""

    year: int
    innovation: str
    reported_on: date
    finding: str
    files: tuple[str, ...] = ()


class Decide(Struct, frozen=True, kw_only=True):
    """Decide what follows: applied, prolonged or stopped."""

    year: int
    innovation: str
    decision: str
    decided_on: date
    instrument: str
    note: str = ""


class Replicate(Struct, frozen=True, kw_only=True):
    """Record that somebody else repeated the innovation."""

    year: int
    innovation: str
    by: str
    replicated_on: date
    document_number: str


Command = Assign | Report | Decide | Replicate


class Trial(Struct, frozen=True, kw_only=True):
    """The way through the laboratory so far, and who repeated the innovation."""

    status: Literal["none", "assigned", "reported", "decided"] = "none"
    assigned: TrialAssigned | None = None
    reports: tuple[TrialReported, ...] = ()
    decided: TrialDecided | None = None
    replicated: tuple[InnovationReplicated, ...] = ()


EMPTY = Trial()


def evolve(trial: Trial, event: Event) -> Trial:
    """The trial after one of the innovation's events."""
    match event:
        case TrialAssigned():
            return replace(trial, status="assigned", assigned=event, decided=None)
        case TrialReported():
            return replace(trial, status="reported", reports=(*trial.reports, event))
        case TrialDecided():
            return replace(trial, status="decided", decided=event)
        case InnovationReplicated():
            return replace(trial, replicated=(*trial.replicated, event))
        case _:
            return trial


def decide(command: Command, trial: Trial, profile: Profile) -> tuple[Event, ...]:
    """What follows from the command, the profile's next stage included; nothing if already true."""
    match command:
        case Assign():
            return _assign(command, trial, profile)
        case Report():
            return _report(command, trial)
        case Decide():
            return _decide(command, trial, profile)
        case Replicate():
            return _replicate(command, trial)


def _assign(command: Assign, trial: Trial, profile: Profile) -> tuple[Event, ...]:
    if not names.is_innovation(command.agency):
        raise Refused("agency.name_malformed")
    _must_cite("instrument", command.instrument)
    if command.ends_on is not None and command.ends_on < command.begins_on:
        raise Refused("trial.ends_before_it_begins")
    assigned = TrialAssigned(
        year=command.year,
        innovation=command.innovation,
        agency=command.agency,
        begins_on=command.begins_on,
        ends_on=command.ends_on,
        instrument=command.instrument,
    )
    if assigned == trial.assigned:
        return ()
    if profile.tahapan == "penerapan":
        raise Refused("trial.already_applied", innovation=command.innovation)
    # A date that an earlier assignment wrote follows the new one; one of the region's own stays.
    written = trial.assigned is not None and trial.assigned.begins_on == profile.trial_date
    begun = command.begins_on if written else profile.trial_date or command.begins_on
    tried = replace(profile, tahapan="uji_coba", trial_date=begun)
    return (assigned, *_revised(command, profile, tried))


def _report(command: Report, trial: Trial) -> tuple[Event, ...]:
    text.check("finding", command.finding, FINDING_CHARACTERS_MAX)
    if not command.finding.strip():
        raise Refused("trial.finding_missing")
    if len(command.files) > FILES_MAX:
        raise Refused("evidence.too_many", files_max=FILES_MAX)
    reported = TrialReported(
        year=command.year,
        innovation=command.innovation,
        reported_on=command.reported_on,
        finding=command.finding,
        files=command.files,
    )
    if reported in trial.reports:
        return ()
    if trial.assigned is None:
        raise Refused("trial.not_assigned", innovation=command.innovation)
    _must_be_undecided(command.innovation, trial)
    if command.reported_on < trial.assigned.begins_on:
        raise Refused("trial.reported_before_it_begins")
    return (reported,)


def _decide(command: Decide, trial: Trial, profile: Profile) -> tuple[Event, ...]:
    text.check("note", command.note, FINDING_CHARACTERS_MAX)
    _must_cite("instrument", command.instrument)
    if command.decision not in DECISIONS:
        raise Refused("trial.unknown_decision", allowed=", ".join(DECISIONS))
    decided = TrialDecided(
        year=command.year,
        innovation=command.innovation,
        decision=command.decision,
        decided_on=command.decided_on,
        instrument=command.instrument,
        note=command.note,
    )
    if decided == trial.decided:
        return ()
    _must_be_undecided(command.innovation, trial)
    if trial.status != "reported":
        raise Refused("trial.not_reported", innovation=command.innovation)
    if command.decided_on < trial.reports[-1].reported_on:
        raise Refused("trial.decided_before_the_report")
    if command.decision != "diterapkan":
        return (decided,)
    applied = replace(
        profile,
        tahapan="penerapan",
        implementation_date=profile.implementation_date or command.decided_on,
    )
    return (decided, *_revised(command, profile, applied))


def _replicate(command: Replicate, trial: Trial) -> tuple[Event, ...]:
    _must_cite("by", command.by)
    _must_cite("document_number", command.document_number)
    replicated = InnovationReplicated(
        year=command.year,
        innovation=command.innovation,
        by=command.by,
        replicated_on=command.replicated_on,
        document_number=command.document_number,
    )
    return () if replicated in trial.replicated else (replicated,)


def _revised(command: Assign | Decide, before: Profile, after: Profile) -> tuple[Event, ...]:
    if before == after:
        return ()
    profiles.check(after)
    return (InnovationRevised(year=command.year, innovation=command.innovation, profile=after),)


def _must_be_undecided(innovation: str, trial: Trial) -> None:
    if trial.decided is not None:
        raise Refused(
            "trial.decided_already", innovation=innovation, decision=trial.decided.decision
        )


def _must_cite(field: str, given: str) -> None:
    text.check(field, given, SHORT_TEXT_CHARACTERS_MAX)
    if not given.strip():
        raise Refused("text.missing", field=field)
