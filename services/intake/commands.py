"""What each command is: its noun, the stream it writes, what else it reads, and what it is for."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from services.intake.core import (
    agency,
    assignment,
    branch,
    clarification,
    coaching,
    credential,
    decree,
    finding,
    indicator,
    innovation,
    late,
    person,
    result,
    sample,
    season,
    target,
    together,
    trial,
    verdict,
)
from shared.kernel import names, streams
from shared.kernel.scorecard import STAGES

Command = (
    season.Command
    | innovation.Command
    | trial.Command
    | indicator.Claim
    | verdict.Command
    | clarification.Command
    | assignment.Assign
    | sample.Draw
    | late.Admit
    | result.Command
    | target.Set
    | finding.Dismiss
    | agency.Command
    | decree.Decree
    | coaching.Command
    | branch.Command
    | credential.Command
    | person.Command
    | together.Together
)

# What a command is for decides what the season must be: see `deciding.py`.
#   calendar   keeps a season               report   counts by when it was received
#   verdict    until the freeze             result   once the season was opened
#   plan       the same, and begins none    affair   at any time
#   admission  lets a late item count
Purpose = Literal["calendar", "report", "verdict", "result", "plan", "affair", "admission"]


class Sort(Struct, frozen=True, kw_only=True):
    """One kind of command. `reads` are further streams of the region that the decision looks at."""

    noun: Any
    purpose: Purpose
    writes: Callable[[Any], str]
    reads: Callable[[Any], Sequence[str]]


def sort_of(command: Command) -> Sort:
    """What the command is."""
    return _SORTS[type(command)]


def written_by(command: Command) -> str:
    """The stream the command writes first; its version is the command's."""
    return sort_of(command).writes(command)


def keepers(tenant: str) -> tuple[str, ...]:
    """Whose calendar holds in a region: its province's, else the ministry's."""
    return (names.province_of(tenant), names.MINISTRY)


def rests_on(tenant: str, command: Command) -> Sequence[tuple[str, str]]:
    """Every (tenant, stream) that must be read to decide; the written one is the first."""
    sort = sort_of(command)
    found = [(tenant, sort.writes(command))]
    found.extend((tenant, stream) for stream in sort.reads(command))
    if sort.purpose not in ("calendar", "affair"):
        found.append((tenant, names.entry(command.year)))
        found.extend((keeper, names.season(command.year)) for keeper in keepers(tenant))
    if sort.purpose == "calendar":
        found.append((names.MINISTRY, names.season(command.year)))
    if sort.purpose == "report":
        found.append((tenant, names.late(command.year)))
    return list(dict.fromkeys(found))


def _nothing(_: Any) -> Sequence[str]:
    return ()


def _season(command: Any) -> str:
    return names.season(command.year)


def _innovation(command: Any) -> str:
    return names.innovation(command.year, command.innovation)


def _subject(command: Any) -> str:
    return command.innovation or names.REGION


def _claim(command: Any) -> str:
    return names.claim(command.year, _subject(command), command.indicator)


def _clarification(command: Any) -> str:
    return names.clarification(command.year, _subject(command), command.indicator)


def _verifier(command: Any) -> str:
    return names.verifier(command.year, _subject(command))


def _named(command: Any) -> Sequence[str]:
    """The innovation that is spoken of, where it is one."""
    return [_innovation(command)] if command.innovation else []


def _of_agency(command: Any) -> Sequence[str]:
    return [names.agency(command.year, command.agency)]


def _profiled(command: Any) -> Sequence[str]:
    """The agency that the profile names, where it can be one."""
    agency_id = command.profile.agency
    known = names.is_innovation(agency_id)
    return [names.agency(command.year, agency_id)] if known else []


def _submitted(command: innovation.Submit) -> Sequence[str]:
    """The claims whose files are sent along."""
    return [names.claim(command.year, command.innovation, code) for code in command.indicators]


def _above(command: Any) -> Sequence[str]:
    parent = getattr(command, "parent", "")
    return [names.agency(command.year, parent)] if names.is_innovation(parent) else []


def _coached(command: Any) -> Sequence[str]:
    innovation_id = getattr(command, "innovation", "")
    named = [names.innovation(command.year, innovation_id)] if innovation_id else []
    return [*_of_agency(command), *named]


def _decreed(command: decree.Decree) -> Sequence[str]:
    return [
        names.innovation(command.year, name)
        for name in command.innovations
        if names.is_innovation(name)
    ]


def _presumed(command: branch.Command) -> Sequence[str]:
    return [names.innovation(command.year, name) for name in branch.presumed(command)]


def _admitted(command: late.Admit) -> Sequence[str]:
    """Wherever the late facts will stand, and what they are decided on."""
    told = [late.command_of(fact) for fact in command.item.facts]
    needed = [stream for one in told for stream in sort_of(one).reads(one)]
    return [*(streams.stream_of(fact) for fact in command.item.facts), *needed]


def _together(command: together.Together) -> Sequence[str]:
    """Whatever any of them writes or looks at."""
    found = [
        stream
        for report in command.reports
        for stream in (sort_of(report).writes(report), *sort_of(report).reads(report))
    ]
    return list(dict.fromkeys(found))


def _reported(command: result.Report) -> str:
    # What is no stage is refused; until then it needs a name like any other.
    stage = command.stage if command.stage in STAGES else STAGES[0]
    return names.reported(command.year, stage)


def _sort(
    noun: Any,
    purpose: Purpose,
    writes: Callable[[Any], str],
    reads: Callable[[Any], Sequence[str]] = _nothing,
) -> Sort:
    return Sort(noun=noun, purpose=purpose, writes=writes, reads=reads)


_CALENDAR = _sort(season, "calendar", _season)
_PROFILE = _sort(innovation, "report", _innovation, _profiled)
_JUDGED = _sort(innovation, "verdict", _innovation, lambda command: [_verifier(command)])
_TRIED = _sort(innovation, "report", _innovation)
_VERDICT = _sort(
    indicator, "verdict", _claim, lambda command: [*_named(command), _verifier(command)]
)
_COACHED = _sort(
    coaching, "plan", lambda command: names.coaching(command.year, command.agency), _coached
)
_AGENCY = _sort(
    agency, "affair", lambda command: names.agency(command.year, command.agency), _above
)
_KEY = _sort(credential, "affair", lambda command: names.key(command.key))
_PERSON = _sort(person, "affair", lambda command: names.person(command.person))
_BRANCH = _sort(
    branch, "plan", lambda command: names.branch(command.year, command.branch), _presumed
)

_SORTS: Mapping[type, Sort] = {
    season.Open: _CALENDAR,
    season.Schedule: _CALENDAR,
    season.Extend: _CALENDAR,
    season.Close: _CALENDAR,
    season.Freeze: _CALENDAR,
    season.Reopen: _CALENDAR,
    innovation.Register: _PROFILE,
    innovation.Revise: _PROFILE,
    innovation.Submit: _sort(innovation, "report", _innovation, _submitted),
    innovation.Withdraw: _sort(innovation, "report", _innovation),
    innovation.Reject: _JUDGED,
    innovation.Reinstate: _JUDGED,
    trial.Assign: _sort(innovation, "report", _innovation, _of_agency),
    trial.Report: _TRIED,
    trial.Decide: _TRIED,
    trial.Replicate: _TRIED,
    indicator.Claim: _sort(indicator, "report", _claim, _named),
    verdict.Accept: _VERDICT,
    verdict.Return: _VERDICT,
    verdict.Review: _sort(indicator, "verdict", _claim, _named),
    clarification.Open: _sort(
        clarification,
        "verdict",
        _clarification,
        lambda command: [_claim(command), *_named(command)],
    ),
    clarification.Answer: _sort(
        clarification,
        "verdict",
        _clarification,
        lambda command: [_claim(command), *_named(command), _verifier(command)],
    ),
    assignment.Assign: _sort(assignment, "verdict", _verifier, _named),
    sample.Draw: _sort(sample, "verdict", lambda command: names.sample(command.year)),
    together.Together: _sort(
        together, "report", lambda command: names.entry(command.year), _together
    ),
    late.Admit: _sort(late, "admission", lambda command: names.late(command.year), _admitted),
    result.Publish: _sort(result, "result", lambda command: names.result(command.year)),
    result.Report: _sort(result, "result", _reported),
    finding.Dismiss: _sort(
        finding, "affair", lambda command: names.finding(command.year, command.finding)
    ),
    target.Set: _sort(target, "affair", lambda command: names.target(command.year)),
    agency.Describe: _AGENCY,
    agency.Close: _AGENCY,
    decree.Decree: _sort(decree, "plan", lambda command: names.decree(command.year), _decreed),
    coaching.Assign: _COACHED,
    coaching.Agree: _COACHED,
    coaching.Close: _COACHED,
    credential.Issue: _KEY,
    credential.Revoke: _KEY,
    person.Grant: _PERSON,
    person.Invite: _PERSON,
    person.Withdraw: _PERSON,
    person.Erase: _PERSON,
    branch.Save: _BRANCH,
    branch.Discard: _BRANCH,
}
