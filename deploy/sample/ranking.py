"""Reading the province's ranking as anybody can, and waiting until it shows what was handed in."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from decimal import Decimal

import httpx
import msgspec
from msgspec import Struct

from deploy.sample.expected import Scores, positions

# Short beside the wait, long beside the cost of asking.
POLL_SECONDS = 0.25


class Row(Struct, frozen=True, kw_only=True):
    """One region's place, as far as the sample looks at it."""

    rank: int | None
    region: str
    name: str
    score: Decimal | None
    predikat: str


class Ranking(Struct, frozen=True, kw_only=True):
    """A province's ranking; `notice` is what must be shown beside it."""

    rows: tuple[Row, ...]
    notice: str | None = None


class Expectation(Struct, frozen=True, kw_only=True):
    """What a ranking must show at a moment."""

    province: str
    year: int
    stage: str
    as_of: str
    scores: Scores

    def lacks(self, ranking: Ranking) -> str:
        """The first thing that is not as it must be, in a sentence; empty if all is."""
        read = {row.region: row for row in ranking.rows}
        places = positions(self.scores)
        for region, score in self.scores.items():
            row = read.get(region)
            shown = (row.rank, row.score) if row is not None else (None, None)
            if shown != (places[region], score):
                return (
                    f"{self.year} {self.stage}: {region} seharusnya peringkat {places[region]} "
                    f"dengan nilai {score}, terbaca {shown[0]} dengan {shown[1]}"
                )
        return ""


class NotYet(Exception):  # noqa: N818 - a state, not a fault
    """The ranking does not show what it must; the message is the sentence that says what."""


async def read(
    http: httpx.AsyncClient, province: str, year: int, stage: str = "", as_of: str = ""
) -> Ranking:
    """The ranking of a stage, now or as of a date or moment; `NotYet` where there is none."""
    asked: Mapping[str, str] = {
        name: value for name, value in {"stage": stage, "as_of": as_of}.items() if value
    }
    path = f"/v1/provinces/{province}/seasons/{year}/ranking"
    try:
        response = await http.get(path, params=asked)
    except httpx.TransportError as error:
        raise NotYet(f"{http.base_url} belum menjawab ({type(error).__name__})") from error
    if not response.is_success:
        raise NotYet(f"{path} menjawab {response.status_code}: {response.text[:200]}")
    return msgspec.json.decode(response.content, type=Ranking, strict=False)


async def wait(
    http: httpx.AsyncClient, expectations: Sequence[Expectation], seconds_max: float
) -> None:
    """Return once all are shown; `NotYet` says what is missing when the time is up."""
    deadline = time.monotonic() + seconds_max
    for each in expectations:
        while True:
            try:
                ranking = await read(http, each.province, each.year, each.stage, each.as_of)
                lacking = each.lacks(ranking)
            except NotYet as problem:
                lacking = str(problem)
            if not lacking:
                break
            if time.monotonic() > deadline:
                raise NotYet(lacking)
            await asyncio.sleep(POLL_SECONDS)
