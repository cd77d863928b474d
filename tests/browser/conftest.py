"""A projection that serves a filled database, and a browser that looks at it."""

import asyncio
import shutil
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from deploy.local import network
from services.projection import surface
from services.projection.read import Reader
from services.projection.tables import Tables
from shared.io import postgres, rulebook
from tests import examples, rankings
from tests.databases import Database

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
START_SECONDS = 20

Look = Callable[..., Page]


async def _fill(url: str) -> None:
    """One season of scores, one of sample results, one on the open scale."""
    decreed = datetime(2024, 12, 5, 2, 0, tzinfo=UTC)
    results = [
        rankings.result(
            tenant, 1, index, decreed, year=2024, sample=tenant != "63.10", source="Data contoh"
        )
        for tenant, (index, _, _) in rankings.EARLY.items()
    ]
    seasons = [rankings.season(year, seq=year) for year in (rankings.YEAR, 2024, 2020)]
    spoken = [
        examples.stored(seq, tenant=tenant, event=examples.SUBMITTED, stream=examples.STREAM)
        for seq, tenant in ((25, "63.10"), (14, "63.09"))
    ]
    open_scale = [
        rankings.score(tenant, 50, index, decreed, year=2020)
        for tenant, index in (("63.09", "11637"), ("63.10", "1462"), ("63.71", "53"))
    ]
    source = "pemberitaan daerah (penilaian mandiri 63,85; 29 inovasi; 21 dari 34 perangkat daerah)"
    told = rankings.stated("63.10", 30, "63.85", decreed, year=2024, source=source)
    await rankings.tell(
        url, facts=[*seasons, *results, *spoken, told], scores=[*rankings.a_province(), *open_scale]
    )


async def _block(url: str) -> None:
    async with (
        postgres.pool(url, "projection", "test-block", 1) as pool,
        postgres.reaching(pool, ["63.02"]) as connection,
    ):
        await postgres.execute(
            connection,
            "insert into blocked (log, tenant, seq, error) values ('sco', '63.02', 41, 'x')",
        )


@asynccontextmanager
async def _reader(url: str) -> AsyncIterator[Reader]:
    async with postgres.pool(url, "projection", "test-read", 2) as pool:
        yield Reader(Tables(pool), rulebook.regions(), rulebook.rule_sets())


async def _serve(url: str, port: int, serving: list[uvicorn.Server]) -> None:
    await _fill(url)
    await _block(url)
    async with _reader(url) as reader:
        app = surface.application(reader, ready=dict, gauges=dict)
        config = uvicorn.Config(app, port=port, log_config=None, access_log=False, lifespan="on")
        serving.append(uvicorn.Server(config))
        await serving[0].serve()


@pytest.fixture
def site(database: Database) -> Iterator[str]:
    """The address of a projection with three seasons of Kalimantan Selatan."""
    port = network.free_port()
    serving: list[uvicorn.Server] = []
    work = _serve(database.projection, port, serving)
    # A thread, because playwright's synchronous side keeps this one's loop.
    thread = threading.Thread(target=asyncio.run, args=(work,), daemon=True)
    thread.start()
    deadline = time.monotonic() + START_SECONDS
    while not (serving and serving[0].started):
        assert thread.is_alive(), "the projection failed to start"
        assert time.monotonic() < deadline, "the projection did not start in time"
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    serving[0].should_exit = True
    thread.join(START_SECONDS)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Closed after each file: while it is open no other test can run a loop in this thread."""
    with sync_playwright() as playwright:
        path = next(found for name in CHROMIUM if (found := shutil.which(name)))
        opened = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield opened
        opened.close()


@pytest.fixture
def look(browser: Browser, site: str, tmp_path: Path) -> Iterator[Look]:
    """Open a path at a width; `script` off and Indonesian unless told otherwise."""
    contexts = []

    def opened(
        path: str,
        width: int = 1280,
        *,
        script: bool = False,
        locale: str = "id-ID",
        scheme: str = "light",
        named: str = "",
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            java_script_enabled=script,
            bypass_csp=script,
            locale=locale,
            color_scheme="dark" if scheme == "dark" else "light",
            base_url=site,
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(path)
        if named:
            picture = tmp_path / f"{named}-{width}.png"
            page.screenshot(path=picture, full_page=True)
            assert picture.stat().st_size > 0
        return page

    yield opened
    for context in contexts:
        context.close()
