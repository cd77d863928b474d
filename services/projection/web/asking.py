"""What every analysis is asked by: whose season, which stage, which moment, by whose rules."""

from typing import Annotated

from litestar.di import Provide
from litestar.params import FromPath, QueryParameter

from services.projection.analysis import Asked
from services.projection.web.ranking import AsOf, Clock

REGION = "/v1/regions/{region:str}/seasons/{year:int}"
PROVINCE = "/v1/provinces/{province:str}/seasons/{year:int}"

Stage = Annotated[str, QueryParameter(description="mandiri (default) or terverifikasi")]
Rules = Annotated[
    str,
    QueryParameter(
        description="Another year (2027) or rule set (2027.1) to read the same facts under; by "
        "default the rules the region entered the season under",
    ),
]


def of_region(
    region: FromPath[str],
    year: FromPath[int],
    stage: Stage = "",
    as_of: AsOf = "",
    clock: Clock = "",
    rules: Rules = "",
) -> Asked:
    """A region's season, as it was spelt."""
    return Asked(region=region, year=year, stage=stage, as_of=as_of, clock=clock, rules=rules)


def of_province(
    year: FromPath[int],
    stage: Stage = "",
    as_of: AsOf = "",
    clock: Clock = "",
    rules: Rules = "",
) -> Asked:
    """The same of each region of a province; which one is filled in as they are gone through."""
    return Asked(region="", year=year, stage=stage, as_of=as_of, clock=clock, rules=rules)


ASKED_OF_REGION = {"asked": Provide(of_region, sync_to_thread=False)}
ASKED_OF_PROVINCE = {"asked": Provide(of_province, sync_to_thread=False)}
