"""The views of a season as people meet them: from real services, wide and narrow, light and dark,
with and without a script, on screen and as files.
"""

import csv
import io
import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, BrowserContext, Page

from tests.system import System

YEAR, REGION, PROVINCE = 2026, "63.10", "63"
SEEN_SECONDS = 30
RANKING = f"/peringkat/{PROVINCE}/{YEAR}"
SHEET = f"/daerah/{REGION}/{YEAR}"
STAGE = "tahap=mandiri"
VIEWS = (
    RANKING,
    f"{RANKING}/rincian",
    f"{RANKING}/perubahan",
    f"{RANKING}/linimasa",
    f"{RANKING}/uji-aturan",
    SHEET,
    f"{SHEET}/asal-angka",
)
# WCAG 2.5.8: the least height and width of a target, in CSS pixels.
TARGET_PIXELS_MIN = 24
# The first of every file that Excel and every PDF reader open.
BEGINNINGS = {"csv": b"\xef\xbb\xbf", "xlsx": b"PK", "pdf": b"%PDF-"}
Open = Callable[..., BrowserContext]


@pytest.fixture(scope="module")
def system(started: Callable[..., AbstractContextManager[System]]) -> Iterator[System]:
    """Three regions, one of which overtook another after it had been overtaken itself."""
    with started("intake", "scoring", "projection") as system:
        system.open_season(YEAR, "2026.1")
        for region, level in (("63.09", 3), (REGION, 2), ("63.11", 1)):
            system.upload(region)
            system.register(region, YEAR, "tapis")
            system.claim(region, YEAR, "SID-VIDEO", level, "tapis")
        system.claim(REGION, YEAR, "SPD-01", 3)
        until = time.monotonic() + SEEN_SECONDS
        while not _is_told(system):
            assert time.monotonic() < until, "not told in time"
            time.sleep(0.05)
        yield system


def _is_told(system: System) -> bool:
    """Whether the ranking stands on everything that was recorded."""
    heads = dict(system.query("select tenant, seq from intake.head"))
    rows = system.ranking(YEAR, stage="mandiri")["rows"]
    told = {row["region"]: row["cut"]["intake_seq"] for row in rows if row["score"] is not None}
    return all(told.get(region) == heads[region] for region in ("63.09", REGION, "63.11"))


@pytest.fixture
def opened(system: System, browser: Browser) -> Iterator[Open]:
    """A browser that fails the test where anything is refused or breaks on a page."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def context(
        width: int = 1280, *, script: bool = False, axe: bool = False, scheme: str = "light"
    ) -> BrowserContext:
        made = browser.new_context(
            viewport={"width": width, "height": 900},
            java_script_enabled=script,
            bypass_csp=axe,
            locale="id-ID",
            color_scheme="dark" if scheme == "dark" else "light",
            base_url=system.url("projection"),
        )
        made.on("console", lambda message: wrong.append(message.text))
        made.on("weberror", lambda error: wrong.append(str(error.error)))
        contexts.append(made)
        return made

    yield context
    for one in contexts:
        one.close()
    assert wrong == []


def at(context: BrowserContext, path: str) -> Page:
    page = context.new_page()
    answer = page.goto(f"{path}?{STAGE}")
    assert answer is not None
    assert answer.status == 200, path
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(opened: Open, scheme: str) -> None:
    for width in (1280, 320):
        context = opened(width, script=True, axe=True, scheme=scheme)
        for path in VIEWS:
            found = Axe().run(at(context, path))
            assert found.violations_count == 0, (path, width, found.generate_report())


def test_no_view_scrolls_sideways_and_targets_are_large_enough(opened: Open) -> None:
    context = opened(script=True)
    for path in VIEWS:
        page = at(context, path)
        for width in (320, 768, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate(
                "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
            ), (path, width)
        for target in page.locator("a:visible, button, select, input, summary").all():
            box = target.bounding_box()
            if box is None:  # folded away
                continue
            inline = target.evaluate("each => getComputedStyle(each).display === 'inline'")
            small = min(box["width"], box["height"]) < TARGET_PIXELS_MIN
            assert inline or not small or "skip" in (target.get_attribute("class") or ""), (
                path,
                target.inner_text(),
                box,
            )


def test_every_view_says_what_it_stands_on(opened: Open) -> None:
    """One heading, one sentence, one stamp, and that it is a projection."""
    context = opened()
    for path in VIEWS:
        page = at(context, path)
        assert page.locator("h1").count() == 1, path
        told = page.locator("main").inner_text()
        assert "Proyeksi, bukan hasil resmi Kemendagri" in told, path
        stamp = page.locator(".stamp").inner_text()
        assert re.search(r"Diuji dengan aturan|2026\.1", stamp), path
        assert "Keadaan per" in stamp or "Sampai" in stamp, (path, stamp)
        assert page.locator(".headline").inner_text().endswith("."), path


def test_one_number_is_the_same_on_every_view(opened: Open, system: System) -> None:
    row = system.row(REGION, YEAR, stage="mandiri")
    shown = row["score"].replace(".", ",")
    context = opened()
    for path in (RANKING, f"{RANKING}/rincian", SHEET, f"{SHEET}/asal-angka"):
        assert shown in at(context, path).locator("main").inner_text(), path
    assert f"peringkat {row['rank']} dari" in at(context, SHEET).locator(".headline").inner_text()


def test_a_reader_walks_from_the_ranking_to_the_very_fact(opened: Open) -> None:
    """Without a script: the ranking, a region, where its numbers come from, and back."""
    page = at(opened(), RANKING)
    page.get_by_role("link", name="Kabupaten Tanah Bumbu").first.click()
    assert page.locator("h1").inner_text().endswith("Kabupaten Tanah Bumbu 2026")
    assert STAGE in page.url
    page.get_by_role("link", name="Asal angka").first.click()
    table = page.locator("#sid table")
    assert "SID-VIDEO" in table.inner_text() or "Video" in table.inner_text()
    page.get_by_role("link", name="Kalimantan Selatan 2026").click()
    page.get_by_role("link", name="Linimasa").click()
    assert page.locator("svg").count() == 1
    assert page.locator("table", has_text="Kabupaten Tanah Bumbu").count() == 1


def test_the_timeline_and_the_changes_answer_about_other_moments(opened: Open) -> None:
    page = at(opened(), f"{RANKING}/perubahan")
    page.get_by_label("Sejak").fill("2026-01-01")
    page.get_by_role("button", name="Tampilkan").click()
    assert "banding=2026-01-01" in page.url
    assert "Kabupaten Tanah Bumbu" in page.locator("main").inner_text()


def test_other_rules_are_tried_on_the_same_claims(opened: Open) -> None:
    page = at(opened(), f"{RANKING}/uji-aturan")
    page.locator("#isian-aturan").select_option("2028.1")
    page.get_by_role("button", name="Tampilkan").click()
    assert "aturan=2028.1" in page.url
    assert "Dengan aturan 2028.1" in page.locator(".headline").inner_text()


def test_every_view_is_handed_out_as_a_file(system: System) -> None:
    with httpx.Client(base_url=system.url("projection"), timeout=30) as client:
        for path in VIEWS:
            for form, beginning in BEGINNINGS.items():
                answer = client.get(path, params={"tahap": "mandiri", "bentuk": form})
                assert answer.status_code == 200, (path, form, answer.text[:200])
                assert answer.content.startswith(beginning), (path, form)
                said = answer.headers["content-disposition"]
                assert said.startswith("attachment"), (path, form)
                assert f".{form}" in said


def test_a_file_holds_the_rows_of_the_view(opened: Open, system: System) -> None:
    page = at(opened(), f"{RANKING}/rincian")
    with httpx.Client(base_url=system.url("projection"), timeout=30) as client:
        asked = {"tahap": "mandiri", "bentuk": "csv"}
        answer = client.get(f"{RANKING}/rincian", params=asked)
    lines = [line for line in csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))) if line]
    names = [line for line in lines if any("Kabupaten Tanah Bumbu" in cell for cell in line)]
    assert len(names) == 1
    shown = page.locator("tbody tr", has_text="Kabupaten Tanah Bumbu").first.inner_text()
    assert names[0][0] in shown


def test_the_views_are_read_in_english(opened: Open) -> None:
    context = opened()
    for path in VIEWS:
        page = context.new_page()
        page.goto(f"{path}?{STAGE}&bahasa=en")
        assert page.locator("html").get_attribute("lang") == "en", path
        told = page.locator("main").inner_text()
        assert "A projection, not an official result of the ministry" in told, (path, told[:300])


@pytest.mark.parametrize(
    "path",
    [
        f"{SHEET}x",
        "/daerah/63.99/2026",
        "/daerah/63.10/2019",
        f"/peringkat/{PROVINCE}/2031/rincian",
        f"/peringkat/{PROVINCE}/02026/linimasa",
    ],
)
def test_what_does_not_exist_is_told_on_a_page(system: System, path: str) -> None:
    answer = httpx.get(system.url("projection") + path, headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.text.count("<h1") == 1
