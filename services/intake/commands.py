"""Which noun a command is of, which stream it writes, and what it must read to be decided."""

from collections.abc import Sequence
from typing import Any

from services.intake.core import branch, indicator, innovation, result, season, target
from shared.kernel import names
from shared.kernel.scorecard import STAGES

Command = (
    season.Command
    | innovation.Command
    | indicator.Command
    | result.Command
    | target.Set
    | branch.Command
)


def noun(command: Command) -> Any:
    """The module whose `EMPTY`, `evolve` and `decide` the command is about."""
    match command:
        case season.Open() | season.Close():
            return season
        case indicator.Claim() | indicator.Accept() | indicator.Return():
            return indicator
        case result.Publish() | result.Report():
            return result
        case target.Set():
            return target
        case branch.Save() | branch.Discard():
            return branch
        case _:
            return innovation


def written_by(command: Command) -> str:
    """The stream the command writes."""
    year = command.year
    match command:
        case season.Open() | season.Close():
            stream = names.season(year)
        case indicator.Claim() | indicator.Accept() | indicator.Return():
            subject = command.innovation or names.REGION
            stream = names.claim(year, subject, command.indicator)
        case result.Publish():
            stream = names.result(year)
        case result.Report():
            # What is no stage is refused; until then it needs a name like any other.
            stage = command.stage if command.stage in STAGES else STAGES[0]
            stream = names.reported(year, stage)
        case target.Set():
            stream = names.target(year)
        case branch.Save() | branch.Discard():
            stream = names.branch(year, command.branch)
        case _:
            stream = names.innovation(year, command.innovation)
    return stream


def keepers(tenant: str) -> tuple[str, ...]:
    """Whose calendar holds in a region: its province's, else the ministry's."""
    return (names.province_of(tenant), names.MINISTRY)


def rests_on(tenant: str, command: Command) -> Sequence[tuple[str, str]]:
    """Every (tenant, stream) that must be read to decide; the written one is the first."""
    streams = [(tenant, written_by(command))]
    if isinstance(command, season.Open | season.Close | target.Set):
        return streams
    streams.append((tenant, names.entry(command.year)))
    streams.extend((tenant, stream) for stream in _innovations(command))
    streams.extend((keeper, names.season(command.year)) for keeper in keepers(tenant))
    return streams


def _innovations(command: Command) -> Sequence[str]:
    presumed: Sequence[str] = ()
    match command:
        case indicator.Claim() | indicator.Accept() | indicator.Return():
            presumed = [command.innovation] if command.innovation else []
        case branch.Save() | branch.Discard():
            presumed = branch.presumed(command)
        case _:
            pass
    return [names.innovation(command.year, name) for name in presumed]
