"""The interface around a season's end: calendar, late items, differences, what is carried on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from services.projection import telling
from services.projection.analysis import Asked, Season
from services.projection.closing import Closing
from services.projection.context import Context, Contexts, ProvinceContext
from services.projection.core import lateness, moment
from services.projection.core.carry_over import CarryOver
from services.projection.core.differences import Difference
from services.projection.core.lateness import LateItem
from services.projection.core.provisional.provisional import Sentence
from services.projection.read import season_view
from services.projection.views import SeasonView
from services.projection.web.asking import ASKED_OF_PROVINCE, ASKED_OF_REGION, PROVINCE, REGION
from services.projection.web.ranking import ERRORS, FRESH, AsOf, Clock
from shared.io import clock as io_clock
from shared.kernel import clocks
from shared.kernel.recorded import topic

ToYear = Annotated[
    int | None,
    QueryParameter(ge=2018, le=2099, description="The season to carry into; by default the next"),
]
Province = Annotated[
    str,
    QueryParameter(
        description="The province in which the calendar is to hold; by default the ministry's own",
    ),
]


class SaidView(Struct, frozen=True, kw_only=True):
    """One fact of a calendar in the log of its keeper: by which letter, and what it says.

    It happened at one moment, and was known here at another.
    """

    seq: int
    fact: str
    letter: str
    happened_at: datetime
    known_at: datetime
    sentence: Sentence


class CalendarView(Struct, frozen=True, kw_only=True):
    """A season as it stands or stood, with every fact its calendar is made of, in order."""

    season: SeasonView
    clock: str
    as_of: datetime | None
    said: tuple[SaidView, ...]


class LateItemView(Struct, frozen=True, kw_only=True):
    """One late item, and the sentence that tells it."""

    item: LateItem
    sentence: Sentence


class LateView(Struct, frozen=True, kw_only=True):
    """What a region handed in late; whatever waits counts for nothing. `counts` is by state."""

    context: Context
    counts: dict[str, int]
    items: tuple[LateItemView, ...]
    sentence: Sentence


class RegionLateView(Struct, frozen=True, kw_only=True):
    """One region's part in a province's late items."""

    region: str
    name: str
    counts: dict[str, int]
    items: tuple[LateItemView, ...]
    sentence: Sentence


class ProvinceLateView(Struct, frozen=True, kw_only=True):
    """What came late in a province, region by region; those in time are left out."""

    context: ProvinceContext
    counts: dict[str, int]
    regions: tuple[RegionLateView, ...]


class DifferenceView(Struct, frozen=True, kw_only=True):
    """A region's verified index beside its official result."""

    context: Context
    difference: Difference


class DifferencesView(Struct, frozen=True, kw_only=True):
    """The same of every region, the largest difference first."""

    context: ProvinceContext
    differences: tuple[Difference, ...]


class CarryOverView(Struct, frozen=True, kw_only=True):
    """What of a season still counts in the season `to`, under its rules."""

    context: Context
    to: int
    to_rules: str
    to_rules_digest: str
    carry_over: CarryOver
    sentence: Sentence


def routes(closing: Closing, contexts: Contexts) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""
    return [
        _calendar_route(closing),
        *_late_routes(closing, contexts),
        *_difference_routes(closing, contexts),
        _carry_route(closing, contexts),
    ]


def _calendar_route(closing: Closing) -> ControllerRouterHandler:
    @get("/v1/seasons/{year:int}/calendar", responses=ERRORS)
    async def read_calendar(
        year: FromPath[int], province: Province = "", as_of: AsOf = "", clock: Clock = ""
    ) -> Response[CalendarView]:
        """A season's calendar and everything that was said of it, by which letter, and when."""
        told = await closing.calendar(year, province, as_of, clock)
        view = CalendarView(
            season=season_view(told.kept, told.zone, io_clock.now(), told.clock, told.until),
            clock=told.clock,
            as_of=moment.asked_of(told.until, told.zone),
            said=tuple(
                SaidView(
                    seq=one.seq,
                    fact=topic(one.event),
                    letter=getattr(one.event, "letter", ""),
                    happened_at=clocks.local(one.happened_at, told.zone),
                    known_at=clocks.local(one.known_at, told.zone),
                    sentence=telling.said(one.event, told.zone),
                )
                for one in told.said
            ),
        )
        return Response(view, headers=FRESH)

    return read_calendar


def _late_routes(closing: Closing, contexts: Contexts) -> Sequence[ControllerRouterHandler]:
    @get(REGION + "/late", responses=ERRORS, dependencies=ASKED_OF_REGION)
    async def read_late(asked: NamedDependency[Asked]) -> Response[LateView]:
        """What a region handed in after the deadline, and what became of it."""
        season, items = await closing.late(asked)
        view = LateView(
            context=contexts.of(season),
            counts=lateness.counts(items),
            items=_items(season, items),
            sentence=telling.late_items(items),
        )
        return Response(view, headers=FRESH)

    @get(PROVINCE + "/late", responses=ERRORS, dependencies=ASKED_OF_PROVINCE)
    async def read_province_late(
        province: FromPath[str], asked: NamedDependency[Asked]
    ) -> Response[ProvinceLateView]:
        """What the regions of a province handed in after the deadline."""
        told = await closing.late_of(province, asked)
        view = ProvinceLateView(
            context=contexts.across(province, [season for season, _ in told]),
            counts=lateness.counts(one for _, items in told for one in items),
            regions=tuple(
                RegionLateView(
                    region=season.region.code,
                    name=season.region.name,
                    counts=lateness.counts(items),
                    items=_items(season, items),
                    sentence=telling.late_items(items),
                )
                for season, items in told
                if items
            ),
        )
        return Response(view, headers=FRESH)

    return [read_late, read_province_late]


def _items(season: Season, items: Sequence[LateItem]) -> tuple[LateItemView, ...]:
    zone = season.region.time_zone
    return tuple(LateItemView(item=one, sentence=telling.late(one, zone)) for one in items)


def _difference_routes(closing: Closing, contexts: Contexts) -> Sequence[ControllerRouterHandler]:
    @get(REGION + "/difference", responses=ERRORS, dependencies=ASKED_OF_REGION)
    async def read_difference(asked: NamedDependency[Asked]) -> Response[DifferenceView]:
        """The region's verified index at the freeze, or now, beside its official result."""
        season, told = await closing.difference(asked)
        view = DifferenceView(context=contexts.of(season), difference=told)
        return Response(view, headers=FRESH)

    @get(PROVINCE + "/differences", responses=ERRORS, dependencies=ASKED_OF_PROVINCE)
    async def read_differences(
        province: FromPath[str], asked: NamedDependency[Asked]
    ) -> Response[DifferencesView]:
        """Verified indexes beside official results, the largest difference first."""
        seasons, told = await closing.differences(province, asked)
        view = DifferencesView(context=contexts.across(province, seasons), differences=told)
        return Response(view, headers=FRESH)

    return [read_difference, read_differences]


def _carry_route(closing: Closing, contexts: Contexts) -> ControllerRouterHandler:
    @get(REGION + "/carry-over", responses=ERRORS, dependencies=ASKED_OF_REGION)
    async def read_carry_over(
        asked: NamedDependency[Asked], to: ToYear = None
    ) -> Response[CarryOverView]:
        """Which innovations and claims still count next season, and what the index would be."""
        season, other, told = await closing.carried(asked, to)
        year = asked.year + 1 if to is None else to
        view = CarryOverView(
            context=contexts.of(season),
            to=year,
            to_rules=other.id,
            to_rules_digest=contexts.digest(other),
            carry_over=told,
            sentence=telling.carried(told, year),
        )
        return Response(view, headers=FRESH)

    return read_carry_over
