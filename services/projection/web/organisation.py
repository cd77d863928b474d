"""The interface of how regions are organised: agencies and who reports, and coaching."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from services.projection import telling
from services.projection.access import COACHES, KEYED, OWN, VARIED
from services.projection.analysis import Asked, Season
from services.projection.context import Context, Contexts, ProvinceContext
from services.projection.core import agencies, coaching
from services.projection.core.agencies import Organisation, Participation
from services.projection.core.coaching import AgreedStep
from services.projection.core.provisional.provisional import Sentence
from services.projection.organising import Caseload, Coached, Organiser, caseloads
from services.projection.web.asking import ASKED_OF_PROVINCE, ASKED_OF_REGION, PROVINCE, REGION
from services.projection.web.ranking import ERRORS, FRESH
from shared.io import clock as io_clock
from shared.io import http
from shared.io.gate import may_see


class AgenciesView(Struct, frozen=True, kw_only=True):
    """A region's agencies as they stand, and who of them reports."""

    context: Context
    organisation: Organisation
    sentence: Sentence


class RegionParticipationView(Struct, frozen=True, kw_only=True):
    """Who reports in one region; where it registered no agency, nobody knows of how many."""

    region: str
    name: str
    participation: Participation
    sentence: Sentence


class ParticipationView(Struct, frozen=True, kw_only=True):
    """Who reports in a province. The totals are over the regions that registered agencies, None
    where none did; `unknown` are the codes of the others. The longest silent region is first.
    """

    context: ProvinceContext
    agencies: int | None
    reported: int | None
    unknown: tuple[str, ...]
    regions: tuple[RegionParticipationView, ...]


class CoachingView(Struct, frozen=True, kw_only=True):
    """A region's agreed steps and what they brought, the longest stalled first."""

    context: Context
    coaches: tuple[Caseload, ...]
    coached: Coached


class ProvinceStepView(Struct, frozen=True, kw_only=True):
    """One step of a region."""

    region: str
    name: str
    step: AgreedStep


class ProvinceCoachingView(Struct, frozen=True, kw_only=True):
    """The coaching queue (daftar pendampingan): the open steps, the longest stalled first; behind
    them those that are done or dropped, with what they brought.
    """

    context: ProvinceContext
    coaches: tuple[Caseload, ...]
    steps: tuple[ProvinceStepView, ...]


def routes(organiser: Organiser, contexts: Contexts) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""
    return [
        *_agency_routes(organiser, contexts),
        *_coaching_routes(organiser, contexts),
    ]


def _agency_routes(organiser: Organiser, contexts: Contexts) -> Sequence[ControllerRouterHandler]:
    @get(
        REGION + "/agencies",
        responses=ERRORS | http.problems(401, 403),
        dependencies=ASKED_OF_REGION,
    )
    async def read_agencies(
        request: Request[Any, Any, Any], asked: NamedDependency[Asked]
    ) -> Response[AgenciesView]:
        """The region's agencies and what each reports; coaches and steps with a key of theirs."""
        coached = may_see(request, asked.region, "region_admin", *COACHES)
        season, told = await organiser.agencies(asked, io_clock.now())
        view = AgenciesView(
            context=contexts.of(season),
            organisation=told if coached else agencies.without_coaching(told),
            sentence=telling.participation(told.participation),
        )
        return Response(view, headers=VARIED)

    @get(PROVINCE + "/participation", responses=ERRORS, dependencies=ASKED_OF_PROVINCE)
    async def read_participation(
        province: FromPath[str], asked: NamedDependency[Asked]
    ) -> Response[ParticipationView]:
        """Which regions' agencies report, which are silent, and since when a region is."""
        told = await organiser.participation(province, asked, io_clock.now())
        known = [one for _, one in told if one.agencies is not None]
        view = ParticipationView(
            context=contexts.across(province, [season for season, _ in told]),
            agencies=sum(one.agencies or 0 for one in known) if known else None,
            reported=sum(one.reported or 0 for one in known) if known else None,
            unknown=tuple(season.region.code for season, one in told if one.agencies is None),
            regions=tuple(_reporting(season, one) for season, one in sorted(told, key=_silent)),
        )
        return Response(view, headers=FRESH)

    return [read_agencies, read_participation]


def _silent(told: tuple[Season, Participation]) -> tuple[bool, int, str]:
    """Those that never said anything before those who said it longest ago."""
    season, one = told
    return (one.silent_days is not None, -(one.silent_days or 0), season.region.code)


def _reporting(season: Season, told: Participation) -> RegionParticipationView:
    return RegionParticipationView(
        region=season.region.code,
        name=season.region.name,
        participation=told,
        sentence=telling.participation(told),
    )


def _coaching_routes(organiser: Organiser, contexts: Contexts) -> Sequence[ControllerRouterHandler]:
    @get(REGION + "/coaching", dependencies=ASKED_OF_REGION, **KEYED)
    async def read_coaching(asked: NamedDependency[Asked]) -> Response[CoachingView]:
        """The steps agreed with the region's agencies; for its own keys and those above."""
        season, told = await organiser.coaching(asked, io_clock.now())
        view = CoachingView(
            context=contexts.of(season), coaches=caseloads(told.steps), coached=told
        )
        return Response(view, headers=OWN)

    @get(PROVINCE + "/coaching", dependencies=ASKED_OF_PROVINCE, **KEYED)
    async def read_province_coaching(
        province: FromPath[str], asked: NamedDependency[Asked]
    ) -> Response[ProvinceCoachingView]:
        """The coaching queue of a province: whom to call first, and what came of past steps."""
        told = await organiser.coaching_of(province, asked, io_clock.now())
        steps = [
            ProvinceStepView(region=coached.region, name=coached.name, step=step)
            for _, coached in told
            for step in coached.steps
        ]
        view = ProvinceCoachingView(
            context=contexts.across(province, [season for season, _ in told]),
            coaches=caseloads([one.step for one in steps]),
            steps=tuple(sorted(steps, key=lambda one: (coaching.order(one.step), one.region))),
        )
        return Response(view, headers=OWN)

    return [read_coaching, read_province_coaching]
