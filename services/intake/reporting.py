"""What a region reports: it counts, or came after the deadline and is kept as a late item."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from services.intake import commands, grounds
from services.intake.commands import Command
from services.intake.core import indicator, innovation, late, together
from services.intake.core.together import Together, Told
from services.intake.grounds import Ground
from services.intake.orders import Seen
from shared.kernel import calendar, names, streams
from shared.kernel.calendar import Calendar
from shared.kernel.errors import Failure
from shared.kernel.recorded import Event

# The facts of a report, and the deadline they missed, if they did.
Reported = tuple[tuple[Event, ...], datetime | None]


def reported(command: Any, ground: Ground, kept: Calendar) -> Reported:
    """One report."""
    moment = ground.order.moment
    if _counts(command, ground, kept):
        return grounds.decided(command, ground), None
    box = ground.look(names.late(command.year), late)
    behind = replace(ground, supposed=tuple(late.supposed(box)))
    facts = grounds.decided(command, behind)
    missed = kept.deadline or moment
    return late.receive(box, command.year, moment, missed, facts), missed


def all_reported(command: Together, ground: Ground, kept: Calendar) -> Reported:
    """Several, or none: the first that is refused says which it is."""
    counted: list[Event] = []
    behind: list[Event] = []
    for place, told in enumerate(each(command, ground, kept)):
        if isinstance(told, Failure):
            raise together.placed(told, place) from told
        (counted if told.counts else behind).extend(told.facts)
    if not behind:
        return tuple(counted), None
    moment, year = ground.order.moment, command.year
    missed = kept.deadline or moment
    box = ground.look(names.late(year), late)
    for facts in together.parcels(behind):
        (item,) = late.receive(box, year, moment, missed, facts)
        box = late.evolve(box, item)
        counted.append(item)
    return tuple(counted), missed


def each(command: Together, ground: Ground, kept: Calendar) -> Iterator[Told | Failure]:
    """Every report in order, decided on what those before it left; a refused one leaves nothing."""
    box = ground.look(names.late(command.year), late)
    on_time, behind = copy(ground, command), copy(ground, command)
    stand(late.supposed(box), behind)
    for report in command.reports:
        try:
            counts = _counts(report, on_time, kept)
            facts = grounds.decided(report, on_time if counts else behind)
        except Failure as failure:
            yield failure
            continue
        stand(facts, behind)
        if counts:
            stand(facts, on_time)
        yield Told(facts=facts, counts=counts)


def _counts(command: Any, ground: Ground, kept: Calendar) -> bool:
    standing = calendar.standing(kept, ground.order.moment)
    return standing == "open" or (standing == "correcting" and _answers(command, ground))


def _answers(command: Any, ground: Ground) -> bool:
    """Whether the report takes up what a verifier returned or rejected."""
    if isinstance(command, indicator.Claim):
        return indicator.answers_a_verdict(ground.written(command))
    if isinstance(command, innovation.Command):
        return innovation.answers_a_verdict(command, ground.written(command))
    return False


def copy(ground: Ground, command: Command) -> Ground:
    """The same ground, on which facts may be laid without anyone else standing on them."""
    named = commands.rests_on(ground.order.tenant, command)
    laid = {name: list(ground.loaded.streams[name]) for name in named}
    return replace(ground, loaded=replace(ground.loaded, streams=laid))


def stand(facts: Sequence[Event], ground: Ground) -> None:
    """Lay facts; those of streams that nobody here looks at are left out."""
    order = ground.order
    for fact in facts:
        seen = Seen(
            event=fact,
            happened_at=order.moment,
            client=order.caller.client,
            received_at=order.moment,
        )
        stream = ground.loaded.streams.get((order.tenant, streams.stream_of(fact)))
        if stream is not None:
            stream.append(seen)
