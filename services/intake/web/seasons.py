"""Routes of a season's calendar, for those who keep it."""

from collections.abc import Sequence

from litestar import Response, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from services.intake.bodies.receipts import ReceiptView
from services.intake.bodies.season import (
    CalendarBody,
    ClosingBody,
    ExtensionBody,
    FreezeBody,
    ReopeningBody,
    SeasonBody,
)
from services.intake.core import season
from services.intake.door import SEASON, Asked, Door
from shared.kernel.events.season import Phase


def routes(door: Door) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""
    return [*_opening_routes(door), *_ending_routes(door)]


def _opening_routes(door: Door) -> Sequence[ControllerRouterHandler]:
    @put(SEASON, **door.options())
    async def open_season(
        year: FromPath[int], data: JSONBody[SeasonBody], asked: NamedDependency[Asked]
    ) -> Response[ReceiptView]:
        """Open a season under a rule set; a fact of the key's own tenant."""
        rules = door.rules(data.rule_set)
        command = season.Open(
            year=year,
            rule_set=rules.id,
            rules_year=rules.year,
            rule_digest=door.digests[rules.id],
            letter=data.letter,
        )
        return await door.one(asked, asked.caller.tenant, data, command)

    @put(SEASON + "/calendar", **door.options())
    async def schedule_season(
        year: FromPath[int], data: JSONBody[CalendarBody], asked: NamedDependency[Asked]
    ) -> Response[ReceiptView]:
        """Publish the season's calendar, in place of an earlier one; a deadline that has passed
        stays passed.
        """
        command = season.Schedule(
            year=year,
            at=door.moment(asked, data),
            phases=tuple(
                Phase(name=phase.name, opens_at=phase.opens_at, closes_at=phase.closes_at)
                for phase in data.phases
            ),
            letter=data.letter,
        )
        return await door.one(asked, asked.caller.tenant, data, command)

    @post(SEASON + "/extensions", **door.options())
    async def extend_season(
        year: FromPath[int], data: JSONBody[ExtensionBody], asked: NamedDependency[Asked]
    ) -> Response[ReceiptView]:
        """Prolong a phase by a letter; what came late and is covered now is counted."""
        command = season.Extend(
            year=year, phase=data.phase, closes_at=data.closes_at, letter=data.letter
        )
        return await door.one(asked, asked.caller.tenant, data, command)

    return [open_season, schedule_season, extend_season]


def _ending_routes(door: Door) -> Sequence[ControllerRouterHandler]:
    @post(SEASON + "/closing", **door.options())
    async def close_season(
        year: FromPath[int], data: JSONBody[ClosingBody], asked: NamedDependency[Asked]
    ) -> Response[ReceiptView]:
        """Close a season for reporting; what comes later is kept and labelled late."""
        command = season.Close(year=year, at=door.moment(asked, data), letter=data.letter)
        return await door.one(asked, asked.caller.tenant, data, command)

    @post(SEASON + "/freeze", **door.options())
    async def freeze_season(
        year: FromPath[int], data: JSONBody[FreezeBody], asked: NamedDependency[Asked]
    ) -> Response[ReceiptView]:
        """Freeze a season: no claim, verdict or clarification changes its scores any more."""
        command = season.Freeze(year=year, at=door.moment(asked, data), letter=data.letter)
        return await door.one(asked, asked.caller.tenant, data, command)

    @post(SEASON + "/reopening", **door.options())
    async def reopen_season(
        year: FromPath[int], data: JSONBody[ReopeningBody], asked: NamedDependency[Asked]
    ) -> Response[ReceiptView]:
        """Open reporting again until a moment, also after a freeze."""
        command = season.Reopen(
            year=year,
            at=door.moment(asked, data),
            closes_at=data.closes_at,
            letter=data.letter,
            opens_at=data.opens_at,
        )
        return await door.one(asked, asked.caller.tenant, data, command)

    return [close_season, freeze_season, reopen_season]
