"""The ranking page as people meet it: wide and narrow, light and dark, without a script."""

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page

from tests import rankings
from tests.browser.conftest import Look

MARCH = f"/peringkat/63/{rankings.YEAR}?tahap=mandiri&per=2025-03-17"
RESULTS = "/peringkat/63/2024"
OPEN_SCALE = "/peringkat/63/2020"
STATED = "/peringkat/63/2024?tahap=mandiri"
PATHS = ("/", MARCH + "&sorot=63.10", RESULTS, STATED, OPEN_SCALE, "/peringkat/99/2026")

# WCAG 2.5.8: the least height and width of a target, in CSS pixels.
TARGET_PIXELS_MIN = 24


def rows(page: Page) -> list[str]:
    return [row.inner_text() for row in page.locator("table.ranking tbody tr").all()]


def overflows(page: Page) -> bool:
    wide: bool = page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
    return wide


@pytest.mark.parametrize("width", [1280, 320])
def test_thirteen_regions_without_a_script(look: Look, width: int) -> None:
    page = look(MARCH, width, named="mandiri")
    told = rows(page)
    assert len(told) == 13
    assert "Kabupaten Tabalong" in told[0]
    assert "72,48" in told[0]
    assert "=7" in told[6]
    assert "naik 3" in told[8]
    assert "tertahan" in told[11]
    assert "Tidak Dapat Dinilai" in told[12]
    assert "belum ada data" in told[12]
    assert page.locator("h1").count() == 1
    assert page.locator("html").get_attribute("lang") == "id"
    assert "Proyeksi, bukan hasil resmi Kemendagri" in page.locator("main").inner_text()
    assert "17 Maret 2025 pukul 23.59 WITA" in page.locator(".stamp").inner_text()


def test_no_page_scrolls_sideways_at_any_width(look: Look) -> None:
    for path in PATHS:
        page = look(path, script=True)
        for width in (320, 390, 768, 1024, 1120, 1121, 1249, 1280, 1920):
            page.set_viewport_size({"width": width, "height": 800})
            assert not overflows(page), (path, width)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(look: Look, scheme: str) -> None:
    for path in PATHS:
        for width in (1280, 320):
            page = look(path, width, script=True, scheme=scheme)
            found = Axe().run(page)
            assert found.violations_count == 0, (path, width, found.generate_report())


def test_a_phone_keeps_the_table_a_table(look: Look) -> None:
    """Rows are stacked there; a screen reader must still be told of rows and headers."""
    page = look(MARCH, 320, script=True)
    table = page.get_by_role("table").first
    assert table.get_by_role("row").count() == 14
    assert table.get_by_role("columnheader").count() == 8
    assert table.get_by_role("rowheader").count() == 13


def test_the_keyboard_reaches_the_form_and_sees_where_it_is(look: Look) -> None:
    page = look(MARCH, script=True)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().top >= 0")
    reached = []
    for _ in range(24):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id"))
        style = "getComputedStyle(document.activeElement).outlineStyle"
        assert page.evaluate(style) != "none", reached
    assert {"tahap", "per"} <= set(reached)


def test_targets_are_large_enough(look: Look) -> None:
    for width in (1280, 320):
        page = look(MARCH + "&sorot=63.10", width, script=True)
        for target in page.locator("a:visible, button, select, input, summary").all():
            box = target.bounding_box()
            assert box
            inline = target.evaluate("each => getComputedStyle(each).display === 'inline'")
            small = min(box["width"], box["height"]) < TARGET_PIXELS_MIN
            assert inline or not small or "skip" in (target.get_attribute("class") or ""), (
                target.inner_text(),
                box,
            )


def test_paper_is_white_and_keeps_the_table_across(look: Look) -> None:
    page = look(MARCH + "&sorot=63.10", 1032, script=True, scheme="dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert not page.locator("form").is_visible()
    assert page.get_by_role("columnheader", name="Keadaan").is_visible()
    assert not overflows(page)


def test_the_form_shows_another_moment_and_clock_without_a_script(look: Look) -> None:
    page = look(f"/peringkat/63/{rankings.YEAR}")
    page.locator("summary", has_text="Pilihan lain").click()
    page.locator("#per").fill("2025-02-10")
    page.locator("#jam").select_option("diketahui")
    page.locator("#sorot").select_option("63.10")
    page.get_by_role("button", name="Tampilkan").click()
    assert "Kabupaten Tanah Bumbu di peringkat 12 dari 13" in page.locator(".headline").inner_text()
    assert "sebagaimana diketahui" in page.locator(".stamp").inner_text()
    assert page.locator("#per").input_value() == "2025-02-10"
    assert page.locator("#jam").input_value() == "diketahui"
    assert page.locator("tr[aria-current=true]").get_attribute("id") == "d-63.10"
    page.get_by_role("link", name="Keadaan terkini").click()
    assert page.url.endswith(f"/peringkat/63/{rankings.YEAR}")


def test_a_moment_to_the_second_survives_the_form(look: Look) -> None:
    page = look(MARCH.replace("2025-03-17", "2025-03-16T14:31:00%2B08:00"))
    assert page.locator("#per").input_value() == "2025-03-16T14:31:00+08:00"
    page.get_by_role("button", name="Tampilkan").click()
    assert "16 Maret 2025 pukul 14.31 WITA" in page.locator(".stamp").inner_text()


def test_links_lead_to_the_same_view(look: Look) -> None:
    page = look(MARCH)
    shown = rows(page)
    page.get_by_role("link", name="Tautan tetap").click()
    assert rows(page) == shown
    answer = page.request.get(
        page.get_by_role("link", name="Data tampilan ini (JSON)").get_attribute("href") or ""
    )
    assert [row["region"] for row in answer.json()["rows"]][:2] == ["63.09", "63.72"]
    assert answer.json()["as_of"] == "2025-03-17T23:59:59+08:00"


def test_results_carry_their_decree_and_samples_their_mark(look: Look) -> None:
    page = look(RESULTS, named="final")
    text = page.locator("main").inner_text()
    assert "Data contoh, bukan hasil resmi Kemendagri" in text
    told = rows(page)
    assert "data contoh" in told[0]
    assert "400.10.11-1 Tahun 2024" in told[0]
    tanah_bumbu = next(row for row in told if "Tanah Bumbu" in row)
    assert "data contoh" not in tanah_bumbu.splitlines()[1:3]
    assert "belum ditetapkan" in told[12]
    assert page.locator(".ranking .sample").count() == 11


def test_the_open_scale_has_no_bar_and_says_why(look: Look) -> None:
    page = look(OPEN_SCALE, named="open")
    assert page.locator("svg.bar").count() == 0
    assert "11.637" in rows(page)[0]
    text = page.locator("main").inner_text()
    assert "tidak dapat dibandingkan dengan skala 0–100" in text
    assert "Tidak lengkap: hanya bagian yang diketahui" in text


def test_english_on_request_keeps_the_legal_words(look: Look) -> None:
    asked = look(MARCH + "&bahasa=en", named="english")
    assert asked.locator("html").get_attribute("lang") == "en"
    assert "leads with 72.48" in asked.locator(".headline").inner_text()
    assert "Sangat Inovatif" in rows(asked)[0]
    preferred = look(MARCH, locale="en-GB")
    assert preferred.locator("html").get_attribute("lang") == "id"
    asked.get_by_role("button", name="Show").click()
    assert asked.locator("html").get_attribute("lang") == "en"


def test_nothing_is_loaded_from_elsewhere_and_nothing_is_blocked(look: Look) -> None:
    page = look("/")
    asked: list[str] = []
    told: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: told.append(message.text))
    page.goto(MARCH)
    page.goto("/peringkat/99/2026")
    here = page.url.split("/peringkat")[0]
    assert all(url.startswith((here, "data:")) for url in asked)
    assert [line for line in told if "Content Security" in line or "Refused" in line] == []


def test_the_index_leads_to_every_season_with_data(look: Look) -> None:
    page = look("/", 320, named="index")
    page.get_by_role("link", name="Kalimantan Selatan 2024").click()
    assert page.url.endswith("/peringkat/63/2024")
    assert len(rows(page)) == 13


def test_a_score_that_somebody_told_says_who(look: Look) -> None:
    page = look(STATED)
    (first, *_) = rows(page)
    assert "63,85" in first
    assert "dinyatakan oleh pemberitaan daerah" in first
    assert "tidak dihitung di sini" in first
