"""Receipts to print, and the page that checks them, in a real browser under its own policy."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page

from tests.system import PDF, PDF_SHA256, System

YEAR, REGION = 2026, "63.10"
SIGNED_SECONDS = 30
Open = Callable[..., BrowserContext]


@pytest.fixture(scope="module")
def system(started: Callable[..., AbstractContextManager[System]]) -> Iterator[System]:
    with started("intake", "projection") as system:
        system.open_season(YEAR, "2026.1")
        system.upload(REGION)
        system.register(REGION, YEAR, "tapis")
        system.claim(REGION, YEAR, "SID-VIDEO", 2, "tapis")
        yield system


@pytest.fixture(scope="module")
def receipt(system: System) -> dict[str, Any]:
    """Of the claim that names the file, once it is signed."""
    ((seq,),) = system.query(
        "select max(seq) from intake.event where tenant = %s and topic = 'indicator.claimed.1'",
        REGION,
    )
    until = time.monotonic() + SIGNED_SECONDS
    while system.get(path := f"/v1/regions/{REGION}/events/{seq}/receipt").status_code != 200:
        assert time.monotonic() < until, "not signed in time"
        time.sleep(0.05)
    return system.read(path)


@pytest.fixture
def opened(system: System, receipt: dict[str, Any], browser: Browser) -> Iterator[Open]:
    """A browser that fails the test where anything is refused or breaks on a page."""
    assert receipt
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def context(width: int = 1280, *, script: bool = True, axe: bool = False) -> BrowserContext:
        made = browser.new_context(
            viewport={"width": width, "height": 900},
            java_script_enabled=script,
            bypass_csp=axe,
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


def given(page: Page, name: str, content: bytes, region: str = "") -> str:
    """What the page says of a file that was chosen."""
    page.goto("/periksa")
    page.get_by_label("Kode daerah").fill(region)
    file = FilePayload(name=name, mimeType="application/octet-stream", buffer=content)
    page.get_by_label("Tanda terima atau berkas bukti").set_input_files(file)
    page.locator("#jawaban").wait_for(state="visible")
    return page.locator("#jawaban").inner_text()


def test_a_receipt_is_checked_by_the_browser_alone(opened: Open, receipt: dict[str, Any]) -> None:
    context = opened()
    page = context.new_page()
    asked: list[str] = []
    said = given(page, "tanda-terima.json", json.dumps(receipt).encode())
    assert said.startswith(f"Tanda terima sah: peristiwa {receipt['fact']['seq']} daerah 63.10")
    assert receipt["keys"][0] in said
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_label("Tanda terima atau berkas bukti").set_input_files([])
    assert asked == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda held: held["fact"].update(version=9), "bukan yang ditandatangani"),
        (
            lambda held: held["fact"].update(state=held["fact"]["state"].replace(":2", ":3")),
            "bukan yang ditandatangani",
        ),
        (lambda held: held["head"].update(index=held["head"]["index"] + 1), "Jalur ke titik"),
        (lambda held: held.update(tenant="63.11"), "bukan yang ditandatangani"),
        (
            lambda held: held.update(checkpoint=held["heads_checkpoint"]),
            "berasal dari log lain",
        ),
        (
            lambda held: held.update(
                checkpoint=held["checkpoint"][:-9] + "AAAA" + held["checkpoint"][-5:]
            ),
            "Tanda tangannya tidak sah",
        ),
    ],
    ids=["version", "state", "place", "tenant", "note", "signature"],
)
def test_a_changed_receipt_is_told(
    opened: Open,
    receipt: dict[str, Any],
    change: Callable[[dict[str, Any]], None],
    reason: str,
) -> None:
    held = json.loads(json.dumps(receipt))
    change(held)
    said = given(opened().new_page(), "tanda-terima.json", json.dumps(held).encode())
    assert said.startswith("Tanda terima ini tidak cocok")
    assert reason in said


def test_a_file_is_found_by_its_fingerprint_and_never_sent(opened: Open) -> None:
    page = opened().new_page()
    sent: list[str | None] = []
    page.on("request", lambda request: sent.append(request.post_data))
    said = given(page, "bukti.pdf", PDF, REGION)
    assert f"bukti.pdf: SHA-256 {PDF_SHA256}" in said
    assert "Berkas ini disebut klaim daerah 63.10" in said
    assert "tapis, SID-VIDEO, tingkat 2" in said
    assert "Tidak ada klaim" in given(page, "lain.pdf", PDF + b"\n", REGION)
    assert "Isi kode daerah" in given(page, "bukti.pdf", PDF)
    assert sent
    assert set(sent) == {None}


def test_without_a_script_a_fingerprint_is_looked_up(opened: Open) -> None:
    page = opened(script=False).new_page()
    page.goto("/periksa")
    assert not page.locator("#berkas").is_visible()
    page.get_by_label("Kode daerah").fill(REGION)
    page.get_by_label("Atau sidik berkas").fill(PDF_SHA256)
    page.get_by_role("button", name="Periksa").click()
    assert "disebut klaim daerah 63.10" in page.get_by_role("status").inner_text()
    page.get_by_label("Atau sidik berkas").fill("omong")
    page.get_by_role("button", name="Periksa").click()
    assert "64 angka dan huruf" in page.get_by_role("status").inner_text()


def test_the_verifier_is_handed_out_as_it_is(system: System) -> None:
    source = (Path(__file__).parents[2] / "deploy/verifier/periksa.py").read_bytes()
    told = system.get("/periksa.py")
    assert told.content == source
    assert told.headers["content-disposition"].startswith("attachment")
    assert told.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("language", ["", "?bahasa=en"])
@pytest.mark.parametrize("width", [1280, 320])
def test_both_pages_are_good_to_read(
    opened: Open, receipt: dict[str, Any], tmp_path: Path, width: int, language: str
) -> None:
    page = opened(width, axe=True).new_page()
    for path in (f"/tanda-terima/{REGION}/{receipt['fact']['seq']}", "/periksa"):
        page.goto(path + language)
        found = Axe().run(page).response["violations"]
        assert found == [], [one["id"] for one in found]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.screenshot(path=tmp_path / "page.png", full_page=True)
    page.goto(f"/tanda-terima/{REGION}/{receipt['fact']['seq']}{language}")
    assert page.locator(".qr svg").is_visible()
    assert page.url.split("?")[0] in page.locator("figcaption").inner_text()
    assert PDF_SHA256 in page.locator(".facts").inner_text()
    link = page.locator("section a[download]")
    assert (
        link.get_attribute("href") == f"/v1/regions/63.10/events/{receipt['fact']['seq']}/receipt"
    )
