"""Signing in and one's own account, as people meet them: in a real browser, without a script."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, BrowserContext, Page

from tests import people
from tests.people import PASSWORD, Signed
from tests.system import System

REGION = "63.10"
TARGET_PIXELS_MIN = 24
Open = Callable[..., BrowserContext]


@pytest.fixture(scope="module")
def system(started: Callable[..., AbstractContextManager[System]]) -> Iterator[System]:
    with started("intake") as system:
        yield system


@pytest.fixture(scope="module")
def person(system: System) -> Signed:
    """Somebody with two roles, who is signed in at two places."""
    person = people.joined(system, REGION, "operator", "dinkes")
    grants = f"/v1/tenants/{REGION}/people/{person.id}/grants"
    system.must((REGION, "region_admin"), "POST", grants, {"role": "region_admin"})
    return person


@pytest.fixture
def opened(system: System, browser: Browser) -> Iterator[Open]:
    contexts = []

    def context(width: int = 1280, *, script: bool = False, scheme: str = "") -> BrowserContext:
        contexts.append(
            browser.new_context(
                viewport={"width": width, "height": 900},
                java_script_enabled=script,
                bypass_csp=script,
                color_scheme="dark" if scheme == "dark" else "light",
                base_url=system.url("intake"),
            )
        )
        return contexts[-1]

    yield context
    for one in contexts:
        one.close()


def sign_in(page: Page, person: Signed, password: str = PASSWORD) -> None:
    page.goto("/akun")
    page.get_by_label("Surel").fill(person.email)
    page.get_by_label("Kata sandi").fill(password)
    page.get_by_role("button", name="Masuk").click()


def test_somebody_signs_in_looks_around_and_signs_out(opened: Open, person: Signed) -> None:
    context = opened()
    page = context.new_page()
    sign_in(page, person, "salah sama sekali")
    assert page.get_by_role("alert").inner_text() == "Surel atau kata sandi tidak cocok."
    assert page.get_by_label("Surel").input_value() == person.email
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()
    assert page.url.endswith("/akun")
    assert "operator perangkat daerah" in page.locator(".headline").inner_text()
    (cookie,) = context.cookies()
    assert (cookie["name"], cookie["secure"], cookie["httpOnly"]) == ("__Host-jejak", True, True)
    page.get_by_role("button", name=re.compile("Pakai peran ini.*admin daerah")).click()
    assert "admin daerah" in page.locator(".headline").inner_text()
    assert context.cookies()[0]["value"] != cookie["value"]
    page.get_by_role("button", name="Keluar", exact=True).click()
    assert page.url.endswith("/masuk")
    assert context.cookies() == []
    page.goto("/akun")
    assert "/masuk?kembali=" in page.url


def test_an_invited_person_chooses_a_password(opened: Open, system: System) -> None:
    told = people.invited(system, REGION, "operator", "dinkes")["invitation"]
    page = opened().new_page()
    page.goto(told["path"])
    page.get_by_label("Kata sandi baru").fill("passwordpassword")
    page.get_by_role("button").click()
    assert "mudah ditebak" in page.get_by_role("alert").inner_text()
    page.get_by_label("Kata sandi baru").fill(PASSWORD)
    page.get_by_role("button").click()
    assert page.url.endswith("/akun")
    assert "Budi Santoso" in page.inner_text("main")


def test_a_password_is_changed(opened: Open, system: System) -> None:
    person = people.joined(system, REGION, "operator", "dinkes")
    page = opened().new_page()
    sign_in(page, person)
    page.get_by_label("Kata sandi lama").fill(PASSWORD)
    page.get_by_label("Kata sandi baru").fill("gergaji pelangi mentimun kapal")
    page.get_by_role("button", name="Ganti kata sandi").click()
    assert "Kata sandi diganti" in page.get_by_role("status").inner_text()


def test_everything_is_there_in_english(opened: Open, person: Signed) -> None:
    page = opened().new_page()
    page.goto("/masuk?bahasa=en")
    assert page.get_by_role("heading", level=1).inner_text() == "Sign in"
    page.get_by_label("E-mail address").fill(person.email)
    page.get_by_label("Password").fill("salah sama sekali")
    page.get_by_role("button").click()
    assert page.get_by_role("alert").inner_text() == (
        "The e-mail address or the password does not fit."
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_a_narrow_page_does_not_scroll_sideways(
    opened: Open, person: Signed, scheme: str, tmp_path: Path
) -> None:
    for width in (1280, 320):
        page = opened(width, script=True, scheme=scheme).new_page()
        for path in ("/", "/masuk", "/undangan", "/undangan?kode=x", "/akun", "/tidak-ada"):
            page.goto(path)
            if path == "/akun":
                sign_in(page, person)
            page.screenshot(path=tmp_path / f"page-{width}.png", full_page=True)
            found = Axe().run(page)
            assert found.violations_count == 0, (path, width, found.generate_report())
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            heights = page.evaluate(
                "[...document.querySelectorAll('main button, main input:not([type=hidden])')]"
                ".filter(e => !e.classList.contains('hidden')).map(e => e.offsetHeight)"
            )
            assert all(height >= TARGET_PIXELS_MIN for height in heights), (path, heights)


def test_nothing_leaves_the_site_and_the_console_is_quiet(opened: Open, person: Signed) -> None:
    context = opened()
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda line: said.append(line.text))
    sign_in(page, person)
    page.goto("/akun")
    assert asked
    assert all(url.startswith(("data:", page.url.split("/akun", maxsplit=1)[0])) for url in asked)
    assert said == []
