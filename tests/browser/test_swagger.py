"""Swagger UI in a real browser with the network cut off: it must show and try everything."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect, sync_playwright

from tests.serving import served

pytestmark = pytest.mark.browser
SCREENSHOTS = Path(__file__).parent.parent / "screenshots"


@pytest.fixture(scope="module")
def base(seeded_url: str) -> Iterator[str]:
    with served(seeded_url) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = shutil.which(os.environ.get("CHROMIUM", "chromium"))
    assert executable, "no Chromium: run `make test-clients`, which installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield browser
        browser.close()


def test_the_operations_show_and_try_it_out_returns_data(browser: Browser, base: str):
    page = browser.new_page(viewport={"width": 1280, "height": 1600})
    elsewhere: list[str] = []
    errors: list[str] = []

    def stay_here(route: Route) -> None:
        if route.request.url.startswith((base, "data:", "blob:")):
            route.continue_()
        else:
            elsewhere.append(route.request.url)
            route.abort()

    page.route("**/*", stay_here)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.goto(f"{base}/docs")
    SCREENSHOTS.mkdir(exist_ok=True)

    operations = page.locator(".opblock-summary-path")
    expect(operations).to_have_count(29)
    assert "/statements" in (operations.first.text_content() or "").replace("\u200b", "")
    page.screenshot(path=SCREENSHOTS / "docs.png")

    operation = page.locator("#operations-statements-list_statements")
    operation.locator(".opblock-summary").click()
    row = operation.locator('tr[data-param-name="speaker"]')
    expect(row).to_contain_text("Id, slug, name or alias")
    row.get_by_role("button", name="Add string item").click()
    row.locator("input").last.fill("Peskov")
    operation.get_by_role("button", name="Execute").click()
    answer = operation.locator(".live-responses-table .response").first
    expect(answer.locator(".response-col_status").first).to_contain_text("200")
    expect(answer).to_contain_text("Dmitry Peskov")
    answer.scroll_into_view_if_needed()
    page.screenshot(path=SCREENSHOTS / "try-it-out.png")

    assert elsewhere == []
    assert errors == []
