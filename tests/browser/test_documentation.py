"""The pages of the interface's document, in a real browser: drawn, quiet, and from here alone."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from playwright.sync_api import Browser

from tests.system import System

SHOWN_MILLISECONDS_MAX = 60_000


@pytest.fixture(scope="module")
def system(started: Callable[..., AbstractContextManager[System]]) -> Iterator[System]:
    with started("intake", "projection") as system:
        yield system


@pytest.mark.parametrize(
    ("service", "operation"),
    [("intake", "register_innovation"), ("projection", "read_ranking")],
)
def test_the_document_is_drawn_without_a_word_to_anyone_else(
    system: System, browser: Browser, service: str, operation: str
) -> None:
    complaints: list[str] = []
    asked: list[str] = []
    context = browser.new_context()
    try:
        page = context.new_page()
        page.on("console", lambda one: complaints.append(one.text) if one.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda one: asked.append(one.url))
        answer = page.goto(system.url(service) + "/docs")
        assert answer is not None
        scripts = answer.headers["content-security-policy"].split("script-src")[1].split(";")[0]
        assert scripts.strip() == "'self'"
        drawn = page.locator(f"[id$='-{operation}']")
        drawn.wait_for(timeout=SHOWN_MILLISECONDS_MAX)
        drawn.locator(".opblock-summary-control").click()
        drawn.locator(".opblock-body .responses-wrapper").wait_for(timeout=SHOWN_MILLISECONDS_MAX)
        assert page.locator(".version-stamp").last.inner_text().strip() == "OAS 3.1"
    finally:
        context.close()
    assert complaints == []
    own = system.url(service) + "/"
    foreign = [one for one in asked if not one.startswith((own, "data:"))]
    assert foreign == []
    assert any(one.endswith("/openapi/openapi.json") for one in asked)
