"""The interface of auditors: what facts show, region by region."""

from collections.abc import Sequence

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from services.projection import telling
from services.projection.access import KEYED, OWN
from services.projection.analysis import Asked, Season
from services.projection.auditing import Auditing
from services.projection.context import Context, Contexts, ProvinceContext
from services.projection.core.findings.finding import Finding
from services.projection.core.provisional.provisional import Sentence
from services.projection.web.asking import ASKED_OF_PROVINCE, ASKED_OF_REGION, PROVINCE, REGION


class FindingView(Struct, frozen=True, kw_only=True):
    """One finding, and the sentence that tells it."""

    finding: Finding
    sentence: Sentence


class FindingsView(Struct, frozen=True, kw_only=True):
    """What there is to look at in a region's season, the gravest first; `open` are undismissed."""

    context: Context
    open: int
    findings: tuple[FindingView, ...]


class RegionFindingsView(Struct, frozen=True, kw_only=True):
    """One region's part in a province's findings."""

    region: str
    name: str
    open: int
    findings: tuple[FindingView, ...]


class ProvinceFindingsView(Struct, frozen=True, kw_only=True):
    """The same of every region of a province; those with nothing to look at are left out."""

    context: ProvinceContext
    open: int
    regions: tuple[RegionFindingsView, ...]


def routes(auditing: Auditing, contexts: Contexts) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""

    @get(REGION + "/findings", dependencies=ASKED_OF_REGION, **KEYED)
    async def read_findings(asked: NamedDependency[Asked]) -> Response[FindingsView]:
        """What the facts of a region's season show to whoever audits them; it accuses nobody.

        Each is dismissed with a reason at the same address of intake.
        """
        season, found = await auditing.findings(asked)
        view = FindingsView(
            context=contexts.of(season), open=_open(found), findings=_views(season, found)
        )
        return Response(view, headers=OWN)

    @get(PROVINCE + "/findings", dependencies=ASKED_OF_PROVINCE, **KEYED)
    async def read_province_findings(
        province: FromPath[str], asked: NamedDependency[Asked]
    ) -> Response[ProvinceFindingsView]:
        """The findings of all regions of a province."""
        told = await auditing.findings_of(province, asked)
        view = ProvinceFindingsView(
            context=contexts.across(province, [season for season, _ in told]),
            open=sum(_open(found) for _, found in told),
            regions=tuple(
                RegionFindingsView(
                    region=season.region.code,
                    name=season.region.name,
                    open=_open(found),
                    findings=_views(season, found),
                )
                for season, found in told
                if found
            ),
        )
        return Response(view, headers=OWN)

    return [read_findings, read_province_findings]


def _open(found: Sequence[Finding]) -> int:
    return sum(1 for one in found if one.dismissal is None)


def _views(season: Season, found: Sequence[Finding]) -> tuple[FindingView, ...]:
    zone = season.region.time_zone
    return tuple(FindingView(finding=one, sentence=telling.finding(one, zone)) for one in found)
