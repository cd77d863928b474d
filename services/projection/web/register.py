"""Routes of what there is to read: regions by their codes, and the description of every table."""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from services.projection import metadata
from services.projection.metadata import Dataset, Language
from services.projection.read import Reader
from services.projection.views import RegionsView
from services.projection.web import tabular
from services.projection.web.ranking import ERRORS, FRESH
from shared.io import http, refusals
from shared.kernel.errors import Missing
from shared.kernel.regions import Region


class CodedRegion(Struct, frozen=True, kw_only=True):
    """A province, kabupaten or kota; `former` are the codes that the same region had before."""

    code: str
    name: str
    kind: str
    province: str
    time_zone: str
    assessed: bool
    valid_from: date | None
    former: tuple[str, ...]


class CodedRegions(Struct, frozen=True, kw_only=True):
    """All of them in order of code."""

    regions: tuple[CodedRegion, ...]


class ColumnView(Struct, frozen=True, kw_only=True):
    """A column of a table."""

    name: str
    definition: str
    unit: str


class DatasetView(Struct, frozen=True, kw_only=True):
    """One table that anybody may read: what it is of, where, in which formats and seasons."""

    id: str
    concept: str
    definition: str
    classification: str
    period: str
    address: str
    formats: tuple[str, ...]
    columns: tuple[ColumnView, ...]


class MetadataView(Struct, frozen=True, kw_only=True):
    """Every open table, and the seasons that there are."""

    seasons: tuple[int, ...]
    datasets: tuple[DatasetView, ...]


def routes(reader: Reader) -> Sequence[ControllerRouterHandler]:
    """All routes of this file."""

    @get("/v1/regions", responses=http.problems(400), sync_to_thread=False)
    def list_regions(request: Request[Any, Any, Any]) -> Response[CodedRegions]:
        """Every region of Indonesia by its code of today; also as `text/csv`."""
        regions = tuple(_coded(each) for each in reader.register.regions)
        if tabular.is_wanted(request):
            return tabular.answer(CodedRegion, regions, "daerah")
        return Response(CodedRegions(regions=regions), headers=FRESH | tabular.VARIED)

    @get("/v1/regions/{region:str}", responses=ERRORS, sync_to_thread=False)
    def read_region(region: FromPath[str]) -> Response[CodedRegion]:
        """One region by a code of today or, where it was renamed, of before."""
        register = reader.register
        found = register.by_code.get(register.today.get(region, region))
        if found is None:
            raise Missing("region.unknown", region=region)
        return Response(_coded(found), headers=FRESH)

    @get("/v1/provinces/{province:str}/regions", responses=ERRORS, sync_to_thread=False)
    def read_regions(province: FromPath[str]) -> Response[RegionsView]:
        """The kabupaten and kota of a province as they are coded today."""
        return Response(reader.regions(province), headers=FRESH)

    @get("/v1/metadata", responses=http.problems(400))
    async def read_metadata(request: Request[Any, Any, Any]) -> Response[MetadataView]:
        """What can be read by anybody and what each column means (Perpres 39/2019)."""
        language = cast("Language", refusals.language_of(request))
        view = MetadataView(
            seasons=tuple(sorted(await reader.years())),
            datasets=tuple(_described(each, language) for each in metadata.datasets()),
        )
        return Response(view, headers=FRESH | {"Vary": "Accept-Language"})

    return [list_regions, read_region, read_regions, read_metadata]


def _coded(region: Region) -> CodedRegion:
    return CodedRegion(
        code=region.code,
        name=region.name,
        kind=region.kind,
        province=region.province,
        time_zone=region.time_zone,
        assessed=region.subject,
        valid_from=region.valid_from,
        former=region.predecessors,
    )


def _described(dataset: Dataset, language: Language) -> DatasetView:
    return DatasetView(
        id=dataset.id,
        concept=metadata.said(dataset.concept, language),
        definition=metadata.said(dataset.definition, language),
        classification=metadata.said(dataset.classification, language),
        period=metadata.said(dataset.period, language),
        address=dataset.address,
        formats=dataset.formats,
        columns=tuple(
            ColumnView(name=name, definition=metadata.said(column, language), unit=column.unit)
            for name, column in dataset.columns.items()
        ),
    )
