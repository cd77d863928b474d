"""What a decision of a region stands on, and each command decided by its noun on that ground."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from services.intake import commands
from services.intake.commands import Command
from services.intake.core import (
    agency,
    assignment,
    branch,
    checking,
    clarification,
    coaching,
    decree,
    indicator,
    innovation,
    result,
    sample,
    trial,
    verdict,
)
from services.intake.orders import Loaded, Order
from shared.kernel import names, streams
from shared.kernel.errors import Refused
from shared.kernel.events.indicator import IndicatorClaimed
from shared.kernel.recorded import Event
from shared.kernel.rules.ruleset import RuleSet


class Ground(Struct, frozen=True, kw_only=True):
    """What a decision of a region stands on; `supposed` are facts taken as if they stood."""

    order: Order
    loaded: Loaded
    rules: RuleSet
    rule_digest: str
    supposed: tuple[Any, ...] = ()

    def look(self, stream: str, noun: Any) -> Any:
        """The state of one of the region's streams."""
        here = [fact for fact in self.supposed if streams.stream_of(fact) == stream]
        return self.loaded.fold(self.order.tenant, stream, noun, here)

    def written(self, command: Command) -> Any:
        """The state that the command is about."""
        sort = commands.sort_of(command)
        return self.look(sort.writes(command), sort.noun)

    def innovation(self, year: int, name: str) -> innovation.Innovation:
        """An innovation of the region as it stands."""
        held: innovation.Innovation = self.look(names.innovation(year, name), innovation)
        return held

    def there(self, year: int, wanted: Sequence[str]) -> Sequence[str]:
        """Which of these innovations are registered, and not withdrawn."""
        away = ("unknown", "withdrawn")
        return [
            name
            for name in wanted
            if names.is_innovation(name) and self.innovation(year, name).status not in away
        ]


def decided(command: Command, ground: Ground) -> tuple[Event, ...]:
    """The command decided by its noun, with whatever else the noun needs to know."""
    return _DECIDED[type(command)](command, ground)


def _plain(command: Any, ground: Ground) -> tuple[Event, ...]:
    """Nouns that need their own state alone."""
    events: tuple[Event, ...] = commands.sort_of(command).noun.decide(
        command, ground.written(command)
    )
    return events


def _profiled(command: Any, ground: Ground) -> tuple[Event, ...]:
    """An agency that a profile names is one of the region's own."""
    named = command.profile.agency
    if named:
        if not names.is_innovation(named):
            raise Refused("agency.name_malformed")
        _must_have_agency(command.year, named, ground, also_closed=True)
    return innovation.decide(command, ground.written(command))


def _submitted(command: innovation.Submit, ground: Ground) -> tuple[Event, ...]:
    """Checked, and with the files behind the claims that stand, each once, in order."""
    claims = {
        code: ground.look(names.claim(command.year, command.innovation, code), indicator)
        for code in command.indicators
    }
    files = command.files
    if files is None:
        files = tuple(sorted({file.sha256 for slot in claims.values() for file in slot.evidence}))
    held = ground.written(command)
    events = innovation.decide(command, held, files)
    if events and command.beside is not None:
        checked = checking.Subject(
            year=command.year,
            today=command.beside.today,
            profile=held.profile,
            claims=claims,
            shared=command.beside.shared,
            namesakes=command.beside.namesakes,
        )
        findings = checking.check(checked, ground.rules, command.beside.form)
        checking.must_be_ready(findings, command.explained)
    return events


def _judged(command: Any, ground: Ground) -> tuple[Event, ...]:
    _must_be_free(command, ground)
    return innovation.decide(command, ground.written(command))


def _tried(command: Any, ground: Ground) -> tuple[Event, ...]:
    """The laboratory is one of the region's agencies."""
    held = ground.innovation(command.year, command.innovation)
    innovation.must_be_known(held, command.innovation)
    assert held.profile is not None
    if isinstance(command, trial.Assign):
        _must_have_agency(command.year, command.agency, ground)
    return trial.decide(command, held.trial, held.profile)


def _claimed(command: indicator.Claim, ground: Ground) -> tuple[Event, ...]:
    """Claims are made of innovations that are there, or of the region itself."""
    _must_know_innovation(command, ground)
    return indicator.decide(command, ground.written(command), ground.rules)


def _verdict(command: Any, ground: Ground) -> tuple[Event, ...]:
    """Verdicts are given on what was sent, by whoever it was given to."""
    _must_be_submitted(command, ground)
    _must_be_free(command, ground)
    return verdict.decide(command, ground.written(command), ground.rules)


def _looked_again(command: verdict.Review, ground: Ground) -> tuple[Event, ...]:
    """A second look is another verifier's than whoever judged the claim as it stands."""
    _must_be_submitted(command, ground)
    events = verdict.decide(command, ground.written(command), ground.rules)
    stream = commands.written_by(command)
    judges: list[str] = []
    for seen in ground.loaded.streams[ground.order.tenant, stream]:
        if isinstance(seen.event, IndicatorClaimed):
            judges.clear()
        elif verdict.is_verdict(seen.event):
            judges.append(seen.client)
    if events:
        verdict.must_be_of_another(judges, ground.order.caller.client)
    return events


def _stated(command: result.Command, ground: Ground) -> tuple[Event, ...]:
    return result.decide(command, ground.written(command), ground.rules.id, ground.rule_digest)


def _clarified(command: clarification.Command, ground: Ground) -> tuple[Event, ...]:
    """What is asked of a verdict, and answered like one: of what was sent, by who is free to."""
    _must_be_submitted(command, ground)
    if isinstance(command, clarification.Answer):
        _must_be_free(command, ground)
    stream = names.claim(command.year, command.innovation or names.REGION, command.indicator)
    return clarification.decide(command, ground.written(command), ground.look(stream, indicator))


def _assigned(command: assignment.Assign, ground: Ground) -> tuple[Event, ...]:
    _must_know_innovation(command, ground)
    return assignment.decide(command, ground.written(command))


def _decreed(command: decree.Decree, ground: Ground) -> tuple[Event, ...]:
    there = ground.there(command.year, command.innovations)
    return decree.decide(command, ground.written(command), there)


def _supposed(command: branch.Command, ground: Ground) -> tuple[Event, ...]:
    there = ground.there(command.year, branch.presumed(command))
    return branch.decide(command, ground.written(command), ground.rules, there)


def _coached(command: coaching.Command, ground: Ground) -> tuple[Event, ...]:
    _must_have_agency(command.year, command.agency, ground)
    if isinstance(command, coaching.Agree):
        _must_know_innovation(command, ground)
    return coaching.decide(command, ground.written(command), ground.rules)


def _must_know_innovation(command: Any, ground: Ground) -> None:
    if command.innovation:
        held = ground.innovation(command.year, command.innovation)
        innovation.must_be_known(held, command.innovation)


def _must_be_submitted(command: Any, ground: Ground) -> None:
    if command.innovation:
        held = ground.innovation(command.year, command.innovation)
        innovation.must_be_submitted(held, command.innovation)


def _must_be_free(command: Any, ground: Ground) -> None:
    stream = names.verifier(command.year, command.innovation or names.REGION)
    given_to = ground.look(stream, assignment)
    assignment.must_be_free_for(given_to, ground.order.caller.client)


def _must_have_agency(year: int, name: str, ground: Ground, *, also_closed: bool = False) -> None:
    held = ground.look(names.agency(year, name), agency)
    agency.must_be_open(held, name, also_closed=also_closed)


_DECIDED: Mapping[type, Callable[[Any, Ground], tuple[Event, ...]]] = {
    innovation.Register: _profiled,
    innovation.Revise: _profiled,
    innovation.Submit: _submitted,
    innovation.Withdraw: _plain,
    innovation.Reject: _judged,
    innovation.Reinstate: _judged,
    trial.Assign: _tried,
    trial.Report: _tried,
    trial.Decide: _tried,
    trial.Replicate: _tried,
    indicator.Claim: _claimed,
    verdict.Accept: _verdict,
    verdict.Return: _verdict,
    verdict.Review: _looked_again,
    clarification.Open: _clarified,
    clarification.Answer: _clarified,
    assignment.Assign: _assigned,
    sample.Draw: _plain,
    result.Publish: _stated,
    result.Report: _stated,
    decree.Decree: _decreed,
    coaching.Assign: _coached,
    coaching.Agree: _coached,
    coaching.Close: _coached,
    branch.Save: _supposed,
    branch.Discard: _supposed,
}
