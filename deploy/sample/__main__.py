"""`python -m deploy.sample`: load the sample province once, and wait until its ranking shows it.

Reads `INTAKE_URL`, `PROJECTION_URL`, `SAMPLE_KEYS_FILE`, `SAMPLE_LOGINS_FILE` and, to make the
keys, `DATABASE_URL`.
A run that finds everything there changes nothing.
"""

import asyncio
import sys
import time
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import httpx
from msgspec import Struct

from deploy import keys
from deploy.client import client
from deploy.client.wire import Rejected, Unreachable
from deploy.keys import Ensured
from deploy.sample import (
    calendar,
    expected,
    history,
    keyring,
    load,
    logins,
    progress,
    ranking,
    schedule,
    seasons,
    story,
)
from deploy.sample.plan import Plan
from deploy.sample.ranking import Expectation, NotYet
from deploy.sample.schedule import Schedule
from deploy.sample.traits import ALL, PROVINCE, YEAR_CLOSED, YEAR_OPEN
from shared.io import config, problems
from shared.kernel.errors import Failure

# Scoring and projection keep pace with the load; this is for a slow disk, not for a slow design.
WAIT_SECONDS_MAX = 90.0
# Where all was loaded before, a difference is somebody's later fact and not worth a long wait.
WAIT_AGAIN_SECONDS_MAX = 10.0

# What Tanah Bumbu said on these two days is what the corrected results must show.
STATED_ON = (date(2025, 2, 10), date(2025, 3, 17))
DAY = timedelta(days=1)


class Place(Struct, frozen=True, kw_only=True):
    """Where the sample goes, from the environment."""

    database_url: str
    sample_keys_file: str
    sample_logins_file: str
    intake_url: str
    projection_url: str


async def main() -> None:
    """Keys, facts, ranking."""
    place = config.read(Place)
    ensured = await keys.ensure(place.database_url, keyring.WANTED, Path(place.sample_keys_file))
    days = calendar.season(ensured.since)
    plans = [story.season(traits, days) for traits in ALL]
    loaded = await _load(place.intake_url, ensured, plans, schedule.of(days))
    async with client.connected(place.intake_url) as intake:
        await logins.ensure(intake, ensured.keys, Path(place.sample_logins_file))
    async with client.connected(place.projection_url) as pages:
        await _wait(pages, plans, loaded=loaded)


async def _load(url: str, ensured: Ensured, plans: Sequence[Plan], letters: Schedule) -> bool:
    """Hand everything in, unless an earlier run did; whether this one did."""
    if await load.is_complete(url, ensured.keys, plans):
        return False
    began = time.monotonic()
    with progress.shown(load.facts(plans)) as tell:
        async with load.opened(url, ensured.keys, tell) as loader:
            await loader.load(plans, letters)
    seconds = f"{time.monotonic() - began:.1f}".replace(".", ",")
    print(f"Data contoh tercatat dalam {seconds} detik; menunggu peringkat …", flush=True)
    return True


async def _wait(pages: httpx.AsyncClient, plans: Sequence[Plan], *, loaded: bool) -> None:
    expectations = [*_official(), *_published(), *_computed(plans)]
    seconds_max = WAIT_SECONDS_MAX if loaded else WAIT_AGAIN_SECONDS_MAX
    try:
        await ranking.wait(pages, expectations, seconds_max)
    except NotYet as lacking:
        if loaded:
            raise
        print(f"Data contoh sudah dimuat sebelumnya; kini berbeda ({lacking}).")
        return
    print(
        f"Data contoh lengkap: {YEAR_CLOSED} dan {YEAR_OPEN} Kalimantan Selatan, serta "
        f"{len(history.rows())} nilai yang terbit di seluruh negeri sejak {min(seasons.closed())}."
    )


def _official() -> Iterable[Expectation]:
    for day in STATED_ON:
        end = calendar.at(day + DAY, 0)
        yield _expectation(YEAR_CLOSED, "final", day.isoformat(), expected.official(end))


def _published() -> Iterable[Expectation]:
    for (year, province), scores in expected.published().items():
        as_of = _spelt(seasons.closed()[year].decided_at + DAY)
        yield Expectation(province=province, year=year, stage="final", as_of=as_of, scores=scores)


def _computed(plans: Sequence[Plan]) -> Iterable[Expectation]:
    """As of the sample's own last moment: what people add later does not disturb it."""
    as_of = expected.last_moment(plans)
    for stage in expected.STAGES:
        yield _expectation(YEAR_OPEN, stage, _spelt(as_of), expected.ranked(plans, stage))


def _expectation(year: int, stage: str, as_of: str, scores: expected.Scores) -> Expectation:
    return Expectation(province=PROVINCE, year=year, stage=stage, as_of=as_of, scores=scores)


def _spelt(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def run() -> int:
    """The command line: 0 when everything is there, 1 with a sentence when it is not."""
    try:
        asyncio.run(main())
    except Exception as failure:  # noqa: BLE001 - a bug is raised again below
        return _told(_first(failure))
    return 0


def _first(failure: Exception) -> Exception:
    """The first of what went wrong side by side."""
    while isinstance(failure, ExceptionGroup):
        failure = failure.exceptions[0]
    return failure


def _told(failure: Exception) -> int:
    match failure:
        case Rejected(reason="idempotency.key_reused"):
            print("Basis data ini memuat data contoh dari versi lain; dibiarkan apa adanya.")
            return 0
        case Rejected() | Unreachable() | NotYet():
            return _lacking(failure)
        case Failure():
            return _lacking(problems.sentence(failure.reason, "id", failure.facts))
        case _:
            raise failure


def _lacking(why: object) -> int:
    print(f"Data contoh belum lengkap: {why}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(run())
